internal import SPyAnalysis
internal import SPySyntax

extension BestPractice {
    /// The most statements of a function that is read at once.
    static let longFunction = 40
    /// The deepest that blocks may stand in each other.
    static let deepNesting = 4
    /// The most parameters that are kept apart.
    static let manyParameters = 6

    /// How easily a program is read and changed.
    static let readingChecks: [BestPractice] = [
        BestPractice(
            id: "GRM-P008",
            severity: .low,
            category: .code,
            section: .complexity,
            planSection: .optimization,
            title: "A condition compares with a number that has no name.",
            detail: "Nobody can tell what the number stands for, or find all places when it changes.",
            recommendation: "Give the number a name in capitals at the top of the program.",
            effort: .low,
            benefit: "Limits are seen and changed in one place.",
            check: { view in
                view.branches.filter { $0.function > 0 }.flatMap { branch in view.bareNumbers(branch.test) }
            }
        ),
        BestPractice(
            id: "GRM-P011",
            severity: .note,
            category: .documentation,
            section: .complexity,
            planSection: .resources,
            title: "A function does not say what it is for.",
            detail: "It has four statements or more and no docstring. Its name alone has to explain it.",
            recommendation:
                "Begin the function with a sentence in quotes that says what it does and returns.",
            effort: .low,
            benefit: "Others understand the process without its author.",
            check: { view in
                view.functions.dropFirst().filter { $0.statements >= 4 && !view.hasDocstring($0) }.map(
                    \.nameRange
                )
            }
        ),
        BestPractice(
            id: "GRM-P012",
            severity: .low,
            category: .code,
            section: .complexity,
            planSection: .optimization,
            title: "A function is very long.",
            detail:
                "It has more than \(longFunction) statements. What it does can no longer be seen at once.",
            recommendation: "Move steps that belong together into functions with names of their own.",
            effort: .medium,
            benefit: "Changes touch less, and parts can be used again.",
            check: { view in
                view.functions.dropFirst().filter { $0.statements > longFunction }.map(\.nameRange)
            }
        ),
        BestPractice(
            id: "GRM-P013",
            severity: .medium,
            category: .code,
            section: .complexity,
            planSection: .optimization,
            title: "Blocks stand deep in each other.",
            detail:
                "More than \(deepNesting) conditions, loops or handlers around one statement: which cases reach it is hard to say.",
            recommendation: "Leave early for special cases, or move the inner part into a function.",
            effort: .low,
            benefit: "Fewer mistakes in rare cases.",
            check: { view in
                view.functions.filter { $0.depth > deepNesting }.map {
                    $0.id == nil ? view.firstLine : $0.nameRange
                }
            }
        ),
        BestPractice(
            id: "GRM-P014",
            severity: .low,
            category: .code,
            section: .complexity,
            planSection: .optimization,
            title: "A condition stands twice.",
            detail:
                "The same condition is tested again in one function. In a chain of cases the second one is never reached; elsewhere "
                + "the two may be changed apart.",
            recommendation: "Join the two, or give the condition a name.",
            effort: .low,
            benefit: "One rule stands in one place.",
            check: { view in
                var seen: Set<[String]> = []
                return view.branches.filter { branch in
                    let text = view.tree.printed(branch.test)
                    guard text.utf8.count >= 8 else { return false }
                    return !seen.insert([String(branch.function), text]).inserted
                }.map { view.tree.range(of: $0.test) }
            }
        ),
        BestPractice(
            id: "GRM-P017",
            severity: .low,
            category: .code,
            section: .complexity,
            planSection: .optimization,
            title: "A function takes many parameters.",
            detail: "More than \(manyParameters): callers mix them up.",
            recommendation: "Pass what belongs together as one dictionary or named tuple.",
            effort: .low,
            benefit: "Calls can be read.",
            check: { view in view.functions.filter { $0.parameters.count > manyParameters }.map(\.nameRange) }
        ),
        BestPractice(
            id: "GRM-P030",
            severity: .medium,
            category: .code,
            section: .complexity,
            planSection: .optimization,
            title: "A function is hard to follow.",
            detail: "Its conditions, loops and handlers make more than 25 points of cognitive complexity.",
            recommendation: "Split it where one decision ends and the next begins.",
            effort: .medium,
            benefit: "The process can be changed without fear.",
            check: { view in view.analysis.diagnostics.filter { $0.rule.rawValue == "SPY-W016" }.map(\.range)
            }
        ),
    ]
}

extension ProgramView {
    /// The beginning of the program, for what is about all of it.
    var firstLine: SourceRange { SourceRange(start: 0, end: 0) }

    /// Whether a function begins with a text.
    func hasDocstring(_ function: Function) -> Bool {
        guard let first = tree[function.body].first, case .expression(let value) = tree[first],
            case .constant(.string) = tree[value]
        else { return false }
        return true
    }

    /// Numbers that something is compared with, but for those that say themselves: 0, 1, 2, -1, 100.
    func bareNumbers(_ test: ExpressionID) -> [SourceRange] {
        var found: [SourceRange] = []
        var work = [test]
        while let current = work.popLast() {
            if case .comparison(_, let rest) = tree[current] {
                for comparand in tree[rest] where isBareNumber(comparand.value) {
                    found.append(tree.range(of: comparand.value))
                }
            }
            tree.forEachChild(of: .expression(current)) {
                if case .expression(let part) = $0 { work.append(part) }
            }
        }
        return found
    }

    private func isBareNumber(_ id: ExpressionID) -> Bool {
        switch tree[id] {
        case .constant(.integer(let value)): ![0, 1, 2, 100].contains(value)
        case .constant(.float(let value)): ![0, 0.5, 1].contains(value)
        case .unaryOperation(.minus, let value):
            if case .constant(.integer(1)) = tree[value] { false } else { isBareNumber(value) }
        default: false
        }
    }
}
