/// Reads the template of `str.format`, one part at a time, so that mistakes in it surface in the order in which Python
/// meets them.
///
/// What a field names is the interpreter's to find. A specification may hold fields of its own: parse it with
/// `nested()`, which refuses a third level.
struct FieldParser {
    private let text: Text
    private var position = 0
    private let depthLeft: Int
    /// Shared between a template and the specifications inside it.
    private(set) var numbering: Numbering

    enum Numbering: Equatable, Sendable {
        case undecided
        case automatic(next: Int)
        case manual
    }

    struct Field: Equatable, Sendable {
        /// What stands between `{` and the first `!`, `:` or `}`.
        var name: Text
        /// `r`, `s` or `a`, or whatever else was written; `checkedConversion` refuses the rest.
        var conversion: UInt32?
        var spec: Text
        /// Whether the specification has fields.
        var specIsTemplate: Bool
    }

    /// Literal text, and the field behind it if one follows.
    struct Part: Equatable, Sendable {
        var literal: Text
        var field: Field?
    }

    init(_ text: Text) {
        self.init(text, depthLeft: 1, numbering: .undecided)
    }

    private init(_ text: Text, depthLeft: Int, numbering: Numbering) {
        self.text = text
        self.depthLeft = depthLeft
        self.numbering = numbering
    }

    /// A parser of a field's specification; hand its `numbering` back with `resume(after:)`.
    func nested(_ spec: Text) throws(EngineError) -> FieldParser {
        guard depthLeft > 0 else { throw .valueError("Max string recursion exceeded") }
        return FieldParser(spec, depthLeft: depthLeft - 1, numbering: numbering)
    }

    mutating func resume(after nested: FieldParser) {
        numbering = nested.numbering
    }

    /// The next part, or nothing at the end.
    mutating func next() throws(EngineError) -> Part? {
        guard position < text.count else { return nil }
        let start = position
        var brace: UInt32?
        while position < text.count, brace == nil {
            if text[position] == 0x7B || text[position] == 0x7D { brace = text[position] }
            position += 1
        }
        let atEnd = position >= text.count
        guard let brace else { return Part(literal: text.slice(start..<position)) }
        let isDoubled = !atEnd && text[position] == brace
        if brace == 0x7D, !isDoubled { throw .valueError("Single '}' encountered in format string") }
        if atEnd { throw .valueError("Single '{' encountered in format string") }
        if isDoubled {
            position += 1
            return Part(literal: text.slice(start..<(position - 1)))
        }
        return Part(literal: text.slice(start..<(position - 1)), field: try field())
    }

    private mutating func field() throws(EngineError) -> Field {
        let start = position
        var end: UInt32?
        while position < text.count, end == nil {
            let character = text[position]
            position += 1
            switch Unicode.Scalar(character) {
            case "{": throw .valueError("unexpected '{' in field name")
            case "[": while position < text.count, text[position] != 0x5D { position += 1 }
            case "}", ":", "!": end = character
            default: break
            }
        }
        guard let end else { throw .valueError("expected '}' before end of string") }
        var field = Field(name: text.slice(start..<(position - 1)), spec: .empty, specIsTemplate: false)
        if end == 0x7D { return field }
        if end == 0x21 {
            guard position < text.count else {
                throw .valueError("end of string while looking for conversion specifier")
            }
            field.conversion = text[position]
            position += 1
            if position < text.count {
                position += 1
                if text[position - 1] == 0x7D { return field }
                guard text[position - 1] == 0x3A else {
                    throw .valueError("expected ':' after conversion specifier")
                }
            }
        }
        try readSpec(into: &field)
        return field
    }

    private mutating func readSpec(into field: inout Field) throws(EngineError) {
        let start = position
        var open = 1
        while position < text.count {
            let character = text[position]
            position += 1
            if character == 0x7B {
                field.specIsTemplate = true
                open += 1
            } else if character == 0x7D {
                open -= 1
                if open == 0 {
                    field.spec = text.slice(start..<(position - 1))
                    return
                }
            }
        }
        throw .valueError("unmatched '{' in format spec")
    }
}

extension FieldParser {
    /// What a field is about, before its attributes and indexes.
    enum Root: Equatable, Sendable {
        case position(Int)
        case name(Text)
    }

    /// A step from a value to a part of it.
    enum Step: Equatable, Sendable {
        case attribute(Text)
        case index(Int)
        case key(Text)
    }

    /// The argument that a field names, with the number it gets if it names none.
    mutating func root(of field: Field) throws(EngineError) -> Root {
        let name = Self.first(of: field.name)
        if let number = try Self.integer(name) {
            if case .automatic = numbering {
                throw .valueError(
                    "cannot switch from automatic field numbering to manual field specification"
                )
            }
            numbering = .manual
            return .position(number)
        }
        guard name.isEmpty else { return .name(name) }
        switch numbering {
        case .manual:
            throw .valueError("cannot switch from manual field specification to automatic field numbering")
        case .undecided:
            numbering = .automatic(next: 1)
            return .position(0)
        case .automatic(let next):
            numbering = .automatic(next: next + 1)
            return .position(next)
        }
    }

    /// The attributes and indexes behind the root, in order. Python meets a mistake in them only after it has found
    /// the root, and the interpreter refuses attributes altogether.
    static func steps(of field: Field) throws(EngineError) -> [Step] {
        let name = field.name
        var position = first(of: name).count
        var steps: [Step] = []
        while position < name.count {
            let mark = name[position]
            position += 1
            let start = position
            if mark == 0x2E {
                while position < name.count, name[position] != 0x2E, name[position] != 0x5B { position += 1 }
                guard position > start else { throw .valueError("Empty attribute in format string") }
                steps.append(.attribute(name.slice(start..<position)))
            } else if mark == 0x5B {
                while position < name.count, name[position] != 0x5D { position += 1 }
                guard position < name.count else { throw .valueError("Missing ']' in format string") }
                guard position > start else { throw .valueError("Empty attribute in format string") }
                let key = name.slice(start..<position)
                steps.append(try integer(key).map(Step.index) ?? .key(key))
                position += 1
            } else {
                throw .valueError("Only '.' or '[' may follow ']' in format field specifier")
            }
        }
        return steps
    }

    /// `r`, `s`, `a` or nothing.
    static func checkedConversion(of field: Field) throws(EngineError) -> Unicode.Scalar? {
        guard let conversion = field.conversion else { return nil }
        switch Unicode.Scalar(conversion) {
        case "r": return "r"
        case "s": return "s"
        case "a": return "a"
        default: throw .valueError("Unknown conversion specifier \(FormatSpec.shown(conversion))")
        }
    }

    private static func first(of name: Text) -> Text {
        var end = 0
        while end < name.count, name[end] != 0x2E, name[end] != 0x5B { end += 1 }
        return name.slice(0..<end)
    }

    private static func integer(_ text: Text) throws(EngineError) -> Int? {
        var reader = SpecReader(text)
        let value = try reader.number()
        return reader.position == text.count ? value : nil
    }
}
