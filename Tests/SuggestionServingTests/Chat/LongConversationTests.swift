import GrimoireAPI
import SuggestionContent
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Long conversations")
struct LongConversationTests {
    /// A third of it is the conversation's: 2,000 tokens.
    private static let model: ModelChoice = {
        var model = ModelChoice(name: "m")
        model.promptTokens = 6_000
        model.answerTokens = 500
        return model
    }()

    /// Some 600 tokens each.
    private static func exchanges(_ numbers: Range<Int>) -> [Grimoire_V1_Suggestion] {
        numbers.map { number in
            .with {
                $0.suggestionID = "suggestion-\(number)"
                $0.sessionID = "s"
                $0.message = "question-\(number)"
                $0.answer = "answer-\(number) " + String(repeating: "word ", count: 600)
            }
        }
    }

    private static func isStream(_ request: UpstreamRequest) -> Bool {
        request.body.contains(#""stream":true"#)
    }

    /// A model that summarises, and answers.
    private static func script(summary: String?) -> ScriptedUpstream.Script {
        { client, request in
            if isStream(request) {
                client.beginStream()
                client.text("An answer.")
                client.endStream()
            } else if let summary {
                let choice = #"{"index":0,"finish_reason":"stop","message":{"content":"\#(summary)"}}"#
                client.answer(200, #"{"model":"m","choices":[\#(choice)]}"#)
            } else {
                client.answer(500, #"{"error":{"message":"away"}}"#)
            }
            return true
        }
    }

    private static func prompts(_ desk: TestDesk) -> [String] {
        desk.upstream.requests.filter(isStream).map(\.body)
    }

    private static func compactions(_ desk: TestDesk) -> [String] {
        desk.upstream.requests.filter { !isStream($0) }.map(\.body)
    }

    @Test("Where a conversation is too long, the model sums up its beginning, and that goes into the prompt")
    func summary() async throws {
        let script = Self.script(summary: "They want refunds to be approved.")
        try await withDesk(model: Self.model, script: script) { desk in
            desk.storage.state.withLock { $0.session = Self.exchanges(0..<8) }
            #expect(try await desk.ask("And now?").last?.text.isEmpty == false)
            let compaction = try #require(Self.compactions(desk).first)
            #expect(compaction.contains("question-0") && !compaction.contains("question-7"))
            let prompt = try #require(Self.prompts(desk).first)
            #expect(prompt.contains("They want refunds to be approved."))
            #expect(!prompt.contains("question-0") && !prompt.contains("question-5"))
            #expect(prompt.contains("question-6") && prompt.contains("question-7"))
            #expect(TokenEstimate.tokens(prompt) < Self.model.promptTokens)
        }
    }

    @Test("The summary is kept with the session, and summed up again only once there is too much again")
    func keeps() async throws {
        let script = Self.script(summary: "They want refunds to be approved.")
        try await withDesk(model: Self.model, script: script) { desk in
            desk.storage.state.withLock { $0.session = Self.exchanges(0..<8) }
            _ = try await desk.ask("And now?")
            _ = try await desk.ask("And then?")
            #expect(Self.compactions(desk).count == 1)
            #expect(Self.prompts(desk).last?.contains("They want refunds to be approved.") == true)
            desk.storage.state.withLock { $0.session += Self.exchanges(8..<12) }
            _ = try await desk.ask("And in the end?")
            let compactions = Self.compactions(desk)
            #expect(compactions.count == 2)
            #expect(compactions.last?.contains("They want refunds to be approved.") == true)
            #expect(compactions.last?.contains("question-8") == true)
            #expect(compactions.last?.contains("question-0") == false)
        }
    }

    @Test("Where the model does not sum up, the oldest exchanges are left out, and the question is answered")
    func modelAway() async throws {
        try await withDesk(model: Self.model, script: Self.script(summary: nil)) { desk in
            desk.storage.state.withLock { $0.session = Self.exchanges(0..<14) }
            #expect(try await desk.ask("And now?").map(\.text).joined() == "An answer.")
            #expect(Self.compactions(desk).count >= 1)
            let prompt = try #require(Self.prompts(desk).first)
            #expect(!prompt.contains("question-0") && prompt.contains("question-13"))
            #expect(TokenEstimate.tokens(prompt) < Self.model.promptTokens)
        }
    }

    @Test("A summary goes through the filter as everything does")
    func filter() async throws {
        let script = Self.script(summary: "The key is AKIAQQQQWWWWEEEERRRR.")
        try await withDesk(model: Self.model, script: script) { desk in
            desk.storage.state.withLock { $0.session = Self.exchanges(0..<8) }
            _ = try await desk.ask("And now?")
            let prompt = try #require(Self.prompts(desk).first)
            #expect(prompt.contains("The key is [REDACTED:aws-key") && !prompt.contains("AKIAQQQQ"))
        }
    }

    @Test("Equal questions after different beginnings do not share an answer")
    func summariesDiffer() async throws {
        let script = Self.script(summary: "Summed up.")
        try await withDesk(model: Self.model, script: script) { desk in
            desk.storage.state.withLock { $0.session = Self.exchanges(0..<8) }
            _ = try await desk.ask("And now?")
            desk.storage.state.withLock { $0.session = Self.exchanges(6..<8) }
            let other = try await desk.ask("And now?", session: "t")
            #expect(other.last?.metadata["cached"] == "false")
        }
    }
}
