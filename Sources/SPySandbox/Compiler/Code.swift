/// The compiled form of a module, function, lambda or generator.
final class Code {
    let name: String
    let instructions: UnsafeMutablePointer<Instruction>
    let count: Int
    /// The line of each instruction.
    let lines: [Int32]
    /// Points behind the constants, which stand in reverse: constant -1 is the one before it.
    let constantsEnd: UnsafeMutablePointer<Value>
    private let constantCount: Int
    /// Local variables and temporaries.
    let registerCount: Int
    /// Registers that must be empty when the code begins; temporaries come after them.
    let localCount: Int
    let parameters: Parameters
    /// Parameters that inner functions capture: their registers become cells at the beginning.
    let cellParameters: [Int32]
    let handlers: [HandlerEntry]
    let jumpTables: [[Int32]]
    let codes: [Code]
    let keywordNames: [[String]]
    /// Comprehensions, which run in the frame of this code but look like functions in a traceback.
    let comprehensions: [ComprehensionEntry]
    /// Where each captured cell comes from when a function of this code is made.
    let captures: [Capture]
    let freeNames: [String]

    /// The parameters of a function.
    struct Parameters {
        /// Positional ones first, then keyword-only ones; the register is the index.
        var names: [String] = []
        var positionalOnlyCount = 0
        var positionalCount = 0
        /// Registers of `*args` and `**kwargs`.
        var variadic: Int32?
        var variadicKeyword: Int32?

        var keywordOnlyCount: Int { names.count - positionalCount }
        /// Whether arguments by position are all there is.
        var isSimple: Bool { variadic == nil && variadicKeyword == nil && keywordOnlyCount == 0 }
    }

    /// Where an exception that is raised between two instructions is caught.
    struct HandlerEntry {
        var start: Int32
        var end: Int32
        var target: Int32
        /// The register that receives the exception.
        var register: Int32
        /// How many handlers of this frame are active at the target.
        var handlerDepth: Int32
    }

    struct ComprehensionEntry {
        var start: Int32
        var end: Int32
        var name: String
        var line: Int32
    }

    enum Capture {
        /// From a cell in a register of the frame that makes the function.
        case register(Int32)
        /// From a cell that the function of that frame has captured itself.
        case free(Int32)
    }

    init(_ builder: CodeBuilder, captures: [Capture], freeNames: [String]) {
        name = builder.name
        count = builder.instructions.count
        instructions = .allocate(capacity: max(count, 1))
        instructions.initialize(from: builder.instructions, count: count)
        lines = builder.lines
        constantCount = builder.constants.count
        let constants = UnsafeMutablePointer<Value>.allocate(capacity: max(constantCount, 1))
        for (index, value) in builder.constants.enumerated() {
            (constants + (constantCount - 1 - index)).initialize(to: value)
        }
        constantsEnd = constants + constantCount
        registerCount = Int(builder.registerCount)
        localCount = Int(builder.localCount)
        parameters = builder.parameters
        cellParameters = builder.cellParameters
        handlers = builder.handlers
        jumpTables = builder.jumpTables.map { $0.map { builder.target(of: $0) } }
        codes = builder.codes
        keywordNames = builder.keywordNames
        comprehensions = builder.comprehensions
        self.captures = captures
        self.freeNames = freeNames
        isSimple = builder.parameters.isSimple && builder.cellParameters.isEmpty
        positionalCount = builder.parameters.positionalCount
    }

    /// Whether a call with the right number of positional arguments needs no binding at all.
    let isSimple: Bool
    let positionalCount: Int

    deinit {
        instructions.deallocate()
        let constants = constantsEnd - constantCount
        constants.deinitialize(count: constantCount)
        constants.deallocate()
    }
}
