/// The text of one program as UTF-8, with its lines found.
///
/// The bytes are what the parser reads and what every ``SourceRange`` points into: decoded to UTF-8 where the
/// program declares another encoding, without a byte order mark, otherwise byte for byte what was given.
public struct SourceText: Sendable {
    /// The text in UTF-8, without a byte order mark.
    public let utf8: [UInt8]
    /// Whether the bytes given began with a byte order mark.
    public let hasByteOrderMark: Bool
    /// Byte offset at which each line begins; the first is 0.
    public let lineStarts: [UInt32]

    /// The text of a string, of which nothing is taken off: in a string, as CPython sees it, a byte order mark is a
    /// character that cannot stand in a program, and declarations of an encoding mean nothing.
    public init(_ text: some StringProtocol) {
        utf8 = Array(text.utf8)
        hasByteOrderMark = false
        lineStarts = SourceText.findLines(utf8)
    }

    /// Bytes that are known to be UTF-8; a byte order mark at the beginning is taken off.
    ///
    /// For bytes from outside use ``parse(_:)-([UInt8])``, which reads encoding declarations and refuses invalid text.
    public init(utf8 bytes: [UInt8]) {
        hasByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        utf8 = hasByteOrderMark ? Array(bytes.dropFirst(3)) : bytes
        lineStarts = SourceText.findLines(utf8)
    }

    /// Number of lines; a text that ends in a line break has no further line after it.
    public var lineCount: Int {
        guard let last = lineStarts.last, Int(last) == utf8.count, lineStarts.count > 1 else {
            return lineStarts.count
        }
        return lineStarts.count - 1
    }

    /// Index of the line, counted from 0, that holds a byte offset.
    public func lineIndex(at offset: UInt32) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// Line and column, from 1, of a byte offset; columns count code points.
    public func position(at offset: UInt32) -> SourcePosition {
        let line = lineIndex(at: offset)
        var column = 1
        var index = Int(lineStarts[line])
        let end = min(Int(offset), utf8.count)
        while index < end {
            if utf8[index] & 0xC0 != 0x80 { column += 1 }
            index += 1
        }
        return SourcePosition(line: line + 1, column: column)
    }

    /// The text of a line, counted from 1, without its line break; empty where there is no such line.
    public func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        let start = Int(lineStarts[number - 1])
        var end = number < lineStarts.count ? Int(lineStarts[number]) : utf8.count
        while end > start, utf8[end - 1] == 0x0A || utf8[end - 1] == 0x0D { end -= 1 }
        return String(decoding: utf8[start..<end], as: UTF8.self)
    }

    /// The text that a range covers.
    public func text(in range: SourceRange) -> String {
        let start = min(Int(range.start), utf8.count)
        let end = min(max(Int(range.end), start), utf8.count)
        return String(decoding: utf8[start..<end], as: UTF8.self)
    }

    /// Line breaks are `\n`, `\r\n` and a lone `\r`, as CPython reads them.
    private static func findLines(_ bytes: [UInt8]) -> [UInt32] {
        bytes.withUnsafeBufferPointer { bytes in
            var starts: [UInt32] = [0]
            starts.reserveCapacity(bytes.count / 32 + 1)
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                if byte == 0x0A {
                    starts.append(UInt32(index))
                } else if byte == 0x0D {
                    if index < bytes.count, bytes[index] == 0x0A { index += 1 }
                    starts.append(UInt32(index))
                }
            }
            return starts
        }
    }
}
