public import GRPCCore
internal import GRPCProtobuf

extension ServiceError: RPCErrorConvertible {
    /// The gRPC code.
    public var rpcErrorCode: RPCError.Code { status.rpcErrorCode }
    /// The sentence for the client.
    public var rpcErrorMessage: String { message }
    /// `grpc-status-details-bin`; `retry-after` in seconds where waiting helps, which Envoy hands on to REST (RFC 9110,
    /// section 10.2.3).
    public var rpcErrorMetadata: Metadata {
        var metadata = status.rpcErrorMetadata
        switch kind {
        case .exhausted(let delay), .unavailable(let delay):
            metadata.replaceOrAddString("\(max(1, Int(delay.inSeconds.rounded(.up))))", forKey: "retry-after")
        default: break
        }
        return metadata
    }
    /// Never sent.
    public var rpcErrorCause: (any Error)? { nil }

    /// The gRPC status with its google.rpc details (AIP-193).
    var status: GoogleRPCStatus {
        switch kind {
        case .invalid(let violations):
            GoogleRPCStatus(
                code: .invalidArgument,
                message: message,
                details: .badRequest(
                    violations: violations.map { violation in
                        var entry = ErrorDetails.BadRequest.FieldViolation(
                            field: violation.field,
                            description: "\(violation.field) \(violation.description)"
                        )
                        entry.reason = violation.reason
                        return entry
                    }
                )
            )
        case .unauthenticated:
            GoogleRPCStatus(code: .unauthenticated, message: message)
        case .permissionDenied:
            GoogleRPCStatus(code: .permissionDenied, message: message)
        case .notFound(let type, let name):
            GoogleRPCStatus(
                code: .notFound,
                message: message,
                details: .resourceInfo(type: type, name: name, errorDescription: message)
            )
        case .conflict(let reason, let values):
            GoogleRPCStatus(
                code: .aborted,
                message: message,
                details: .errorInfo(reason: reason, domain: Self.domain, metadata: values)
            )
        case .failedPrecondition(let reason, let violations):
            GoogleRPCStatus(
                code: .failedPrecondition,
                message: message,
                details: [
                    .errorInfo(reason: reason, domain: Self.domain),
                    .preconditionFailure(
                        violations: violations.map {
                            .init(type: reason, subject: $0.subject, description: $0.description)
                        }
                    ),
                ]
            )
        case .exhausted(let delay):
            GoogleRPCStatus(
                code: .resourceExhausted,
                message: message,
                details: .retryInfo(delay: delay)
            )
        case .unavailable(let delay):
            GoogleRPCStatus(code: .unavailable, message: message, details: .retryInfo(delay: delay))
        case .deadlineExceeded:
            GoogleRPCStatus(code: .deadlineExceeded, message: message)
        case .internal:
            GoogleRPCStatus(code: .internalError, message: message)
        }
    }

    /// The `domain` of our google.rpc.ErrorInfo.
    private static var domain: String { "grimoire.v1" }
}
