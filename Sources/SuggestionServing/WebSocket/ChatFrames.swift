internal import FoundationEssentials
internal import GRPCCore
internal import GRPCProtobuf
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// What goes over a WebSocket: JSON objects in text messages (DESIGN, sections 3 and 11).
enum ChatFrames {
    /// A client's message.
    ///
    /// - Throws: `ServiceError` (INVALID_ARGUMENT) where it is no JSON object, or has a field that is not known or of another kind.
    static func request(_ text: String, process: UUID) throws(ServiceError) -> Grimoire_V1_ChatRequest {
        let frame: Incoming
        do {
            frame = try JSONDecoder().decode(Incoming.self, from: Data(text.utf8))
        } catch let error as FieldFault {
            throw .invalid([error.violation])
        } catch {
            throw .invalid([
                FieldViolation(
                    "message",
                    "of the WebSocket must be a JSON object with session_id, message and context.",
                    reason: "INVALID_JSON"
                )
            ])
        }
        return Grimoire_V1_ChatRequest.with {
            $0.processID = process.text
            $0.sessionID = frame.sessionID
            $0.message = frame.message
            $0.context = frame.context
        }
    }

    /// A piece of an answer.
    static func piece(_ piece: ChatPiece) -> String {
        text(
            Outgoing(
                suggestion: piece.text,
                suggestionType: piece.suggestionType,
                metadata: piece.metadata.merging(["sequence": "\(piece.sequence)"]) { $1 },
                isFinal: piece.isFinal
            )
        )
    }

    /// A failure.
    static func failure(_ failure: ChatFailure) -> String {
        text(
            Failure(
                error: Failure.Body(
                    code: failure.code.rawValue,
                    status: failure.code.name,
                    message: failure.message,
                    retryAfterMilliseconds: failure.retryAfter?.wholeMilliseconds
                )
            )
        )
    }

    /// A failure of the handshake, in the form of REST's errors.
    static func refusal(_ failure: ChatFailure) -> String {
        text(Refusal(code: failure.code.rawValue, message: failure.message, details: []))
    }

    private static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts, numbers and words cannot fail to be encoded.
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    private struct Outgoing: Encodable {
        let suggestion: String
        let suggestionType: String
        let metadata: [String: String]
        let isFinal: Bool

        private enum CodingKeys: String, CodingKey {
            case suggestion, metadata
            case suggestionType = "suggestion_type"
            case isFinal = "is_final"
        }
    }

    private struct Failure: Encodable {
        struct Body: Encodable {
            /// gRPC's number, as in the bodies of REST.
            let code: Int
            /// The same in words.
            let status: String
            let message: String
            let retryAfterMilliseconds: Int64?

            private enum CodingKeys: String, CodingKey {
                case code, status, message
                case retryAfterMilliseconds = "retry_after_ms"
            }
        }
        let error: Body
    }

    private struct Refusal: Encodable {
        let code: Int
        let message: String
        let details: [String]
    }

    /// A field that is wrong.
    private struct FieldFault: Error { let violation: FieldViolation }

    private struct Incoming: Decodable {
        var sessionID = ""
        var message = ""
        var context: [String: String] = [:]

        private struct Name: CodingKey {
            let stringValue: String
            let intValue: Int? = nil
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Swift.Decoder) throws {
            let values = try decoder.container(keyedBy: Name.self)
            for name in values.allKeys {
                switch name.stringValue {
                case "session_id": sessionID = try Self.value(values, name, "must be a text.")
                case "message": message = try Self.value(values, name, "must be a text.")
                case "context": context = try Self.value(values, name, "must be an object of texts.")
                default:
                    let shown = String(name.stringValue.unicodeScalars.prefix(64).map(Character.init))
                    throw FieldFault(
                        violation: FieldViolation(shown, "is not known.", reason: "UNKNOWN_FIELD")
                    )
                }
            }
        }

        private static func value<Value: Decodable>(
            _ values: KeyedDecodingContainer<Name>,
            _ name: Name,
            _ rule: String
        ) throws -> Value {
            do {
                return try values.decode(Value.self, forKey: name)
            } catch {
                throw FieldFault(violation: FieldViolation(name.stringValue, rule, reason: "INVALID_TYPE"))
            }
        }
    }
}

/// Why a message was not answered, as a WebSocket tells it.
struct ChatFailure: Error {
    let code: Status.Code
    let message: String
    let retryAfter: Duration?

    /// The process that the connection is about is not there: not only a version of it, for instance.
    let isProcessAbsent: Bool

    /// Whether the connection is of no more use.
    var isFinal: Bool { code == .unauthenticated || isProcessAbsent }

    /// What an error of the services, or of process storage, comes to.
    init(_ error: any Error) {
        switch error {
        case let error as ServiceError:
            code = Status.Code(error.rpcErrorCode)
            message = error.message
            retryAfter = error.retryAfter
            isProcessAbsent =
                if case .notFound(Self.process, _) = error.kind { true } else { false }
        case let error as RPCError:
            code = Status.Code(error.code)
            message = error.message
            let details = (try? error.unpackGoogleRPCStatus())?.details ?? []
            retryAfter = details.lazy.compactMap { $0.retryInfo?.delay }.first
            isProcessAbsent = details.contains { $0.resourceInfo?.type == Self.process }
        default:
            code = .internalError
            message = "Something went wrong here; the log has the cause."
            retryAfter = nil
            isProcessAbsent = false
        }
    }

    /// The type of the resource that is missing then.
    private static let process = "process"
}
