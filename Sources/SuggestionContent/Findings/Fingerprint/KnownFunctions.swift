internal import SPySyntax

/// Functions whose canonical forms were hashed, by their text: most of a program's are those of the version before.
///
/// A function's form is made of its text and of nothing around it, so the same text has the same hash in every program that parses.
public struct KnownFunctions: Sendable {
    private var functions: [(text: FunctionText, found: Found)] = []

    /// None.
    public init() {}

    /// What was found of a function.
    enum Found {
        case hash([UInt8])
        /// Too small to be compared.
        case small
    }

    /// Adds a function behind the others.
    mutating func add(_ text: FunctionText, _ found: Found) { functions.append((text, found)) }

    /// Bytes that it takes in memory, about, beside the program's text.
    public var memoryBytes: Int { Self.functionBytes * functions.count }

    private static let functionBytes = 128

    /// Looks for functions in the order of a text, most of which stand in the order they stood in.
    struct Search {
        private let known: KnownFunctions
        private var next = 0
        /// Places by text; made where one is not the next.
        private lazy var places = Dictionary(
            known.functions.indices.map { (known.functions[$0].text, $0) },
            uniquingKeysWith: { first, _ in first }
        )

        init(_ known: KnownFunctions) { self.known = known }

        /// What was found of a function with that text.
        mutating func find(_ text: FunctionText) -> Found? {
            guard !known.functions.isEmpty else { return nil }
            if next == known.functions.count || known.functions[next].text != text {
                guard let place = places[text] else { return nil }
                next = place
            }
            defer { next += 1 }
            return known.functions[next].found
        }
    }
}

/// The text of a function, as a part of its program's.
struct FunctionText: Hashable, Sendable {
    let program: [UInt8]
    let range: Range<Int>

    static func == (left: FunctionText, right: FunctionText) -> Bool {
        left.program[left.range].hasSameBytes(as: right.program[right.range])
    }

    func hash(into hasher: inout Hasher) {
        program[range].withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
