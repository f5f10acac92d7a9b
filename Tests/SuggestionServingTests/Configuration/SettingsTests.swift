import FoundationEssentials
import LiteLLM
import ServiceKit
import Testing
import WebSocketServing

@testable import SuggestionServing

@Suite("Settings of grimoire-suggestions")
struct SettingsTests {
    private let required = [
        "GRIMOIRE_LISTEN_PORT": "0", "GRIMOIRE_AUTH_JWKS_FILE": "/none", "GRIMOIRE_AUTH_ISSUER": "https://i",
        "GRIMOIRE_PROCESSES_ADDRESS": "127.0.0.1:1", "GRIMOIRE_LITELLM_URL": "http://127.0.0.1:4000",
        "GRIMOIRE_LITELLM_MODEL": "gpt",
    ]

    private func read(_ more: [String: String]) async throws -> SuggestionServiceConfiguration {
        try SuggestionServiceConfiguration(
            reading: try await SettingsReader(
                arguments: [],
                environment: required.merging(more) { $1 },
                known: SuggestionService.Settings.all
            )
        )
    }

    @Test("The defaults are what the documentation says")
    func defaults() async throws {
        let configuration = try await read([:])
        #expect(configuration.limits.organization.callsPerMinute == 60)
        #expect(configuration.limits.organization.concurrent == 10)
        #expect(configuration.model.embeddingName == nil && !configuration.model.isDemonstration)
        #expect(configuration.webSocket == nil && configuration.redis == nil)
    }

    @Test(
        "A value that is not allowed stops the start with its name",
        arguments: [
            ("GRIMOIRE_LITELLM_URL", "ftp://x"), ("GRIMOIRE_LIMITS_MESSAGES_MINUTE", "0"),
            ("GRIMOIRE_WEBSOCKET_ORIGINS", "localhost"), ("GRIMOIRE_CACHE_SIMILARITY_PERCENT", "101"),
            ("GRIMOIRE_PROMPT_TOKENS", "10"), ("GRIMOIRE_LITELLM_FALLBACKS", "a,,b"),
            ("GRIMOIRE_LITELLM_KEY_FILE", "/nowhere/key"), ("GRIMOIRE_ANSWER_TOKENS", "8001"),
            ("GRIMOIRE_LITELLM_KEY", "sk-1\nx-evil: 1"), ("GRIMOIRE_LITELLM_KEY", "sk-ü"),
            ("GRIMOIRE_LITELLM_MODEL", String(repeating: "m", count: 256)),
        ]
    )
    func faults(name: String, value: String) async {
        await #expect {
            try await read([name: value])
        } throws: {
            "\($0)".contains(name)
        }
    }

    @Test(
        "A short grace period is for answers too, and closing keeps within it",
        arguments: [0, 1, 4, 10, 3_600]
    )
    func grace(seconds: Int) async throws {
        let configuration = try await read([
            "GRIMOIRE_SHUTDOWN_GRACE_SECONDS": "\(seconds)", "GRIMOIRE_WEBSOCKET_PORT": "0",
        ])
        let webSocket = try #require(configuration.webSocket)
        #expect(webSocket.drainTime >= .seconds(seconds) * 3 / 4 - .milliseconds(250))
        #expect(webSocket.closeTimeout > .zero && webSocket.closeTimeout <= .seconds(5))
        #expect(webSocket.drainTime + webSocket.closeTimeout <= max(.seconds(seconds), .milliseconds(250)))
    }

    @Test("The key may come from a file, and not from both")
    func keys() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: Data("sk-1\n".utf8)))
        _ = try await read(["GRIMOIRE_LITELLM_KEY_FILE": path])
        await #expect(throws: ConfigurationError.self) {
            try await read(["GRIMOIRE_LITELLM_KEY_FILE": path, "GRIMOIRE_LITELLM_KEY": "sk-2"])
        }
    }
}
