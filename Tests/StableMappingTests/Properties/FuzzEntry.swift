import StableMapping

/// What is asked of keys and of the engine for every input, whatever it is.
enum FuzzEntry {
    /// Promises that do not hold for a text taken as a key.
    static func violations(inKey text: String) -> [String] {
        do {
            let key = try FactKey(text)
            let again = try FactKey(key.description)
            return again == key ? [] : ["'\(text)' becomes '\(key)' becomes '\(again)'"]
        } catch {
            let isInside = (1...(text.unicodeScalars.count + 1)).contains(error.column)
            let isOwn = error.key == text || text.utf8.count > MappingLimits.keyBytes
            return isInside && isOwn ? [] : ["'\(text)': \(error)"]
        }
    }

    /// Promises that do not hold for two texts taken as versions of a program, with entries given by a client.
    static func violations(inPrograms before: String, _ after: String, given: [String: String]) -> [String] {
        do {
            let first = try Versions.first(before)
            let second = try Versions.next(first, before, after, given: given)
            let third = try Versions.next(second, after, before)
            return [first, second, third].flatMap { violations(in: $0, given: Set(given.values)) }
        } catch let error as MappingError {
            guard case .invalidKeys = error else { return ["\(error)"] }
            return []
        } catch {
            return ["\(error)"]
        }
    }

    private static func violations(in outcome: MappingOutcome, given: Set<String>) -> [String] {
        var violations: [String] = []
        var facts: Set<String> = []
        var keys: Set<String> = []
        var factIDs: Set<String> = []
        for entry in outcome.state.entries {
            if !keys.insert(entry.key).inserted {
                violations.append("two entries have the key '\(entry.key)'")
            }
            guard let fact = entry.fact else { continue }
            if !facts.insert(fact).inserted { violations.append("two entries name '\(fact)'") }
            if !factIDs.insert(entry.factID).inserted, !given.contains(entry.factID) {
                violations.append("'\(entry.factID)' stands on two expressions")
            }
        }
        let live = Set(outcome.state.entries.map(\.factID))
        for retired in outcome.state.retired where live.contains(retired.factID) {
            violations.append("'\(retired.factID)' is retired and in use")
        }
        let report = outcome.report
        let count =
            report.given.count + report.derived.count + report.carried.count + report.moved.count
            + report.restored.count + report.unmatched.count
        if count != outcome.state.entries.count { violations.append("the report has \(count) entries") }
        return violations
    }
}
