/// Turns nodes into instructions.
struct PatternCompiler {
    private(set) var program: PatternProgram
    private let widths: [PatternNode.Width?]

    private let meter: Meter

    init(groupWidths: [PatternNode.Width?], _ meter: Meter) {
        self.meter = meter
        widths = groupWidths
        program = PatternProgram(groupCount: groupWidths.count)
        program.registerCount = 2 * groupWidths.count + 1
    }

    mutating func compile(_ nodes: [PatternNode], _ flags: PatternFlags) throws(EngineError) -> PatternProgram
    {
        try emit(nodes, flags)
        program.instructions.append(.accept)
        program.first = firstItem()
        return program
    }

    private var here: Int { program.instructions.count }

    private mutating func emit(_ nodes: [PatternNode], _ flags: PatternFlags) throws(EngineError) {
        for node in nodes { try emit(node, flags) }
    }

    private mutating func emit(_ node: PatternNode, _ flags: PatternFlags) throws(EngineError) {
        switch node {
        case .character, .any, .set: emit(try single(node, flags))
        case .anchor(let anchor): emit(anchor, flags)
        case .branch(let items): try branch(items, flags)
        case .group(let group):
            if let index = group.index { program.instructions.append(.save(2 * index)) }
            try emit(group.nodes, flags.combined(adding: group.added, removing: group.removed))
            if let index = group.index { program.instructions.append(.save(2 * index + 1)) }
        case .loop(let min, let max, let greed, let nodes): try loop(min, max, greed, nodes, flags)
        case .atomic(let nodes):
            let register = newRegisters(1)
            program.instructions.append(.beginAtomic(register: register))
            try emit(nodes, flags)
            program.instructions.append(.endAtomic(register: register))
        case .look(let isAhead, let isNegated, let nodes): try look(isAhead, isNegated, nodes, flags)
        case .backreference(let index):
            program.instructions.append(.backreference(index, CaseFolding(flags)))
        case .conditional(let group, let then, let otherwise):
            let start = here
            program.instructions.append(.conditional(group: group, otherwise: 0))
            try emit(then, flags)
            guard let otherwise else {
                program.instructions[start] = .conditional(group: group, otherwise: here)
                return
            }
            let jump = here
            program.instructions.append(.jump(0))
            program.instructions[start] = .conditional(group: group, otherwise: here)
            try emit(otherwise, flags)
            program.instructions[jump] = .jump(here)
        }
    }

    private mutating func newRegisters(_ count: Int) -> Int {
        program.registerCount += count
        return program.registerCount - count
    }

    /// The test for one character.
    private mutating func single(
        _ node: PatternNode,
        _ flags: PatternFlags
    ) throws(EngineError) -> PatternProgram.SingleLoop.Item {
        switch node {
        case .any: return flags.contains(.dotAll) ? .any : .anyButNewline
        case .set(let items, let isNegated):
            return try newClass(items, isNegated: isNegated, flags)
        case .character(let character):
            if CaseFolding(flags).variants(of: character).allSatisfy({ $0 == character }) {
                return .character(character)
            }
            return try newClass([.character(character)], isNegated: false, flags)
        default: preconditionFailure("only a node of one character has a test")
        }
    }

    private mutating func newClass(
        _ items: [PatternNode.SetItem],
        isNegated: Bool,
        _ flags: PatternFlags
    ) throws(EngineError) -> PatternProgram.SingleLoop.Item {
        // Each ASCII character is tested against each item.
        try meter.charge(steps: 32 + 16 * items.count)
        try meter.charge(bytes: 64)
        program.classes.append(CharacterClass(items, isNegated: isNegated, flags))
        return .set(program.classes.count - 1)
    }

    private mutating func emit(_ item: PatternProgram.SingleLoop.Item) {
        switch item {
        case .character(let character): program.instructions.append(.character(character))
        case .any: program.instructions.append(.any)
        case .anyButNewline: program.instructions.append(.anyButNewline)
        case .set(let index): program.instructions.append(.set(index))
        }
    }

