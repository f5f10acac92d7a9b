internal import SPySyntax

/// Follows the tape of a program once and finds names without a value, statements never reached and loops without end.
///
/// Branches, loops and `try` statements under way are on a stack. A loop needs no second round: what its body binds and
/// deletes is known before, so the state at its head is the worst of all rounds. Functions inside are followed from
/// their definition with a state of their own; what they read from around them is not judged, as they run later.
struct FlowAnalysis {
    let program: Program
    private(set) var findings: [Diagnostic] = []
    /// Loops that nothing leaves, by index: `while True` without `break`, `return` or `raise`.
    private(set) var loopsWithoutExit: [Int] = []
    /// Loops that are left by `break`, `return` or `raise`, or never reached.
    private(set) var loopsWithExit: Set<Int> = []
    private var state = FlowState(slotCount: 0)
    /// The states where the value at hand is true and where it is false.
    private var whenTrue = FlowState(slotCount: 0)
    private var whenFalse = FlowState(slotCount: 0)
    private var stack: [Construct] = []
    /// Positions in the stack of loops under way.
    private var loops: [Int] = []
    private var scopes: [Int] = []
    private var reportedUntil: UInt32 = 0
    /// Names reported once per symbol, since one missing value is one mistake.
    private var reported: Set<Int> = []

    private enum Construct {
        case frame(FlowState, loops: [Int])
        case comprehension(FlowState)
        case operands(FlowState)
        case branch(pending: FlowState, joined: FlowState)
        case loop(index: Int, exit: FlowState, broken: FlowState, hasExit: Bool)
        case attempt(index: Int, start: FlowState, joined: FlowState)
        case final(normal: FlowState)
        case assertion(FlowState)
    }

    /// Follows a program whose names are resolved.
    static func run(_ program: Program) -> FlowAnalysis {
        var analysis = FlowAnalysis(program: program)
        for event in program.events { analysis.step(event) }
        return analysis
    }

    private init(program: Program) {
        self.program = program
    }

    private mutating func step(_ event: Event) {
        switch event {
        case .occurrence(let index): step(program.occurrences[index])
        case .scopeBegin(let index): beginScope(index)
        case .scopeEnd(let index): endScope(index)
        case .statement(let id, let blockEnd): checkReachable(id, blockEnd)
        case .decide(let certainty):
            whenTrue = certainty == .never ? state.unreachable : state
            whenFalse = certainty == .always ? state.unreachable : state
        case .negate: swap(&whenTrue, &whenFalse)
        case .merge:
            state = whenTrue
            state.join(whenFalse)
        case .assume: state = whenTrue
        case .operandsBegin: stack.append(.operands(state.unreachable))
        case .operandsNext(let kind): nextOperand(kind)
        case .operandsEnd(let kind): endOperands(kind)
        case .branchBegin:
            stack.append(.branch(pending: whenFalse, joined: whenFalse.unreachable))
            state = whenTrue
        case .branchNext, .branchAgain, .branchEnd: stepBranch(event)
        case .loopBegin, .loopBody, .loopElse, .loopEnd: stepLoop(event)
        case .break, .continue, .return, .raise: leave(event)
        case .tryBegin, .handlersBegin, .handlerBegin, .handlerEnd, .finallyBegin, .tryEnd: stepTry(event)
        case .finallyBody: break
        case .assertFailure:
            stack.append(.assertion(whenTrue))
            state = whenFalse
        case .assertEnd:
            guard case .assertion(let passed) = stack.popLast() else { return }
            state = passed
        }
    }

    private mutating func beginScope(_ index: Int) {
        scopes.append(index)
        let scope = program.scopes[index]
        if case .comprehension = scope.kind {
            stack.append(.comprehension(state))
            return
        }
        stack.append(.frame(state, loops: loops))
        loops = []
        state = FlowState(slotCount: scope.slotCount)
    }

    private mutating func endScope(_ index: Int) {
        scopes.removeLast()
        switch stack.popLast() {
        case .frame(let outer, let outerLoops):
            state = outer
            loops = outerLoops
        case .comprehension(let before): state.join(before)
        default: break
        }
    }

    private mutating func checkReachable(_ id: StatementID, _ blockEnd: UInt32) {
        let range = program.tree.range(of: id)
        guard !state.isReachable, range.start >= reportedUntil else { return }
        reportedUntil = blockEnd
        findings.append(
            RuleDescription.unreachable.diagnostic(at: SourceRange(start: range.start, end: blockEnd), [])
        )
    }

    private mutating func nextOperand(_ kind: BooleanOperator) {
        guard case .operands(var short) = stack.popLast() else { return }
        short.join(kind == .and ? whenFalse : whenTrue)
        state = kind == .and ? whenTrue : whenFalse
        stack.append(.operands(short))
    }

    private mutating func endOperands(_ kind: BooleanOperator) {
        guard case .operands(var short) = stack.popLast() else { return }
        if kind == .and {
            short.join(whenFalse)
            whenFalse = short
        } else {
            short.join(whenTrue)
            whenTrue = short
        }
    }

    private mutating func stepBranch(_ event: Event) {
        guard case .branch(var pending, var joined) = stack.popLast() else { return }
        switch event {
        case .branchNext:
            joined.join(state)
            state = pending
        case .branchAgain:
            pending = whenFalse
            state = whenTrue
        default:
            state.join(joined)
            return
        }
        stack.append(.branch(pending: pending, joined: joined))
    }
}

