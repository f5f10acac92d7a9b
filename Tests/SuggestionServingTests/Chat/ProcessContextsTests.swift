import EventLoop
import FoundationEssentials
import GrimoireAPI
import ServiceKit
import SuggestionContent
import SwiftProtobuf
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Contexts that are kept")
struct ProcessContextsTests {
    private static func context(_ name: String = "Refund", after previous: ProcessContext? = nil)
        -> ProcessContext
    {
        let response = Grimoire_V1_GetSuggestionContextResponse.with {
            $0.process.name = name
            $0.process.spyCode = "x = 1\n"
            $0.process.versionNumber = 1
        }
        return ProcessContext.made(of: response, after: previous)
    }

    private static func key(_ organization: UUID = .random(), version: Int32 = 1) -> ProcessContexts.Key {
        ProcessContexts.Key(
            organization: organization,
            process: .random(),
            version: version,
            contentHash: "a"
        )
    }

    private static func text(_ context: ProcessContext) throws -> String {
        try ContextBuilder(budgetTokens: 10_000).build(context.base, ContextTurn(), for: .chat(.improvement))
            .messages.map(\.content).joined()
    }

    private func withContexts(
        freshTime: Duration = .seconds(60),
        lifetime: Duration = .seconds(60),
        _ body: (ProcessContexts) async throws -> Void
    ) async throws {
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        let contexts = ProcessContexts(freshTime: freshTime, lifetime: lifetime, loop: loops.loops[0])
        let result: Result<Void, any Error>
        do { result = .success(try await body(contexts)) } catch { result = .failure(error) }
        await loops.shutdown()
        try result.get()
    }

    private func isAbsent(_ contexts: ProcessContexts, _ key: ProcessContexts.Key) async throws -> Bool {
        if case .absent = try await contexts.claim(key) { true } else { false }
    }

    @Test("One is read by the first who asks; others wait for it, and who comes later has it")
    func singleFlight() async throws {
        try await withContexts { contexts in
            let key = Self.key()
            try await #expect(isAbsent(contexts, key))
            async let second = contexts.claim(key)
            while await contexts.waitingCount < 1 { await Task.yield() }
            await contexts.settle(key, with: Self.context(), readSince: contexts.now)
            guard case .ready(let context) = try await second else {
                Issue.record("it has been read")
                return
            }
            #expect(try Self.text(context).contains("Refund"))
            try await #expect(!isAbsent(contexts, key))
            try await #expect(isAbsent(contexts, Self.key(key.organization, version: 2)))
        }
    }

    @Test("Where reading fails, the next who waits is to read; one who leaves waits no longer")
    func failed() async throws {
        try await withContexts { contexts in
            let key = Self.key()
            try await #expect(isAbsent(contexts, key))
            let leaving = Task { try await contexts.claim(key) }
            while await contexts.waitingCount < 1 { await Task.yield() }
            async let second = isAbsent(contexts, key)
            while await contexts.waitingCount < 2 { await Task.yield() }
            leaving.cancel()
            await #expect(throws: CancellationError.self) { try await leaving.value }
            await contexts.settle(key, with: nil, readSince: contexts.now)
            try await #expect(second)
        }
    }

    @Test("What an organization's rating was made before is not used again, also what was being read then")
    func forgotten() async throws {
        try await withContexts { contexts in
            let (rated, other) = (Self.key(), Self.key())
            for key in [rated, other] {
                try await #expect(isAbsent(contexts, key))
                await contexts.settle(key, with: Self.context(), readSince: contexts.now)
            }
            await contexts.forget(rated.organization)
            try await #expect(!isAbsent(contexts, other))
            try await #expect(isAbsent(contexts, rated))
            let begunAt = contexts.now
            await contexts.forget(rated.organization)
            await contexts.settle(rated, with: Self.context(), readSince: begunAt)
            try await #expect(isAbsent(contexts, rated))
        }
    }

    @Test("One that is no longer fresh is read anew by one who asks for that, and used meanwhile")
    func renewed() async throws {
        try await withContexts(freshTime: .zero) { contexts in
            let key = Self.key()
            await #expect(contexts.renew(key) == nil)
            try await #expect(isAbsent(contexts, key))
            await contexts.settle(key, with: Self.context(), readSince: contexts.now)
            let previous = try #require(await contexts.renew(key))
            await #expect(contexts.renew(key) == nil)
            try await #expect(!isAbsent(contexts, key))
            await contexts.renewed(
                key,
                with: Self.context("Renamed", after: previous),
                readSince: contexts.now
            )
            guard case .ready(let context) = try await contexts.claim(key) else {
                Issue.record("it is there")
                return
            }
            #expect(try Self.text(context).contains("Renamed"))
            // One whose renewal fails stays, and is tried again.
            await #expect(contexts.renew(key) != nil)
            await contexts.renewed(key, with: nil, readSince: contexts.now)
            await #expect(contexts.renew(key) != nil)
        }
        try await withContexts { contexts in
            let key = Self.key()
            try await #expect(isAbsent(contexts, key))
            await contexts.settle(key, with: Self.context(), readSince: contexts.now)
            await #expect(contexts.renew(key) == nil)
        }
    }

    @Test("One that is too old is not used")
    func expired() async throws {
        try await withContexts(lifetime: .zero) { contexts in
            let key = Self.key()
            try await #expect(isAbsent(contexts, key))
            await contexts.settle(key, with: Self.context(), readSince: contexts.now)
            try await #expect(isAbsent(contexts, key))
        }
    }
}
