import Testing

@testable import EventLoop

/// Lives on a loop and looks where its code runs after each kind of suspension.
private actor Pinned {
    let loop: EventLoop
    var calls = 0
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) { self.loop = loop }

    func touch() -> Bool {
        calls += 1
        return loop.isCurrent
    }

    func afterDefaultActor(_ other: Elsewhere) async -> Bool {
        await other.work()
        return loop.isCurrent
    }

    func afterTaskSleep() async throws -> Bool {
        try await Task.sleep(for: .microseconds(1))
        return loop.isCurrent
    }

    func afterLoopSleep() async throws -> Bool {
        try await loop.sleep(for: .milliseconds(1))
        return loop.isCurrent
    }

    func afterContinuationFromAnotherThread(_ other: OffloadExecutor) async throws -> Bool {
        _ = try await other.run { 1 }
        return loop.isCurrent
    }

    func afterTaskGroup() async -> Bool {
        await withTaskGroup(of: Int.self) { group in
            for number in 0..<10 { group.addTask { number } }
            for await _ in group {}
        }
        return loop.isCurrent
    }

    func afterAsyncLet(_ other: Elsewhere) async -> Bool {
        async let first: Void = other.work()
        async let second: Void = other.work()
        _ = await (first, second)
        return loop.isCurrent
    }

    func insideCancellationHandler(_ other: Elsewhere) async -> Bool {
        await withTaskCancellationHandler {
            await other.work()
            calls += 1
            return loop.isCurrent
        } onCancel: {
        }
    }

    func afterStream() async -> Bool {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
        Task.detached {
            continuation.yield(1)
            continuation.finish()
        }
        for await _ in stream where !loop.isCurrent { return false }
        return loop.isCurrent
    }

    func insideUnstructuredTask() async -> Bool {
        await Task { self.touch() }.value
    }

    func sleep(for duration: Duration) async throws {
        try await withTaskExecutorPreference(loop.taskExecutor) { try await loop.sleep(for: duration) }
    }

    /// How many tasks sleep on the loop.
    var sleeping: Int { loop.sleepers.count }

    func wakeUpsWhileSleeping(times: Int) async throws -> Int {
        let before = loop.statistics.wakeUps
        for _ in 0..<times { try await sleep(for: .microseconds(100)) }
        return loop.statistics.wakeUps - before
    }

    func hop(to other: Pinned, times: Int) async -> (EventLoop.Statistics, EventLoop.Statistics) {
        let before = loop.statistics
        for _ in 0..<times { _ = await other.touch() }
        return (before, loop.statistics)
    }
}

private actor Elsewhere {
    var count = 0
    func work() { count += 1 }
}

@Suite struct ThreadTests {
    private func withLoop<Result>(_ body: (EventLoop) async throws -> Result) async throws -> Result {
        let loop = try EventLoop()
        try loop.start()
        do {
            let result = try await body(loop)
            await loop.shutdown()
            return result
        } catch {
            await loop.shutdown()
            throw error
        }
    }

    @Test func anActorIsBackOnItsLoopAfterEveryKindOfSuspension() async throws {
        try await withLoop { loop async throws in
            let actor = Pinned(loop: loop)
            let other = Elsewhere()
            let offload = OffloadExecutor(width: 1)
            #expect(await actor.touch())
            #expect(await actor.afterDefaultActor(other))
            #expect(try await actor.afterTaskSleep())
            #expect(try await actor.afterLoopSleep())
            #expect(try await actor.afterContinuationFromAnotherThread(offload))
            #expect(await actor.afterTaskGroup())
            #expect(await actor.afterAsyncLet(other))
            #expect(await actor.insideCancellationHandler(other))
            #expect(await actor.afterStream())
            #expect(await actor.insideUnstructuredTask())
            await offload.shutdown()
        }
        #expect(EventLoop.current == nil)
    }

    @Test func aTaskThatPrefersALoopRunsItsNonisolatedCodeThere() async throws {
        try await withLoop { loop async throws in
            let other = Elsewhere()
            let wasThere = await withTaskExecutorPreference(loop.taskExecutor) {
                let before = loop.isCurrent
                await other.work()
                let after = loop.isCurrent
                return before && after
            }
            #expect(wasThere)
        }
    }

    @Test func aCallBetweenActorsOfOneLoopMakesNoSystemCall() async throws {
        try await withLoop { loop async throws in
            let hops = 2_000
            // From a task on the loop, so that only the hops themselves are counted.
            let (before, after) = await Pinned(loop: loop).hop(to: Pinned(loop: loop), times: hops)
            #expect(after.wakeUps == before.wakeUps)
            // Each turn is one epoll_wait; a turn's share of time ends now and then, so a few may pass.
            #expect(after.turns - before.turns < hops / 20)
        }
    }

    @Test func jobsFromManyThreadsAreAllRunOneAtATime() async throws {
        try await withLoop { loop async throws in
            let actor = Pinned(loop: loop)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask { for _ in 0..<200 { _ = await actor.touch() } }
                }
            }
            #expect(await actor.calls == 64 * 200)
        }
    }

    @Test func aJobAfterShutdownStillRuns() async throws {
        let loop = try EventLoop()
        try loop.start()
        let actor = Pinned(loop: loop)
        _ = await actor.touch()
        await loop.shutdown()
        await loop.shutdown()
        #expect(await actor.touch())
        await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(1)) }
    }

    @Test func sleepEndsWithItsTaskAndWithTheLoop() async throws {
        let loop = try EventLoop()
        try loop.start()
        let cancelled = Task { try await loop.sleep(for: .seconds(3_600)) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let abandoned = Task { try await loop.sleep(for: .seconds(3_600)) }
        await loop.shutdown()
        await #expect(throws: CancellationError.self) { try await abandoned.value }
    }

    @Test func sleepOnTheLoopItselfWakesNobodyUpAndEndsWithItsTaskAndWithTheLoop() async throws {
        let loop = try EventLoop()
        try loop.start()
        let actor = Pinned(loop: loop)
        #expect(try await actor.wakeUpsWhileSleeping(times: 20) == 0)
        let cancelled = Task { try await actor.sleep(for: .seconds(3_600)) }
        let abandoned = Task { try await actor.sleep(for: .seconds(3_600)) }
        while await actor.sleeping < 2 { try await Task.sleep(for: .milliseconds(1)) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        await loop.shutdown()
        await #expect(throws: CancellationError.self) { try await abandoned.value }
    }

    @Test func aGroupPrefersTheCallersOwnLoop() async throws {
        let group = try EventLoopGroup(count: 3)
        try group.start()
        let chosen = await withTaskExecutorPreference(group.loops[1].taskExecutor) {
            group.next() === group.loops[1]
        }
        #expect(chosen)
        let inTurn = (0..<6).map { _ in ObjectIdentifier(group.next()) }
        #expect(Set(inTurn).count == 3)
        await group.shutdown()
    }
}
