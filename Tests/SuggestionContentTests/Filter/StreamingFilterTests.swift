import SuggestionContent
import TestSupport
import Testing

@Suite("The filter on a text that comes in pieces")
struct StreamingFilterTests {
    /// Cuts a text between code points, pieces of up to a number of them.
    private func pieces(_ text: String, upTo most: Int, _ random: inout SeededGenerator) -> [String] {
        var pieces: [String] = []
        var rest = Substring.UnicodeScalarView(text.unicodeScalars)
        while !rest.isEmpty {
            let count = 1 + random.below(most)
            pieces.append(String(String.UnicodeScalarView(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    private func stream(_ pieces: [String]) -> (text: String, findings: [SensitiveFinding], held: Int) {
        var filter = StreamingFilter()
        var text: [UInt8] = []
        var held = 0
        for piece in pieces {
            text += Array(filter.append(piece).utf8)
            held = max(held, filter.heldBack)
        }
        text += Array(filter.finish().utf8)
        return (String(decoding: text, as: UTF8.self), filter.findings, held)
    }

    @Test(
        "However a text is cut, what goes out is what the whole text gives",
        arguments: [1, 2, 3, 7, 40, 400]
    )
    func anySplit(_ most: Int) throws {
        var random = SeededGenerator(seed: UInt64(most))
        let texts = try FilterCorpus.planted().map(\.text) + FilterCorpus.clean().prefix(45)
        for (index, text) in texts.enumerated() where most > 1 ? index % 2 == most % 2 : index % 8 == 0 {
            let whole = ContentFilter().redact(text)
            let streamed = stream(pieces(text, upTo: most, &random))
            #expect(streamed.text == whole.text, "record \(index + 1)")
            #expect(streamed.findings == whole.findings, "record \(index + 1)")
        }
    }

    @Test(
        "Random mixtures of what the filter looks for give the same in pieces as whole, and nothing is lost"
    )
    func mixtures() {
        let parts = [
            "password", " = ", "\"", "'", ": ", "hunter2!", "AKIA", "ABCDEFGHIJ234567",
            "eyJhbGciOiJIUzI1NiJ9", ".", "@", "ada",
            "example.org", "+49 30 ", "1234567", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----",
            "\n", "\\n",
            "MIIEvQIBADANBgkqhkiG9w0BAQ", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00",
            "[REDACTED:email-1]", "date of ",
            "birth", "1980-02-03", "Patient: ", "Ada Lovelace", "é", "日本", "🙂", "\u{0}", "://", "user:", "x",
            "_", "-", " ",
            "Bearer ", "Q2hhbmdlTWUxMjM0NTY3ODkw", "12 Baker Street", "203.0.113.7", "ip ", "ssn ",
            "123-45-6789",
        ]
        for seed in 0..<150 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let text = (0..<1 + random.below(40)).map { _ in parts[random.below(parts.count)] }.joined()
            let whole = ContentFilter().redact(text)
            let streamed = stream(pieces(text, upTo: 1 + random.below(12), &random))
            #expect(streamed.text == whole.text, "seed \(seed)")
            #expect(streamed.findings == whole.findings, "seed \(seed)")
            let again = ContentFilter().redact(whole.text)
            for finding in whole.findings {
                #expect(again.text.contains(finding.placeholder), "seed \(seed)")
            }
        }
    }

    @Test(
        "What is held back is bounded, whatever comes",
        arguments: [
            "a", "A1b", "9", "4111 ", "a.", "a@", "a@b.", "password", "password=", "password: \"x", "eyJ",
            "eyJabcdefghijk.", "-----BEGIN ",
            "-----BEGIN RSA PRIVATE KEY-----", "-----", "é", "date of birth ", "[REDACTED:", "http://a:",
            "12 Baker ", "address: A 1",
            "name is A ", "+1 2", "sk-", "2a02:", "_", "Aa1_", " ", "\n",
        ]
    )
    func bounded(_ unit: String) {
        let count = 2_600 / unit.utf8.count
        var filter = StreamingFilter()
        var held = 0
        for _ in 0..<count {
            _ = filter.append(unit)
            held = max(held, filter.heldBack)
        }
        #expect(held <= ContentFilter.maximumHoldback, "\(held) bytes")
    }

    @Test("Plain prose is held back by a word at most")
    func prose() {
        let text = "The refund is paid at once, and the customer is told so by a short letter. "
        var filter = StreamingFilter()
        var out = ""
        for character in text {
            out += filter.append(String(character))
            #expect(filter.heldBack <= 12)
        }
        #expect(out + filter.finish() == text)
    }

    @Test("A secret never goes out in part, and what follows it does at once")
    func secret() {
        var filter = StreamingFilter()
        #expect(filter.append("my key is AKIAIOSF") == "my key is ")
        #expect(filter.append("ODNN7EXAMPLE, ok") == "[REDACTED:aws-key-1], ")
        #expect(filter.finish() == "ok")
        #expect(filter.finish().isEmpty && filter.append("more").isEmpty)
    }

    @Test("The body of a private key is dropped without being held")
    func key() {
        var filter = StreamingFilter()
        var out = filter.append("key: -----BEGIN PRIVATE KEY-----\n")
        let line = String(repeating: "Ab3+", count: 16) + "\n"
        for _ in 0..<2_000 {
            out += filter.append(line)
            #expect(filter.heldBack < 200)
        }
        out += filter.append("-----END PRIVATE KEY-----\nthat was it") + filter.finish()
        #expect(out == "key: [REDACTED:private-key-1]\nthat was it")
    }
}
