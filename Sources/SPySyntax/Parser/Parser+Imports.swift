extension Parser {
    /// `import a.b as c, d`
    mutating func parseImport() throws(SyntaxFailure) -> StatementID {
        let statementStart = start
        advance()
        let mark = scratch.count
        repeat {
            let nameStart = start
            let name = try parseDottedName()
            try parseAlias(of: name, nameStart)
        } while take(.comma)
        let names = list(from: mark, of: ImportedName.self)
        return tree.add(.importModules(names), statementStart, previousEnd)
    }

    /// `from ..a import b as c, d`
    mutating func parseImportFrom() throws(SyntaxFailure) -> StatementID {
        let statementStart = start
        advance()
        var level: UInt32 = 0
        while kind == .dot || kind == .ellipsis {
            level += kind == .dot ? 1 : 3
            advance()
        }
        var module: Name?
        if level == 0 || kind != .import { module = try parseDottedName() }
        try expect(.import, "after the module")
        let mark = scratch.count
        if kind == .star {
            pushImported(NameTable.star, nil, start, current.end)
            advance()
        } else if take(.leftParenthesis) {
            repeat {
                if kind == .rightParenthesis, scratch.count > mark { break }
                try parseImportedName()
            } while take(.comma)
            try expectClosing(.rightParenthesis)
        } else {
            try parseBareImportedNames()
        }
        let names = list(from: mark, of: ImportedName.self)
        return tree.add(.importNames(module: module, names: names, level: level), statementStart, previousEnd)
    }

    private mutating func parseBareImportedNames() throws(SyntaxFailure) {
        repeat {
            if kind == .newline, tokens[index - 1].kind == .comma {
                throw fail(
                    .unexpectedToken,
                    at: tokens[index - 1].range,
                    "A comma cannot end the names of an import.",
                    hint: "Remove it, or put the names into parentheses."
                )
            }
            try parseImportedName()
        } while take(.comma)
    }

    private mutating func parseImportedName() throws(SyntaxFailure) {
        let nameStart = start
        let name = try takeName("to import")
        try parseAlias(of: name, nameStart)
    }

    private mutating func parseAlias(of name: Name, _ nameStart: UInt32) throws(SyntaxFailure) {
        var alias: Name?
        if take(.as) { alias = try takeName("after 'as'") }
        pushImported(name, alias, nameStart, previousEnd)
    }

    private mutating func pushImported(_ name: Name, _ alias: Name?, _ nameStart: UInt32, _ end: UInt32) {
        scratch.append(name.rawValue)
        scratch.append(alias?.rawValue ?? absent)
        scratch.append(nameStart)
        scratch.append(end)
    }

    private mutating func parseDottedName() throws(SyntaxFailure) -> Name {
        let first = try takeName("of a module")
        guard kind == .dot else { return first }
        var dotted = names.text(of: first)
        while take(.dot) {
            dotted += "."
            dotted += names.text(of: try takeName("of a module"))
        }
        return Name(rawValue: names.intern(Array(dotted.utf8)))
    }
}
