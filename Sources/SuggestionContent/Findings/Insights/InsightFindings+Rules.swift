extension InsightFindings {
    private func finding(
        _ rule: FigureRule,
        _ severity: Finding.Severity,
        _ title: String,
        _ detail: String,
        _ recommendation: String,
        _ evidence: [Evidence],
        _ category: SuggestionCategory
    ) -> Finding {
        Finding(
            rule: rule.rawValue,
            severity: severity,
            title: title,
            detail: detail,
            recommendation: recommendation,
            evidence: evidence,
            source: .figures,
            category: category
        )
    }

    private func figure(_ text: String, version: Int32 = 0) -> Evidence {
        Evidence(versionNumber: version, quote: text)
    }

    private func describe(_ runs: RunFigures) -> Evidence {
        figure(
            "\(Figure.percent(runs.successRate)) of \(Figure.plural(runs.runs, "run")) succeeded, p50 \(Figure.duration(runs.p50)), "
                + "p95 \(Figure.duration(runs.p95))",
            version: runs.version
        )
    }

    var tooFew: Finding {
        finding(
            .fewRuns,
            .note,
            "There are too few runs to say how the process does.",
            "Of fewer than \(InsightFindings.minimumRuns) runs, one more or less failure changes every share.",
            "Look at a longer period, or again when there are more.",
            [describe(figures.total)],
            .performance
        )
    }

    var reliability: [Finding] {
        var found: [Finding] = []
        let total = figures.total
        if total.successRate < 0.95 {
            found.append(
                finding(
                    .lowSuccess,
                    total.successRate < 0.8 ? .high : .medium,
                    "Only \(Figure.percent(total.successRate)) of the runs come to their end.",
                    "Each of the others is work that somebody has to finish or do again.",
                    "Begin with the most frequent failure, see the section on failures.",
                    [describe(total)],
                    .errorHandling
                )
            )
        }
        let timeouts = Double(total.timedOut) / Double(total.runs)
        if timeouts >= 0.02 {
            found.append(
                finding(
                    .timeouts,
                    timeouts >= 0.1 ? .high : .medium,
                    "\(Figure.percent(timeouts)) of the runs run out of time.",
                    "Something that is waited for does not come, or there is more to do than the time allows.",
                    "Give slow actions time limits of their own, shorter than that of the run.",
                    [
                        figure(
                            "\(Figure.count(total.timedOut)) of \(Figure.plural(total.runs, "run")) timed out"
                        )
                    ],
                    .performance
                )
            )
        }
        return found
    }

    var duration: [Finding] {
        var found: [Finding] = []
        let total = figures.total
        if total.p95 >= .seconds(1), total.p50 > .zero, total.p95 / total.p50 >= 5 {
            found.append(
                finding(
                    .longTail,
                    .medium,
                    "The slowest runs take far longer than the usual one.",
                    "One in twenty takes more than \(Int((total.p95 / total.p50).rounded(.down))) times as long as half of them do: some cases go another "
                        + "way, or wait for something.",
                    "Compare slow runs with usual ones by the actions that they call.",
                    [describe(total)],
                    .performance
                )
            )
        }
        if total.p50 >= .seconds(3_600) {
            found.append(
                finding(
                    .slowRuns,
                    .low,
                    "Half of the runs take longer than \(Figure.duration(total.p50)).",
                    "For most of that time the process waits.",
                    "See which action is waited for, and whether people can be asked side by side.",
                    [describe(total)],
                    .performance
                )
            )
        }
        return found
    }

    var failures: [Finding] {
        let all = max(1, figures.total.failed + figures.total.timedOut)
        return figures.errors.prefix(10).compactMap { error in
            let share = min(1, Double(error.count) / Double(all))
            guard share >= 0.1 || error.count >= 100 else { return nil }
            let quote =
                error.version == version && error.line > 0 && Int(error.line) <= code.count
                ? code[Int(error.line) - 1].trimmed : ""
            let said =
                error.lastMessage.isEmpty
                ? "" : " The last of them said: \(TextCut.prefix(error.lastMessage, bytes: 200))"
            return finding(
                .failingLine,
                share >= 0.5 ? .high : share >= 0.2 ? .medium : .low,
                "\(Figure.percent(share)) of the failures are \(error.type)\(place(error)).",
                "It happened \(Figure.plural(error.count, "time")).\(said)",
                "Catch it there and say what the process does instead, or check before what makes it fail.",
                [
                    Evidence(
                        versionNumber: error.version,
                        line: max(0, error.line),
                        quote: quote.isEmpty ? "\(error.type): \(Figure.plural(error.count, "time"))" : quote
                    )
                ],
                .errorHandling
            )
        }
    }

    var actions: [Finding] {
        var found: [Finding] = []
        let total = figures.slowestActions.reduce(Duration.zero) { $0 + $1.total }
        for action in figures.slowestActions.prefix(5) where total > .zero && action.calls > 0 {
            let share = action.total / total
            guard share >= 0.4, figures.slowestActions.count > 1, action.mean >= .milliseconds(50) else {
                continue
            }
            found.append(
                finding(
                    .slowAction,
                    share >= 0.7 ? .medium : .low,
                    "'\(action.name)' takes \(Figure.percent(share)) of the time of all actions.",
                    "\(Figure.plural(action.calls, "call")) in \(Figure.plural(action.runs, "run")), \(Figure.duration(action.mean)) each.",
                    "Call it less often, for several items at once, or beside other work.",
                    [figure("\(action.name): \(Figure.duration(action.total)) in all")]
                        + lines(of: action.name),
                    .performance
                )
            )
        }
        for action in figures.failingActions.prefix(10) where action.calls >= InsightFindings.minimumRuns {
            guard action.failureRate >= 0.02 else { continue }
            found.append(
                finding(
                    .failingAction,
                    action.failureRate >= 0.1 ? .high : .medium,
                    "'\(action.name)' fails in \(Figure.percent(action.failureRate)) of its calls.",
                    "\(Figure.count(action.failures)) of \(Figure.plural(action.calls, "call")) failed.",
                    "Try it again a few times with growing pauses, and foresee what happens when it stays away.",
                    [
                        figure(
                            "\(action.name): \(Figure.count(action.failures)) of \(Figure.plural(action.calls, "call"))"
                        )
                    ] + lines(of: action.name),
                    .errorHandling
                )
            )
        }
        return found
    }

    /// The first lines of the latest version that call an action.
    private func lines(of action: String) -> [Evidence] {
        let call = action + "("
        return code.indices.filter { code[$0].contains(call) }.prefix(5).map {
            Evidence(versionNumber: version, line: Int32($0 + 1), quote: code[$0].trimmed)
        }
    }

    var comparisons: [Finding] {
        let versions = figures.versions.filter { $0.runs >= InsightFindings.minimumRuns }.sorted {
            $0.version > $1.version
        }
        var found: [Finding] = []
        for (newer, older) in zip(versions, versions.dropFirst()).prefix(5) { found += compare(older, newer) }
        if let newest = figures.versions.map(\.version).max() {
            let old = figures.versions.filter { $0.version < newest }.reduce(0) { $0 + $1.runs }
            let share = Double(old) / Double(max(1, figures.total.runs))
            if share >= 0.25, newest == version,
                figures.versions.contains(where: {
                    $0.version == newest && $0.runs >= InsightFindings.minimumRuns
                })
            {
                found.append(
                    finding(
                        .oldVersions,
                        .note,
                        "\(Figure.percent(share)) of the runs were of versions before the latest.",
                        "What the latest version improves does not reach them, or it came only in this period.",
                        "See whether something still asks for a version by its number.",
                        [figure("\(Figure.plural(old, "run")) before version \(newest)")],
                        .code
                    )
                )
            }
        }
        return found
    }

    private func compare(_ older: RunFigures, _ newer: RunFigures) -> [Finding] {
        var found: [Finding] = []
        let evidence = [describe(older), describe(newer)]
        let change = changes[newer.version].map { " What changed: \(TextCut.prefix($0, bytes: 300))" } ?? ""
        let difference = newer.successRate - older.successRate
        // Two standard errors of the difference: what is less may be chance.
        let noise = 2 * (variance(older) + variance(newer)).squareRoot()
        if difference <= -0.03, -difference > noise {
            found.append(
                finding(
                    .lessReliable,
                    difference <= -0.1 ? .high : .medium,
                    "Version \(newer.version) succeeds less often than version \(older.version): \(Figure.percent(newer.successRate)) after "
                        + "\(Figure.percent(older.successRate)).",
                    "The difference is larger than chance explains.\(change)",
                    "Look at the failures of version \(newer.version) that version \(older.version) does not have.",
                    evidence,
                    .errorHandling
                )
            )
        }
        let isSlower =
            older.p95 > .zero && newer.p95 / older.p95 >= 1.5 && newer.p95 - older.p95 >= .milliseconds(200)
        if isSlower {
            found.append(
                finding(
                    .slower,
                    .medium,
                    "Version \(newer.version) takes longer than version \(older.version): p95 \(Figure.duration(newer.p95)) after \(Figure.duration(older.p95)).",
                    "95 of 100 runs are done after that time.\(change)",
                    "See which actions version \(newer.version) calls more often.",
                    evidence,
                    .performance
                )
            )
        }
        if difference >= 0.03, difference > noise, !isSlower {
            found.append(
                finding(
                    .improved,
                    .note,
                    "Version \(newer.version) succeeds more often than version \(older.version): \(Figure.percent(newer.successRate)) after "
                        + "\(Figure.percent(older.successRate)).",
                    "The difference is larger than chance explains.\(change)",
                    "Keep what was changed.",
                    evidence,
                    .code
                )
            )
        }
        return found
    }

    private func variance(_ runs: RunFigures) -> Double {
        // A rate of 0 or 1 of few runs is not certain either (Agresti and Coull's two added successes and
        // failures).
        let count = Double(runs.runs) + 4
        let rate = (Double(runs.succeeded) + 2) / count
        return rate * (1 - rate) / count
    }
}

extension String {
    /// Without blanks around it.
    fileprivate var trimmed: String {
        let text = drop { $0 == " " || $0 == "\t" }
        return String(text.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
