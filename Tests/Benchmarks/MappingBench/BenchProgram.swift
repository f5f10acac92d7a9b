import TestSupport

/// A program as people write them: functions of a dozen lines, names of their own, and lines that many have in common.
struct BenchProgram {
    private var lines: [String] = []
    private var random: SeededGenerator

    var text: String { lines.joined(separator: "\n") + "\n" }

    init(lines count: Int, seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var number = 0
        while lines.count < count {
            number += 1
            addFunction("step_\(seed)_\(number)")
        }
        lines.removeLast(lines.count - count)
        // A block that was cut off needs a statement.
        if lines.last?.hasSuffix(":") == true { lines[lines.count - 1] = "done()" }
    }

    private mutating func addFunction(_ name: String) {
        let (subject, amount) = (pick(BenchProgram.subjects), pick(BenchProgram.amounts))
        let action = pick(BenchProgram.actions)
        lines += [
            "def \(name)(\(subject), today):",
            "    record = find_\(subject)(\(subject)[\"id\"], \(number(100)))",
            "    if record is None:",
            "        return False",
            "    \(amount) = record[\"\(amount)\"] * \(number(50)) + \(number(9))",
            "    for item in record[\"items\"]:",
            "        if item[\"kind\"] == \"\(pick(BenchProgram.subjects))\" and \(amount) > \(number(1_000)):",
            "            \(action)(item, \(amount), reason=\"\(number(500))\")",
            "    if \(amount) >= \(number(1_000)):",
            "        \(pick(BenchProgram.actions))(\(subject), today)",
            "        log(record)",
            "    return \(amount)",
            "",
        ]
    }

    /// One edit for so many lines: a constant changed, a line inserted, removed or moved, a name renamed in its function.
    mutating func edit(everyLines distance: Int) {
        for _ in 0..<(lines.count / distance) {
            let place = Int(random.next() % UInt64(lines.count))
            let line = lines[place]
            guard line.hasPrefix("    "), !line.hasSuffix(":") else { continue }
            let indentation = String(line.prefix { $0 == " " })
            switch random.next() % 5 {
            case 0: lines.insert("\(indentation)check(\(number(100_000)))", at: place)
            case 1: lines[place] = "\(indentation)pass"
            case 2: lines[place] = line.replacingDigits(with: "\(number(100))")
            case 3: lines.insert("\(indentation)extra_\(number(1_000)) = read(\(number(100_000)))", at: place)
            default: rename("record", to: "entry_\(number(100))", around: place)
            }
        }
    }

    private mutating func rename(_ name: String, to other: String, around place: Int) {
        var start = place
        while start > 0, !lines[start].hasPrefix("def ") { start -= 1 }
        var end = place
        while end < lines.count, !lines[end].isEmpty { end += 1 }
        for index in start..<end {
            lines[index] = lines[index].split(separator: name, omittingEmptySubsequences: false).joined(
                separator: other
            )
        }
    }

    private mutating func number(_ limit: UInt64) -> UInt64 { random.next() % limit }

    private mutating func pick(_ words: [String]) -> String {
        words[Int(random.next() % UInt64(words.count))]
    }

    private static let subjects = ["order", "customer", "invoice", "account", "shipment", "claim", "ticket"]
    private static let amounts = ["total", "balance", "score", "weight", "days", "limit"]
    private static let actions = ["notify", "escalate", "book", "reject", "approve", "archive"]
}

extension String {
    /// The text with its last number replaced.
    fileprivate func replacingDigits(with digits: String) -> String {
        guard let last = lastIndex(where: \.isNumber) else { return self }
        var first = last
        while first > startIndex, self[index(before: first)].isNumber { first = index(before: first) }
        return self[..<first] + digits + self[index(after: last)...]
    }
}
