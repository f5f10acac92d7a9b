import Testing

@testable import WebSocketServing

@Suite("Which web pages may connect")
struct OriginRuleTests {
    @Test(
        "An origin allows itself, whatever its case",
        arguments: [
            "https://app.example.com", "HTTPS://App.Example.com",
        ]
    )
    func itself(origin: String) {
        #expect(OriginRule("https://app.example.com")?.allows(origin) == true)
    }

    @Test(
        "And nothing else",
        arguments: [
            "http://app.example.com", "https://app.example.com:444", "https://app.example.com.evil.org",
            "null", "",
            "https://evil.org/https://app.example.com",
        ]
    )
    func others(origin: String) {
        #expect(OriginRule("https://app.example.com")?.allows(origin) == false)
    }

    @Test("With a star for the port, any port will do, or none")
    func anyPort() {
        let rule = OriginRule("http://localhost:*")
        #expect(rule?.allows("http://localhost") == true)
        #expect(rule?.allows("http://localhost:3000") == true)
        for origin in [
            "http://localhost:", "http://localhost:80a", "http://localhost.evil.org", "https://localhost:1",
        ] {
            #expect(rule?.allows(origin) == false, "\(origin)")
        }
    }

    @Test("A star alone allows all")
    func all() {
        #expect(OriginRule("*")?.allows("https://anything.example") == true)
    }

    @Test(
        "What is no origin is no rule",
        arguments: [
            "app.example.com", "https://", "https://a/b", "ftp://a", "https://a b", "",
            "https://*.example.com",
        ]
    )
    func noRules(text: String) {
        #expect(OriginRule(text) == nil)
    }
}
