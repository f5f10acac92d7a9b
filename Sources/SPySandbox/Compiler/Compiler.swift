internal import SPySyntax

/// Turns a tree into code for the register machine.
///
/// Every name is resolved here, once: to a register, a cell, a variable of the module, or something from outside.
/// Expressions put their value into a register that the caller chooses, or say where it is already (a variable, a
/// constant).
final class Compiler {
    let tree: Tree
    let source: SourceText
    let heap: Heap
    let scopes: ScopeBuilder
    /// Variables of the module by name, shared by all codes of the program.
    let globals: [Name: Int32]
    /// Names that instructions mention, shared by all codes.
    let names: NameTable
    /// Which watches note the value of an expression, by the expression's range.
    let watches: [SourceRange: Int32]

    var builder: CodeBuilder
    var scope: Scope
    /// Registers and cells that certainly have a value at this point.
    var bound: Set<Int32> = []
    /// What a `break`, `continue` or `return` has to leave, outermost first.
    var blocks: [Block] = []
    /// How many exception handlers are active at this point.
    var handlerDepth: Int32 = 0
    /// Whether `return` at this place belongs to a function.
    let guardian: StackGuard

    init(
        _ program: ParseResult,
        heap: Heap,
        scopes: ScopeBuilder,
        globals: [Name: Int32],
        names: NameTable,
        watches: [SourceRange: Int32],
        guardian: StackGuard
    ) {
        tree = program.tree
        source = program.source
        self.heap = heap
        self.scopes = scopes
        self.globals = globals
        self.names = names
        self.watches = watches
        self.guardian = guardian
        builder = CodeBuilder(name: "<module>")
        scope = scopes.module
    }

    /// The code of the whole module.
    func compileModule() throws(CompileError) -> Code {
        try statements(tree.body)
        builder.emit(.return, a: builder.constant(.none))
        return builder.finish(captures: [], freeNames: [])
    }

    /// Code of an inner function, with the compiler's state put aside meanwhile.
    func inner(
        _ name: String,
        _ innerScope: Scope,
        _ body: () throws(CompileError) -> Void
    ) throws(CompileError) -> Code {
        let saved = (builder, scope, bound, blocks, handlerDepth)
        let outer = scope
        builder = CodeBuilder(name: name)
        builder.line = saved.0.line
        scope = innerScope
        bound = []
        blocks = []
        handlerDepth = 0
        defer { (builder, scope, bound, blocks, handlerDepth) = saved }
        try body()
        var captures: [Code.Capture] = []
        for free in innerScope.free { captures.append(capture(free, from: outer)) }
        return builder.finish(captures: captures, freeNames: innerScope.free.map { tree.string($0) })
    }

    private func capture(_ name: Name, from outer: Scope) -> Code.Capture {
        if let symbol = outer.resolve(name), symbol.owner.host === outer.host {
            return .register(symbol.register)
        }
        return .free(outer.host.freeIndex(name) ?? 0)
    }

    /// Gives the variables of a scope their registers.
    func allocate(_ symbols: [Symbol]) {
        for symbol in symbols { symbol.register = builder.newLocal() }
    }

    func moveTo(_ range: SourceRange) { builder.line = Int32(source.lineIndex(at: range.start) + 1) }

    func text(_ string: String) -> Int32 {
        let text = Text(string)
        heap.debit(text.byteCount)
        return builder.constant(.object(StringObject(text, heap)))
    }

    func checkDepth(_ range: SourceRange) throws(CompileError) {
        guard guardian.hasRoom else { throw CompileError("The program is nested too deeply to run.", range) }
    }
}

/// Why a program cannot be run.
struct CompileError: Error {
    var message: String
    var range: SourceRange

    init(_ message: String, _ range: SourceRange) {
        self.message = message
        self.range = range
    }
}

/// Names that instructions mention, numbered.
final class NameTable {
    private(set) var names: [String] = []
    private var indexes: [String: Int32] = [:]

    func index(_ name: String) -> Int32 {
        if let known = indexes[name] { return known }
        names.append(name)
        indexes[name] = Int32(names.count - 1)
        return Int32(names.count - 1)
    }
}

extension Compiler {
    /// Something that a jump out of it has to leave properly.
    enum Block {
        case loop(breakTo: CodeBuilder.Label, continueTo: CodeBuilder.Label, handlerDepth: Int32)
        case finally(FinallyBlock)
        /// An `except … as name`, whose name is emptied on the way out.
        case handlerName(Name)
    }

    /// A `finally` under construction: its body stands once, and a register says where to go on after it.
    final class FinallyBlock {
        /// Holds the number of the exit that was taken.
        let reason: Int32
        /// Holds the value of a `return`, or the exception.
        let value: Int32
        let label: CodeBuilder.Label
        /// Where each exit goes on; the first two are "normally" and "raise again".
        var exits: [Exit] = []

        enum Exit {
            case normally, reraise, `return`
            case jump(CodeBuilder.Label, isBreak: Bool)
        }

        init(reason: Int32, value: Int32, label: CodeBuilder.Label) {
            self.reason = reason
            self.value = value
            self.label = label
        }
    }
}
