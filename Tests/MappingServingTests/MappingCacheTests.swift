import EventLoop
import FoundationEssentials
import GRPCCore
import GRPCNghttp2
import ServiceKit
import Testing

@testable import MappingServing

/// What one loop keeps in memory.
@Suite struct MappingCacheTests {
    private static func withCache(
        bytes: Int = 1 << 20,
        _ body: (MappingCache) async throws -> Void
    ) async throws {
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        try await body(MappingCache(bytes: bytes, loop: loops.loops[0]))
        await loops.shutdown()
    }

    private static func key(_ version: Int32, _ process: UUID = UUID(), organization: UUID = UUID()) -> MappingKey {
        MappingKey(
            process: ProcessKey(organization: organization, process: process),
            kind: .mapping,
            version: version
        )
    }

    private static func answer(_ version: Int32, bytes: Int = 10) -> StoredAnswer {
        StoredAnswer(message: MessageBytes(repeating: 7, count: bytes), version: version, contentHash: [])
    }

    private static func answered(_ known: MappingCache.Known) -> Int32? {
        if case .answer(let answer) = known { answer.version } else { nil }
    }

    @Test func aLatestVersionAnswersForItselfAndForTheLatest() async throws {
        try await Self.withCache { cache in
            let key = Self.key(0)
            await cache.keep(Self.answer(3), for: key, .latest(3, checkedAt: cache.loop.uptimeNanoseconds))
            #expect(await Self.answered(cache.known(key)) == 3)
            #expect(await Self.answered(cache.known(key.at(3))) == 3)
            #expect(await Self.answered(cache.known(key.at(2))) == nil)
        }
    }

    @Test func anotherOrganizationFindsNothing() async throws {
        try await Self.withCache { cache in
            let process = UUID()
            let key = Self.key(1, process)
            await cache.keep(Self.answer(1), for: key, .latest(1, checkedAt: cache.loop.uptimeNanoseconds))
            #expect(await Self.answered(cache.known(Self.key(1, process))) == nil)
            #expect(await Self.answered(cache.known(Self.key(0, process))) == nil)
        }
    }

    @Test func aChangeMakesWhatIsKnownUnbelieved() async throws {
        try await Self.withCache { cache in
            let key = Self.key(0)
            await cache.keep(Self.answer(3), for: key, .latest(3, checkedAt: cache.loop.uptimeNanoseconds))
            await cache.doubt(key.process)
            #expect(await Self.answered(cache.known(key)) == nil)
            #expect(await Self.answered(cache.known(key.at(3))) == nil)
            let remembered = await cache.remembered(key)
            #expect(remembered.answer == Self.answer(3))
        }
    }

    @Test func whatWasAskedBeforeAChangeIsNotBelievedAfterIt() async throws {
        try await Self.withCache { cache in
            let key = Self.key(0)
            let askedAt = cache.loop.uptimeNanoseconds
            await cache.doubt(key.process)
            await cache.keep(Self.answer(3), for: key, .latest(3, checkedAt: askedAt))
            #expect(await Self.answered(cache.known(key)) == nil)
            let other = Self.key(0)
            await cache.keep(Self.answer(3), for: other, .latest(3, checkedAt: askedAt))
            #expect(await Self.answered(cache.known(other)) == 3)
            await cache.doubtAll()
            #expect(await Self.answered(cache.known(other)) == nil)
        }
    }

    @Test func aVersionThatIsNotThereIsKnownForAWhile() async throws {
        try await Self.withCache { cache in
            let key = Self.key(9)
            let now = cache.loop.uptimeNanoseconds
            await cache.keep(.exists(checkedAt: now), of: key.process)
            await cache.keep(absence: RPCError(code: .notFound, message: "no"), of: key, checkedAt: now)
            guard case .failure(let error) = await cache.known(key) else {
                Issue.record("an absence is known")
                return
            }
            #expect(error.code == .notFound)
            #expect(await Self.answered(cache.known(key.at(8))) == nil)
        }
    }

    @Test func whatWasUsedLongestAgoGoesFirstAndTheBoundHolds() async throws {
        try await Self.withCache(bytes: 80_000) { cache in
            let keys = (0..<100).map { _ in Self.key(1) }
            let now = cache.loop.uptimeNanoseconds
            for key in keys {
                await cache.keep(Self.answer(1, bytes: 5_000), for: key, .latest(1, checkedAt: now))
                _ = await cache.known(keys[0])
            }
            var kept = 0
            for key in keys where await cache.answer(key) != nil { kept += 1 }
            #expect((8...14).contains(kept))
            #expect(await cache.answer(keys[0]) != nil)
            #expect(await cache.answer(keys[1]) == nil)
        }
    }
}
