/// Runs a program over the characters of one text.
///
/// A backtracking machine with its own stack: choices still open, and the old values of registers, to be put back on
/// the way to a choice. Steps are charged as it runs and bytes as its stack grows, so that a pattern that explodes
/// stops at the budget.
struct PatternMatcher<Unit: FixedWidthInteger & UnsignedInteger> {
    /// What a match must satisfy.
    struct Demand {
        /// A match must end at the end of the text.
        var isFull = false
        /// An empty match at the starting position does not count.
        var mustAdvance = false
    }

    private enum Entry {
        /// Go on at an instruction and position.
        case choice(Int, Int)
        /// Fewer (greedy) or more (lazy) rounds of a single loop: instruction behind it, position now, last position.
        case fewer(Int, Int, Int)
        case more(Int, Int, Int)
        /// Put a register back.
        case restore(Int, Int)
    }

    private let program: PatternProgram
    private let units: UnsafeBufferPointer<Unit>
    private let end: Int
    private var registers: [Int]
    private var stack: [Entry] = []
    private var chargedCapacity = 0
    private var work = 0
    private let meter: Meter

    init(_ program: PatternProgram, _ units: UnsafeBufferPointer<Unit>, end: Int, _ meter: Meter) {
        self.program = program
        self.units = units
        self.end = end
        self.meter = meter
        registers = []
    }

    /// Gives back what the stack took. Call it once at the end.
    func finish() {
        meter.refund(bytes: chargedCapacity * MemoryLayout<Entry>.stride)
    }

    /// The registers of the first match at or behind a position.
    mutating func search(from start: Int, _ demand: Demand) throws(EngineError) -> [Int]? {
        var position = start
        var demand = demand
        while position <= end {
            if let first = program.first {
                position = try scan(first, from: position, to: end, while: false)
                if position >= end { return nil }
                if position > start { demand.mustAdvance = false }
            }
            if let match = try match(at: position, demand) { return match }
            position += 1
            demand.mustAdvance = false
        }
        return nil
    }

    /// The registers of a match that begins here.
    mutating func match(at start: Int, _ demand: Demand) throws(EngineError) -> [Int]? {
        registers = [Int](repeating: -1, count: program.registerCount)
        registers[0] = start
        stack.removeAll(keepingCapacity: true)
        var (counter, position) = (0, start)
        while true {
            work += 1
            if work > 64 { try pay(0) }
            if try step(&counter, &position, start, demand) { continue }
            if case .accept = program.instructions[counter], isAccepted(position, start, demand) {
                registers[1] = position
                try pay(0)
                return registers
            }
            guard try backtrack(&counter, &position) else {
                try pay(0)
                return nil
            }
        }
    }

    private func isAccepted(_ position: Int, _ start: Int, _ demand: Demand) -> Bool {
        !(demand.isFull && position != end) && !(demand.mustAdvance && position == start)
    }

    private mutating func pay(_ more: Int) throws(EngineError) {
        try meter.charge(steps: (work + more + 3) / 4)
        work = 0
    }

    private mutating func push(_ entry: Entry) throws(EngineError) {
        if stack.count >= chargedCapacity {
            let added = max(chargedCapacity, 256)
            try meter.charge(bytes: added * MemoryLayout<Entry>.stride)
            chargedCapacity += added
        }
        stack.append(entry)
    }

    private mutating func set(_ register: Int, _ value: Int) throws(EngineError) {
        try push(.restore(register, registers[register]))
        registers[register] = value
    }

