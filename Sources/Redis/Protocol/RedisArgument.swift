/// A word of a command: a key, a value, an option.
public enum RedisArgument: Sendable, Equatable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral
{
    /// Any bytes.
    case bytes([UInt8])
    /// A text, sent as UTF-8.
    case text(String)
    /// A number, sent in decimal digits.
    case integer(Int)

    /// A text.
    public init(_ text: String) { self = .text(text) }
    /// Any bytes.
    public init(_ bytes: [UInt8]) { self = .bytes(bytes) }
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .integer(value) }

    /// Appends it as RESP's bulk string; where in the buffer its own bytes are.
    @discardableResult
    func write(to buffer: inout [UInt8]) -> Range<Int> {
        switch self {
        case .bytes(let bytes): return buffer.appendBulk(bytes)
        case .text(let text): return buffer.appendBulk(text.utf8)
        case .integer(let number): return buffer.appendBulk(String(number).utf8)
        }
    }
}