// MARK: - Names

extension FlowAnalysis {
    private mutating func step(_ occurrence: Occurrence) {
        guard occurrence.symbol >= 0 else { return }
        let symbol = program.symbols[occurrence.symbol]
        let isOwnFrame = program.scopes[symbol.scope].frame == program.scopes[scopes[scopes.count - 1]].frame
        switch occurrence.action {
        case .bind:
            guard isOwnFrame, occurrence.binding != .declaration else { return }
            state.assign(symbol.slot)
        case .unbind:
            guard isOwnFrame else { return }
            state.forget(symbol.slot)
        case .read, .update:
            guard isOwnFrame, state.isReachable, !isDeferred(from: symbol.scope) else { return }
            if !state.isDefinite(symbol.slot) { report(occurrence, symbol) }
        }
    }

    /// Whether a generator expression stands between the place at hand and a scope: it may run later.
    private func isDeferred(from owner: Int) -> Bool {
        for scope in scopes.reversed() {
            if scope == owner { return false }
            guard case .comprehension(let isDeferred) = program.scopes[scope].kind else { return false }
            if isDeferred { return true }
        }
        return false
    }

    private mutating func report(_ occurrence: Occurrence, _ symbol: Symbol) {
        if program.scopes[symbol.scope].fallsBack, program.names[symbol.name].contains(.isBuiltin) { return }
        guard reported.insert(occurrence.symbol).inserted else { return }
        let rule: RuleDescription = state.isPossible(symbol.slot) ? .possiblyUndefined : .readTooEarly
        findings.append(rule.diagnostic(at: occurrence.range, [program.tree.string(symbol.name)]))
    }

    /// Calls with the slot of each name of the frame at hand that a stretch of the program binds or forgets.
    private func forEachChange(in stretch: Range<Int>, _ visit: (Int, _ isBinding: Bool) -> Void) {
        let frame = program.scopes[scopes[scopes.count - 1]].frame
        for occurrence in program.occurrences[stretch] where occurrence.symbol >= 0 {
            guard occurrence.action == .bind || occurrence.action == .unbind else { continue }
            let symbol = program.symbols[occurrence.symbol]
            guard program.scopes[symbol.scope].frame == frame, occurrence.binding != .declaration else {
                continue
            }
            visit(symbol.slot, occurrence.action == .bind)
        }
    }

    /// The state after any number of the changes in a stretch.
    private func afterSome(_ state: FlowState, of stretch: Range<Int>) -> FlowState {
        var result = state
        forEachChange(in: stretch) { slot, isBinding in
            if isBinding { result.assignPerhaps(slot) } else { result.forgetPerhaps(slot) }
        }
        return result
    }
}

// MARK: - Loops and exceptions

extension FlowAnalysis {
    private mutating func stepLoop(_ event: Event) {
        switch event {
        case .loopBegin(let index): state = afterSome(state, of: program.loops[index].whole)
        case .loopBody(let index):
            loops.append(stack.count)
            let isReached = whenTrue.isReachable || whenFalse.isReachable
            stack.append(
                .loop(index: index, exit: whenFalse, broken: whenFalse.unreachable, hasExit: !isReached)
            )
            state = whenTrue
        case .loopElse:
            loops.removeLast()
            guard case .loop(let index, let exit, _, let hasExit) = stack[stack.count - 1] else { return }
            if hasExit {
                loopsWithExit.insert(index)
            } else if !exit.isReachable {
                loopsWithoutExit.append(index)
            }
            state = exit
        default:
            guard case .loop(_, _, let broken, _) = stack.popLast() else { return }
            state.join(broken)
        }
    }

    private mutating func leave(_ event: Event) {
        defer { state = state.unreachable }
        guard state.isReachable, let innermost = loops.last else { return }
        switch event {
        case .continue: return
        case .break:
            guard case .loop(let index, let exit, var broken, _) = stack[innermost] else { return }
            broken.join(state)
            stack[innermost] = .loop(index: index, exit: exit, broken: broken, hasExit: true)
        default:
            for place in loops {
                guard case .loop(let index, let exit, let broken, false) = stack[place] else { continue }
                stack[place] = .loop(index: index, exit: exit, broken: broken, hasExit: true)
            }
        }
    }

    private mutating func stepTry(_ event: Event) {
        if case .tryBegin(let index) = event {
            stack.append(.attempt(index: index, start: state, joined: state.unreachable))
            return
        }
        if case .tryEnd = event {
            guard case .final(var normal) = stack.popLast() else { return }
            normal.add(state)
            state = normal
            return
        }
        guard case .attempt(let index, let start, var joined) = stack.popLast() else { return }
        switch event {
        case .handlersBegin, .handlerEnd: joined.join(state)
        case .handlerBegin: state = afterSome(start, of: program.tries[index].body)
        default:
            // `finally` runs whatever happened, so it knows only what was known before the `try`.
            state = afterSome(start, of: program.tries[index].guarded)
            stack.append(.final(normal: joined))
            return
        }
        stack.append(.attempt(index: index, start: start, joined: joined))
    }
}
