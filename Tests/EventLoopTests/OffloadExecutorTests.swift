import Synchronization
import Testing

@testable import EventLoop

@Suite struct OffloadExecutorTests {
    @Test func aBodyRunsElsewhereAndItsErrorComesBack() async throws {
        struct Failure: Error {}
        let executor = OffloadExecutor(width: 2)
        #expect(try await executor.run { 6 * 7 } == 42)
        await #expect(throws: Failure.self) { try await executor.run { throw Failure() } }
        await executor.shutdown()
        await #expect(throws: EventLoopError.self) { try await executor.run { 1 } }
    }

    @Test func manyCallsAllEnd() async throws {
        let executor = OffloadExecutor(width: 3, queueLimit: 10_000)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<5_000 { group.addTask { try await executor.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 5_000 * 4_999 / 2)
        await executor.shutdown()
    }

    @Test func aFullQueueRefusesAtOnceAndACancelledCallLeavesIt() async throws {
        let executor = OffloadExecutor(width: 1, queueLimit: 1)
        let gate = Gate()
        let (started, hasStarted) = AsyncStream.makeStream(of: Void.self)
        let running = Task {
            try await executor.run {
                hasStarted.finish()
                gate.wait()
            }
        }
        for await _ in started {}
        let queued = Task { try await executor.run { 2 } }
        while executor.queuedCount == 0 { await Task.yield() }
        let error = await #expect(throws: EventLoopError.self) { try await executor.run { 3 } }
        #expect(error?.code == .queueFull)
        queued.cancel()
        await #expect(throws: CancellationError.self) { try await queued.value }
        gate.open()
        try await running.value
        await executor.shutdown()
    }
}

/// Blocks a thread until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    func open() { isOpen.store(true, ordering: .releasing) }
    func wait() { while !isOpen.load(ordering: .acquiring) {} }
}
