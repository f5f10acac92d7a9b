import StableMapping
import Testing

@Suite("Example processes")
struct ExampleProcessTests {
    static let processes: [ExamplePrograms.Process] = (try? ExamplePrograms.processes()) ?? []

    @Test("there are eight")
    func count() {
        #expect(Self.processes.count == 8)
    }

    @Test("every key written by hand fits one fact of its version", arguments: processes)
    func keys(of process: ExamplePrograms.Process) throws {
        for version in process.versions {
            let meanings = ProgramFacts(version.code).meanings(of: version.mapping.keys)
            for (key, meaning) in meanings {
                guard case .one(let place) = meaning else {
                    Issue.record("\(key): \(meaning)")
                    continue
                }
                #expect(place.key == key)
            }
        }
    }

    @Test(
        "facts of the first version keep the IDs that people kept, without being given again",
        arguments: processes
    )
    func carryOver(of process: ExamplePrograms.Process) throws {
        var outcome = try Versions.first(process.versions[0].code, given: process.versions[0].mapping)
        let first = Set(process.versions[0].mapping.values)
        for (before, after) in zip(process.versions, process.versions.dropFirst()) {
            outcome = try Versions.next(outcome, before.code, after.code)
            for (key, factID) in after.mapping where first.contains(factID) {
                #expect(outcome.mapping[key] == factID, "\(key)")
            }
        }
    }

    @Test("the mappings written by hand come back as given, without warnings", arguments: processes)
    func given(of process: ExamplePrograms.Process) throws {
        var outcome: MappingOutcome?
        var before = ""
        for version in process.versions {
            let next = try outcome.map { try Versions.next($0, before, version.code, given: version.mapping) }
            let made = try next ?? Versions.first(version.code, given: version.mapping)
            for (key, factID) in version.mapping { #expect(made.mapping[key] == factID, "\(key)") }
            #expect(made.report.warnings == [])
            #expect(Set(made.mapping.values).count == made.mapping.count)
            (outcome, before) = (made, version.code)
        }
    }

    @Test(
        "a program replaced by that of another process takes no ID along, but for a function that both have",
        arguments: processes
    )
    func unrelated(to process: ExamplePrograms.Process) throws {
        for other in Self.processes where other.name != process.name {
            let (first, second) = try Versions.pair(process.versions[0].code, other.versions[0].code)
            let evolution = MappingEvolution(from: first.state, to: second.state)
            #expect(evolution.kept == [], "\(other.name)")
            for move in evolution.moved {
                let functions = [move.oldKey, move.key].map { $0.prefix { $0 != ":" } }.sorted()
                #expect(functions == ["days_since_delivery", "days_unused"], "\(other.name): \(move)")
            }
        }
    }
}
