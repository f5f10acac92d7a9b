internal import SPySyntax

extension CanonicalForm {
    /// What a statement says beside its parts.
    mutating func writeHead(_ statement: Statement) {
        switch statement {
        case .invalid: put(0x01 as UInt8)
        case .expression: put(0x02 as UInt8)
        // An annotation changes nothing; one without a value is told apart by its number of parts.
        case .assignment, .annotatedAssignment: put(0x03 as UInt8)
        case .augmentedAssignment(_, let symbol, _): put([0x04, symbol.rawValue])
        case .return: put(0x05 as UInt8)
        case .delete: put(0x06 as UInt8)
        case .pass: put(0x07 as UInt8)
        case .break: put(0x08 as UInt8)
        case .continue: put(0x09 as UInt8)
        case .raise(let exception, _): put([0x0A, exception == nil ? 0 : 1])
        case .assert: put(0x0B as UInt8)
        case .importModules(let names):
            put(0x0C as UInt8)
            put(names)
        case .importNames(let module, let names, let level):
            put(0x0D as UInt8)
            put(level)
            if let module { put(text: module) }
            put(names)
        case .global(let names), .nonlocal(let names):
            put(0x0E as UInt8)
            put(UInt32(tree[names].count))
            for name in tree[names] { put(text: name) }
        case .if(_, let body, let otherwise):
            put(0x11 as UInt8)
            putCounts(body, otherwise)
        case .while(_, let body, let otherwise):
            put(0x12 as UInt8)
            putCounts(body, otherwise)
        case .for(let loop):
            put(0x13 as UInt8)
            putCounts(loop.body, loop.otherwise)
        case .with(let items, let body, _):
            put(0x14 as UInt8)
            put(UInt32(tree[items].count))
            putCounts(body)
        case .match(_, let cases):
            put(0x15 as UInt8)
            put(UInt32(tree[cases].count))
            for matchCase in tree[cases] {
                put(matchCase.guardCondition == nil ? 0 as UInt8 : 1)
                putCounts(matchCase.body)
            }
        case .try(let statement):
            put(0x16 as UInt8)
            putCounts(statement.body, statement.otherwise, statement.finally)
            put(UInt32(tree[statement.handlers].count))
            for handler in tree[statement.handlers] {
                put(handler.type == nil ? 0 as UInt8 : 1)
                put(handler.name)
                putCounts(handler.body)
            }
        case .functionDefinition, .classDefinition: put(0x17 as UInt8)
        }
    }

    /// What an expression says beside its parts.
    mutating func writeHead(_ expression: Expression) {
        switch expression {
        case .invalid: put(0x40 as UInt8)
        case .constant(let value): writeConstant(value)
        case .joinedString: put(0x42 as UInt8)
        case .formattedValue(_, let conversion, _): put([0x43, conversion.rawValue])
        case .name(let name, _):
            put(0x44 as UInt8)
            put(name)
        case .attribute(_, let name, _):
            put(0x45 as UInt8)
            put(text: name)
        case .subscripted: put(0x46 as UInt8)
        case .slice(let slice):
            let parts: UInt8 =
                (slice.lower == nil ? 0 : 1) | (slice.upper == nil ? 0 : 2) | (slice.step == nil ? 0 : 4)
            put([0x47, parts])
        case .starred: put(0x48 as UInt8)
        case .call(_, let arguments, let keywords):
            put(0x49 as UInt8)
            put(UInt32(tree[arguments].count))
            for keyword in tree[keywords] {
                if let name = keyword.name { put(text: name) } else { put(0x00 as UInt8) }
            }
        case .booleanOperation(let symbol, _): put([0x4A, symbol.rawValue])
        case .binaryOperation(_, let symbol, _): put([0x4B, symbol.rawValue])
        case .unaryOperation(let symbol, _): put([0x4C, symbol.rawValue])
        case .comparison(_, let rest):
            put(0x4D as UInt8)
            for comparand in tree[rest] { put(comparand.comparison.rawValue) }
            put(0xFF as UInt8)
        case .conditional: put(0x4E as UInt8)
        case .assignmentExpression: put(0x4F as UInt8)
        case .lambda: put(0x60 as UInt8)
        case .list: put(0x50 as UInt8)
        case .tuple: put(0x51 as UInt8)
        case .set: put(0x52 as UInt8)
        case .dictionary(let items):
            put(0x53 as UInt8)
            for item in tree[items] { put(item.key == nil ? 0 as UInt8 : 1) }
            put(0xFF as UInt8)
        case .listComprehension(_, let clauses): writeClauses(0x54, clauses)
        case .setComprehension(_, let clauses): writeClauses(0x55, clauses)
        case .generator(_, let clauses): writeClauses(0x56, clauses)
        case .dictionaryComprehension(_, _, let clauses): writeClauses(0x57, clauses)
        case .await: put(0x58 as UInt8)
        case .yield: put(0x59 as UInt8)
        case .yieldFrom: put(0x5A as UInt8)
        }
    }

    /// What a pattern says beside its parts.
    mutating func writeHead(_ pattern: Pattern) {
        switch pattern {
        case .invalid: put(0x80 as UInt8)
        case .value: put(0x81 as UInt8)
        case .none: put(0x82 as UInt8)
        case .boolean(let value): put([0x83, value ? 1 : 0])
        case .sequence: put(0x84 as UInt8)
        case .mapping(_, let rest):
            put(0x85 as UInt8)
            put(rest)
        case .typed(_, let patterns, let keywords):
            put(0x86 as UInt8)
            put(UInt32(tree[patterns].count))
            for keyword in tree[keywords] { put(text: keyword.name) }
        case .star(let name):
            put(0x87 as UInt8)
            put(name)
        case .capture(let name):
            put(0x88 as UInt8)
            put(name)
        case .wildcard: put(0x89 as UInt8)
        case .alias(_, let name):
            put(0x8A as UInt8)
            put(name)
        case .alternatives: put(0x8B as UInt8)
        }
    }

    private mutating func writeConstant(_ value: Constant) {
        switch value {
        case .none: put([0x41, 0])
        case .boolean(let value): put([0x41, value ? 2 : 1])
        case .ellipsis: put([0x41, 3])
        case .integer(let value):
            put([0x41, 4])
            put(UInt64(bitPattern: Int64(value)))
        case .bigInteger(let digits):
            put([0x41, 5])
            put(tree.bytes(digits))
        case .float(let value):
            put([0x41, 6])
            put(value.bitPattern)
        case .imaginary(let value):
            put([0x41, 7])
            put(value.bitPattern)
        case .string(let text):
            put([0x41, 8])
            put(tree.bytes(text))
        case .bytes(let text):
            put([0x41, 9])
            put(tree.bytes(text))
        }
    }

    private mutating func writeClauses(_ tag: UInt8, _ clauses: ComprehensionClauseList) {
        put(tag)
        put(UInt32(tree[clauses].count))
        for clause in tree[clauses] { put(UInt32(tree[clause.conditions].count)) }
    }

    private mutating func put(_ names: ImportedNameList) {
        put(UInt32(tree[names].count))
        for name in tree[names] { put(text: name.name) }
    }

    private mutating func putCounts(_ lists: StatementList...) {
        for list in lists { put(UInt32(tree[list].count)) }
    }

    private mutating func put(_ values: [UInt8]) {
        for value in values { put(value) }
    }
}
