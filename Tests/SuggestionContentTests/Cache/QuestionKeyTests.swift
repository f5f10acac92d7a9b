import TestSupport
import Testing

@testable import SuggestionContent

@Suite("Keys of questions")
struct QuestionKeyTests {
    private func key(
        organization: String = "acme",
        process: String = "p",
        code: String = "x = 1\n",
        document: String = "d",
        mapping: [String: String] = ["a": "1", "b": "2"],
        others: [String] = [],
        prompt: String = "chat.v1",
        model: String = "m",
        message: String = "Why?"
    ) -> QuestionKey {
        QuestionKey(
            organization: organization,
            process: process,
            code: code,
            document: document,
            mapping: mapping,
            others: others,
            promptVersion: prompt,
            model: model,
            message: message
        )
    }

    @Test("A key on a content's own key is the key of both together")
    func ofContent() {
        func content(_ code: String, organization: String = "acme") -> ContentKey {
            ContentKey(
                organization: organization,
                process: "p",
                code: code,
                document: "d",
                mapping: ["a": "1", "b": "2"]
            )
        }
        let made = QuestionKey(
            content: content("x  =  1"),
            promptVersion: "chat.v1",
            model: "m",
            message: "why"
        )
        #expect(made == key() && made.scope == key().scope && made.digest != made.scope)
        #expect(content("x=1") == content("x = 1\n") && content("x = 1") != content("x = 2"))
        #expect(content("x = 1") != content("x = 1", organization: "other"))
    }

    @Test("The short way of messages in ASCII leads where the long one does", arguments: 0..<200)
    func normalisedQuickly(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let likely = Array("aB \t\r\n.?!;:,".utf8)
        for _ in 0..<50 {
            let bytes = (0..<random.below(12)).map { _ in
                random.below(2) == 0 ? UInt8(random.below(0x80)) : likely[random.below(likely.count)]
            }
            let message = String(decoding: bytes, as: UTF8.self)
            #expect(QuestionKey.normalised(message) == QuestionKey.slowlyNormalised(message))
        }
    }

    @Test(
        "Formatting and comments of the program, case, white space and final punctuation of the message make no difference",
        arguments: [
            ("x=1", "why?"), ("x  =  (1)  # one\n\n\n", "  WHY ??\n"), ("# c\nx = 1", "Why"),
            ("x = 0x1\n", "why…"),
        ]
    )
    func same(_ example: (code: String, message: String)) {
        #expect(key(code: example.code, message: example.message) == key())
    }

    @Test("Everything else does")
    func different() {
        let keys = [
            key(), key(organization: "other"), key(process: "q"), key(code: "x = 2\n"), key(code: "y = 1\n"),
            key(document: "e"),
            key(mapping: ["a": "1"]), key(mapping: ["a": "2", "b": "1"]),
            key(mapping: ["a": "1", "b": "2", "c": "3"]),
            key(others: [""]), key(others: ["a"]), key(prompt: "chat.v2"), key(model: "n"),
            key(message: "Why not?"),
            key(code: "x = = 1"), key(code: "x = = 1 # c"),
        ]
        #expect(Set(keys.map(\.digest)).count == keys.count)
    }

    @Test("No two lists of fields run into each other")
    func framing() {
        #expect(key(others: ["ab", "c"]) != key(others: ["a", "bc"]))
        #expect(key(organization: "ab", process: "c") != key(organization: "a", process: "bc"))
        #expect(key(prompt: "1", model: "") != key(prompt: "", model: "1"))
    }

    @Test("The scope is that of all but the message")
    func scope() {
        #expect(key(message: "a").scope == key(message: "b").scope)
        #expect(key(organization: "x").scope != key().scope)
        #expect(key().description.utf8.count == 64)
    }
}

@Suite("Similar questions")
struct SimilarQuestionsTests {
    @Test("The nearest of the same scope is found where it reaches the threshold")
    func nearest() throws {
        var questions = SimilarQuestions<String>(capacity: 10, threshold: 0.9)
        questions.insert([1, 0, 0], scope: [1], answer: "x")
        questions.insert([0, 2, 0], scope: [1], answer: "y")
        questions.insert([1, 0, 0], scope: [2], answer: "other organization")
        let found = try #require(questions.nearest(to: [5, 0.5, 0], scope: [1]))
        #expect(found.answer == "x" && found.similarity > 0.99)
        #expect(questions.nearest(to: [1, 1, 0], scope: [1]) == nil)
        #expect(questions.nearest(to: [1, 0, 0], scope: [3]) == nil)
        #expect(questions.nearest(to: [-1, 0, 0], scope: [1]) == nil)
        #expect(questions.nearest(to: [1, 0], scope: [1]) == nil)
    }

    @Test(
        "What has no direction is neither kept nor found",
        arguments: [
            [], [0, 0], [Float.nan, 1], [Float.infinity, 1], [Float](repeating: 1, count: 5_000),
            [1e30, 1e30],
        ]
    )
    func useless(_ embedding: [Float]) {
        var questions = SimilarQuestions<Int>(capacity: 2, threshold: 0.5)
        questions.insert(embedding, scope: [], answer: 1)
        #expect(questions.count == 0)
        #expect(questions.nearest(to: embedding, scope: []) == nil)
    }

    @Test("The oldest goes where there are too many")
    func bounded() {
        var questions = SimilarQuestions<Int>(capacity: 3, threshold: 0.99)
        for index in 0..<7 {
            var direction = [Float](repeating: 0, count: 7)
            direction[index] = 1
            questions.insert(direction, scope: [], answer: index)
        }
        #expect(questions.count == 3)
        for index in 0..<7 {
            var direction = [Float](repeating: 0, count: 7)
            direction[index] = 1
            #expect(questions.nearest(to: direction, scope: [])?.answer == (index < 4 ? nil : index))
        }
    }
}
