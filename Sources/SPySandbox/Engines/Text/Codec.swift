/// The encodings of `str.encode` and `bytes.decode`, and what they do with what they cannot say.
struct Codec {
    /// An encoding that programs may name.
    enum Encoding: String { case utf8 = "utf-8", ascii, latin1 = "latin-1" }

    /// What happens to what cannot be encoded or decoded.
    enum Errors: String {
        case strict, ignore, replace, backslashreplace, xmlcharrefreplace, surrogateescape
    }

    private let encoding: Encoding
    private let errors: Errors

    init(encoding: String, errors: String) throws(EngineError) {
        switch encoding.lowercased().filter({ $0 != "-" && $0 != "_" && $0 != " " }) {
        case "utf8", "u8", "utf": self.encoding = .utf8
        case "ascii", "usascii", "646": self.encoding = .ascii
        case "latin1", "latin", "iso88591", "l1", "8859": self.encoding = .latin1
        default: throw .raise("LookupError", "unknown encoding: \(encoding)")
        }
        guard let known = Errors(rawValue: errors) else {
            throw .raise("LookupError", "unknown error handler name '\(errors)'")
        }
        self.errors = known
    }

    // MARK: Encoding

    func encode(_ text: Text, _ meter: Meter) throws(EngineError) -> [UInt8] {
        try meter.charge(steps: text.count / 8)
        if case .ascii(let units) = text.storage { return units }
        try meter.charge(steps: text.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if let known = encoded(text[index]) {
                bytes += known
                index += 1
                continue
            }
            let start = index
            while index < text.count, encoded(text[index]) == nil { index += 1 }
            bytes += try replacement(text, start..<index)
        }
        return bytes
    }

    private func encoded(_ point: UInt32) -> [UInt8]? {
        switch encoding {
        case .ascii: point < 128 ? [UInt8(point)] : nil
        case .latin1: point < 256 ? [UInt8(point)] : nil
        case .utf8: Unicode.Scalar(point).map { Array(UTF8.encode($0)!) }
        }
    }

    private func replacement(_ text: Text, _ range: Range<Int>) throws(EngineError) -> [UInt8] {
        switch errors {
        case .ignore: return []
        case .replace: return Array(repeating: UInt8(ascii: "?"), count: range.count)
        case .backslashreplace: return range.flatMap { Self.escape(text[$0]).utf8 }
        case .xmlcharrefreplace: return range.flatMap { "&#\(text[$0]);".utf8 }
        case .surrogateescape where range.allSatisfy({ (0xDC80...0xDCFF).contains(text[$0]) }):
            return range.map { UInt8(text[$0] - 0xDC00) }
        case .strict, .surrogateescape:
            let reason: String
            switch encoding {
            case .utf8: reason = "surrogates not allowed"
            case .ascii: reason = "ordinal not in range(128)"
            case .latin1: reason = "ordinal not in range(256)"
            }
            let what =
                range.count == 1
                ? "character '\(Self.escape(text[range.lowerBound]))' in position \(range.lowerBound)"
                : "characters in position \(range.lowerBound)-\(range.upperBound - 1)"
            throw .raise(
                "UnicodeEncodeError",
                "'\(encoding.rawValue)' codec can't encode \(what): \(reason)"
            )
        }
    }

    private static func escape(_ point: UInt32) -> String {
        switch point {
        case 0..<0x100: "\\x" + Text.hex(point, width: 2)
        case 0x100..<0x10000: "\\u" + Text.hex(point, width: 4)
        default: "\\U" + Text.hex(point, width: 8)
        }
    }

    // MARK: Decoding

    func decode(_ bytes: [UInt8], _ meter: Meter) throws(EngineError) -> Text {
        try meter.charge(steps: bytes.count / 8)
        if bytes.allSatisfy({ $0 < 128 }) { return Text(ascii: bytes) }
        try meter.charge(bytes: bytes.count * 4)
        defer { meter.refund(bytes: bytes.count * 4) }
        var points: [UInt32] = []
        points.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            switch step(bytes, index) {
            case .point(let point, let length):
                points.append(point)
                index += length
            case .failure(let reason, let length):
                points += try replacement(bytes, index..<(index + length), reason)
                index += length
            }
        }
        return Text(codePoints: points)
    }

    private enum Step {
        case point(UInt32, length: Int)
        case failure(String, length: Int)
    }

    private func step(_ bytes: [UInt8], _ index: Int) -> Step {
        let first = bytes[index]
        if first < 128 || encoding == .latin1 { return .point(UInt32(first), length: 1) }
        guard encoding == .utf8 else { return .failure("ordinal not in range(128)", length: 1) }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { second = 0xA0...0xBF } else if first == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { second = 0x90...0xBF } else if first == 0xF4 { second = 0x80...0x8F }
        default: return .failure("invalid start byte", length: 1)
        }
        var point = UInt32(first) & (0xFF >> UInt32(length + 1))
        for offset in 1..<length {
            guard index + offset < bytes.count else {
                return .failure("unexpected end of data", length: offset)
            }
            let next = bytes[index + offset]
            guard (offset == 1 ? second : 0x80...0xBF).contains(next) else {
                return .failure("invalid continuation byte", length: offset)
            }
            point = point << 6 | UInt32(next & 0x3F)
        }
        return .point(point, length: length)
    }

    private func replacement(_ bytes: [UInt8], _ range: Range<Int>, _ reason: String) throws(EngineError)
        -> [UInt32]
    {
        switch errors {
        case .ignore: return []
        case .replace: return [0xFFFD]
        case .backslashreplace:
            return range.flatMap { Self.escape(UInt32(bytes[$0])).unicodeScalars.map(\.value) }
        case .surrogateescape: return range.map { 0xDC00 + UInt32(bytes[$0]) }
        case .strict, .xmlcharrefreplace:
            let what =
                range.count == 1
                ? "byte 0x\(Text.hex(UInt32(bytes[range.lowerBound]), width: 2)) in position \(range.lowerBound)"
                : "bytes in position \(range.lowerBound)-\(range.upperBound - 1)"
            throw .raise(
                "UnicodeDecodeError",
                "'\(encoding.rawValue)' codec can't decode \(what): \(reason)"
            )
        }
    }
}
