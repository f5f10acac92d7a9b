import FoundationEssentials
import GRPCCore
import GRPCNghttp2
import ServiceKit
import Testing

@testable import MappingServing

/// What a loop remembers.
@Suite struct MappingMemoryTests {
    private static let start: Int64 = 1_000_000_000_000

    private static func key(_ version: Int32, _ process: UUID = UUID(), organization: UUID = UUID())
        -> MappingKey
    {
        MappingKey(
            process: ProcessKey(organization: organization, process: process),
            kind: .mapping,
            version: version
        )
    }

    private static func answer(_ version: Int32, bytes: Int = 10) -> StoredAnswer {
        StoredAnswer(message: MessageBytes(repeating: 7, count: bytes), version: version, contentHash: [])
    }

    private static func answered(_ known: MappingMemory.Known) -> Int32? {
        if case .answer(let answer) = known { answer.version } else { nil }
    }

    /// A memory that has just learnt the latest version of a process, its third.
    private static func memory(of key: MappingKey, bytes: Int = 1 << 20) -> MappingMemory {
        var memory = MappingMemory(bytes: bytes)
        memory.remember(answer(3), for: key)
        memory.keep(.latest(3, checkedAt: start), of: key.process)
        return memory
    }

    private static func version(_ memory: MappingMemory, _ key: MappingKey, after: Int64 = 1) -> Int32? {
        var memory = memory
        return answered(memory.known(key, now: start + after))
    }

    @Test func aLatestVersionAnswersForItselfAndForTheLatest() {
        let key = Self.key(0)
        let memory = Self.memory(of: key)
        #expect(Self.version(memory, key) == 3)
        #expect(Self.version(memory, key.at(3)) == 3)
        #expect(Self.version(memory, key.at(2)) == nil)
    }

    @Test func theLatestIsForgottenSoonerThanThePinnedVersion() {
        let key = Self.key(0)
        let memory = Self.memory(of: key)
        #expect(Self.version(memory, key, after: ProcessHead.latestLifetime) == nil)
        #expect(Self.version(memory, key.at(3), after: ProcessHead.latestLifetime) == 3)
        #expect(Self.version(memory, key.at(3), after: ProcessHead.pinnedLifetime) == nil)
    }

    @Test func anotherOrganizationFindsNothing() {
        let process = UUID()
        let memory = Self.memory(of: Self.key(0, process))
        #expect(Self.version(memory, Self.key(3, process)) == nil)
        #expect(Self.version(memory, Self.key(0, process)) == nil)
    }

    @Test func aChangeMakesWhatIsKnownUnbelieved() {
        let key = Self.key(0)
        var memory = Self.memory(of: key)
        memory.doubt(key.process, now: Self.start + 1)
        #expect(Self.version(memory, key, after: 2) == nil)
        #expect(Self.version(memory, key.at(3), after: 2) == nil)
        #expect(memory.remembered(key).answer == Self.answer(3))
    }

    @Test func whatWasAskedBeforeAChangeIsNotBelievedAfterIt() {
        let (changed, other) = (Self.key(0), Self.key(0))
        var memory = Self.memory(of: other)
        memory.doubt(changed.process, now: Self.start + 1)
        memory.remember(Self.answer(3), for: changed)
        memory.keep(.latest(3, checkedAt: Self.start), of: changed.process)
        #expect(Self.version(memory, changed, after: 2) == nil)
        #expect(Self.version(memory, other, after: 2) == 3)
        memory.keep(.latest(3, checkedAt: Self.start + 2), of: changed.process)
        #expect(Self.version(memory, changed, after: 3) == 3)
        memory.doubtAll(now: Self.start + 3)
        memory.keep(.latest(3, checkedAt: Self.start + 3), of: changed.process)
        #expect(Self.version(memory, changed, after: 4) == nil)
        #expect(Self.version(memory, other, after: 4) == nil)
    }

    @Test func aVersionThatIsNotThereIsKnownForAWhile() {
        let key = Self.key(9)
        var memory = MappingMemory(bytes: 1 << 20)
        memory.keep(.exists(checkedAt: Self.start), of: key.process)
        memory.keep(absence: RPCError(code: .notFound, message: "no"), of: key, checkedAt: Self.start)
        guard case .failure(let error) = memory.known(key, now: Self.start + 1) else {
            Issue.record("an absence is known")
            return
        }
        #expect(error.code == .notFound)
        guard case .unknown = memory.known(key, now: Self.start + ProcessHead.absenceLifetime) else {
            Issue.record("an absence is asked for again")
            return
        }
    }

    @Test func aProcessThatIsNotThereIsAbsentInAllItsVersions() {
        let key = Self.key(0)
        var memory = Self.memory(of: key)
        memory.keep(.absent(checkedAt: Self.start + 1), of: key.process)
        for version: Int32 in [0, 3] {
            guard case .absent = memory.known(key.at(version), now: Self.start + 2) else {
                Issue.record("version \(version) is served of a process that is not there")
                return
            }
        }
    }

    @Test func whatWasUsedLongestAgoGoesFirstAndTheBoundHolds() {
        var memory = MappingMemory(bytes: 80_000)
        let keys = (0..<100).map { _ in Self.key(1) }
        for key in keys {
            memory.remember(Self.answer(1, bytes: 5_000), for: key)
            _ = memory.answer(keys[0])
        }
        let kept = keys.filter { memory.answer($0) != nil }.count
        #expect((8...14).contains(kept))
        #expect(memory.answer(keys[0]) != nil)
        #expect(memory.answer(keys[1]) == nil)
    }
}
