extension Arguments {
    /// Arguments of what CPython's library defines in Python: bound and refused as for a function of a program.
    ///
    /// The first `required` parameters have no default, the last `keywordOnly` come by name only. A method, named with
    /// its class, counts the object as an argument too.
    func bindPython(
        _ function: String,
        _ parameters: [String],
        required: Int = 0,
        keywordOnly: Int = 0
    ) throws(EngineError) -> [Value?] {
        let most = parameters.count - keywordOnly
        var bound: [Value?] = Array(repeating: nil, count: parameters.count)
        for index in 0..<min(count, most) { bound[index] = base[index] }
        for (offset, name) in names.enumerated() {
            guard let index = parameters.firstIndex(of: name) else {
                throw .typeError("\(function)() got an unexpected keyword argument '\(name)'")
            }
            if bound[index] != nil {
                throw .typeError("\(function)() got multiple values for argument '\(name)'")
            }
            bound[index] = base[count + offset]
        }
        if count > most {
            let isMethod = function.contains(".")
            let own = isMethod ? 1 : 0
            let takes = required < most ? "from \(required + own) to \(most + own)" : "\(most + own)"
            let plural = takes == "1" ? "" : "s"
            let given = count + own
            throw .typeError(
                "\(function)() takes \(takes) positional argument\(plural) but \(given) \(given == 1 ? "was" : "were") given"
            )
        }
        let missing = parameters[..<required].indices.filter { bound[$0] == nil }.map { parameters[$0] }
        if !missing.isEmpty { throw Self.missing(function, "positional", missing) }
        return bound
    }

    /// The refusal of a call without arguments that must be there.
    static func missing(_ function: String, _ kind: String, _ names: [String]) -> EngineError {
        let quoted = names.map { "'\($0)'" }
        let list: String
        switch quoted.count {
        case 1: list = quoted[0]
        case 2: list = "\(quoted[0]) and \(quoted[1])"
        default: list = quoted.dropLast().joined(separator: ", ") + ", and " + quoted.last!
        }
        let plural = names.count == 1 ? "" : "s"
        return .typeError("\(function)() missing \(names.count) required \(kind) argument\(plural): \(list)")
    }
}
