/// Collects the instructions of one code.
final class CodeBuilder {
    /// A place in the code that jumps aim at, known or not yet known.
    struct Label { fileprivate let index: Int }

    let name: String
    private(set) var instructions: [Instruction] = []
    private(set) var lines: [Int32] = []
    private(set) var constants: [Value] = []
    private var integerConstants: [Int: Int32] = [:]
    private var textConstants: [Text: Int32] = [:]
    private var plainConstants: [String: Int32] = [:]
    private var labels: [Int32] = []
    private var jumps: [(instruction: Int, label: Label)] = []
    var jumpTables: [[Label]] = []
    var codes: [Code] = []
    var keywordNames: [[String]] = []
    var handlers: [Code.HandlerEntry] = []
    var comprehensions: [Code.ComprehensionEntry] = []
    var parameters = Code.Parameters()
    var cellParameters: [Int32] = []
    /// Registers of variables; temporaries begin behind them.
    private(set) var localCount: Int32 = 0
    /// The next free temporary.
    private(set) var top: Int32 = 0
    private(set) var registerCount: Int32 = 0
    var line: Int32 = 1

    init(name: String) { self.name = name }

    /// The position of the next instruction.
    var position: Int32 { Int32(instructions.count) }

    func newLocal() -> Int32 {
        precondition(top == localCount, "variables get their registers before temporaries do")
        localCount += 1
        top = localCount
        registerCount = max(registerCount, top)
        return localCount - 1
    }

    func newTemporary() -> Int32 {
        top += 1
        registerCount = max(registerCount, top)
        return top - 1
    }

    /// Consecutive temporaries; the first one.
    func newTemporaries(_ count: Int) -> Int32 {
        top += Int32(count)
        registerCount = max(registerCount, top)
        return top - Int32(count)
    }

    /// Frees all temporaries from one on.
    func release(to mark: Int32) { top = mark }

    @discardableResult
    func emit(
        _ operation: Operation,
        a: Int32 = 0,
        b: Int32 = 0,
        c: Int32 = 0,
        flag: UInt8 = 0,
        extra: UInt16 = 0
    ) -> Int {
        instructions.append(Instruction(operation: operation, flag: flag, extra: extra, a: a, b: b, c: c))
        lines.append(line)
        return instructions.count - 1
    }

    func newLabel() -> Label {
        labels.append(-1)
        return Label(index: labels.count - 1)
    }

    func place(_ label: Label) { labels[label.index] = position }

    func jump(
        _ operation: Operation,
        a: Int32 = 0,
        b: Int32 = 0,
        flag: UInt8 = 0,
        extra: UInt16 = 0,
        to label: Label
    ) {
        jumps.append((emit(operation, a: a, b: b, flag: flag, extra: extra), label))
    }

    /// Jumps back to a loop's start, charging what the turn cost.
    func jumpBack(to label: Label) {
        let cost = max(position - labels[label.index], 1)
        jump(.jumpBack, a: cost, to: label)
    }

    func target(of label: Label) -> Int32 { labels[label.index] }

    func constant(_ value: Value) -> Int32 {
        switch value {
        case .int(let number):
            if let known = integerConstants[number] { return known }
            let index = add(value)
            integerConstants[number] = index
            return index
        case .none: return plain("None", value)
        case .ellipsis: return plain("...", value)
        case .bool(let flag): return plain(flag ? "True" : "False", value)
        case .object(let object as StringObject):
            if let known = textConstants[object.text] { return known }
            let index = add(value)
            textConstants[object.text] = index
            return index
        default: return add(value)
        }
    }

    private func plain(_ key: String, _ value: Value) -> Int32 {
        if let known = plainConstants[key] { return known }
        let index = add(value)
        plainConstants[key] = index
        return index
    }

    private func add(_ value: Value) -> Int32 {
        constants.append(value)
        return -Int32(constants.count)
    }

    func finish(captures: [Code.Capture], freeNames: [String]) -> Code {
        for (instruction, label) in jumps { instructions[instruction].c = labels[label.index] }
        return Code(self, captures: captures, freeNames: freeNames)
    }
}
