/// The context of decimal arithmetic: how precisely, how rounded, and which conditions are errors.
struct DecimalContext: Equatable, Sendable {
    enum Rounding: String, CaseIterable, Sendable {
        case up = "ROUND_UP"
        case down = "ROUND_DOWN"
        case ceiling = "ROUND_CEILING"
        case floor = "ROUND_FLOOR"
        case halfUp = "ROUND_HALF_UP"
        case halfDown = "ROUND_HALF_DOWN"
        case halfEven = "ROUND_HALF_EVEN"
        case zeroFiveUp = "ROUND_05UP"
    }

    /// What an operation met on its way, in the order in which CPython lists them.
    struct Signals: OptionSet, Sendable {
        let rawValue: Int

        static let clamped = Signals(rawValue: 1 << 8)
        static let divisionByZero = Signals(rawValue: 1 << 5)
        static let inexact = Signals(rawValue: 1 << 9)
        static let overflow = Signals(rawValue: 1 << 6)
        static let rounded = Signals(rawValue: 1 << 10)
        static let subnormal = Signals(rawValue: 1 << 11)
        static let underflow = Signals(rawValue: 1 << 7)
        static let invalidOperation = Signals(rawValue: 1 << 0)
        // The kinds of invalid operations that have names of their own.
        static let conversionSyntax = Signals(rawValue: 1 << 1)
        static let divisionImpossible = Signals(rawValue: 1 << 2)
        static let divisionUndefined = Signals(rawValue: 1 << 3)

        static let invalid: Signals = [
            .invalidOperation, .conversionSyntax, .divisionImpossible, .divisionUndefined,
        ]

        fileprivate static let names: [(Signals, String)] = [
            (.invalidOperation, "InvalidOperation"), (.conversionSyntax, "ConversionSyntax"),
            (.divisionImpossible, "DivisionImpossible"), (.divisionUndefined, "DivisionUndefined"),
            (.divisionByZero, "DivisionByZero"), (.overflow, "Overflow"), (.underflow, "Underflow"),
            (.clamped, "Clamped"), (.inexact, "Inexact"), (.rounded, "Rounded"), (.subnormal, "Subnormal"),
        ]
    }

    var precision = 28
    var rounding = Rounding.halfEven
    var smallestExponent = -999_999
    var largestExponent = 999_999
    /// Whether the exponent is written `E`.
    var hasCapitals = true
    /// The conditions that raise; a trapped invalid operation includes its named kinds.
    var traps: Signals = [.invalidOperation, .divisionByZero, .overflow]

    static let standard = DecimalContext()

    /// The exponent of the last digit of the smallest number.
    var tiny: Int { smallestExponent - precision + 1 }

    /// Raises for the trapped conditions among those met.
    func check(_ signals: Signals) throws(EngineError) {
        var wanted = traps
        if traps.contains(.invalidOperation) { wanted.formUnion(.invalid) }
        let raised = signals.intersection(wanted)
        guard !raised.isEmpty else { return }
        let names = Signals.names.filter { raised.contains($0.0) }.map(\.1)
        let first = raised.isDisjoint(with: .invalid) ? names[0] : "InvalidOperation"
        let classes = names.map { "<class 'decimal.\($0)'>" }.joined(separator: ", ")
        throw .raise("decimal.\(first)", "[\(classes)]")
    }

    /// Raises, or answers with NaN where the condition is not trapped.
    func invalid(_ signals: Signals = .invalidOperation) throws(EngineError) -> Decimal {
        try check(signals)
        return .nan
    }
}
