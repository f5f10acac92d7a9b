import EventLoop
import FoundationEssentials
import Redis
import Testing

@testable import SuggestionServing

@Suite("How many share the limits")
struct CensusTests {
    private struct NoRedis: Error {}

    @Test("Before anything is known, the configuration counts")
    func beginning() {
        #expect(CensusMachine(configured: 3).beginning == .init(share: 3))
    }

    @Test("One that is alone begins at once; one that joins others waits until they have counted it")
    func joining() {
        var alone = CensusMachine(configured: 1)
        #expect(alone.counted(1) == .init(share: 1))
        #expect(alone.counted(2) == .init(share: 2))
        var second = CensusMachine(configured: 1)
        #expect(second.counted(2) == .init(share: 2, mustWait: true))
        #expect(second.counted(2) == .init(share: 2))
    }

    @Test("Without Redis, the last count or the configuration's holds, whichever is larger")
    func away() {
        var machine = CensusMachine(configured: 2)
        #expect(machine.failed() == .init(share: 2))
        _ = machine.counted(5)
        #expect(machine.failed() == .init(share: 5))
        _ = machine.counted(1)
        #expect(machine.failed() == .init(share: 2))
    }

    @Test("One that was away waits again when it comes back: the others may not have counted it")
    func comingBack() {
        var machine = CensusMachine(configured: 1)
        _ = machine.counted(1)
        _ = machine.failed()
        #expect(machine.counted(2) == .init(share: 2, mustWait: true))
    }

    @Test("Replicas find each other through Redis, and one that goes is no longer counted")
    func throughRedis() async throws {
        // The one that scripts/test starts.
        guard let url = ProcessInfo.processInfo.environment["GRIMOIRE_REDIS_URL"] else { throw NoRedis() }
        let loop = try EventLoop()
        try loop.start()
        let offload = OffloadExecutor(width: 1)
        var configuration = try RedisConfiguration(url: url)
        configuration.commandTimeout = .seconds(30)
        let client = RedisClient(configuration: configuration, loop: loop, offload: offload)
        let key = "grimoire:test:\(UUID().uuidString)"
        await withTaskGroup { group in
            group.addTask { await client.run() }
            let (shares, share) = AsyncStream.makeStream(of: Int.self)
            let census = ReplicaCensus(
                configured: 1,
                redis: client,
                loop: loop,
                key: key,
                interval: .milliseconds(50)
            ) { share.yield($0.share) }
            let first = Task { await census.run() }
            var iterator = shares.makeAsyncIterator()
            while await iterator.next() != 1 {}
            let other = ReplicaCensus(
                configured: 1,
                redis: client,
                loop: loop,
                key: key,
                interval: .milliseconds(50)
            ) { _ in }
            let second = Task { await other.run() }
            while await iterator.next() != 2 {}
            second.cancel()
            await second.value
            while await iterator.next() != 1 {}
            first.cancel()
            await first.value
            group.cancelAll()
        }
        await loop.shutdown()
        await offload.shutdown()
    }
}
