internal import SPyAnalysis
internal import SPySyntax

extension BestPractice {
    /// What happens when something fails or does not come.
    static let flowChecks: [BestPractice] = [
        BestPractice(
            id: "GRM-P001",
            severity: .medium,
            category: .errorHandling,
            section: .dependency,
            planSection: .risk,
            title: "No way is foreseen for when an action fails.",
            detail:
                "An action can fail or be away. Without a handler the run ends there, with what came before it done and what comes "
                + "after it not.",
            recommendation:
                "Put the call into a 'try' statement, and say in its handler what the process does instead.",
            effort: .medium,
            benefit: "A failing system no longer leaves cases half done.",
            check: { view in
                let guarded = view.guardedFunctions()
                return view.actionCalls.filter { call in
                    !call.isGuarded && !call.isCleanup
                        && !guarded.contains(view.functions[call.function].path)
                        && !ProgramView.hasWord(call.name, ["log", "audit", "trace"])
                }.map(\.range)
            }
        ),
        BestPractice(
            id: "GRM-P002",
            severity: .medium,
            category: .errorHandling,
            section: .pattern,
            planSection: .risk,
            title: "A person is asked without a time limit.",
            detail: "Where nobody answers, the case waits for ever, and nobody notices.",
            recommendation:
                "Give the action a time limit (timeout, deadline, days, …), and say what happens when it has passed.",
            effort: .low,
            benefit: "Cases no longer get stuck with a person who is away.",
            check: { view in
                view.actionCalls.filter { call in
                    ProgramView.hasWord(call.name, ActionWords.people)
                        && !call.keywords.contains {
                            ProgramView.hasWord($0, ActionWords.times) || $0 == "**"
                        }
                        && !ProgramView.hasWord(call.name, ["timeout", "until", "deadline"])
                }.map(\.range)
            }
        ),
        BestPractice(
            id: "GRM-P003",
            severity: .high,
            category: .errorHandling,
            section: .pattern,
            planSection: .risk,
            title: "Nothing undoes an action when a later one fails.",
            detail:
                "The function does several things that last. Where one of them fails, those before it stay done: money is taken and "
                + "nothing is delivered.",
            recommendation:
                "Catch the failure of the later action and undo the earlier one (cancel, refund, release), or do the one that "
                + "cannot be undone last.",
            effort: .medium,
            benefit: "Money and goods stay in step when a system fails.",
            check: { view in
                var found: [SourceRange] = []
                for index in view.functions.indices {
                    let own = view.callsOf[index].filter(\.isAction)
                    let lasting = own.filter {
                        !$0.isCleanup && ProgramView.hasWord($0.name, ActionWords.effects)
                    }
                    guard Set(lasting.map(\.name)).count >= 2,
                        !own.contains(where: {
                            $0.isCleanup && ProgramView.hasWord($0.name, ActionWords.undoing)
                        })
                    else { continue }
                    let helpers = view.callsOf[index].contains {
                        $0.isCleanup && !$0.isAction
                            && ProgramView.hasWord($0.name, ActionWords.undoing)
                    }
                    if !helpers { found += lasting.dropLast().map(\.range) }
                }
                return found
            }
        ),
        BestPractice(
            id: "GRM-P004",
            severity: .low,
            category: .code,
            section: .pattern,
            planSection: .risk,
            title: "A decision leaves no record.",
            detail:
                "The function decides by a condition and calls nothing that keeps what was decided and why. Nobody can "
                + "answer for it afterwards.",
            recommendation: "Call an action that records the decision with its reasons, on each way out.",
            effort: .low,
            benefit: "Decisions can be explained to customers and auditors.",
            check: unloggedDecisions
        ),
        BestPractice(
            id: "GRM-P005",
            severity: .high,
            category: .performance,
            section: .performance,
            planSection: .scalability,
            title: "A loop calls actions without a bound.",
            detail:
                "Nothing in the loop counts or compares, so it goes on for as long as the outside answers the same.",
            recommendation:
                "Loop with 'for … in range(limit)', or count the rounds and leave when there are too many.",
            effort: .low,
            benefit: "A run ends even where the outside never does.",
            check: { view in
                view.loops.indices.filter { index in
                    let loop = view.loops[index]
                    guard loop.isWhile, view.actingLoops.contains(index) else {
                        return false
                    }
                    return !view.isBounded(loop) && !view.isRetry(index)
                }.map { view.loops[$0].range }
            }
        ),
        BestPractice(
            id: "GRM-P007",
            severity: .high,
            category: .errorHandling,
            section: .performance,
            planSection: .risk,
            title: "Something is tried again and again without limit.",
            detail:
                "The loop catches the failure and begins anew. A system that is down for long is called for as long, and the run never ends.",
            recommendation:
                "Count the attempts, wait longer from one to the next, and after the last one escalate or fail.",
            effort: .low,
            benefit: "An outage of another system no longer becomes one's own.",
            check: { view in
                view.loops.indices.filter {
                    view.loops[$0].isWhile && view.isRetry($0) && !view.isBounded(view.loops[$0])
                }
                .map { view.loops[$0].range }
            }
        ),
        BestPractice(
            id: "GRM-P009",
            severity: .medium,
            category: .errorHandling,
            section: .pattern,
            planSection: .risk,
            title: "A failure is dropped without a trace.",
            detail:
                "The handler does nothing. The process goes on as if all were well, and nobody learns what was lost.",
            recommendation: "Record the failure, do something in its place, or let it pass on.",
            effort: .low,
            benefit: "Failures are seen while they are small.",
            check: { view in
                view.tries.flatMap { item in
                    view.tree[item.statement.handlers].filter { handler in
                        view.tree[handler.body].allSatisfy {
                            switch view.tree[$0] {
                            case .pass, .continue: true
                            case .expression(let value):
                                if case .constant = view.tree[value] { true } else { false }
                            default: false
                            }
                        }
                    }.map(\.range)
                }
            }
        ),
        BestPractice(
            id: "GRM-P016",
            severity: .low,
            category: .errorHandling,
            section: .pattern,
            planSection: .risk,
            title: "A handler catches every failure, mistakes of the program too.",
            detail: "A misspelt field is then treated like a system that is away.",
            recommendation:
                "Name the exceptions that are expected, or raise again at the end of the handler.",
            effort: .low,
            benefit: "Mistakes come to light in tests, not in production.",
            check: { view in
                view.analysis.diagnostics.filter { $0.rule.rawValue == "SPY-W008" }.map(\.range)
            }
        ),
        BestPractice(
            id: "GRM-P025",
            severity: .low,
            category: .code,
            section: .pattern,
            planSection: .risk,
            title: "A chain of cases has no answer for any other value.",
            detail:
                "Three or more cases of one value are told apart, and there is no 'else'. A new value, or a misspelt one, passes "
                + "without being noticed.",
            recommendation: "Add an 'else' that raises or escalates.",
            effort: .low,
            benefit: "New kinds of cases are noticed at once.",
            check: openChains
        ),
    ]

