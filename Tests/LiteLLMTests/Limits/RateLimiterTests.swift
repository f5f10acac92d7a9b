import EventLoop
import Synchronization
import Testing

@testable import LiteLLM

@Suite struct RateLimiterTests {
    private static func with(
        concurrent: Int,
        waiting: Int = 100,
        _ body: (RateLimiter<String>) async throws -> Void
    ) async throws {
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        var limits = AdmissionLimits()
        limits.organization = .init(
            callsPerMinute: 600_000,
            burst: 10_000,
            concurrent: concurrent,
            waiting: waiting
        )
        limits.overall = limits.organization
        let limiter = RateLimiter<String>(limits, loop: loops.loops[0])
        let result: Result<Void, any Error>
        do { result = .success(try await body(limiter)) } catch { result = .failure(error) }
        await limiter.close()
        await loops.shutdown()
        try result.get()
    }

    /// How many calls are under way.
    private final class Counts: Sendable {
        let numbers = Mutex((now: 0, most: 0, done: 0))

        func begin() {
            numbers.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func end() {
            numbers.withLock {
                $0.now -= 1
                $0.done += 1
            }
        }
    }

    /// Holds its permit until it is told to let go.
    private struct Gate: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation
        init() { (stream, continuation) = AsyncStream.makeStream() }
        func open() { continuation.yield() }
        func pass() async { for await _ in stream { return } }
    }

    @Test func noMoreThanAllowedAreUnderWayAndAllGetTheirTurn() async throws {
        try await Self.with(concurrent: 3) { limiter in
            let counts = Counts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<90 {
                    group.addTask {
                        try await limiter.withPermit(of: "o\(number % 3)") {
                            counts.begin()
                            await Task.yield()
                            counts.end()
                        }
                    }
                }
                try await group.waitForAll()
            }
            counts.numbers.withLock {
                #expect($0.done == 90)
                #expect($0.most <= 3)
            }
        }
    }

    @Test func whoLeavesTheLineFreesItsPlaceAndIsTold() async throws {
        try await Self.with(concurrent: 1, waiting: 1) { limiter in
            let (held, gate) = (Gate(), Gate())
            async let first: Void = limiter.withPermit(of: "a") {
                held.open()
                await gate.pass()
            }
            await held.pass()
            let waiting = Task { try await limiter.withPermit(of: "a") { true } }
            while await limiter.waitingCount == 0 { await Task.yield() }
            let refusal = await #expect(throws: LiteLLMError.self) {
                try await limiter.withPermit(of: "a") { () -> Void in
                    Issue.record("a full line lets nobody in")
                }
            }
            #expect(refusal?.code == .rateLimited && refusal?.retryAfter ?? .zero > .zero)
            waiting.cancel()
            await #expect(throws: LiteLLMError.self) { try await waiting.value }
            #expect(await limiter.waitingCount == 0)
            async let next: Void = limiter.withPermit(of: "b") {}
            gate.open()
            _ = try await (first, next)
        }
    }

    @Test func whatFailsGivesItsPermitBack() async throws {
        struct Failure: Error {}
        try await Self.with(concurrent: 1) { limiter in
            for _ in 0..<3 {
                await #expect(throws: Failure.self) {
                    try await limiter.withPermit(of: "a") { () -> Void in throw Failure() }
                }
            }
            try await limiter.withPermit(of: "a") {}
        }
    }

    @Test func closingRefusesThoseInLineAndAllWhoCome() async throws {
        try await Self.with(concurrent: 1) { limiter in
            let (held, gate) = (Gate(), Gate())
            async let first: Void = limiter.withPermit(of: "a") {
                held.open()
                await gate.pass()
            }
            await held.pass()
            let waiting = Task { try await limiter.withPermit(of: "a") { true } }
            while await limiter.waitingCount == 0 { await Task.yield() }
            await limiter.close()
            await #expect(throws: LiteLLMError.self) { try await waiting.value }
            await #expect(throws: LiteLLMError.self) { try await limiter.withPermit(of: "a") {} }
            gate.open()
            try await first
        }
    }
}
