internal import Synchronization

/// Small calls without a pause from several tasks.
public struct Load: Sendable {
    private let state = State()
    private let calls: AsyncStream<Void>
    private let made: AsyncStream<Void>.Continuation
    private let ends: AsyncStream<Void>
    private let ended: AsyncStream<Void>.Continuation

    fileprivate init() {
        // Nobody need wait for calls.
        (calls, made) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (ends, ended) = AsyncStream.makeStream()
    }

    /// Returns when so many more calls have been made.
    public func waitForCalls(_ count: Int) async {
        var calls = calls.makeAsyncIterator()
        for _ in 0..<count { await calls.next() }
    }

    /// Begins no more calls, and returns when the last has ended.
    public func stop() async {
        state.isStopped.store(true, ordering: .relaxed)
        var ends = ends.makeAsyncIterator()
        while await ends.next() != nil {}
    }

    fileprivate var count: Int { state.made.load(ordering: .relaxed) }

    fileprivate func run(_ client: InteropClient, tasks: Int) async throws {
        defer { ended.finish() }
        try await withThrowingTaskGroup { group in
            for _ in 0..<tasks {
                group.addTask {
                    while !state.isStopped.load(ordering: .relaxed) {
                        try await client.smallCall(waitForReady: true)
                        state.made.add(1, ordering: .relaxed)
                        made.yield()
                    }
                }
            }
            // Not waitForAll, which would wait for the others after the first has failed.
            while try await group.next() != nil {}
        }
    }

    private final class State: Sendable {
        let isStopped = Atomic<Bool>(false)
        let made = Atomic<Int>(0)
    }
}

extension InteropClient {
    /// Makes small calls without a pause while `body` runs or until it stops them; the first that fails ends everything.
    ///
    /// Calls wait for a connection where there is none.
    /// - Returns: how many calls were made.
    public func underLoad(
        tasks: Int = 8,
        _ body: @escaping @Sendable (_ load: Load) async throws -> Void
    ) async throws -> Int {
        let load = Load()
        try await withThrowingTaskGroup { group in
            group.addTask { try await load.run(self, tasks: tasks) }
            group.addTask {
                try await body(load)
                await load.stop()
            }
            while try await group.next() != nil {}
        }
        return load.count
    }
}
