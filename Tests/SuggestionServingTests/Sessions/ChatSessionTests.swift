import EventLoop
import GrimoireAPI
import SwiftProtobuf
import Testing

@testable import SuggestionServing

@Suite("What a session remembers of its conversation")
struct ChatSessionTests {
    private func withSession(_ body: (ChatSession) async throws -> Void) async throws {
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        var failure: (any Error)?
        do {
            try await body(ChatSession(replayBytes: 65_536, loop: loops.loops[0]))
        } catch {
            failure = error
        }
        await loops.shutdown()
        if let failure { throw failure }
    }

    private static func exchange(_ id: String, answer: String = "told") -> Grimoire_V1_Suggestion {
        .with {
            $0.suggestionID = id
            $0.message = "asked"
            $0.answer = answer
            $0.patch = "not of the conversation"
        }
    }

    private static func ids(_ session: ChatSession) async -> [String]? {
        await session.talk?.map(\.suggestionID)
    }

    @Test("Nothing before process storage was asked; then that, and what was said since")
    func grows() async throws {
        try await withSession { session in
            await session.said(Self.exchange("1"))
            #expect(await session.talk == nil)
            await session.keep([])
            #expect(await session.talk == [])
            await session.keep([Self.exchange("1"), Self.exchange("2")])
            await session.said(Self.exchange("3"))
            #expect(await Self.ids(session) == ["1", "2", "3"])
            let last = await session.talk?.last
            #expect(last?.answer == "told" && last?.patch == "")
        }
    }

    @Test("Nothing any more where another replica has gone further")
    func elsewhere() async throws {
        try await withSession { session in
            await session.keep([Self.exchange("1")])
            await session.adopt([], last: 0)
            #expect(await Self.ids(session) == ["1"])
            await session.adopt([], last: 4)
            #expect(await session.talk == nil)
            await session.keep([Self.exchange("1")])
            await session.keep(nil)
            await session.said(Self.exchange("2"))
            #expect(await session.talk == nil)
        }
    }

    @Test("Nothing any more where it has become long, by its exchanges or by their texts")
    func long() async throws {
        try await withSession { session in
            await session.keep((1...50).map { Self.exchange("\($0)") })
            #expect(await session.talk?.count == 50)
            await session.said(Self.exchange("51"))
            #expect(await session.talk == nil)
            await session.keep([Self.exchange("1")])
            await session.said(Self.exchange("2", answer: String(repeating: "a", count: 16 << 10)))
            #expect(await session.talk == nil)
            await session.said(Self.exchange("3"))
            #expect(await session.talk == nil)
        }
    }
}
