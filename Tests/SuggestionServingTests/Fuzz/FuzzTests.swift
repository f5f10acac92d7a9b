import FoundationEssentials
import GRPCCore
import GrimoireAPI
import ServiceKit
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Fuzzing what clients of chats send")
struct FuzzTests {
    private static let caller = Caller(userID: UUID(), organizationID: UUID(), roles: [.editor])
    private static let process = UUID()

    /// Promises that do not hold for a message.
    private static func violations(in input: [UInt8]) -> [String] {
        let text = String(decoding: input, as: UTF8.self)
        let request: Grimoire_V1_ChatRequest
        do {
            request = try ChatFrames.request(text, process: process)
        } catch {
            guard case .invalid(let violations) = error.kind, !violations.isEmpty,
                error.message.utf8.count < 600
            else { return ["refused in another way than as invalid: \(error)"] }
            return []
        }
        guard request.processID == process.text else { return ["another process"] }
        do {
            let order = try ChatOrder(request, caller: caller, credentials: [:])
            guard order.session.process == process, order.session.user == caller.userID,
                order.session.organization == caller.organizationID
            else { return ["somebody else's session"] }
            guard case .ask(let question) = order.wish else { return [] }
            var violations: [String] = []
            if question.message.utf8.count > ChatOrder.maxMessageBytes { violations.append("too long") }
            if question.message.utf8.contains(0) { violations.append("a NUL in the message") }
            if question.clientContext.count > ChatOrder.maxContextEntries {
                violations.append("too much context")
            }
            if question.version < 0 { violations.append("a version below 0") }
            return violations
        } catch {
            guard case .invalid(let violations) = error.kind, !violations.isEmpty else {
                return ["refused in another way than as invalid: \(error)"]
            }
            return []
        }
    }

    @Test("Whatever comes in a text message is a question, or is refused as invalid")
    func messages() throws {
        let corpus = try FuzzCorpus()
        #expect(corpus.inputs.count >= 8)
        let words = [
            "{", "}", "[", "]", "\"", ":", ",", "\\u0000", "\\ud83d", "\\", "\"session_id\":\"s\"",
            "\"message\":\"m\"",
            "\"context\":{", "\"resume_after\":\"1\"", "\"version\":\"-1\"", "99999999999999999999", "1e400",
            "null",
            "é", "🙂", "\u{0}", String(repeating: "[", count: 200), String(repeating: "x", count: 300),
        ]
        let result = corpus.run(words: words, Self.violations)
        #expect(result.failure == nil)
        #expect(result.count > corpus.inputs.count)
    }

    @Test("Whatever lies in Redis is a session's pieces in their order, or nothing")
    func shared() throws {
        let result = try FuzzCorpus().run(words: ["\u{8}sequence\u{12}", "-1", "\u{0}\u{0}\u{0}\u{10}"]) {
            bytes in
            // With the right sum: what a damaged Redis has, does not come that far.
            let pieces = SharedSessions.decode(SharedSessions.sealed(bytes, key: "k"), key: "k")
            let numbers = pieces.map(\.sequence)
            let isInOrder = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
            return isInOrder && (numbers.first ?? 1) > 0 ? [] : ["numbers \(numbers)"]
        }
        #expect(result.failure == nil)
    }
}
