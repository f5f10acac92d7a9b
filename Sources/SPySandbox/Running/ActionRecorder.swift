/// Answers for the names that a program does not define, and notes how they were called.
struct ActionRecorder {
    private let stubs: [String: ActionStub]
    /// What calls of actions without a stub return; nothing where such names are undefined.
    private let fallback: ActionStub?
    private var turns: [String: Int] = [:]
    private(set) var calls: [ActionCall] = []

    static let largestCallCount = 10_000

    init(stubs: [String: ActionStub], fallback: ActionStub?) {
        self.stubs = stubs
        self.fallback = fallback
    }

    /// What a name of the outside means; nothing where it has no meaning.
    func value(of name: String, _ machine: Machine) throws(EngineError) -> Value? {
        if let stub = stubs[name] { return try value(of: stub, name, machine) }
        if stubs.keys.contains(where: { $0.hasPrefix(name + ".") }) {
            return .object(ActionObject(name, machine.heap))
        }
        guard fallback != nil, !Builtins.absent.contains(name), Builtins.value(of: name, machine) == nil
        else {
            return nil
        }
        return .object(ActionObject(name, machine.heap))
    }

    /// An attribute of an action is an action with a dotted name.
    func attribute(_ name: String, of action: ActionObject, _ machine: Machine) throws(EngineError) -> Value?
    {
        try value(of: "\(action.name).\(name)", machine)
    }

    private func value(of stub: ActionStub, _ name: String, _ machine: Machine) throws(EngineError) -> Value {
        guard case .value(let json) = stub else { return .object(ActionObject(name, machine.heap)) }
        return try JSONReader.read(json, machine)
    }

    fileprivate mutating func answer(to name: String) -> ActionStub? {
        guard let stub = stubs[name] ?? fallback else { return nil }
        guard case .returnsInTurn(let values) = stub, !values.isEmpty else { return stub }
        let turn = turns[name, default: 0]
        turns[name] = turn + 1
        return .returns(values[min(turn, values.count - 1)])
    }

    fileprivate mutating func note(_ call: ActionCall) { calls.append(call) }
}

extension Machine {
    /// Calls an action: notes it and answers from its stub.
    func callAction(_ name: String, _ arguments: Arguments) throws(EngineError) -> Value {
        guard actions.calls.count < ActionRecorder.largestCallCount else {
            throw .budgetExceeded(BudgetExceeded(budget: .output, limit: limits.outputBytes))
        }
        var positional: [String] = []
        for value in arguments.positional { positional.append(try recorded(value)) }
        var keywords: [ActionCall.Keyword] = []
        for (name, value) in arguments.keywords {
            keywords.append(ActionCall.Keyword(name: name, value: try recorded(value)))
        }
        actions.note(ActionCall(name: name, arguments: positional, keywords: keywords, line: currentLine))
        switch actions.answer(to: name) {
        case .returns(let json): return try JSONReader.read(json, self)
        case .value(let json): return try JSONReader.read(json, self)
        case .raises(let type, let message):
            let known = ExceptionTypes.byName[type] ?? ExceptionTypes.exception
            throw raising(ExceptionObject(known, [try string(message)], heap))
        case .returnsInTurn: return .none
        case nil: throw .typeError("'\(name)' object is not callable")
        }
    }

    /// A value as JSON for the record, charged as memory and limited like output.
    func recorded(_ value: Value) throws(EngineError) -> String {
        let json = try JSONWriter.write(value, self)
        try meter.charge(bytes: json.utf8.count)
        return json
    }

    /// The line at which the program is.
    var currentLine: Int {
        guard frameCount > 0 else { return 0 }
        let frame = frames[frameCount - 1]
        return Int(frame.code.lines[max(frame.next - 1, 0)])
    }
}
