import StableMapping
import SuggestionContent
import Testing

@Suite("Type and category of answers")
struct AnswerClassTests {
    @Test(
        "The type is what the client asks for, else what the message's words say",
        arguments: [
            ("Make it faster", SuggestionType.improvement),
            ("Is there another way to do this?", .alternative),
            ("Could we do it differently?", .alternative), ("Please check the limits", .validation),
            ("Is it correct?", .validation),
            ("What is wrong here", .validation), ("", .improvement), ("ANOTHER   WAY", .alternative),
            ("checkout", .improvement),
        ]
    )
    func type(_ example: (message: String, type: SuggestionType)) {
        #expect(AnswerClass(answer: "", message: example.message).type == example.type)
        #expect(AnswerClass(answer: "", message: example.message, asked: .validation).type == .validation)
    }

    @Test(
        "The category is that whose words weigh most",
        arguments: [
            ("Make it faster", "Call it once for the batch.", SuggestionCategory.performance),
            ("What if the action fails?", "Catch the exception.", .errorHandling),
            ("Who may see the password?", "Only admins.", .security),
            ("Write the documentation", "Here.", .documentation), ("Rename the variable", "Done.", .code),
            ("", "", .code),
            ("Improve it", "```spy\n# security security security\nx = 1\n```", .code),
            ("Improve it", "An error can occur, and retries would help.", .errorHandling),
        ]
    )
    func category(_ example: (message: String, answer: String, category: SuggestionCategory)) {
        #expect(AnswerClass(answer: example.answer, message: example.message).category == example.category)
    }

    @Test("What is proposed counts")
    func proposal() throws {
        let base = PatchBase(
            process: nil,
            version: 1,
            contentHash: "",
            code: "def f(a):\n    return act(a)\n",
            document: "",
            mapping: [:]
        )
        let document = "```document\n# New\n```\n"
        let one = AnswerClass(
            answer: document,
            message: "faster",
            proposal: PatchProposal(in: document, base: base)
        )
        #expect(one.category == .documentation)
        let code =
            "```spy\ndef f(a):\n    try:\n        return act(a)\n    except ValueError:\n        return None\n```\n"
        let other = AnswerClass(
            answer: code,
            message: "improve",
            proposal: PatchProposal(in: code, base: base)
        )
        #expect(other.category == .errorHandling)
    }

    @Test("Each category but code has words, and no word belongs to two")
    func words() {
        let all = AnswerClass.words.values.flatMap { $0 }
        #expect(AnswerClass.words.count == SuggestionCategory.allCases.count - 1)
        #expect(Set(all).count == all.count && all.allSatisfy { $0 == $0.lowercased() })
    }
}
