/// Finds what changed between two lists of lines.
struct DiffMaker {
    private let old: [[UInt8]]
    private let new: [[UInt8]]

    init(_ old: [[UInt8]], _ new: [[UInt8]]) {
        self.old = old
        self.new = new
    }

    func hunks() -> [UnifiedDiff.Hunk] {
        let script = script()
        var hunks: [UnifiedDiff.Hunk] = []
        var index = 0
        var oldLine = 0
        var newLine = 0
        while index < script.count {
            guard script[index].mark != .kept else {
                index += 1
                oldLine += 1
                newLine += 1
                continue
            }
            // The change, and those after it that have fewer unchanged lines between than two contexts.
            var end = index
            var cursor = index
            while cursor < script.count, cursor - end <= 2 * UnifiedDiff.context {
                if script[cursor].mark != .kept { end = cursor + 1 }
                cursor += 1
            }
            let before = min(UnifiedDiff.context, index, oldLine)
            let after = min(UnifiedDiff.context, script.count - end)
            let lines = Array(script[index - before..<end + after])
            let olds = lines.count { $0.mark != .added }
            let news = lines.count { $0.mark != .removed }
            hunks.append(
                UnifiedDiff.Hunk(
                    oldStart: oldLine - before + (olds > 0 ? 1 : 0),
                    newStart: newLine - before + (news > 0 ? 1 : 0),
                    lines: lines
                )
            )
            oldLine += olds - before
            newLine += news - before
            index = end + after
        }
        return hunks
    }

    /// All lines of both, in order.
    private func script() -> [UnifiedDiff.Line] {
        var head = 0
        while head < old.count, head < new.count, old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < old.count - head, tail < new.count - head,
            old[old.count - 1 - tail] == new[new.count - 1 - tail]
        {
            tail += 1
        }
        let olds = old[head..<old.count - tail]
        let news = new[head..<new.count - tail]
        var script = old[..<head].map { UnifiedDiff.Line(mark: .kept, text: $0) }
        if olds.count + news.count <= UnifiedDiff.maximumCompared {
            script += middle(Array(olds), Array(news))
        } else {
            script += olds.map { UnifiedDiff.Line(mark: .removed, text: $0) }
            script += news.map { UnifiedDiff.Line(mark: .added, text: $0) }
        }
        return script + old[(old.count - tail)...].map { UnifiedDiff.Line(mark: .kept, text: $0) }
    }

    /// By the standard library's difference (Myers).
    private func middle(_ olds: [[UInt8]], _ news: [[UInt8]]) -> [UnifiedDiff.Line] {
        let difference = news.difference(from: olds)
        var removed = Set<Int>()
        var added = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var script: [UnifiedDiff.Line] = []
        var oldIndex = 0
        var newIndex = 0
        while oldIndex < olds.count || newIndex < news.count {
            if oldIndex < olds.count, removed.contains(oldIndex) {
                script.append(UnifiedDiff.Line(mark: .removed, text: olds[oldIndex]))
                oldIndex += 1
            } else if newIndex < news.count, added.contains(newIndex) {
                script.append(UnifiedDiff.Line(mark: .added, text: news[newIndex]))
                newIndex += 1
            } else {
                script.append(UnifiedDiff.Line(mark: .kept, text: olds[oldIndex]))
                oldIndex += 1
                newIndex += 1
            }
        }
        return script
    }
}
