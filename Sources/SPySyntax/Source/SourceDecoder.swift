/// Reads bytes as text the way CPython does: a byte order mark, a declaration in the first two lines, else UTF-8.
enum SourceDecoder {
    struct Result {
        let source: SourceText
        let diagnostics: [Diagnostic]
    }

    static func decode(_ bytes: [UInt8]) -> Result {
        let source = SourceText(utf8: bytes)
        guard let declaration = declaration(in: source.utf8) else { return validate(source) }
        let name = normalise(declaration.name)
        if source.hasByteOrderMark, !isPlainUTF8(declaration.name) {
            return refuse(
                source,
                declaration.range,
                "The file begins with a byte order mark of UTF-8 and declares the encoding '\(declaration.name)'.",
                "Remove the declaration."
            )
        }
        switch name {
        case "utf-8": return validate(source)
        case "iso-8859-1": return decode(bytes, source, .latin1, declaration.name)
        case "iso-8859-15": return decode(bytes, source, .latin9, declaration.name)
        case "cp1252": return decode(bytes, source, .windows1252, declaration.name)
        case "koi8-r": return decode(bytes, source, .koi8r, declaration.name)
        case "ascii":
            guard let bad = bytes.firstIndex(where: { $0 >= 0x80 }) else { return validate(source) }
            return refuseBytes(source, bad..<bad + 1, "ASCII")
        default:
            return refuse(
                source,
                declaration.range,
                "The encoding '\(declaration.name)' is not known here.",
                "Save the file as UTF-8 and remove the declaration."
            )
        }
    }

    private static func decode(
        _ bytes: [UInt8],
        _ source: SourceText,
        _ encoding: SingleByteEncoding,
        _ name: String
    ) -> Result {
        switch encoding.decode(bytes) {
        case .success(let text): Result(source: SourceText(utf8: text), diagnostics: [])
        case .failure(let bad): refuseBytes(source, bad.offset..<bad.offset + 1, name)
        }
    }

    /// Beside a byte order mark CPython knows only this spelling.
    private static func isPlainUTF8(_ name: String) -> Bool {
        let plain = name.lowercased().replacing("_", with: "-")
        return plain == "utf-8" || plain.hasPrefix("utf-8-")
    }

    /// Names of encodings as CPython treats them, case and separators aside.
    private static func normalise(_ name: String) -> String {
        let plain = name.lowercased().replacing("_", with: "-")
        if plain == "utf-8" || plain.hasPrefix("utf-8-") { return "utf-8" }
        switch plain {
        case "utf8", "u8", "utf", "cp65001": return "utf-8"
        case "latin-1", "iso-8859-1", "iso-latin-1", "latin1", "latin", "l1", "iso8859-1", "iso8859", "8859",
            "cp819",
            "iso-ir-100", "iso-8859-1-1987", "ibm819", "csisolatin1":
            return "iso-8859-1"
        case "ascii", "us-ascii", "646", "ansi-x3.4-1968", "ansi-x3-4-1968", "ansi-x3.4-1986", "cp367",
            "csascii", "ibm367",
            "iso646-us", "iso-646.irv-1991", "iso-ir-6", "us":
            return "ascii"
        case "iso-8859-15", "latin-9", "latin9", "l9", "iso8859-15": return "iso-8859-15"
        case "cp1252", "windows-1252", "1252": return "cp1252"
        case "koi8-r", "cskoi8r": return "koi8-r"
        default:
            let isLatin = ["latin-1-", "iso-8859-1-", "iso-latin-1-"].contains { plain.hasPrefix($0) }
            return isLatin ? "iso-8859-1" : plain
        }
    }

    private static func validate(_ source: SourceText) -> Result {
        guard let bad = source.utf8.firstInvalidUTF8() else { return Result(source: source, diagnostics: []) }
        return refuseBytes(source, bad, "UTF-8")
    }

    private static func refuseBytes(_ source: SourceText, _ range: Range<Int>, _ encoding: String) -> Result {
        let byte = hexadecimal(UInt32(source.utf8[range.lowerBound]), digits: 2)
        let diagnostic = Diagnostic(
            .undecodable,
            at: SourceRange(start: UInt32(range.lowerBound), end: UInt32(range.upperBound)),
            "The byte \(byte) is not text in \(encoding) here.",
            hint: "Save the file as UTF-8."
        )
        return Result(source: source, diagnostics: [diagnostic])
    }

    private static func refuse(
        _ source: SourceText,
        _ range: Range<Int>,
        _ message: String,
        _ hint: String
    ) -> Result {
        let place = SourceRange(start: UInt32(range.lowerBound), end: UInt32(range.upperBound))
        return Result(
            source: source,
            diagnostics: [Diagnostic(.unknownEncoding, at: place, message, hint: hint)]
        )
    }

    /// The encoding named in a comment of the first two lines; of the second only where the first is blank or a comment.
    private static func declaration(in bytes: [UInt8]) -> (name: String, range: Range<Int>)? {
        var start = 0
        for _ in 0..<2 {
            var end = start
            while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
            var at = start
            while at < end, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0C { at += 1 }
            if at < end {
                guard bytes[at] == 0x23 else { return nil }
                if let found = declaration(in: bytes, at..<end) { return found }
            }
            start = end + 1
            if end + 1 < bytes.count, bytes[end] == 0x0D, bytes[end + 1] == 0x0A { start += 1 }
            if start >= bytes.count { return nil }
        }
        return nil
    }

    private static func declaration(in bytes: [UInt8], _ comment: Range<Int>) -> (
        name: String, range: Range<Int>
    )? {
        let word = Array("coding".utf8)
        var at = comment.lowerBound
        while at + word.count < comment.upperBound {
            defer { at += 1 }
            guard bytes[at..<at + word.count].elementsEqual(word) else { continue }
            var next = at + word.count
            guard bytes[next] == 0x3A || bytes[next] == 0x3D else { continue }
            repeat {
                next += 1
            } while next < comment.upperBound && (bytes[next] == 0x20 || bytes[next] == 0x09)
            var end = next
            while end < comment.upperBound, isNamePart(bytes[end]) { end += 1 }
            if end > next { return (String(decoding: bytes[next..<end], as: UTF8.self), next..<end) }
        }
        return nil
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == 0x2D || byte == 0x5F || byte == 0x2E
    }
}

extension [UInt8] {
    /// Where the bytes stop being UTF-8, if they do.
    func firstInvalidUTF8() -> Range<Int>? {
        guard String(validating: self, as: UTF8.self) == nil else { return nil }
        var iterator = UTF8()
        var source = makeIterator()
        var offset = 0
        while true {
            switch iterator.decode(&source) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return Swift.min(offset, count - 1)..<Swift.min(offset + 1, count)
            }
        }
    }
}
