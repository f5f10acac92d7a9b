import FoundationEssentials
import GRPCCore
import GRPCNghttp2
import ServiceKit
import Synchronization
import Testing

@testable import MappingServing

/// One load for all who miss at the same time.
@Suite struct LoadTableTests {
    private static let key = MappingKey(
        process: ProcessKey(organization: UUID(), process: UUID()),
        kind: .mapping,
        version: 1
    )
    private static let loaded = Loaded(
        answer: StoredAnswer(message: MessageBytes([1]), version: 1, contentHash: []),
        head: .exists(checkedAt: 0)
    )

    @Test func aThousandWhoMissTogetherMakeOneLoadAtATime() async {
        let table = LoadTable()
        let running = Running()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1_000 {
                group.addTask {
                    guard case .load = await table.join(Self.key) else { return }
                    running.begin()
                    await Task.yield()
                    running.end()
                    table.finish(Self.key, .loaded(Self.loaded))
                }
            }
        }
        #expect(running.most == 1)
    }

    @Test func whoWaitsGetsWhatTheLoaderGot() async throws {
        let table = LoadTable()
        guard case .load = await table.join(Self.key) else {
            Issue.record("the first one loads")
            return
        }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    if case .outcome(.loaded(let loaded)) = await table.join(Self.key) {
                        loaded.answer == Self.loaded.answer
                    } else {
                        false
                    }
                }
            }
            while table.waiterCount(of: Self.key) < 10 { await Task.yield() }
            table.finish(Self.key, .loaded(Self.loaded))
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test func whenALoaderGivesUpOneOfThoseWhoWaitTakesOver() async {
        let table = LoadTable()
        _ = await table.join(Self.key)
        await withTaskGroup(of: String.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    switch await table.join(Self.key) {
                    case .load:
                        table.finish(Self.key, .loaded(Self.loaded))
                        return "loader"
                    case .outcome(.loaded): return "waiter"
                    default: return "other"
                    }
                }
            }
            while table.waiterCount(of: Self.key) < 3 { await Task.yield() }
            table.finish(Self.key, .abandoned)
            var parts: [String] = []
            for await part in group { parts.append(part) }
            #expect(parts.sorted() == ["loader", "waiter", "waiter"])
        }
        #expect(table.waiterCount(of: Self.key) == 0)
    }

    @Test func aWaiterThatIsCancelledLeavesAndTheOthersStay() async {
        let table = LoadTable()
        _ = await table.join(Self.key)
        let leaving = Task { await table.join(Self.key) }
        let staying = Task { await table.join(Self.key) }
        while table.waiterCount(of: Self.key) < 2 { await Task.yield() }
        leaving.cancel()
        guard case .cancelled = await leaving.value else {
            Issue.record("a cancelled waiter is told so")
            return
        }
        #expect(table.waiterCount(of: Self.key) == 1)
        table.finish(Self.key, .failed(RPCError(code: .notFound, message: "gone")))
        guard case .outcome(.failed(let error)) = await staying.value else {
            Issue.record("the other waiter hears of the failure")
            return
        }
        #expect(error.code == .notFound)
    }
}

/// How many do something at the same time.
private final class Running: Sendable {
    private let state = Mutex((now: 0, most: 0))

    var most: Int { state.withLock { $0.most } }
    func begin() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func end() { state.withLock { $0.now -= 1 } }
}
