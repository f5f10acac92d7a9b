import Curl
import EventLoop
import Testing

@testable import LiteLLM

/// Runs `body` with a client of its own, on a loop of its own.
func withClient(
    _ url: String,
    key: String? = "sk-test",
    configure: (inout LiteLLMConfiguration) -> Void = { _ in },
    _ body: (LiteLLMClient) async throws -> Void
) async throws {
    let loop = try EventLoop()
    try loop.start()
    var configuration = try LiteLLMConfiguration(url: url, key: key)
    // A busy machine must not fail a test that is not about time; no test waits for a retry that it does not want.
    configuration.connection.connectTimeout = .seconds(30)
    configuration.firstChunkTimeout = .seconds(60)
    configuration.nextChunkTimeout = .seconds(60)
    configuration.retries.attempts = 1
    configuration.retries.firstBackoff = .milliseconds(2)
    configure(&configuration)
    let client = LiteLLMClient(configuration: configuration, loop: loop)
    var failure: (any Error)?
    do { try await body(client) } catch { failure = error }
    await client.shutdown()
    #expect(await client.callCount == 0)
    await loop.shutdown()
    if let failure { throw failure }
}

/// A question.
func question(_ text: String = "Why?", model: String = "m") -> ChatRequest {
    ChatRequest(model: model, messages: [ChatMessage(.user, text)])
}

/// What a call throws.
func failure<Value>(_ body: () async throws(LiteLLMError) -> Value) async -> LiteLLMError? {
    do throws(LiteLLMError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

/// All that a stream says, and how it ends.
func read(_ stream: ChatStream) async -> (chunks: [ChatChunk], failure: LiteLLMError?) {
    var chunks: [ChatChunk] = []
    var iterator = stream.makeAsyncIterator()
    while true {
        do throws(LiteLLMError) {
            guard let chunk = try await iterator.next() else { return (chunks, nil) }
            chunks.append(chunk)
        } catch {
            return (chunks, error)
        }
    }
}

/// A text's bytes.
func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }
