extension ScanWindow {
    /// An e-mail address: the usual form of RFC 5321, without quotes and comments.
    mutating func email(at index: Int, after previous: UInt8) -> ContentScanner.Match? {
        let local: ByteKind = [.alphanumeric, .underscore, .hyphen, .dot, .mail]
        let at = end(of: local, from: index, limit: 64)
        guard self[at] == "@", self[at - 1] != "." else { return nil }
        var place = at + 1
        var last: Int?
        var label = place
        while place - at < 255 {
            let byte = self[place]
            if byte.isKind([.alphanumeric, .hyphen]) {
                place += 1
            } else if byte == ".", place > label {
                place += 1
                label = place
                last = nil
                continue
            } else {
                break
            }
            if label > at + 1, self[label].isKind(.letter), place - label >= 2 { last = place }
        }
        // A full stop behind it belongs to the sentence.
        if last == nil, place == label, place > at + 3 { last = mailEnd(at + 1, place - 1) }
        guard let last else { return nil }
        return .init(kind: .email, value: index..<last)
    }

    private mutating func mailEnd(_ start: Int, _ end: Int) -> Int? {
        let domain = bytes[start..<min(end, bytes.count)]
        guard let dot = domain.lastIndex(of: UInt8(ascii: ".")), end - dot > 2, self[dot + 1].isKind(.letter)
        else {
            return nil
        }
        return end
    }

    /// A long string without words in it: capitals, small letters and digits change all the time.
    ///
    /// Hashes in hexadecimal, UUIDs, numbers, names in camel case and paths do not look so.
    mutating func randomString(at index: Int, after previous: UInt8) -> ContentScanner.Match? {
        guard !previous.isKind([.underscore, .hyphen]), previous != "+", previous != "/" else { return nil }
        // Hashes as package managers and browsers write them: sha512-….
        if has("sha", at: index), self[index + 3].isKind(.digit), self[index + 6] == "-" { return nil }
        let limit = 1_024
        let run: ByteKind = [.alphanumeric, .underscore, .hyphen, .base64]
        let end = end(of: run, from: index, limit: limit)
        // `name=value` is no single string, but `=` may fill up the end of one.
        var last = index
        while last < end, self[last] != "=" { last += 1 }
        guard last - index >= 24, ScanWindow.isRandom(bytes[index..<min(last, bytes.count)]) else {
            return nil
        }
        while last < end, self[last] == "=" { last += 1 }
        let goesOn: ContentScanner.Match.GoesOn = last - index == limit ? .token : .no
        return .init(kind: .randomString, value: index..<last, goesOn: goesOn)
    }

    /// How often capitals, small letters, digits and other bytes follow each other.
    static func changes(in bytes: ArraySlice<UInt8>) -> Int {
        let kinds: [ByteKind] = [.upper, .lower, .digit]
        var last: ByteKind?
        var changes = 0
        for byte in bytes {
            let kind = kinds.first { byte.isKind($0) } ?? .base64
            if kind != last { changes += 1 }
            last = kind
        }
        return changes
    }

    /// Whether bytes look as if drawn by lot.
    static func isRandom(_ bytes: ArraySlice<UInt8>) -> Bool {
        var upper = 0
        var lower = 0
        var digits = 0
        var changes = 0
        var separators = 0
        var counts = [Int](repeating: 0, count: 128)
        var last = ByteKind(rawValue: 0)
        for byte in bytes {
            counts[Int(byte & 0x7F)] += 1
            let kind: ByteKind
            if byte.isKind(.upper) {
                upper += 1
                kind = .upper
            } else if byte.isKind(.lower) {
                lower += 1
                kind = .lower
            } else if byte.isKind(.digit) {
                digits += 1
                kind = .digit
            } else {
                separators += 1
                kind = .base64
            }
            if kind != last { changes += 1 }
            last = kind
        }
        guard upper >= 3, lower >= 3, digits >= 2, separators * 6 <= bytes.count else { return false }
        let distinct = counts.count { $0 > 0 }
        // Of 24 drawn out of 62, about 20 are different; words and numbers repeat theirs.
        return changes * 100 >= bytes.count * 36 && distinct >= min(14, bytes.count / 2)
    }
}