    private mutating func emit(_ anchor: PatternNode.Anchor, _ flags: PatternFlags) {
        let isMultiline = flags.contains(.multiline)
        let resolved: PatternNode.Anchor
        switch anchor {
        case .lineStart: resolved = isMultiline ? .lineStart : .textStart
        case .lineEnd: resolved = isMultiline ? .lineEnd : .lastLineEnd
        default: resolved = anchor
        }
        program.instructions.append(.anchor(resolved, isASCII: flags.contains(.ascii)))
    }

    private mutating func branch(_ items: [[PatternNode]], _ flags: PatternFlags) throws(EngineError) {
        var jumps: [Int] = []
        for (index, item) in items.enumerated() {
            let isLast = index == items.count - 1
            let split = here
            if !isLast { program.instructions.append(.split(split + 1, 0)) }
            try emit(item, flags)
            if !isLast {
                jumps.append(here)
                program.instructions.append(.jump(0))
                program.instructions[split] = .split(split + 1, here)
            }
        }
        for jump in jumps { program.instructions[jump] = .jump(here) }
    }

    private mutating func loop(
        _ min: Int,
        _ max: Int,
        _ greed: PatternNode.Greed,
        _ nodes: [PatternNode],
        _ flags: PatternFlags
    ) throws(EngineError) {
        if let (node, inner) = Self.singleNode(nodes, flags) {
            let item = try single(node, inner)
            program.singleLoops.append(.init(item: item, min: min, max: max, greed: greed))
            program.instructions.append(.repeatOne(program.singleLoops.count - 1))
            program.singleLoopExits.append(here)
            return
        }
        let isPossessive = greed == .possessive
        let (outer, round) = isPossessive ? (newRegisters(1), newRegisters(1)) : (0, 0)
        if isPossessive { program.instructions.append(.beginAtomic(register: outer)) }
        let index = program.loops.count
        let register = newRegisters(2)
        program.loops.append(
            .init(min: min, max: max, isLazy: greed == .lazy, body: 0, exit: 0, register: register)
        )
        program.instructions.append(.beginLoop(index))
        let start = here
        program.instructions.append(.continueLoop(index))
        if greed == .lazy { program.instructions.append(.enterLoop(index)) }
        program.loops[index].body = here
        if isPossessive { program.instructions.append(.beginAtomic(register: round)) }
        try emit(nodes, flags)
        if isPossessive { program.instructions.append(.endAtomic(register: round)) }
        program.instructions.append(.jump(start))
        program.loops[index].exit = here
        if isPossessive { program.instructions.append(.endAtomic(register: outer)) }
    }

    /// The node, with its flags, if a loop's body is a single character that captures nothing.
    private static func singleNode(_ nodes: [PatternNode], _ flags: PatternFlags) -> (
        PatternNode, PatternFlags
    )? {
        guard nodes.count == 1 else { return nil }
        switch nodes[0] {
        case .character, .any, .set: return (nodes[0], flags)
        case .group(let group) where group.index == nil:
            return singleNode(group.nodes, flags.combined(adding: group.added, removing: group.removed))
        default: return nil
        }
    }

    private mutating func look(
        _ isAhead: Bool,
        _ isNegated: Bool,
        _ nodes: [PatternNode],
        _ flags: PatternFlags
    ) throws(EngineError) {
        var back = 0
        if !isAhead {
            let width = PatternNode.width(nodes, groups: widths)
            guard width.least <= PatternNode.unlimited else {
                throw .raise("re.error", "looks too much behind")
            }
            guard width.least == width.most else {
                throw .raise("re.error", "look-behind requires fixed-width pattern")
            }
            back = width.least
        }
        let register = newRegisters(2)
        let start = here
        program.instructions.append(.beginLook(register: register, back: back))
        try emit(nodes, flags)
        program.instructions.append(
            isNegated ? .endNegatedLook(register: register) : .endLook(register: register)
        )
        if isNegated {
            program.instructions[start] = .beginNegatedLook(register: register, back: back, next: here)
        }
    }

    /// The test of the first character of every match, if there is one.
    private func firstItem() -> PatternProgram.SingleLoop.Item? {
        for instruction in program.instructions {
            switch instruction {
            case .save: continue
            case .character(let character): return .character(character)
            case .set(let index): return .set(index)
            case .repeatOne(let index) where program.singleLoops[index].min > 0:
                return program.singleLoops[index].item
            default: return nil
            }
        }
        return nil
    }
}
