/// The arguments of a call to code of the sandbox: positional ones first, then the values of the named ones.
///
/// They lie in the registers of the caller; valid during the call only.
struct Arguments {
    let base: UnsafeMutablePointer<Value>
    /// Numeral of positional arguments.
    let count: Int
    /// Names of those after the positional ones.
    let names: [String]

    init(_ base: UnsafeMutablePointer<Value>, count: Int, names: [String] = []) {
        self.base = base
        self.count = count
        self.names = names
    }

    subscript(index: Int) -> Value { base[index] }

    /// The value of a named argument.
    func named(_ name: String) -> Value? {
        guard let index = names.firstIndex(of: name) else { return nil }
        return base[count + index]
    }

    var positional: [Value] { Array(UnsafeBufferPointer(start: base, count: count)) }

    var keywords: [(name: String, value: Value)] {
        names.enumerated().map { ($1, base[count + $0]) }
    }

    // MARK: Checks in the words of CPython

    func noKeywords(_ function: String) throws(EngineError) {
        if !names.isEmpty { throw .typeError("\(function)() takes no keyword arguments") }
    }

    /// For functions of no argument: `list.clear() takes no arguments (1 given)`.
    func none(_ function: String) throws(EngineError) {
        try noKeywords(function)
        if count != 0 { throw .typeError("\(function)() takes no arguments (\(count) given)") }
    }

    /// For functions of one argument: `len() takes exactly one argument (0 given)`.
    func one(_ function: String) throws(EngineError) -> Value {
        try noKeywords(function)
        if count != 1 { throw .typeError("\(function)() takes exactly one argument (\(count) given)") }
        return base[0]
    }

    /// For functions of some positional arguments: `pop expected at most 1 argument, got 2`.
    ///
    /// `owner` is the type whose method it is, which CPython names where named arguments are refused.
    func between(_ least: Int, _ most: Int, _ function: String, owner: String = "") throws(EngineError) {
        try noKeywords(owner.isEmpty ? function : "\(owner).\(function)")
        if count >= least, count <= most { return }
        let bound = least == most ? "" : count < least ? "at least " : "at most "
        let wanted = count < least ? least : most
        throw .typeError(
            "\(function) expected \(bound)\(wanted) argument\(wanted == 1 ? "" : "s"), got \(count)"
        )
    }

    /// Arguments that may come by position or by name, in the order of `parameters`; nothing where left out.
    ///
    /// The first `required` must be there; `positionalOnly` of them cannot be named.
    func bind(
        _ function: String,
        _ parameters: [String],
        required: Int = 0,
        positional: Int? = nil,
        positionalOnly: Int = 0
    ) throws(EngineError) -> [Value?] {
        let most = positional ?? parameters.count
        if count > most {
            if names.isEmpty, required == parameters.count {
                throw .typeError(
                    "\(function)() takes exactly \(most) argument\(most == 1 ? "" : "s") (\(count) given)"
                )
            }
            throw .typeError(
                "\(function)() takes at most \(most) \(positional != nil && most < parameters.count ? "positional " : "")argument\(most == 1 ? "" : "s") (\(count) given)"
            )
        }
        var bound: [Value?] = Array(repeating: nil, count: parameters.count)
        for index in 0..<count { bound[index] = base[index] }
        for (offset, name) in names.enumerated() {
            guard let index = parameters.firstIndex(of: name), index >= positionalOnly else {
                throw .typeError("'\(name)' is an invalid keyword argument for \(function)()")
            }
            if bound[index] != nil {
                throw .typeError(
                    "argument for \(function)() given by name ('\(name)') and position (\(index + 1))"
                )
            }
            bound[index] = base[count + offset]
        }
        for index in 0..<required where bound[index] == nil {
            throw .typeError(
                "\(function)() missing required argument '\(parameters[index])' (pos \(index + 1))"
            )
        }
        return bound
    }
}
