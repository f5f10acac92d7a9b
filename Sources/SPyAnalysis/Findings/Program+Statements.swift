internal import SPySyntax

extension Program {
    /// `return`, `break` and `continue` that leave a `finally`.
    mutating func checkFinally() {
        /// What is under way: whether a loop or function begun inside of the `finally` is left instead of it.
        var finals: [(loops: Int, scopes: Int)] = []
        var loopCount = 0
        var scopeCount = 0
        var statement: StatementID?
        for event in events {
            switch event {
            case .scopeBegin: scopeCount += 1
            case .scopeEnd: scopeCount -= 1
            case .loopBody: loopCount += 1
            case .loopElse: loopCount -= 1
            case .finallyBody(let isInside):
                if isInside { finals.append((loopCount, scopeCount)) } else { finals.removeLast() }
            case .statement(let id, _): statement = id
            case .return, .break, .continue:
                guard let final = finals.last, final.scopes == scopeCount, let statement else { continue }
                let range = tree.range(of: statement)
                if case .return = event {
                    report(.finallyExits, at: range, "return")
                } else if final.loops == loopCount {
                    report(.finallyExits, at: range, source.text(in: range))
                }
            default: break
            }
        }
    }

    /// The first use of chance without a seed anywhere.
    mutating func checkSeeds() {
        var unseeded: (range: SourceRange, name: String)?
        for occurrence in occurrences where occurrence.action == .read && occurrence.symbol >= 0 {
            let symbol = symbols[occurrence.symbol]
            let member: String
            if symbol.moduleImport >= 0, imports[symbol.moduleImport].module == "random",
                let attribute = occurrence.attribute
            {
                member = tree.string(attribute)
            } else if symbol.memberImport >= 0, imports[symbol.memberImport].module == "random" {
                member = imports[symbol.memberImport].member ?? ""
            } else {
                continue
            }
            switch member {
            case "seed", "Random", "setstate": return
            default: unseeded = unseeded ?? (occurrence.range, "random.\(member)")
            }
        }
        if let unseeded { report(.unseededRandom, at: unseeded.range, unseeded.name) }
    }
}
