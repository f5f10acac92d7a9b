import GrimoireAPI
import SuggestionContent
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Asking for the process document")
struct DocumentRequestTests {
    private func isMade(_ message: String) -> Bool {
        DocumentRequest.isMade(byNormalised: QuestionKey.normalised(message))
    }

    @Test(
        "Said so, whatever its case",
        arguments: [
            "Write the document", "please update the documentation.", "Document this process!",
            "Draft a process document, please",
        ]
    )
    func made(message: String) { #expect(isMade(message)) }

    @Test(
        "Whatever says more, or something else, goes to the model as it is",
        arguments: [
            "Write the document in French", "What does the document say?", "Document", "",
            "Update the program",
        ]
    )
    func notMade(message: String) { #expect(!isMade(message)) }

    @Test("The document that the model writes is offered as a patch on the present one")
    func patch() async throws {
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            client.text(#"```document\n# Refund\n\nOrders are paid back.\n```"#)
            client.endStream()
            return true
        }
        try await withDesk(script: script) { desk in
            let last = try #require(try await desk.ask("Write the document").last)
            #expect(last.metadata["patch"]?.contains("+Orders are paid back.") == true)
            #expect(
                last.metadata["base_content_hash"] == "abc" && last.metadata["category"] == "documentation"
            )
            let recorded = try #require(await desk.storage.recorded(count: 1).first)
            #expect(recorded.message == "Write the document")
            #expect(
                recorded.promptVersion.contains("documentation.v1@") && recorded.patch.contains("paid back")
            )
        }
    }

    @Test("What the rules find in the program goes along")
    func findings() async throws {
        let script: ScriptedUpstream.Script = { client, _ in
            client.beginStream()
            client.text("Yes")
            client.endStream()
            return true
        }
        try await withDesk(script: script) { desk in
            desk.storage.state.withLock {
                $0.process.spyCode =
                    "def f(order):\n    try:\n        pay(order)\n    except Exception:\n        pass\n"
            }
            _ = try await desk.ask("What is wrong?")
            #expect(desk.upstream.requests.first?.body.contains("GRM-P") == true)
        }
    }
}
