import EventLoop
import Testing

@testable import SuggestionServing

@Suite("Answers that are kept")
struct AnswerCacheTests {
    private let answer = CachedAnswer(
        text: "a",
        suggestionType: "improvement",
        metadata: ["category": "code"]
    )

    private func withCache(
        bytes: Int = 100_000,
        lifetime: Duration = .seconds(600),
        _ body: (AnswerCache) async throws -> Void
    ) async throws {
        let loop = try EventLoop()
        try loop.start()
        try await body(AnswerCache(CacheLimits(bytes: bytes, lifetime: lifetime), redis: nil, loop: loop))
        await loop.shutdown()
    }

    private func isAnswered(_ claim: AnswerCache.Claim) -> Bool {
        if case .answered(answer) = claim { true } else { false }
    }

    @Test("A question that was answered gets the same answer")
    func hit() async throws {
        try await withCache { cache in
            try await #expect(!isAnswered(cache.claim("q")))
            await cache.settle("q", with: answer)
            try await #expect(isAnswered(cache.claim("q")))
            try await #expect(!isAnswered(cache.claim("other")))
        }
    }

    @Test("An answer that has expired is none")
    func expiry() async throws {
        try await withCache(lifetime: .zero) { cache in
            _ = try await cache.claim("q")
            await cache.settle("q", with: answer)
            try await #expect(!isAnswered(cache.claim("q")))
        }
    }

    @Test("Answers together are no larger than the cache")
    func size() async throws {
        try await withCache(bytes: 1_000) { cache in
            for number in 0..<20 {
                _ = try await cache.claim("\(number)")
                await cache.settle("\(number)", with: answer)
            }
            #expect(cache.byteCount <= 1_000)
            try await #expect(isAnswered(cache.claim("19")))
            try await #expect(!isAnswered(cache.claim("0")))
        }
    }

    @Test("Of several who ask at once, one asks the model and all get its answer")
    func singleFlight() async throws {
        try await withCache { cache in
            try await #expect(!isAnswered(cache.claim("q")))
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 { group.addTask { isAnswered(try await cache.claim("q")) } }
                while await cache.waitingCount < 10 { await Task.yield() }
                await cache.settle("q", with: answer)
                for try await result in group { #expect(result) }
            }
        }
    }

    @Test("Where the first fails, the next one asks, and the others wait for that one")
    func failure() async throws {
        try await withCache { cache in
            _ = try await cache.claim("q")
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        let claim = try await cache.claim("q")
                        if !isAnswered(claim) { await cache.settle("q", with: answer) }
                        return isAnswered(claim)
                    }
                }
                while await cache.waitingCount < 3 { await Task.yield() }
                await cache.settle("q", with: nil)
                var answered = 0
                for try await result in group { answered += result ? 1 : 0 }
                #expect(answered == 2)
            }
        }
    }

    @Test("One who leaves while waiting takes nobody's place")
    func leaving() async throws {
        try await withCache { cache in
            _ = try await cache.claim("q")
            let leaver = Task { try await cache.claim("q") }
            while await cache.waitingCount < 1 { await Task.yield() }
            leaver.cancel()
            await #expect(throws: CancellationError.self) { try await leaver.value }
            await cache.settle("q", with: nil)
            try await #expect(!isAnswered(cache.claim("q")))
        }
    }

    @Test("What lies in Redis is believed where it is whole, and that of its key")
    func encoding() {
        let bytes = answer.encoded(key: "k")
        #expect(CachedAnswer(bytes, key: "k") == answer)
        #expect(CachedAnswer(bytes, key: "l") == nil)
        #expect(CachedAnswer([], key: "k") == nil)
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 1
            #expect(CachedAnswer(damaged, key: "k") == nil)
            #expect(CachedAnswer(Array(bytes[..<place]), key: "k") == nil)
        }
    }

    @Test("What sessions keep in Redis is believed where it is whole, in order, and that of its key")
    func sessions() {
        let pieces = (1...3).map {
            ChatPiece(sequence: $0, text: "t", suggestionType: "x", metadata: ["a": "b"], isFinal: $0 == 3)
        }
        let bytes = SharedSessions.encode(pieces, key: "k")
        #expect(SharedSessions.decode(bytes, key: "k") == pieces)
        #expect(SharedSessions.decode(bytes, key: "l").isEmpty)
        #expect(SharedSessions.decode(Array(bytes.dropLast()), key: "k").isEmpty)
        #expect(SharedSessions.decode(SharedSessions.encode(pieces.reversed(), key: "k"), key: "k").isEmpty)
    }
}
