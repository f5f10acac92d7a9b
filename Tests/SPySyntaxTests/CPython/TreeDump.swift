import SPySyntax

/// Writes a tree in the form that `cpython.py` writes CPython's: each node with its positions, then its fields in the
/// order of the `ast` module, one item a line.
struct TreeDump {
    let tree: Tree
    let source: SourceText
    private(set) var bytes: [UInt8] = []
    /// The line found last; the next position is mostly on it or near.
    private var line = 0

    init(_ result: ParseResult) {
        tree = result.tree
        source = result.source
    }

    static func text(of result: ParseResult) -> String {
        String(decoding: dump(result), as: UTF8.self)
    }

    static func dump(_ result: ParseResult) -> [UInt8] {
        var dump = TreeDump(result)
        dump.bytes.reserveCapacity(result.source.utf8.count * 16)
        dump.write("Module")
        dump.statements(dump.tree.body)
        dump.write("[0")
        return dump.bytes
    }

    private mutating func write(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        bytes.append(0x0A)
    }

    private mutating func write(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(0x0A)
    }

    private mutating func number(_ value: Int) {
        if value >= 10 { number(value / 10) }
        bytes.append(UInt8(0x30 + value % 10))
    }

    private mutating func position(_ offset: UInt32) {
        let starts = source.lineStarts
        if offset < starts[line] || (line + 1 < starts.count && offset >= starts[line + 1]) {
            line = source.lineIndex(at: offset)
        }
        number(line + 1)
        bytes.append(0x3A)
        number(Int(offset - starts[line]))
    }

