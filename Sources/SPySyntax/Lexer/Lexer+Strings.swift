extension Lexer {
    /// What one or two letters before a quote mean, where they are the prefix of a string.
    func stringPrefix(_ start: Int, end: Int) -> StringPrefix? {
        var prefix: StringPrefix = []
        for offset in start..<end {
            let letter: StringPrefix
            switch text[offset] | 0x20 {
            case 0x62: letter = .bytes
            case 0x66: letter = .formatted
            case 0x72: letter = .raw
            case 0x75: letter = .unicode
            default: return nil
            }
            if prefix.contains(letter) { return nil }
            prefix.insert(letter)
        }
        if prefix.contains(.unicode), prefix != .unicode { return nil }
        if prefix.contains(.bytes), prefix.contains(.formatted) { return nil }
        return prefix
    }

    /// Reads a string literal whose prefix begins at one offset and whose first quote stands at another.
    mutating func readString(_ start: Int, quote: Int, prefix: StringPrefix) -> Int {
        let mark = text[quote]
        let isTriple = text[quote + 1] == mark && text[quote + 2] == mark
        var at = isTriple ? quote + 3 : quote + 1
        var seen: UInt8 = 0
        while true {
            while true {
                let bits = classes[Int(text[at])]
                seen |= bits
                if bits & ByteClass.stringStop != 0 { break }
                at += 1
            }
            switch text[at] {
            case mark:
                if !isTriple {
                    return finishString(start, quote, at + 1, prefix, seen)
                }
                if text[at + 1] == mark, text[at + 2] == mark {
                    return finishString(start, quote, at + 3, prefix.union(.triple), seen)
                }
                at += 1
            case 0x5C:
                at += 1
                if text[at] == 0x0D, text[at + 1] == 0x0A {
                    at += 2
                } else if at < limit {
                    // A byte beyond ASCII after a backslash must still be noticed.
                    seen |= classes[Int(text[at])]
                    at += 1
                }
            case 0x0A, 0x0D:
                if !isTriple { return failString(start, quote, at, isTriple: false) }
                at += 1
            case 0:
                if at >= limit { return failString(start, quote, at, isTriple: isTriple) }
                at += 1
            default:
                at += 1
            }
        }
    }

    @inline(__always)
    private mutating func finishString(
        _ start: Int,
        _ quote: Int,
        _ end: Int,
        _ prefix: StringPrefix,
        _ seen: UInt8
    ) -> Int {
        var value = prefix.rawValue | UInt32(quote - start) << 8
        if seen & ByteClass.special != 0 { value |= StringPrefix.special.rawValue }
        emit(.string, from: start, to: end, value: value)
        return end
    }

    private mutating func failString(_ start: Int, _ quote: Int, _ end: Int, isTriple: Bool) -> Int {
        let mark = Unicode.Scalar(text[quote])
        if isTriple {
            fail(
                .unterminatedString,
                from: start,
                to: quote + 3,
                "This triple-quoted string is never ended.",
                hint: "End it with \(mark)\(mark)\(mark)."
            )
        } else {
            fail(
                .unterminatedString,
                from: start,
                to: end,
                "This string is not ended before the end of the line.",
                hint: "End it with \(mark), or use three quotes for text of several lines."
            )
        }
        return end
    }
}
