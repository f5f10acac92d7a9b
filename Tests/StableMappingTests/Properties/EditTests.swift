import SPySyntax
import StableMapping
import TestSupport
import Testing

/// Seeded edits of real programs: the same ones in every run, more than ten thousand in all.
@Suite("Edits of real programs")
struct EditTests {
    static let programs: [Example] = ((try? ExamplePrograms.all()) ?? []).enumerated().map {
        Example(number: $0.offset, code: $0.element)
    }

    struct Example: Sendable, CustomTestStringConvertible {
        let number: Int
        let code: String

        var testDescription: String { "program \(number)" }
    }

    /// Edits of each sort and program; there are fifty programs.
    static let edits = 60

    @Test("there are at least fifty programs, each of which parses")
    func form() {
        #expect(Self.programs.count >= 50)
        for program in Self.programs { #expect(parse(program.code).isValid, "\(program.number)") }
    }

    @Test("white space, comments, quotes and parentheses change no entry", arguments: programs)
    func respelling(of program: Example) throws {
        var editor = Editor(seed: UInt64(program.number))
        let first = try Versions.first(program.code)
        try repeatEdits("respelled", minimum: Self.edits) {
            guard let edited = editor.respelled(program.code) else { return false }
            let next = try Versions.next(first, program.code, edited)
            #expect(changes(first, next) == [], "\(edited)")
            return true
        }
    }

    @Test("the order of functions changes no fact ID", arguments: programs.filter { $0.number < 24 })
    func reordering(of program: Example) throws {
        var editor = Editor(seed: UInt64(program.number))
        var (code, outcome) = (program.code, try Versions.first(program.code))
        try repeatEdits("reordered", minimum: Self.edits / 4) {
            guard let edited = editor.reordered(code) else { return false }
            let next = try Versions.next(outcome, code, edited)
            #expect(changes(outcome, next) == [], "\(edited)")
            (code, outcome) = (edited, next)
            return true
        }
    }

    @Test("a statement that is put in changes none of the other fact IDs", arguments: programs)
    func insertion(into program: Example) throws {
        var editor = Editor(seed: UInt64(program.number))
        let first = try Versions.first(program.code)
        try repeatEdits("inserted", minimum: Self.edits) {
            guard let edited = editor.inserted(program.code) else { return false }
            let next = try Versions.next(first, program.code, edited)
            let lost = changes(first, next).filter { !$0.hasPrefix("+") }
            #expect(lost == [], "\(edited)")
            return true
        }
    }

    @Test(
        "through any changes, an ID has one expression at a time and returns to no other",
        arguments: programs
    )
    func changes(of program: Example) throws {
        var editor = Editor(seed: UInt64(program.number))
        var code = program.code
        var outcome = try Versions.first(code)
        var history = History()
        history.add(outcome)
        try repeatEdits("changed", minimum: Self.edits + Self.edits / 2) {
            // Now and then a version of long ago comes back.
            let isRevert = editor.random.below(10) == 0
            guard let edited = isRevert ? program.code : editor.changed(code), edited != code else {
                return false
            }
            outcome = try Versions.next(outcome, code, edited)
            code = edited
            history.add(outcome)
            #expect(history.violations == [])
            // Each is called as it is in its own program.
            let meanings = ProgramFacts(code).meanings(of: outcome.state.entries.compactMap(\.fact))
            for (key, meaning) in meanings {
                guard case .one(let place) = meaning, place.key == key else {
                    Issue.record("\(key) means \(meaning)")
                    continue
                }
            }
            return true
        }
    }

    /// Entries that are not the same in both versions: `-` those that are gone, `+` those that are new.
    private func changes(_ first: MappingOutcome, _ next: MappingOutcome) -> [String] {
        first.mapping.filter { next.mapping[$0.key] != $0.value }.map { "- \($0.key) \($0.value)" }.sorted()
            + next.mapping.filter { first.mapping[$0.key] != $0.value }.map { "+ \($0.key) \($0.value)" }
            .sorted()
    }

    /// Tries until so many edits were possible, within ten times as many attempts.
    private func repeatEdits(_ name: String, minimum: Int, _ edit: () throws -> Bool) throws {
        var done = 0
        for _ in 0..<(minimum * 10) where done < minimum {
            if try edit() { done += 1 }
        }
        #expect(done == minimum, "only \(done) edits of \(minimum) were possible")
    }
}

/// All fact IDs that a process ever had, with what they were given to.
struct History {
    private(set) var violations: [String] = []
    private var live: [String: String] = [:]
    private var retired: [String: String] = [:]

    /// Checks a version against all that came before it.
    mutating func add(_ outcome: MappingOutcome) {
        var now: [String: String] = [:]
        for entry in outcome.state.entries {
            let identity = History.identity(entry.fact ?? entry.key)
            if now.updateValue(identity, forKey: entry.factID) != nil {
                violations.append("\(entry.factID) stands twice in version \(outcome.state.version)")
            }
            if let former = retired[entry.factID], former != identity {
                violations.append("\(entry.factID) of '\(former)' came back to '\(identity)'")
            }
        }
        for item in outcome.report.derived where live[item.factID] != nil || retired[item.factID] != nil {
            violations.append("\(item.factID) was derived again")
        }
        for (factID, identity) in live where now[factID] == nil { retired[factID] = identity }
        for factID in now.keys { retired[factID] = nil }
        live = now
    }

    /// A key without the number of equal ones.
    private static func identity(_ key: String) -> String {
        let digits = key.reversed().prefix(while: \.isNumber).count
        let head = key.dropLast(digits)
        return digits > 0 && head.last == "#" ? String(head.dropLast()) : key
    }
}
