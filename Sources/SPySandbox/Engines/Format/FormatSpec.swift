/// A format specification as `format(value, spec)` takes it:
/// `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
struct FormatSpec: Equatable, Sendable {
    enum Alignment: UInt32, Sendable {
        case left = 0x3C
        case right = 0x3E
        case center = 0x5E
        /// Between the sign and the digits.
        case inside = 0x3D
    }

    var fill: UInt32 = 32
    var alignment: Alignment
    /// `+`, `-` or a space.
    var sign: UInt32?
    var coercesNegativeZero = false
    var isAlternate = false
    var width: Int?
    /// `,` or `_`.
    var grouping: UInt32?
    var precision: Int?
    /// Whether a zero stands before the width although an alignment was given, which decimals refuse.
    var repeatsAlignment = false
    /// The presentation type, if it was given.
    var type: UInt32?

    init(alignment: Alignment, width: Int? = nil) {
        self.alignment = alignment
        self.width = width
    }

    /// Reads a specification for a value of a type; numbers stand on the right, text on the left.
    init(_ text: Text, for typeName: String, alignment defaultAlignment: Alignment) throws(EngineError) {
        alignment = defaultAlignment
        var reader = SpecReader(text)
        var hasAlignment = false
        var hasFill = false
        if let chosen = reader.peek(1).flatMap(Alignment.init), let character = reader.peek(0) {
            (fill, alignment, hasFill, hasAlignment) = (character, chosen, true, true)
            reader.position += 2
        } else if let chosen = reader.peek(0).flatMap(Alignment.init) {
            (alignment, hasAlignment) = (chosen, true)
            reader.position += 1
        }
        if let character = reader.take(where: { $0 == 43 || $0 == 45 || $0 == 32 }) { sign = character }
        coercesNegativeZero = reader.take("z")
        isAlternate = reader.take("#")
        repeatsAlignment = hasAlignment && reader.peek(0) == 48
        if !hasFill, reader.take("0") {
            fill = 48
            if !hasAlignment, defaultAlignment == .right { alignment = .inside }
        }
        width = try reader.number()
        try readGrouping(&reader)
        if reader.take(".") {
            precision = try reader.number()
            guard precision != nil else { throw .valueError("Format specifier missing precision") }
        }
        guard reader.count - reader.position <= 1 else {
            throw .valueError("Invalid format specifier '\(text.string)' for object of type '\(typeName)'")
        }
        type = reader.peek(0)
    }

    private mutating func readGrouping(_ reader: inout SpecReader) throws(EngineError) {
        let both = EngineError.valueError("Cannot specify both ',' and '_'.")
        if reader.take(",") { grouping = 0x2C }
        if reader.take("_") {
            guard grouping == nil else { throw both }
            grouping = 0x5F
        }
        if grouping == 0x5F, reader.peek(0) == 0x2C { throw both }
    }

    /// Digits between separators, when the type allows them to be grouped.
    func groupSize(for type: UInt32) throws(EngineError) -> Int? {
        guard let grouping else { return nil }
        switch Unicode.Scalar(type) {
        case "d", "e", "f", "g", "E", "G", "%", "F", "\0": return 3
        case "b" where grouping == 0x5F, "o" where grouping == 0x5F, "x" where grouping == 0x5F,
            "X" where grouping == 0x5F:
            return 4
        default:
            let mark = grouping == 0x5F ? "_" : ","
            throw .valueError("Cannot specify '\(mark)' with '\(Self.shown(type))'.")
        }
    }

    static func unknownType(_ type: UInt32, _ typeName: String) -> EngineError {
        .valueError("Unknown format code '\(shown(type))' for object of type '\(typeName)'")
    }

    /// A character as these messages show it.
    static func shown(_ type: UInt32) -> String {
        type > 32 && type < 128 ? Text(codePoint: type).string : "\\x" + String(type, radix: 16)
    }
}

/// Reads a specification character by character.
struct SpecReader {
    private let text: Text
    var position = 0

    init(_ text: Text) {
        self.text = text
    }

    var count: Int { text.count }

    func peek(_ offset: Int) -> UInt32? {
        position + offset < text.count ? text[position + offset] : nil
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        take { $0 == character.value } != nil
    }

    mutating func take(where predicate: (UInt32) -> Bool) -> UInt32? {
        guard let character = peek(0), predicate(character) else { return nil }
        position += 1
        return character
    }

    /// A number in digits of any script, or nothing.
    mutating func number() throws(EngineError) -> Int? {
        var value: Int?
        while let digit = peek(0).flatMap(UnicodeData.decimalValue) {
            let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit))
            if overflow || carry { throw .valueError("Too many decimal digits in format string") }
            value = sum
            position += 1
        }
        return value
    }
}