    @Sendable
    private static func unloggedDecisions(_ view: ProgramView) -> [SourceRange] {
        var found: [SourceRange] = []
        for index in view.functions.indices.dropFirst() {
            let calls = view.callsOf[index]
            // A function that only computes decides nothing by itself; one that acts does.
            guard calls.contains(where: \.isAction),
                !calls.contains(where: {
                    ProgramView.hasWord($0.name, ActionWords.records)
                })
            else { continue }
            found += view.branchesOf[index].filter { branch in
                view.statements(in: branch.body).contains {
                    if case .return = view.tree[$0] { true } else { false }
                }
            }.map { view.tree.range(of: $0.test) }
        }
        return found
    }

    @Sendable
    private static func openChains(_ view: ProgramView) -> [SourceRange] {
        var found: [SourceRange] = []
        var chain: [ProgramView.Branch] = []
        func close() {
            guard chain.count >= 3, let first = chain.first, let last = chain.last,
                view.tree[last.otherwise].isEmpty
            else { return }
            let subjects = chain.map { view.comparedSubject($0.test) }
            if let subject = subjects.first, subject != nil, subjects.allSatisfy({ $0 == subject }) {
                // Where each case returns, what follows is the answer for all others.
                let leaves = chain.allSatisfy { branch in
                    guard let end = view.tree[branch.body].last else { return false }
                    return switch view.tree[end] {
                    case .return, .raise, .continue, .break: true
                    default: false
                    }
                }
                if !leaves { found.append(view.tree.range(of: first.test)) }
            }
        }
        for branch in view.branches {
            // A chain is an `if` and the `elif`s right behind it in its `otherwise`.
            if branch.isElif,
                let index = chain.lastIndex(where: { view.tree[$0.otherwise].first == branch.id })
            {
                chain = Array(chain[...index]) + [branch]
            } else if !branch.isElif {
                close()
                chain = [branch]
            }
        }
        close()
        return found
    }
}
