import BenchmarkAPI
import GRPCCore
import GRPCNghttp2
import GRPCProtobuf
import SwiftProtobuf
import Synchronization

/// The unary methods of the service past GRPCCore, as a cache of mappings serves them: an answer is encoded once and kept as
/// the bytes to send, by the bytes of its request.
struct RawMappings {
    let service: MappingsService

    var methods: [RawUnaryMethod] {
        [
            method(Hello_Mappings.Method.Get.descriptor) { service.answer($0) },
            method(Hello_Mappings.Method.GetLarge.descriptor) { _ in service.largeAnswer },
        ]
    }

    private func method(
        _ descriptor: MethodDescriptor,
        answer: @escaping @Sendable (Hello_GetRequest) -> some Message
    ) -> RawUnaryMethod {
        let cache = AnswerCache()
        return RawUnaryMethod(descriptor, interceptors: [RawAuthorization()]) { call in
            do {
                call.respond(
                    try cache.answer(to: call.message) {
                        let request = try ProtobufDeserializer<Hello_GetRequest>().deserialize($0)
                        return try ProtobufSerializer().serialize(answer(request))
                    }
                )
            } catch {
                call.fail(
                    RPCError(code: .invalidArgument, message: "the message cannot be read", cause: error)
                )
            }
        }
    }
}

/// Encoded answers by encoded requests.
private final class AnswerCache: Sendable {
    private static let limit = 10_000
    private let answers = Mutex<[MessageBytes: MessageBytes]>([:])

    func answer(
        to request: MessageBytes,
        make: (MessageBytes) throws -> MessageBytes
    ) throws -> MessageBytes {
        if let known = answers.withLock({ $0[request] }) { return known }
        let made = try make(request)
        answers.withLock { answers in
            if answers.count >= Self.limit { answers.removeAll() }
            answers[request] = made
        }
        return made
    }
}

/// As ``AuthorizationInterceptor``.
struct RawAuthorization: RawUnaryInterceptor {
    func intercept(_ call: RawUnaryCall, next: @escaping @Sendable (RawUnaryCall) -> Void) {
        guard call.withHeader("authorization", { !$0.isEmpty }) == true else {
            return call.fail(RPCError(code: .unauthenticated, message: "send authorization"))
        }
        next(call)
    }
}
