/// Writes a command's arguments where they are sent from, as RESP's bulk strings.
public struct ArgumentWriter {
    /// What stands around an argument, at most: a letter, a length of 19 digits, two line ends.
    static let frameBytes = 24

    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private let keyIndex: Int?
    /// How many bytes have been written.
    private(set) var place = 0
    /// How many arguments have been written.
    private(set) var argumentCount = 0
    /// Where the key has been written.
    private(set) var key: Range<Int>?

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>, keyIndex: Int?) {
        self.buffer = buffer
        self.keyIndex = keyIndex
    }

    /// Appends an argument.
    ///
    /// - Precondition: The command's capacity is not exceeded.
    public mutating func append(_ argument: UnsafeBufferPointer<UInt8>) {
        let start = appendBulk(argument)
        if argumentCount == keyIndex { key = start..<start + argument.count }
        argumentCount += 1
    }

    mutating func begin(_ name: UnsafeBufferPointer<UInt8>, _ arguments: Int) {
        appendLine(UInt8(ascii: "*"), arguments + 1)
        _ = appendBulk(name)
    }

    private mutating func appendBulk(_ content: UnsafeBufferPointer<UInt8>) -> Int {
        precondition(buffer.count - place >= Self.frameBytes + content.count, "a command is larger than said")
        appendLine(UInt8(ascii: "$"), content.count)
        let start = place
        _ = UnsafeMutableBufferPointer(rebasing: buffer[start...]).update(fromContentsOf: content)
        place += content.count
        endLine()
        return start
    }

    private mutating func appendLine(_ type: UInt8, _ number: Int) {
        append(type)
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
        endLine()
    }

    private mutating func endLine() {
        append(UInt8(ascii: "\r"))
        append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ byte: UInt8) {
        buffer[place] = byte
        place += 1
    }
}
