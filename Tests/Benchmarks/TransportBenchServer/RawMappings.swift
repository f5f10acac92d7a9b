import BenchmarkAPI
import GRPCCore
import GRPCNghttp2
import GRPCProtobuf
import SwiftProtobuf
import Synchronization

/// The unary methods of the service past GRPCCore.
struct RawMappings {
    let service: MappingsService
    /// As a cache of mappings serves them: an answer is encoded once and kept as the bytes to send, by the bytes of its
    /// request. Otherwise each call's messages are decoded and encoded, as the C++ peer does.
    let keepsAnswers: Bool

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
        let cache = keepsAnswers ? AnswerCache() : nil
        return RawUnaryMethod(descriptor, interceptors: [RawAuthorization()]) { call in
            do {
                let make = { (message: MessageBytes) throws -> MessageBytes in
                    let request = try ProtobufDeserializer<Hello_GetRequest>().deserialize(message)
                    return try ProtobufSerializer().serialize(answer(request))
                }
                call.respond(try cache?.answer(to: call.message, make: make) ?? make(call.message))
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
