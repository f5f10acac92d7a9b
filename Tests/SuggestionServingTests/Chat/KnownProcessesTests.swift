import FoundationEssentials
import GrimoireAPI
import ServiceKit
import SuggestionContent
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("What is believed of processes")
struct KnownProcessesTests {
    private let clock = TestClock()
    private let key = KnownProcesses.Key(organization: .random(), process: .random(), version: 0)
    private var change: ProcessChange { ProcessChange(organization: key.organization, process: key.process) }

    private func process(version: Int32 = 1, hash: String = "abc") -> KnownProcess {
        KnownProcess(
            .with {
                $0.processID = key.process.text
                $0.spyCode = "def f():\n    return 1\n"
                $0.versionNumber = version
                $0.contentHash = hash
            },
            organization: key.organization
        )
    }

    /// One that hears of changes and knows a process.
    private func processes() -> KnownProcesses {
        let processes = KnownProcesses(now: clock.now)
        processes.beginHearing()
        clock.advance(by: 1)
        processes.keep(process(), for: key, checkedAt: clock.now())
        return processes
    }

    @Test("What process storage has said is believed for 0.8 s from when it was asked, and known for longer")
    func time() {
        let processes = processes()
        clock.advance(by: 799_999_999)
        #expect(processes.believed(key) != nil)
        clock.advance(by: 1)
        #expect(processes.believed(key) == nil && processes[key] != nil)
        processes.keep(process(), for: key, checkedAt: clock.now())
        #expect(processes.believed(key) != nil)
    }

    @Test("Nothing is believed while changes are not heard of, nor what was asked before that began again")
    func hearing() {
        let processes = processes()
        processes.endHearing()
        #expect(processes.believed(key) == nil && processes[key] != nil)
        processes.beginHearing()
        #expect(processes.believed(key) == nil)
        clock.advance(by: 1)
        processes.keep(process(), for: key, checkedAt: clock.now())
        #expect(processes.believed(key) != nil)
    }

    @Test("A change makes what was asked before it doubtful, also where the answer comes after it")
    func changed() {
        let processes = processes()
        let askedAt = clock.now()
        processes.doubt(change)
        #expect(processes.believed(key) == nil)
        processes.keep(process(), for: key, checkedAt: askedAt)
        #expect(processes.believed(key) == nil)
        clock.advance(by: 1)
        processes.keep(process(version: 2, hash: "def"), for: key, checkedAt: clock.now())
        #expect(processes.believed(key)?.base.version == 2)
        // Of each version, too, that was asked for by its number: the process may have been deleted.
        let pinned = KnownProcesses.Key(organization: key.organization, process: key.process, version: 2)
        processes.keep(process(version: 2, hash: "def"), for: pinned, checkedAt: askedAt)
        #expect(processes.believed(pinned) == nil)
    }

    @Test("A change of another process, or of the same ID in another organization, changes nothing")
    func others() {
        let processes = processes()
        processes.doubt(ProcessChange(organization: key.organization, process: .random()))
        processes.doubt(ProcessChange(organization: .random(), process: key.process))
        #expect(processes.believed(key) != nil)
    }

    @Test("Of two answers the one that was asked for later stands, whichever comes first")
    func order() {
        let processes = processes()
        let askedAt = clock.now()
        clock.advance(by: 1)
        processes.keep(process(version: 2, hash: "def"), for: key, checkedAt: clock.now())
        processes.keep(process(), for: key, checkedAt: askedAt)
        #expect(processes.believed(key)?.base.version == 2)
    }

    @Test("However many processes change at once, none of them is believed")
    func manyChanges() {
        let processes = processes()
        processes.doubt(change)
        for _ in 0..<3_000 { processes.doubt(ProcessChange(organization: .random(), process: .random())) }
        #expect(processes.believed(key) == nil)
        // Those that no longer matter make room.
        clock.advance(by: 900_000_000)
        processes.keep(process(), for: key, checkedAt: clock.now())
        for _ in 0..<1_000 { processes.doubt(ProcessChange(organization: .random(), process: .random())) }
        #expect(processes.believed(key) != nil)
    }
}

/// A clock that the test moves.
final class TestClock: Sendable {
    private let nanoseconds = Mutex<Int64>(1_000_000_000)

    var now: @Sendable () -> Int64 { { self.nanoseconds.withLock { $0 } } }

    func advance(by time: Int64) { nanoseconds.withLock { $0 += time } }
}
