internal import SPyAnalysis
internal import SPySyntax

extension BestPractice {
    /// What stands in a program, and what comes into it.
    static let dataChecks: [BestPractice] = [
        BestPractice(
            id: "GRM-P010",
            severity: .medium,
            category: .security,
            section: .dependency,
            planSection: .risk,
            title: "A recipient is written into the program.",
            detail:
                "An address or number stands in the call of an action. It changes with people, and whoever can read the program can "
                + "read it.",
            recommendation: "Take it from the case, or ask for the role's address by an action.",
            effort: .low,
            benefit: "People change without a new version.",
            check: { view in
                view.actionCalls.flatMap { call in
                    call.arguments.filter { id in
                        guard let text = view.text(id) else { return false }
                        return ContentFilter().redact(text).findings.contains {
                            [.email, .phone, .iban, .paymentCard].contains($0.kind)
                        }
                    }.map { view.tree.range(of: $0) }
                }
            }
        ),
        BestPractice(
            id: "GRM-P015",
            severity: .medium,
            category: .security,
            section: .pattern,
            planSection: .risk,
            title: "What comes in is used without being checked.",
            detail: "A value of the case goes into an action that lasts, and nothing looks at it before.",
            recommendation:
                "Check type, range and presence at the beginning of the function, and decline what does not fit.",
            effort: .low,
            benefit: "Wrong or hostile input ends at the door.",
            check: uncheckedInput
        ),
        BestPractice(
            id: "GRM-P022",
            severity: .low,
            category: .code,
            section: .pattern,
            planSection: .risk,
            title: "Money is reckoned in floats.",
            detail: "Floats cannot hold most amounts exactly: 0.1 + 0.2 is not 0.3, and sums are a cent off.",
            recommendation: "Use decimal.Decimal with text literals, as Decimal(\"1.19\").",
            effort: .low,
            benefit: "Amounts add up to the cent.",
            check: { view in
                view.expressions(in: view.tree.body).filter { id in
                    guard case .binaryOperation(let left, let symbol, let right) = view.tree[id],
                        [.add, .subtract, .multiply, .divide].contains(symbol)
                    else { return false }
                    return (view.isFloat(left) && view.mentions(right, ActionWords.money))
                        || (view.isFloat(right) && view.mentions(left, ActionWords.money))
                }.map { view.tree.range(of: $0) }
            }
        ),
        BestPractice(
            id: "GRM-P023",
            severity: .high,
            category: .security,
            section: .dependency,
            planSection: .risk,
            title: "A secret is written into the program.",
            detail:
                "Whoever may read the process can use it, every version keeps it, and it cannot be changed without a new version.",
            recommendation:
                "Change the secret now, and let the run-time hold it: actions know their own credentials.",
            effort: .low,
            benefit: "Reading a process gives no access to anything.",
            check: { view in
                let text = String(decoding: view.source.utf8, as: UTF8.self)
                return ContentFilter().redact(text).findings.filter(\.kind.isSecret).map {
                    SourceRange(start: UInt32($0.range.lowerBound), end: UInt32($0.range.upperBound))
                }
            }
        ),
        BestPractice(
            id: "GRM-P024",
            severity: .medium,
            category: .security,
            section: .dependency,
            planSection: .risk,
            title: "Data about a person is written into the program.",
            detail:
                "A name, number or date of a person stands in the code. Everybody who may read the process reads it, in every version.",
            recommendation: "Keep it in the case, where access to it is ruled.",
            effort: .low,
            benefit: "The process can be shown to anybody.",
            check: { view in
                let text = String(decoding: view.source.utf8, as: UTF8.self)
                let kinds: Set<SensitiveKind> = [
                    .personName, .birthDate, .address, .socialSecurity, .identityNumber, .medicalNumber,
                    .bankAccount,
                ]
                return ContentFilter().redact(text).findings.filter { kinds.contains($0.kind) }.map {
                    SourceRange(start: UInt32($0.range.lowerBound), end: UInt32($0.range.upperBound))
                }
            }
        ),
        BestPractice(
            id: "GRM-P027",
            severity: .medium,
            category: .code,
            section: .pattern,
            planSection: .risk,
            title: "Chance decides, and the run cannot be repeated.",
            detail:
                "Random values are drawn without a seed. What a run decided cannot be explained by running it again.",
            recommendation: "Draw from random.Random(seed), with a seed that is recorded with the case.",
            effort: .low,
            benefit: "Every decision can be shown again.",
            check: { view in view.analysis.diagnostics.filter { $0.rule.rawValue == "SPY-W012" }.map(\.range)
            }
        ),
    ]

    /// Parameters of functions that no other function calls, whose parts go into lasting actions unseen.
    @Sendable
    private static func uncheckedInput(_ view: ProgramView) -> [SourceRange] {
        var called: Set<String> = []
        for call in view.calls where !call.isAction { called.insert(call.name) }
        var found: [SourceRange] = []
        for index in view.functions.indices.dropFirst() {
            let function = view.functions[index]
            guard !called.contains(function.path), let name = function.path.split(separator: ".").last,
                !called.contains(String(name))
            else { continue }
            let seen = view.checkedNames(index)
            for call in view.callsOf[index]
            where call.isAction && ProgramView.hasWord(call.name, ActionWords.effects) {
                let used = call.arguments.contains { argument in
                    guard case .subscripted(let value, _, _) = view.tree[argument],
                        case .name(let owner, _) = view.tree[value]
                    else { return false }
                    let text = view.tree.string(owner)
                    return function.parameters.contains(text) && !seen.contains(text)
                }
                if used { found.append(call.range) }
            }
        }
        return found
    }
}

extension ProgramView {
    /// The text of a string literal, with the fixed parts of an f-string.
    func text(_ id: ExpressionID) -> String? {
        switch tree[id] {
        case .constant(.string(let text)): return tree.string(text)
        case .joinedString(let parts):
            return tree[parts].compactMap { part in
                if case .constant(.string(let text)) = tree[part] { tree.string(text) } else { nil }
            }.joined(separator: " ")
        case .list(let items, _), .tuple(let items, _):
            let texts = tree[items].compactMap { item in
                if case .constant(.string(let text)) = tree[item] { tree.string(text) } else { nil }
            }
            return texts.isEmpty ? nil : texts.joined(separator: " ")
        default: return nil
        }
    }

    /// Whether an expression is a float literal.
    func isFloat(_ id: ExpressionID) -> Bool {
        if case .constant(.float) = tree[id] { true } else { false }
    }

    /// Names that conditions and assertions of a function look at, or that are handed to a function of the
    /// program or a check.
    func checkedNames(_ function: Int) -> Set<String> {
        var names: Set<String> = []
        func add(_ id: ExpressionID) {
            var work = [id]
            while let current = work.popLast() {
                if case .name(let name, _) = tree[current] { names.insert(tree.string(name)) }
                tree.forEachChild(of: .expression(current)) {
                    if case .expression(let part) = $0 { work.append(part) }
                }
            }
        }
        for branch in branchesOf[function] { add(branch.test) }
        for id in statements(in: functions[function].body) {
            if case .assert(let test, _) = tree[id] { add(test) }
        }
        for call in callsOf[function]
        where !call.isAction || ProgramView.hasWord(call.name, ActionWords.answers) {
            for argument in call.arguments { add(argument) }
        }
        return names
    }
}
