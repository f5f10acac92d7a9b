public import SPyAnalysis
public import SPySyntax

/// By what a program can be compared with others: its functions' canonical forms as hashes, and the actions
/// that it calls.
///
/// Two functions have one hash where they do the same in the same words: their names, the names of their
/// parameters and local variables, comments, docstrings, annotations and formatting make no difference;
/// actions, attributes, keywords and literals do. Functions with fewer than ``minimumNodes`` parts are left
/// out, as they are equal by chance.
///
/// Never fails: of code that cannot be parsed, and beyond the limits of SPy, it holds nothing. Costs time in
/// proportion to the program, a fraction of a millisecond for 4 KiB.
public struct ProgramFingerprint: Hashable, Sendable {
    /// Functions in the order of the text, at most ``maximumFunctions``.
    public let functions: [Function]
    /// Names of the actions called, dotted where they are reached through attributes (`crm.lookup`), each
    /// once, in the order of first call; at most ``maximumActions``.
    public let actions: [String]

    /// One function.
    public struct Function: Hashable, Sendable {
        /// Names of the functions around it and its own, `outer.inner`.
        public let name: String
        /// The line of its `def`, from 1.
        public let line: Int
        /// SHA-256 of its canonical form, 32 bytes.
        public let hash: [UInt8]

        /// A function by what is stored of it.
        public init(name: String, line: Int, hash: [UInt8]) {
            self.name = name
            self.line = line
            self.hash = hash
        }
    }

    /// The first this many functions are kept.
    public static let maximumFunctions = 200
    /// The first this many actions are kept.
    public static let maximumActions = 200
    /// Functions with fewer statements and expressions than this are left out.
    public static let minimumNodes = 12

    /// The fingerprint of a program given as text.
    public init(of source: some StringProtocol) {
        guard source.utf8.count <= Limits.sourceBytes else {
            self.init(functions: [], actions: [])
            return
        }
        let parsed = parse(source)
        self.init(parsed, analyze(parsed))
    }

    /// The fingerprint of a program that has been parsed and analysed already.
    ///
    /// - Parameters:
    ///   - parsed: The program.
    ///   - analysis: The analysis of that program.
    public init(_ parsed: ParseResult, _ analysis: Analysis) {
        var known = KnownFunctions()
        self.init(parsed, analysis, &known)
    }

    /// The fingerprint of a program that has been parsed and analysed already, one of whose versions had functions that are known.
    ///
    /// - Parameters:
    ///   - parsed: The program.
    ///   - analysis: The analysis of that program.
    ///   - known: The functions known before; then those of the program.
    public init(_ parsed: ParseResult, _ analysis: Analysis, _ known: inout KnownFunctions) {
        guard parsed.isValid, parsed.nesting.depth <= Limits.nesting, analysis.size.nodes <= Limits.nodes
        else {
            self.init(functions: [], actions: [])
            return
        }
        var walk = FunctionWalk(parsed, former: known)
        walk.run()
        known = walk.known
        self.init(functions: walk.functions, actions: ActionWalk.actions(of: parsed, analysis))
    }

    /// A fingerprint by what is stored of it.
    public init(functions: [Function], actions: [String]) {
        self.functions = functions
        self.actions = actions
    }
}
