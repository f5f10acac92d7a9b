import EventLoop
import FoundationEssentials
import ServiceKit
import Testing

@testable import SuggestionServing

@Suite("Sessions in memory")
struct SessionTableTests {
    private let caller = Caller(userID: UUID(), organizationID: UUID(), roles: [.editor])
    private let process = UUID()

    private func key(_ name: String, user: Caller? = nil) -> SessionKey {
        SessionKey(caller: user ?? caller, process: process, name: name)
    }

    private func withTable(
        count: Int = 2,
        idleTime: Duration = .seconds(600),
        _ body: (SessionTable) async throws -> Void
    ) async throws {
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        let limits = SessionLimits(count: count, idleTime: idleTime, replayBytes: 1_000)
        try await body(SessionTable(limits, loops: loops))
        await loops.shutdown()
    }

    @Test("The same name is the same session, of the same user only; a UUID whatever its case")
    func identity() async throws {
        try await withTable(count: 10) { table in
            let first = try table.open(key("a"))
            try #expect(table.open(key("a")) === first)
            let other = Caller(userID: UUID(), organizationID: caller.organizationID, roles: [.editor])
            try #expect(table.open(key("a", user: other)) !== first)
            let id = UUID().uuidString
            #expect(key(id) == key(id.lowercased()))
        }
    }

    @Test("A session lives on the loop of the one who opened it first")
    func home() async throws {
        let loops = try EventLoopGroup(count: 2)
        try loops.start()
        let limits = SessionLimits(count: 10, idleTime: .seconds(600), replayBytes: 1_000)
        let table = SessionTable(limits, loops: loops)
        for (index, loop) in loops.loops.enumerated() {
            let session = try await withTaskExecutorPreference(loop.taskExecutor) {
                try table.open(key("\(index)"))
            }
            #expect(session.loop === loop)
            let again = try await withTaskExecutorPreference(loops.loops[1 - index].taskExecutor) {
                try table.open(key("\(index)"))
            }
            #expect(again === session)
        }
        await loops.shutdown()
    }

    @Test("Where there is no room, the one that was used longest ago is forgotten")
    func room() async throws {
        try await withTable { table in
            let first = try table.open(key("a"))
            table.close(key("a"))
            let second = try table.open(key("b"))
            table.close(key("b"))
            _ = try table.open(key("a"))
            table.close(key("a"))
            _ = try table.open(key("c"))
            table.close(key("c"))
            #expect(table.count == 2)
            try #expect(table.open(key("a")) === first)
            table.close(key("a"))
            try #expect(table.open(key("b")) !== second)
        }
    }

    @Test("Those in use are never forgotten: where all are, nobody else comes in")
    func inUse() async throws {
        try await withTable { table in
            _ = try table.open(key("a"))
            _ = try table.open(key("b"))
            #expect(throws: ServiceError.self) { try table.open(key("c")) }
            table.close(key("b"))
            _ = try table.open(key("c"))
        }
    }

    @Test("Those that are idle for too long are forgotten")
    func idle() async throws {
        try await withTable(count: 10, idleTime: .zero) { table in
            _ = try table.open(key("a"))
            _ = try table.open(key("b"))
            table.close(key("a"))
            table.sweep()
            #expect(table.count == 1)
        }
    }
}
