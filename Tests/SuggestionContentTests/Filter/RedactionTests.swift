import SuggestionContent
import Testing

@Suite("Redaction")
struct RedactionTests {
    private func redact(_ text: String) -> String { ContentFilter().redact(text).text }

    @Test("The same value has the same number within a text, another one another")
    func numbers() {
        let text = "a@example.org b@example.org a@example.org +49 30 1234567"
        let expected = "[REDACTED:email-1] [REDACTED:email-2] [REDACTED:email-1] [REDACTED:phone-1]"
        #expect(redact(text) == expected)
    }

    @Test("A finding says kind, place in bytes of the original, and placeholder")
    func findings() throws {
        let text = "ünï: ada@example.org!"
        let finding = try #require(ContentFilter().redact(text).findings.first)
        #expect(finding.kind == .email && finding.placeholder == "[REDACTED:email-1]")
        #expect(String(decoding: Array(text.utf8)[finding.range], as: UTF8.self) == "ada@example.org")
    }

    @Test("What is redacted is left alone when it is redacted again, and its numbers are not given out twice")
    func again() {
        let once = redact("password = \"hunter2!\" and ada@example.org")
        #expect(redact(once) == once)
        #expect(redact(once + " grace@example.org").hasSuffix("[REDACTED:email-2]"))
    }

    @Test("Texts that belong together share their numbers, and what was taken out is put back")
    func redactor() {
        var redactor = Redactor()
        let code = "send('ada@example.org')\nsend('bob@example.org')\n"
        let clean = redactor.redact(code).text
        #expect(redactor.redact("ada@example.org").text == "[REDACTED:email-1]")
        #expect(redactor.restore(clean) == code)
        #expect(
            redactor.restore("[REDACTED:email-9] [REDACTED:x] [REDACTED:")
                == "[REDACTED:email-9] [REDACTED:x] [REDACTED:"
        )
        #expect(Redactor().restore(clean) == clean)
    }

    @Test(
        "A program says as much about its secrets as before, but not what they are",
        arguments: [
            ("password = get_password(user)\n", false), ("password = config[\"password\"]\n", false),
            ("login(user, password=password)\n", false), ("password = None\n", false),
            ("password = \"\"\n", false),
            ("password = \"hunter2!\"\n", true), ("def login(user: str, password: str):\n", false),
            ("token = create_token(user)\n", false), ("api_key = os_keys[1]\n", false),
            ("self.password = new_password\n", false),
            ("PASSWORD = \"correct horse battery staple\"\n", true),
            ("message = \"The password must be longer\"\n", false),
            ("password: \"must contain a digit\"\n", false),
        ]
    )
    func programs(_ example: (code: String, isSecret: Bool)) {
        #expect(ContentFilter().redact(example.code).isChanged == example.isSecret, "\(redact(example.code))")
    }

    @Test(
        "Numbers are personal only where their check digits say so",
        arguments: [
            ("4111 1111 1111 1111", true), ("4111 1111 1111 1112", false),
            ("DE89 3704 0044 0532 0130 00", true),
            ("DE88 3704 0044 0532 0130 00", false), ("order 4000123412341235", false), ("123-45-6789", true),
            ("000-45-6789", false),
            ("version 1.2.3.4", false), ("ip 203.0.113.7", true), ("ip 10.0.0.7", false),
            ("2026-11-29", false),
            ("born 2026-11-29", true), ("+49 30 1234567", true), ("1 + 4930", false), ("555-1234", false),
        ]
    )
    func numbers(_ example: (text: String, isPersonal: Bool)) {
        #expect(
            ContentFilter().redact(example.text).isChanged == example.isPersonal,
            "\(redact(example.text))"
        )
    }

    @Test(
        "Hashes, UUIDs and long names are not taken for random strings",
        arguments: [
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "3f2a90c1-7b1e-4f7e-9a55-0d6f0a9e2b11",
            "HTTPRequestHandlerFactoryBuilderRegistry2",
            "Sources/SuggestionContent/Filter/Scanner/ContentScanner2",
            "process_2026_step_17_result_handler_v2_final", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ]
    )
    func hashes(_ text: String) {
        #expect(redact(text) == text)
    }

    @Test(
        "Time is in proportion to the text, for texts that look like the beginning of everything",
        arguments: [
            "a", "A1b2", "9 ", "a.b@", "password=", "\"password\": \"", "date of birth ", "eyJ",
            "-----BEGIN ", "+1 2", "Aa1_", "a_", "x-",
            "http://u:", "Mr A", "address: A 1 ", "12 Ab Cd ", "[REDACTED:",
        ]
    )
    func linear(_ unit: String) {
        func time(_ bytes: Int) -> Duration {
            let text = String(repeating: unit, count: bytes / unit.utf8.count)
            let clock = ContinuousClock()
            return (0..<2).map { _ in clock.measure { _ = ContentFilter().redact(text) } }.min() ?? .zero
        }
        // Eight times as much; quadratic would be sixty-four. Other tests run beside this one: one clear
        // measurement counts.
        let ratios = (0..<4).lazy.map { _ in time(32_000) / time(4_000) }
        #expect(ratios.contains { $0 < 28 })
    }
}
