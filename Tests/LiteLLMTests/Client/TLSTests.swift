import Curl
import TestSupport
import Testing

@testable import LiteLLM

/// Certificates and names are verified.
@Suite(.timeLimit(.minutes(2))) struct TLSTests {
    private func upstream() throws -> ScriptedUpstream {
        try ScriptedUpstream { client, _ in
            client.answer(200, #"{"choices":[{"message":{"content":"safe"}}]}"#)
            return true
        }
    }

    private func ask(name: String, trusted: Bool) async throws -> Result<String, LiteLLMError> {
        var result = Result<String, LiteLLMError>.success("")
        let upstream = try upstream()
        defer { upstream.stop() }
        let front = try TLSFront(name: name, port: upstream.port)
        defer { front.stop() }
        try await withClient(front.url) {
            if trusted { $0.connection.authoritiesFile = front.certificate }
        } _: { client in
            do throws(LiteLLMError) {
                result = .success(try await client.complete(question()).text)
            } catch {
                result = .failure(error)
            }
        }
        return result
    }

    private func code(_ result: Result<String, LiteLLMError>) -> LiteLLMError.Code? {
        if case .failure(let error) = result { error.code } else { nil }
    }

    @Test func aServerOfATrustedAuthorityIsTalkedTo() async throws {
        let result = try await ask(name: "IP:127.0.0.1", trusted: true)
        #expect(result == .success("safe"))
    }

    @Test func aServerOfAnUnknownAuthorityIsNot() async throws {
        #expect(code(try await ask(name: "IP:127.0.0.1", trusted: false)) == .unreachable)
    }

    @Test func aServerOfAnotherNameIsNot() async throws {
        #expect(code(try await ask(name: "DNS:other.invalid", trusted: true)) == .unreachable)
    }

    @Test func aFileOfAuthoritiesThatIsNotThereIsSaidToBeWrong() async throws {
        try await withClient("https://127.0.0.1:1") {
            $0.connection.authoritiesFile = "/nonexistent.pem"
        } _: { client in
            let error = await failure { () async throws(LiteLLMError) in try await client.complete(question())
            }
            #expect([.invalidRequest, .unreachable].contains(error?.code))
        }
    }
}
