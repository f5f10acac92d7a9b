internal import SPyAnalysis
internal import SPySyntax

extension BestPractice {
    /// How actions are called.
    static let actionChecks: [BestPractice] = [
        BestPractice(
            id: "GRM-P006",
            severity: .medium,
            category: .performance,
            section: .performance,
            planSection: .scalability,
            title: "An action is called once for each item.",
            detail:
                "Each call waits for another system. A hundred items take a hundred times as long as one.",
            recommendation:
                "Collect the items and call an action that takes all of them, or let items be worked on side by side.",
            effort: .medium,
            benefit: "The time of a run no longer grows with the number of items.",
            check: { view in
                view.actionCalls.filter { call in
                    guard let loop = call.loops.last else { return false }
                    return !view.loops[loop].isWhile && call.loops.count == 1
                }.map(\.range)
            }
        ),
        BestPractice(
            id: "GRM-P018",
            severity: .medium,
            category: .code,
            section: .pattern,
            planSection: .risk,
            title: "The answer of an action is not looked at.",
            detail:
                "The action's name says that it answers something, and the answer is dropped. What it found makes no difference.",
            recommendation:
                "Use the answer in a condition, or call an action that raises where all is not well.",
            effort: .low,
            benefit: "Checks have consequences.",
            check: { view in
                view.actionCalls.filter { call in
                    guard call.isStatement,
                        let first = ProgramView.verb(call.name).split(separator: "_").first
                    else {
                        return false
                    }
                    return ActionWords.answers.contains(String(first))
                }.map(\.range)
            }
        ),
        BestPractice(
            id: "GRM-P019",
            severity: .low,
            category: .performance,
            section: .performance,
            planSection: .optimization,
            title: "An action is asked the same thing twice.",
            detail:
                "The same call with the same arguments stands twice in one function. The second one costs the same time and may answer "
                + "something else.",
            recommendation: "Keep the first answer in a variable.",
            effort: .low,
            benefit: "Fewer calls, and one answer throughout.",
            check: repeatedQuestions
        ),
        BestPractice(
            id: "GRM-P020",
            severity: .high,
            category: .performance,
            section: .performance,
            planSection: .scalability,
            title: "An action is called in a loop within a loop.",
            detail:
                "The number of calls is the product of both: fifty items of fifty orders are 2,500 calls.",
            recommendation: "Fetch what the inner loop needs before the outer one, in one call.",
            effort: .medium,
            benefit: "Runs stay within minutes as data grows.",
            check: { view in view.actionCalls.filter { $0.loops.count >= 2 }.map(\.range) }
        ),
        BestPractice(
            id: "GRM-P021",
            severity: .note,
            category: .code,
            section: .pattern,
            planSection: .resources,
            title: "Actions are called outside of functions.",
            detail:
                "They run whenever the program is loaded. They cannot be tried alone, called with other values, or caught.",
            recommendation: "Move them into a function that is the entry of the process.",
            effort: .low,
            benefit: "Parts can be tried and used again.",
            check: { view in view.actionCalls.filter { $0.function == 0 }.map(\.range) }
        ),
        BestPractice(
            id: "GRM-P026",
            severity: .medium,
            category: .errorHandling,
            section: .dependency,
            planSection: .risk,
            title: "Money is moved without a reference that tells a repetition.",
            detail:
                "Where the run is repeated after a failure, the other side cannot know that it is the same payment, and pays twice.",
            recommendation:
                "Pass a reference that stays the same when the run is repeated: the order's or invoice's number, or an "
                + "idempotency key.",
            effort: .low,
            benefit: "No payment is made twice.",
            check: unreferencedPayments
        ),
        BestPractice(
            id: "GRM-P028",
            severity: .low,
            category: .performance,
            section: .performance,
            planSection: .scalability,
            title: "A function calls itself.",
            detail: "How deep it goes depends on the data; beyond a thousand calls the run fails.",
            recommendation:
                "Loop with a list of what is still to be done, or limit the depth by a parameter.",
            effort: .medium,
            benefit: "Unusual data no longer ends a run.",
            check: { view in view.analysis.functions.filter(\.isRecursive).map(\.nameRange) }
        ),
        BestPractice(
            id: "GRM-P029",
            severity: .note,
            category: .code,
            section: .dependency,
            planSection: .resources,
            title: "The process depends on many actions.",
            detail:
                "It calls more than twelve different ones. Each is a system or a team whose changes and outages it feels.",
            recommendation: "See which of them belong together, and split the process along that line.",
            effort: .high,
            benefit: "Fewer reasons to change one process.",
            check: { view in
                var firsts: [String: SourceRange] = [:]
                for call in view.actionCalls where firsts[call.name] == nil { firsts[call.name] = call.range }
                return firsts.count > 12 ? Array(firsts.values) : []
            }
        ),
    ]

    @Sendable
    private static func repeatedQuestions(_ view: ProgramView) -> [SourceRange] {
        var seen: [[String]: [ExpressionID]] = [:]
        var found: [SourceRange] = []
        for call in view.actionCalls where !call.isStatement && !call.isCleanup {
            let text = view.tree.printed(call.id)
            let key = [String(call.function), text]
            seen[key, default: []].append(call.id)
            if seen[key]?.count == 2 { found.append(call.range) }
        }
        return found
    }

    @Sendable
    private static func unreferencedPayments(_ view: ProgramView) -> [SourceRange] {
        view.actionCalls.filter { call in
            guard ProgramView.hasWord(call.name, ActionWords.payments),
                !ProgramView.hasWord(call.name, ["can", "may", "is", "has", "find", "get", "check", "list"])
            else { return false }
            if call.keywords.contains(where: { ProgramView.hasWord($0, ActionWords.keys) || $0 == "**" }) {
                return false
            }
            return !call.arguments.contains { view.mentions($0, ActionWords.keys) }
        }.map(\.range)
    }
}

extension ProgramView {
    /// Whether an expression has a name, attribute or text key with one of some words in it.
    func mentions(_ id: ExpressionID, _ words: Set<String>) -> Bool {
        var work = [id]
        while let current = work.popLast() {
            switch tree[current] {
            case .name(let name, _): if ProgramView.hasWord(tree.string(name), words) { return true }
            case .attribute(_, let name, _): if ProgramView.hasWord(tree.string(name), words) { return true }
            case .constant(.string(let text)):
                if ProgramView.hasWord(tree.string(text), words) { return true }
            default: break
            }
            tree.forEachChild(of: .expression(current)) {
                if case .expression(let part) = $0 { work.append(part) }
            }
        }
        return false
    }
}