    private mutating func node(_ kind: StaticString, _ range: SourceRange) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: kind.utf8Start, count: kind.utf8CodeUnitCount))
        bytes.append(0x40)
        position(range.start)
        bytes.append(0x2D)
        position(range.end)
        bytes.append(0x0A)
    }

    private mutating func count(_ value: Int) {
        bytes.append(0x5B)
        number(value)
        bytes.append(0x0A)
    }

    private mutating func flag(_ value: Bool) { write(value ? "i0x1" : "i0x0") }

    private mutating func none() { write("~") }

    private mutating func name(_ name: Name?) {
        guard let name else { return none() }
        bytes.append(0x73)
        bytes.append(contentsOf: tree.string(name).utf8)
        bytes.append(0x0A)
    }

    private mutating func names(_ list: NameList) {
        let elements = tree[list]
        count(elements.count)
        for element in elements { name(element) }
    }

    private mutating func context(_ context: ExpressionContext) {
        switch context {
        case .load: write("Load")
        case .store: write("Store")
        case .delete: write("Del")
        }
    }

    // MARK: Statements

    private mutating func statements(_ list: StatementList) {
        let elements = tree[list]
        count(elements.count)
        for id in elements { statement(id) }
    }

    private mutating func statement(_ id: StatementID) {
        let range = tree.range(of: id)
        switch tree[id] {
        case .invalid: node("Invalid", range)
        case .expression(let value):
            node("Expr", range)
            expression(value)
        case .assignment(let targets, let value):
            node("Assign", range)
            expressions(targets)
            expression(value)
            none()
        case .augmentedAssignment(let target, let operation, let value):
            node("AugAssign", range)
            expression(target)
            write(operatorName(operation))
            expression(value)
        case .annotatedAssignment(let target, let annotation, let value, let isSimple):
            node("AnnAssign", range)
            expression(target)
            expression(annotation)
            optional(value)
            flag(isSimple)
        case .return(let value):
            node("Return", range)
            optional(value)
        case .delete(let targets):
            node("Delete", range)
            expressions(targets)
        case .pass: node("Pass", range)
        case .break: node("Break", range)
        case .continue: node("Continue", range)
        case .raise(let exception, let cause):
            node("Raise", range)
            optional(exception)
            optional(cause)
        case .assert(let test, let message):
            node("Assert", range)
            expression(test)
            optional(message)
        case .importModules(let names):
            node("Import", range)
            imported(names)
        case .importNames(let module, let names, let level):
            node("ImportFrom", range)
            name(module)
            imported(names)
            integer(Int(level))
        case .global(let list):
            node("Global", range)
            names(list)
        case .nonlocal(let list):
            node("Nonlocal", range)
            names(list)
        case .if(let test, let body, let otherwise): conditional("If", range, test, body, otherwise)
        case .while(let test, let body, let otherwise): conditional("While", range, test, body, otherwise)
        case .for(let loop):
            node(loop.isAsync ? "AsyncFor" : "For", range)
            expression(loop.target)
            expression(loop.iterable)
            statements(loop.body)
            statements(loop.otherwise)
            none()
        case .with(let items, let body, let isAsync):
            node(isAsync ? "AsyncWith" : "With", range)
            withItems(items)
            statements(body)
            none()
        case .match(let subject, let cases):
            node("Match", range)
            expression(subject)
            matchCases(cases)
        case .try(let statement):
            node(statement.isGroup ? "TryStar" : "Try", range)
            statements(statement.body)
            handlers(statement.handlers)
            statements(statement.otherwise)
            statements(statement.finally)
        case .functionDefinition(let function):
            node(function.isAsync ? "AsyncFunctionDef" : "FunctionDef", range)
            name(function.name)
            parameters(function.parameters)
            statements(function.body)
            expressions(function.decorators)
            optional(function.returns)
            none()
        case .classDefinition(let definition):
            node("ClassDef", range)
            name(definition.name)
            expressions(definition.bases)
            keywords(definition.keywords)
            statements(definition.body)
            expressions(definition.decorators)
        }
    }

    private mutating func conditional(
        _ kind: StaticString,
        _ range: SourceRange,
        _ test: ExpressionID,
        _ body: StatementList,
        _ otherwise: StatementList
    ) {
        node(kind, range)
        expression(test)
        statements(body)
        statements(otherwise)
    }

    private mutating func imported(_ list: ImportedNameList) {
        let elements = tree[list]
        count(elements.count)
        for element in elements {
            node("alias", element.range)
            name(element.name)
            name(element.alias)
        }
    }

    private mutating func withItems(_ list: WithItemList) {
        let elements = tree[list]
        count(elements.count)
        for element in elements {
            write("withitem")
            expression(element.context)
            optional(element.target)
        }
    }

    private mutating func handlers(_ list: ExceptHandlerList) {
        let elements = tree[list]
        count(elements.count)
        for element in elements {
            node("ExceptHandler", element.range)
            optional(element.type)
            name(element.name)
            statements(element.body)
        }
    }

    private mutating func matchCases(_ list: MatchCaseList) {
        let elements = tree[list]
        count(elements.count)
        for element in elements {
            write("match_case")
            pattern(element.pattern)
            optional(element.guardCondition)
            statements(element.body)
        }
    }

    // MARK: Expressions

    private mutating func expressions(_ list: ExpressionList) {
        let elements = tree[list]
        count(elements.count)
        for id in elements { expression(id) }
    }

    private mutating func optional(_ id: ExpressionID?) {
        if let id { expression(id) } else { none() }
    }

    private mutating func expression(_ id: ExpressionID) {
        let range = tree.range(of: id)
        switch tree[id] {
        case .invalid: node("Invalid", range)
        case .constant(let value):
            node("Constant", range)
            constant(value)
            if tree.hasUnicodePrefix(id) { write("su") } else { none() }
        case .joinedString(let values):
            node("JoinedStr", range)
            expressions(values)
        case .formattedValue(let value, let conversion, let specification):
            node("FormattedValue", range)
            expression(value)
            switch conversion {
            case .none: write("i-0x1")
            case .str: write("i0x73")
            case .repr: write("i0x72")
            case .ascii: write("i0x61")
            }
            optional(specification)
        case .name(let id, let usage):
            node("Name", range)
            name(id)
            context(usage)
        case .attribute(let value, let attribute, let usage):
            node("Attribute", range)
            expression(value)
            name(attribute)
            context(usage)
        case .subscripted(let value, let index, let usage):
            node("Subscript", range)
            expression(value)
            expression(index)
            context(usage)
        case .slice(let slice):
            node("Slice", range)
            optional(slice.lower)
            optional(slice.upper)
            optional(slice.step)
        case .starred(let value, let usage):
            node("Starred", range)
            expression(value)
            context(usage)
        case .call(let function, let arguments, let keywordList):
            node("Call", range)
            expression(function)
            expressions(arguments)
            keywords(keywordList)
        case .booleanOperation(let operation, let values):
            node("BoolOp", range)
            write(operation == .and ? "And" : "Or")
            expressions(values)
        case .binaryOperation(let left, let operation, let right):
            node("BinOp", range)
            expression(left)
            write(operatorName(operation))
            expression(right)
        case .unaryOperation(let operation, let operand):
            node("UnaryOp", range)
            write(operatorName(operation))
            expression(operand)
        case .comparison(let first, let rest):
            node("Compare", range)
            expression(first)
            comparands(rest)
        case .conditional(let test, let body, let otherwise):
            node("IfExp", range)
            expression(test)
            expression(body)
            expression(otherwise)
        case .assignmentExpression(let target, let value):
            node("NamedExpr", range)
            expression(target)
            expression(value)
        case .lambda(let list, let body):
            node("Lambda", range)
            parameters(list)
            expression(body)
        case .list(let elements, let usage):
            node("List", range)
            expressions(elements)
            context(usage)
        case .tuple(let elements, let usage):
            node("Tuple", range)
            expressions(elements)
            context(usage)
        case .set(let elements):
            node("Set", range)
            expressions(elements)
        case .dictionary(let items): dictionary(items, range)
        case .listComprehension(let element, let clauses): comprehension("ListComp", range, element, clauses)
        case .setComprehension(let element, let clauses): comprehension("SetComp", range, element, clauses)
        case .generator(let element, let clauses): comprehension("GeneratorExp", range, element, clauses)
        case .dictionaryComprehension(let key, let value, let clauses):
            node("DictComp", range)
            expression(key)
            expression(value)
            comprehensionClauses(clauses)
        case .await(let value):
            node("Await", range)
            expression(value)
        case .yield(let value):
            node("Yield", range)
            optional(value)
        case .yieldFrom(let value):
            node("YieldFrom", range)
            expression(value)
        }
    }

    private mutating func comparands(_ list: ComparandList) {
        let elements = tree[list]
        count(elements.count)
        for element in elements { write(operatorName(element.comparison)) }
        count(elements.count)
        for element in elements { expression(element.value) }
    }

    private mutating func dictionary(_ items: DictionaryItemList, _ range: SourceRange) {
        node("Dict", range)
        let elements = tree[items]
        count(elements.count)
        for element in elements { optional(element.key) }
        count(elements.count)
        for element in elements { expression(element.value) }
    }

    private mutating func comprehension(
        _ kind: StaticString,
        _ range: SourceRange,
        _ element: ExpressionID,
        _ clauses: ComprehensionClauseList
    ) {
        node(kind, range)
        expression(element)
        comprehensionClauses(clauses)
    }

    private mutating func comprehensionClauses(_ list: ComprehensionClauseList) {
        let elements = tree[list]
        count(elements.count)
        for element in elements {
            write("comprehension")
            expression(element.target)
            expression(element.iterable)
            expressions(element.conditions)
            flag(element.isAsync)
        }
    }

    private mutating func keywords(_ list: KeywordList) {
        let elements = tree[list]
        count(elements.count)
        for element in elements {
            node("keyword", element.range)
            name(element.name)
            expression(element.value)
        }
    }

    private mutating func parameters(_ list: ParameterList) {
        let all = tree[list]
        write("arguments")
        parameterList(all.filter { $0.kind == .positionalOnly })
        parameterList(all.filter { $0.kind == .regular })
        parameter(all.first { $0.kind == .variadic })
        let keywordOnly = all.filter { $0.kind == .keywordOnly }
        parameterList(keywordOnly)
        count(keywordOnly.count)
        for element in keywordOnly { optional(element.defaultValue) }
        parameter(all.first { $0.kind == .variadicKeyword })
        let defaults = all.filter { $0.kind.rawValue < 2 }.compactMap(\.defaultValue)
        count(defaults.count)
        for element in defaults { expression(element) }
    }

    private mutating func parameterList(_ elements: [Parameter]) {
        count(elements.count)
        for element in elements { parameter(element) }
    }

    private mutating func parameter(_ parameter: Parameter?) {
        guard let parameter else { return none() }
        node("arg", parameter.range)
        name(parameter.name)
        optional(parameter.annotation)
        none()
    }

    // MARK: Patterns

    private mutating func patterns(_ list: PatternList) {
        let elements = tree[list]
        count(elements.count)
        for id in elements { pattern(id) }
    }

    private mutating func pattern(_ id: PatternID) {
        let range = tree.range(of: id)
        switch tree[id] {
        case .invalid: node("Invalid", range)
        case .value(let value):
            node("MatchValue", range)
            expression(value)
        case .none:
            node("MatchSingleton", range)
            write("None")
        case .boolean(let value):
            node("MatchSingleton", range)
            write(value ? "True" : "False")
        case .sequence(let list):
            node("MatchSequence", range)
            patterns(list)
        case .mapping(let items, let rest):
            node("MatchMapping", range)
            let elements = tree[items]
            count(elements.count)
            for element in elements { expression(element.key) }
            count(elements.count)
            for element in elements { pattern(element.pattern) }
            name(rest)
        case .typed(let type, let list, let keywords):
            node("MatchClass", range)
            expression(type)
            patterns(list)
            let elements = tree[keywords]
            count(elements.count)
            for element in elements { name(element.name) }
            count(elements.count)
            for element in elements { pattern(element.pattern) }
        case .star(let captured):
            node("MatchStar", range)
            name(captured)
        case .capture(let captured):
            node("MatchAs", range)
            none()
            name(captured)
        case .wildcard:
            node("MatchAs", range)
            none()
            none()
        case .alias(let inner, let alias):
            node("MatchAs", range)
            pattern(inner)
            name(alias)
        case .alternatives(let list):
            node("MatchOr", range)
            patterns(list)
        }
    }

    // MARK: Constants

    private mutating func integer(_ value: Int) { write("i0x" + String(value, radix: 16)) }

    private mutating func constant(_ value: Constant) {
        switch value {
        case .none: write("None")
        case .boolean(let value): write(value ? "True" : "False")
        case .ellipsis: write("Ellipsis")
        case .integer(let value): integer(value)
        case .bigInteger(let text): write("i0x" + hexadecimalDigits(tree.string(text)))
        case .float(let value): write("f" + padded(value))
        case .imaginary(let value): write("j" + padded(value))
        case .string(let text):
            bytes.append(0x73)
            for byte in tree.bytes(text) {
                switch byte {
                case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
                case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
                default: bytes.append(byte)
                }
            }
            bytes.append(0x0A)
        case .bytes(let text):
            bytes.append(0x62)
            for byte in tree.bytes(text) {
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
            bytes.append(0x0A)
        }
    }

    private func padded(_ value: Double) -> String {
        let digits = String(value.bitPattern, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The digits of a big integer in hexadecimal, whatever they were in.
    private func hexadecimalDigits(_ text: String) -> String {
        var radix: UInt64 = 10
        var digits = Substring(text)
        for (prefix, value) in [("0x", UInt64(16)), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            radix = value
            digits = text.dropFirst(2)
        }
        var limbs: [UInt32] = [0]
        for digit in digits {
            var carry = UInt64(digit.hexDigitValue!)
            for index in limbs.indices {
                let product = UInt64(limbs[index]) * radix + carry
                limbs[index] = UInt32(truncatingIfNeeded: product)
                carry = product >> 32
            }
            if carry > 0 { limbs.append(UInt32(carry)) }
        }
        var result = ""
        for limb in limbs.reversed() {
            let part = String(limb, radix: 16)
            result += result.isEmpty ? part : String(repeating: "0", count: 8 - part.count) + part
        }
        return result
    }

    private func operatorName(_ operation: BinaryOperator) -> StaticString {
        switch operation {
        case .add: "Add"
        case .subtract: "Sub"
        case .multiply: "Mult"
        case .matrixMultiply: "MatMult"
        case .divide: "Div"
        case .modulo: "Mod"
        case .power: "Pow"
        case .leftShift: "LShift"
        case .rightShift: "RShift"
        case .bitOr: "BitOr"
        case .bitXor: "BitXor"
        case .bitAnd: "BitAnd"
        case .floorDivide: "FloorDiv"
        }
    }

    private func operatorName(_ operation: UnaryOperator) -> StaticString {
        switch operation {
        case .invert: "Invert"
        case .not: "Not"
        case .plus: "UAdd"
        case .minus: "USub"
        }
    }

    private func operatorName(_ operation: ComparisonOperator) -> StaticString {
        switch operation {
        case .equal: "Eq"
        case .notEqual: "NotEq"
        case .less: "Lt"
        case .lessOrEqual: "LtE"
        case .greater: "Gt"
        case .greaterOrEqual: "GtE"
        case .is: "Is"
        case .isNot: "IsNot"
        case .in: "In"
        case .notIn: "NotIn"
        }
    }
}
