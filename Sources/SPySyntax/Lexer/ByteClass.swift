/// What a byte can begin or continue, as bits of a table with 256 entries.
struct ByteClass {
    static let identifierStart: UInt8 = 1
    static let identifierPart: UInt8 = 2
    static let digit: UInt8 = 4
    static let hexDigit: UInt8 = 8
    /// Bytes a string literal's scan has to look at: quotes, backslash, line breaks, the end.
    static let stringStop: UInt8 = 16
    static let beyondASCII: UInt8 = 32
    /// Bytes that a comment's scan has to look at.
    static let lineEnd: UInt8 = 64
    /// Bytes for which the content of a string is not what stands there.
    static let special: UInt8 = 128

    /// Lives as long as the process, so that the lexer can hold a pointer without counting references.
    nonisolated(unsafe) static let table: UnsafePointer<UInt8> = {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        for value in 0..<256 {
            let byte = UInt8(value)
            var bits: UInt8 = 0
            let isLetter = (0x61...0x7A).contains(byte | 0x20) && byte < 0x80
            let isDigit = (0x30...0x39).contains(byte)
            if isLetter || byte == 0x5F || byte >= 0x80 { bits |= identifierStart | identifierPart }
            if isDigit { bits |= identifierPart | digit | hexDigit }
            if isLetter, (byte | 0x20) <= 0x66 { bits |= hexDigit }
            if [0, 0x0A, 0x0D, 0x22, 0x27, 0x5C].contains(byte) { bits |= stringStop }
            if byte >= 0x80 { bits |= beyondASCII | special }
            if [0, 0x0A, 0x0D].contains(byte) { bits |= lineEnd }
            if [0x0D, 0x5C, 0x7B, 0x7D].contains(byte) { bits |= special }
            table[value] = bits
        }
        return UnsafePointer(table)
    }()
}
