internal import SPySyntax

/// One run of one program.
struct Run {
    private let sandbox: Sandbox
    private let program: ParseResult
    private let call: Sandbox.Call?
    private let stop: StopRequest

    init(_ sandbox: Sandbox, _ program: ParseResult, _ call: Sandbox.Call?, _ stop: StopRequest) {
        self.sandbox = sandbox
        self.program = program
        self.call = call
        self.stop = stop
    }

    /// Nodes of a program; the subset allows fewer. Counts in instructions rely on it.
    private static let largestProgram = 65_000

    func outcome() -> Outcome {
        if let diagnostic = program.diagnostics.first(where: { $0.severity == .error }) {
            return refused("SyntaxError", diagnostic.message, diagnostic.range)
        }
        let tree = program.tree
        guard tree.expressionCount + tree.statementCount + tree.patternCount <= Self.largestProgram else {
            return refused("Refused", "The program is too large to run.", SourceRange(start: 0, end: 0))
        }
        let limits = sandbox.limits
        let meter = Meter(
            limits: Meter.Limits(
                steps: limits.steps,
                bytes: limits.memoryBytes,
                integerBits: limits.integerBits,
                depth: min(limits.depth, 100),
                outputBytes: limits.outputBytes
            ),
            stop: stop.signal
        )
        let heap = Heap(meter: meter)
        // Objects know the heap without holding it, so it must outlive them all.
        defer { withExtendedLifetime(heap) {} }
        let names = NameTable()
        let scopes = ScopeBuilder(program.tree)
        var globals: [Name: Int32] = [:]
        var globalNames: [String] = []
        for name in scopes.globals.sorted(by: { $0.rawValue < $1.rawValue }) {
            globals[name] = Int32(globalNames.count)
            globalNames.append(program.tree.string(name))
        }
        var watches: [SourceRange: Int32] = [:]
        for (index, range) in sandbox.watches.enumerated() where watches[range] == nil {
            watches[range] = Int32(index)
        }
        let machine = Machine(
            heap: heap,
            limits: limits,
            names: names,
            globalNames: globalNames,
            actions: ActionRecorder(stubs: sandbox.actions, fallback: sandbox.otherActions),
            watches: WatchRecorder(count: sandbox.watches.count)
        )
        defer { machine.tearDown() }
        do throws(CompileError) {
            let compiler = Compiler(
                program,
                heap: heap,
                scopes: scopes,
                globals: globals,
                names: names,
                watches: watches,
                guardian: machine.guardian
            )
            let code = try compiler.compileModule()
            return run(code, machine)
        } catch {
            return refused("Refused", error.message, error.range)
        }
    }

    private func run(_ code: Code, _ machine: Machine) -> Outcome {
        let module = FunctionObject(code, defaults: [], keywordDefaults: [], cells: [], machine.heap)
        // The frame refers to the function without holding it.
        defer { withExtendedLifetime(module) {} }
        do throws(EngineError) {
            try machine.enter(module, machine.top, argumentCount: 0, isEntry: true)
            _ = try machine.run()
            guard let call else { return machine.outcome(of: .none) }
            return machine.outcome(of: try value(of: call, machine))
        } catch {
            return machine.outcome(of: error)
        }
    }

    private func value(of call: Sandbox.Call, _ machine: Machine) throws(EngineError) -> Value {
        guard let slot = machine.globalNames.firstIndex(of: call.function), !machine.globals[slot].isUnbound
        else {
            throw machine.undefined(call.function)
        }
        let arguments = try JSONReader.read(call.arguments, machine)
        if let named = arguments.dict {
            var keywords: [(name: String, value: Value)] = []
            for (key, value) in named.items { keywords.append((key.string?.text.string ?? "", value)) }
            return try machine.call(machine.globals[slot], [], keywords)
        }
        guard let list = arguments.list else { throw .typeError("arguments must be a JSON array or object") }
        return try machine.call(machine.globals[slot], list.array)
    }

    private func refused(_ type: String, _ message: String, _ range: SourceRange) -> Outcome {
        let line = program.source.position(at: range.start).line
        return Outcome(
            result: nil,
            output: "",
            actions: [],
            watched: Array(repeating: WatchedValues(values: [], count: 0), count: sandbox.watches.count),
            steps: 0,
            error: Outcome.Failure(
                kind: .refused,
                type: type,
                message: message,
                budget: nil,
                line: line,
                traceback: []
            )
        )
    }
}

extension Machine {
    func outcome(of value: Value) -> Outcome {
        do throws(EngineError) {
            let (json, isExact) = try JSONWriter.render(value, self)
            let repr = try reprText(value).string
            return outcome(Outcome.Result(json: json, isExact: isExact, repr: repr), nil)
        } catch {
            return outcome(of: error)
        }
    }

    func outcome(of error: EngineError) -> Outcome {
        switch error {
        case .stopped:
            let traceback = Array(haltTraceback.reversed())
            return outcome(
                nil,
                Outcome.Failure(
                    kind: .stopped,
                    type: "Stopped",
                    message: "The run was stopped.",
                    budget: nil,
                    line: traceback.last?.line,
                    traceback: traceback
                )
            )
        case .budgetExceeded(let spent):
            let traceback = Array(haltTraceback.reversed())
            return outcome(
                nil,
                Outcome.Failure(
                    kind: .budget,
                    type: "BudgetExceeded",
                    message: "The run has spent its budget of \(spent.budget.rawValue) (\(spent.limit)).",
                    budget: spent.budget.rawValue,
                    line: traceback.last?.line,
                    traceback: traceback
                )
            )
        case .raised:
            guard let exception = exception(of: error) else { return outcome(nil, nil) }
            let traceback = Array(exception.traceback.reversed())
            let isDepth = exception.type.name == "RecursionError"
            return outcome(
                nil,
                Outcome.Failure(
                    kind: .exception,
                    type: exception.type.qualifiedName,
                    message: messageForReport(exception),
                    budget: isDepth ? BudgetExceeded.Budget.depth.rawValue : nil,
                    line: traceback.last?.line,
                    traceback: traceback
                )
            )
        }
    }

    /// The message of an uncaught exception, even where no budget is left to make it.
    private func messageForReport(_ exception: ExceptionObject) -> String {
        do throws(EngineError) {
            return try message(of: exception).string
        } catch {
            return exception.arguments.first?.string?.text.string ?? ""
        }
    }

    private func outcome(_ result: Outcome.Result?, _ error: Outcome.Failure?) -> Outcome {
        Outcome(
            result: result,
            output: String(decoding: output, as: UTF8.self),
            actions: actions.calls,
            watched: watches.results,
            steps: meter.stepsSpent,
            error: error
        )
    }
}
