import FoundationEssentials
import GRPCCore
import GrimoireAPI
import ServiceKit
import Testing

@testable import SuggestionServing

@Suite("What goes over a WebSocket")
struct ChatFramesTests {
    @Test("A message")
    func request() throws {
        let process = UUID()
        let text = #"{"session_id": "s", "message": "Wh\u00fc?", "context": {"a": "b"}}"#
        let request = try ChatFrames.request(text, process: process)
        #expect(request.processID == process.text && request.sessionID == "s")
        #expect(request.message == "Whü?" && request.context == ["a": "b"])
    }

    @Test(
        "What is no message is refused with the field that is wrong",
        arguments: [
            ("", "INVALID_JSON"), ("[]", "INVALID_JSON"), ("\"a\"", "INVALID_JSON"), ("{", "INVALID_JSON"),
            (#"{"session": "s"}"#, "UNKNOWN_FIELD"), (#"{"session_id": 1}"#, "INVALID_TYPE"),
            (#"{"context": {"a": 1}}"#, "INVALID_TYPE"), (#"{"context": []}"#, "INVALID_TYPE"),
            (#"{"message": null}"#, "INVALID_TYPE"),
        ]
    )
    func faults(text: String, reason: String) {
        #expect {
            try ChatFrames.request(text, process: UUID())
        } throws: { error in
            guard case .invalid(let violations) = (error as? ServiceError)?.kind else { return false }
            return violations.map(\.reason) == [reason]
        }
    }

    @Test("A piece has all its fields, also those that are empty")
    func piece() {
        let piece = ChatPiece(
            sequence: 7,
            text: "a/\"b\"\n",
            suggestionType: "improvement",
            metadata: [:],
            isFinal: false
        )
        #expect(
            ChatFrames.piece(piece)
                == #"{"is_final":false,"metadata":{"sequence":"7"},"suggestion":"a/\"b\"\n","suggestion_type":"improvement"}"#
        )
    }

    @Test("A failure says its code in number and word, and when to retry where that is known")
    func failures() {
        let limit = ServiceError(.exhausted(retryAfter: .milliseconds(1_500)), message: "Too many.")
        #expect(
            ChatFrames.failure(ChatFailure(limit))
                == #"{"error":{"code":8,"message":"Too many.","retry_after_ms":1500,"status":"RESOURCE_EXHAUSTED"}}"#
        )
        let absent = RPCError(code: .notFound, message: "There is none.")
        #expect(
            ChatFrames.failure(ChatFailure(absent))
                == #"{"error":{"code":5,"message":"There is none.","status":"NOT_FOUND"}}"#
        )
        #expect(ChatFailure(CancellationError()).message.contains("log"))
    }

    @Test("What process storage says of when to retry is passed on")
    func passedOn() {
        let error = ServiceError(.unavailable(retryAfter: .seconds(3)), message: "Away.")
        let remote = RPCError(
            code: error.rpcErrorCode,
            message: error.rpcErrorMessage,
            metadata: error.rpcErrorMetadata
        )
        #expect(ChatFailure(ServiceClient.passedOn(remote)).retryAfter == .seconds(3))
    }
}
