import FoundationEssentials
import GRPCCore
import GrimoireAPI
import ServiceKit
import SuggestionContent
import SwiftProtobuf
import Testing

@testable import SuggestionServing

@Suite("What may be asked of a chat")
struct ChatOrderTests {
    private let caller = Caller(userID: UUID(), organizationID: UUID(), roles: [.editor])

    private func order(_ change: (inout Grimoire_V1_ChatRequest) -> Void) throws(ServiceError) -> ChatOrder {
        var request = Grimoire_V1_ChatRequest.with {
            $0.processID = UUID().text
            $0.sessionID = "s"
            $0.message = "Why?"
        }
        change(&request)
        return try ChatOrder(request, caller: caller, credentials: [:])
    }

    private func fields(_ change: (inout Grimoire_V1_ChatRequest) -> Void) -> [String] {
        do throws(ServiceError) {
            _ = try order(change)
            return []
        } catch {
            guard case .invalid(let violations) = error.kind else { return ["\(error)"] }
            return violations.map { "\($0.field) \($0.reason)" }
        }
    }

    @Test("A message with everything that it may have")
    func question() throws {
        let order = try order {
            $0.context = ["version": "2", "type": "validation", "no_cache": "true", "ticket": "7"]
        }
        guard case .ask(let question) = order.wish else {
            Issue.record("It is a message")
            return
        }
        #expect(question.version == 2 && question.type == .validation && question.skipsCache)
        #expect(question.clientContext == ["ticket": "7"])
    }

    @Test("A place to go on from, without a message")
    func resume() throws {
        let order = try order {
            $0.message = " "
            $0.context = ["resume_after": "7"]
        }
        guard case .resume(after: 7) = order.wish else {
            Issue.record("It is a place")
            return
        }
    }

    @Test("Who names no session begins a new one each time, and cannot go on in what has no name")
    func unnamed() throws {
        #expect(try !order { _ in }.beginsSession)
        let begun = try (0..<2).map { _ in try order { $0.sessionID = "" } }
        #expect(begun.allSatisfy { $0.beginsSession && UUID(uuidString: $0.session.name) != nil })
        #expect(begun[0].session.name != begun[1].session.name)
        for order in begun {
            guard case .ask(let question) = order.wish else {
                Issue.record("It is a message")
                continue
            }
            #expect(question.sessionName == order.session.name)
        }
        let faults = fields {
            $0.sessionID = ""
            $0.message = ""
            $0.context = ["resume_after": "1"]
        }
        #expect(faults == ["session_id REQUIRED"])
    }

    @Test("Each field that is wrong is named, all at once")
    func faults() {
        #expect(
            fields {
                $0.processID = "x"
                $0.sessionID = "\0"
                $0.message = ""
                $0.context = ["version": "0", "type": "poem", "no_cache": "perhaps"]
            } == [
                "process_id INVALID_UUID", "session_id INVALID_CHARACTER", "context.version OUT_OF_RANGE",
                "context.type UNKNOWN_VALUE", "context.no_cache UNKNOWN_VALUE", "message REQUIRED",
            ]
        )
        #expect(fields { $0.context = ["resume_after": "-1"] }.first == "context.resume_after OUT_OF_RANGE")
        #expect(fields { $0.context = ["resume_after": "1"] } == ["message INVALID_COMBINATION"])
    }

    @Test("Limits are what they say, to the last byte")
    func limits() {
        #expect(fields { $0.message = String(repeating: "x", count: 32_768) }.isEmpty)
        #expect(fields { $0.message = String(repeating: "x", count: 32_769) } == ["message TOO_LONG"])
        #expect(fields { $0.sessionID = String(repeating: "é", count: 255) }.isEmpty)
        #expect(fields { $0.sessionID = String(repeating: "é", count: 256) } == ["session_id TOO_LONG"])
        let many = Dictionary(uniqueKeysWithValues: (0..<16).map { ("k\($0)", "v") })
        #expect(fields { $0.context = many }.isEmpty)
        #expect(fields { $0.context = many.merging(["no_cache": "false"]) { $1 } }.isEmpty)
        #expect(fields { $0.context = many.merging(["one": "more"]) { $1 } } == ["context TOO_MANY"])
        #expect(fields { $0.context = ["k": String(repeating: "x", count: 16_383)] }.isEmpty)
        #expect(fields { $0.context = ["k": String(repeating: "x", count: 16_384)] } == ["context TOO_LONG"])
    }
}
