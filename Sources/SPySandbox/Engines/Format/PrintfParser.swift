/// Reads the template of the `%` operator on text, one part at a time, so that its mistakes surface in Python's order.
struct PrintfParser {
    private let text: Text
    private var position = 0

    /// A conversion such as `%-8.3f`.
    struct Directive: Equatable, Sendable {
        /// A number, or `*` for one taken from the arguments.
        enum Size: Equatable, Sendable {
            case number(Int)
            case argument
        }

        /// The key in parentheses.
        var key: Text?
        var isLeft = false
        var hasPlus = false
        var hasSpace = false
        var isAlternate = false
        var isZeroFilled = false
        var width: Size?
        var precision: Size?
        /// The letter; `render` refuses those that Python has not.
        var type: UInt32 = 0
        /// Where the letter stands, for the message.
        var position = 0
    }

    enum Part: Equatable, Sendable {
        case literal(Text)
        case directive(Directive)
    }

    init(_ text: Text) {
        self.text = text
    }

    /// The next part, or nothing at the end. `%%` comes as a literal.
    mutating func next() throws(EngineError) -> Part? {
        guard position < text.count else { return nil }
        let start = position
        while position < text.count, text[position] != 0x25 { position += 1 }
        if position > start { return .literal(text.slice(start..<position)) }
        position += 1
        if position < text.count, text[position] == 0x25 {
            position += 1
            return .literal("%")
        }
        return .directive(try directive())
    }

    private mutating func directive() throws(EngineError) -> Directive {
        var directive = Directive()
        if peek == 0x28 { directive.key = try key() }
        flags: while let character = peek {
            switch Unicode.Scalar(character) {
            case "-": directive.isLeft = true
            case "+": directive.hasPlus = true
            case " ": directive.hasSpace = true
            case "#": directive.isAlternate = true
            case "0": directive.isZeroFilled = true
            default: break flags
            }
            position += 1
        }
        directive.width = try size("width too big", largest: .max)
        if peek == 0x2E {
            position += 1
            directive.precision = try size("precision too big", largest: Int(Int32.max)) ?? .number(0)
        }
        if let length = peek, length == 0x68 || length == 0x6C || length == 0x4C { position += 1 }
        guard let type = peek else { throw .valueError("incomplete format") }
        directive.type = type
        directive.position = position
        position += 1
        return directive
    }

    private var peek: UInt32? { position < text.count ? text[position] : nil }

    private mutating func key() throws(EngineError) -> Text {
        position += 1
        let start = position
        var open = 1
        while position < text.count {
            if text[position] == 0x29 { open -= 1 }
            if text[position] == 0x28 { open += 1 }
            position += 1
            if open == 0 { return text.slice(start..<(position - 1)) }
        }
        throw .valueError("incomplete format key")
    }

    private mutating func size(_ message: String, largest: Int) throws(EngineError) -> Directive.Size? {
        if peek == 0x2A {
            position += 1
            return .argument
        }
        var value: Int?
        while let character = peek, character &- 48 < 10 {
            let next = (value ?? 0).multipliedReportingOverflow(by: 10)
            let sum = next.partialValue.addingReportingOverflow(Int(character) - 48)
            if next.overflow || sum.overflow || sum.partialValue > largest { throw .valueError(message) }
            value = sum.partialValue
            position += 1
        }
        return value.map(Directive.Size.number)
    }
}
