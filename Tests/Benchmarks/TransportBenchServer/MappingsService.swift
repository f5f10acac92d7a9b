import BenchmarkAPI
import Foundation
import GRPCCore

/// What every server of the benchmark answers, in whatever language it is written.
struct MappingsService: Hello_Mappings.SimpleServiceProtocol {
    private let mapping = Dictionary(
        uniqueKeysWithValues: (0..<8).map { ("expr_\($0)", "fact-0123456789abcdef-\($0)") }
    )
    private let large = Data(repeating: UInt8(ascii: "g"), count: 1 << 20)

    func get(request: Hello_GetRequest, context: ServerContext) async throws -> Hello_GetResponse {
        answer(request)
    }

    /// The answer to `request`, built anew for each call as the C++ peer does.
    func answer(_ request: Hello_GetRequest) -> Hello_GetResponse {
        var response = Hello_GetResponse()
        response.processID = request.processID
        response.versionNumber = request.versionNumber
        response.stableMapping = mapping
        return response
    }

    func getLarge(request: Hello_GetRequest, context: ServerContext) async throws -> Hello_LargeResponse {
        largeAnswer
    }

    /// 1 MiB; the bytes are shared, not copied.
    var largeAnswer: Hello_LargeResponse {
        var response = Hello_LargeResponse()
        response.content = large
        return response
    }

    func chat(
        request: RPCAsyncSequence<Hello_ChatMessage, any Error>,
        response: RPCWriter<Hello_ChatMessage>,
        context: ServerContext
    ) async throws {
        for try await message in request {
            try await response.write(message)
        }
    }
}