    /// One instruction; false if the way ends here.
    private mutating func step(
        _ counter: inout Int,
        _ position: inout Int,
        _ start: Int,
        _ demand: Demand
    ) throws(EngineError) -> Bool {
        switch program.instructions[counter] {
        case .character(let character):
            guard position < end, UInt32(truncatingIfNeeded: units[position]) == character else {
                return false
            }
            position += 1
        case .any:
            guard position < end else { return false }
            position += 1
        case .anyButNewline:
            guard position < end, units[position] != 10 else { return false }
            position += 1
        case .set(let index):
            guard position < end, program.classes[index].contains(UInt32(truncatingIfNeeded: units[position]))
            else {
                return false
            }
            position += 1
        case .anchor(let anchor, let isASCII):
            guard holds(anchor, isASCII, at: position) else { return false }
        case .backreference(let group, let folding):
            guard let length = referenceLength(group, folding, at: position) else { return false }
            position += length
        case .split(let first, let second):
            try push(.choice(second, position))
            counter = first
            return true
        case .jump(let target):
            counter = target
            return true
        case .save(let register):
            try set(register, position)
            if register & 1 == 1 { try set(program.lastGroupRegister, register / 2) }
        case .repeatOne(let index): return try repeatOne(program.singleLoops[index], &counter, &position)
        case .beginLoop(let index):
            let register = program.loops[index].register
            try set(register, 0)
            try set(register + 1, -1)
        case .continueLoop(let index): return try continueLoop(program.loops[index], &counter, position)
        case .enterLoop(let index): return try enterLoop(program.loops[index], &counter, position)
        case .beginLook(let register, let back):
            guard position >= back else { return false }
            try set(register, position)
            try set(register + 1, stack.count)
            position -= back
        case .endLook(let register):
            position = registers[register]
            forgetChoices(above: registers[register + 1])
        case .beginNegatedLook(let register, let back, let next):
            guard position >= back else {
                counter = next
                return true
            }
            try push(.choice(next, position))
            try set(register + 1, stack.count - 1)
            position -= back
        case .endNegatedLook(let register):
            unwind(to: registers[register + 1])
            return false
        case .beginAtomic(let register): try set(register, stack.count)
        case .endAtomic(let register): forgetChoices(above: registers[register])
        case .conditional(let group, let otherwise):
            guard registers[2 * group] >= 0, registers[2 * group + 1] >= 0 else {
                counter = otherwise
                return true
            }
        case .accept: return false
        }
        counter += 1
        return true
    }

    /// Goes to the latest open choice; false if there is none.
    private mutating func backtrack(_ counter: inout Int, _ position: inout Int) throws(EngineError) -> Bool {
        while let entry = stack.popLast() {
            work += 1
            switch entry {
            case .restore(let register, let value): registers[register] = value
            case .choice(let target, let place):
                (counter, position) = (target, place)
                return true
            case .fewer(let target, let place, let last):
                if place > last { stack.append(.fewer(target, place - 1, last)) }
                (counter, position) = (target, place)
                return true
            case .more(let index, let place, let last):
                let loop = program.singleLoops[index]
                guard place < last, accepts(loop.item, place) else { continue }
                stack.append(.more(index, place + 1, last))
                (counter, position) = (counterBehind(index), place + 1)
                return true
            }
        }
        return false
    }

    private func counterBehind(_ loop: Int) -> Int {
        program.singleLoopExits[loop]
    }

    /// Drops the choices above a height of the stack, but keeps what must be put back.
    private mutating func forgetChoices(above height: Int) {
        var kept = height
        for index in height..<max(stack.count, height) {
            work += 1
            if case .restore = stack[index] {
                stack[kept] = stack[index]
                kept += 1
            }
        }
        stack.removeSubrange(kept...)
    }

    private mutating func unwind(to height: Int) {
        while stack.count > height, let entry = stack.popLast() {
            if case .restore(let register, let value) = entry { registers[register] = value }
        }
    }
}

extension PatternMatcher {
    @inline(__always)
    private func accepts(_ item: PatternProgram.SingleLoop.Item, _ position: Int) -> Bool {
        switch item {
        case .character(let character): return UInt32(truncatingIfNeeded: units[position]) == character
        case .any: return true
        case .anyButNewline: return units[position] != 10
        case .set(let index):
            return program.classes[index].contains(UInt32(truncatingIfNeeded: units[position]))
        }
    }

    /// Where the characters end that an item accepts, or those that it does not. Pays on the way.
    @inline(__always)
    private mutating func scan(
        _ item: PatternProgram.SingleLoop.Item,
        from start: Int,
        to limit: Int,
        while isAccepted: Bool
    ) throws(EngineError) -> Int {
        let weight = weight(of: item)
        let chunk = max(1024 / weight, 1)
        var position = start
        while position < limit {
            let (begin, stop) = (position, min(limit, position + chunk))
            while position < stop, accepts(item, position) == isAccepted { position += 1 }
            work += (position - begin) * weight / 4
            if work > 64 { try pay(0) }
            if position < stop { break }
        }
        return position
    }

    private func weight(of item: PatternProgram.SingleLoop.Item) -> Int {
        guard MemoryLayout<Unit>.size > 1, case .set(let index) = item else { return 1 }
        return program.classes[index].weight
    }

    private mutating func repeatOne(
        _ loop: PatternProgram.SingleLoop,
        _ counter: inout Int,
        _ position: inout Int
    ) throws(EngineError) -> Bool {
        guard case .repeatOne(let index) = program.instructions[counter] else { return false }
        let most = min(loop.max, end - position)
        let wanted = loop.greed == .lazy ? loop.min : most
        let limit = position + min(wanted, most)
        let place = try scan(loop.item, from: position, to: limit, while: true)
        guard place - position >= loop.min else { return false }
        counter += 1
        switch loop.greed {
        case .greedy where place > position + loop.min:
            try push(.fewer(counter, place - 1, position + loop.min))
        case .lazy where most > loop.min: try push(.more(index, place, position + most))
        default: break
        }
        position = place
        return true
    }

    private mutating func continueLoop(
        _ loop: PatternProgram.Loop,
        _ counter: inout Int,
        _ position: Int
    ) throws(EngineError) -> Bool {
        let count = registers[loop.register]
        if count < loop.min {
            try set(loop.register, count + 1)
            counter = loop.body
        } else if loop.isLazy {
            try push(.choice(counter + 1, position))
            counter = loop.exit
        } else if count < loop.max || loop.max == PatternNode.unlimited,
            registers[loop.register + 1] != position
        {
            try push(.choice(loop.exit, position))
            try set(loop.register, count + 1)
            try set(loop.register + 1, position)
            counter = loop.body
        } else {
            counter = loop.exit
        }
        return true
    }

    private mutating func enterLoop(
        _ loop: PatternProgram.Loop,
        _ counter: inout Int,
        _ position: Int
    ) throws(EngineError) -> Bool {
        let count = registers[loop.register]
        guard count < loop.max || loop.max == PatternNode.unlimited, registers[loop.register + 1] != position
        else {
            return false
        }
        try set(loop.register, count + 1)
        try set(loop.register + 1, position)
        counter = loop.body
        return true
    }

    private func referenceLength(_ group: Int, _ folding: CaseFolding, at position: Int) -> Int? {
        let (first, last) = (registers[2 * group], registers[2 * group + 1])
        guard first >= 0, last >= first, last - first <= end - position else { return nil }
        for offset in 0..<(last - first) {
            let (left, right) = (units[first + offset], units[position + offset])
            if left == right { continue }
            let same =
                folding.lower(UInt32(truncatingIfNeeded: left))
                == folding.lower(UInt32(truncatingIfNeeded: right))
            if !same { return nil }
        }
        return last - first
    }

    private func holds(_ anchor: PatternNode.Anchor, _ isASCII: Bool, at position: Int) -> Bool {
        switch anchor {
        case .textStart: return position == 0
        case .textEnd: return position == end
        case .lineStart: return position == 0 || units[position - 1] == 10
        case .lineEnd: return position == end || units[position] == 10
        case .lastLineEnd: return position == end || (position + 1 == end && units[position] == 10)
        case .boundary, .notBoundary:
            if end == 0 { return false }
            let before = position > 0 && isWord(position - 1, isASCII)
            let after = position < end && isWord(position, isASCII)
            return (before != after) == (anchor == .boundary)
        }
    }

    private func isWord(_ position: Int, _ isASCII: Bool) -> Bool {
        CharacterClass.belongs(UInt32(truncatingIfNeeded: units[position]), to: .word, isASCII: isASCII)
    }
}
