import BenchmarkAPI
import GRPCCore
import GRPCNghttp2
import GRPCProtobuf
import SwiftProtobuf

/// The unary methods of the service past GRPCCore, with the same messages, decoded and encoded for each call.
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
        RawUnaryMethod(descriptor, interceptors: [RawAuthorization()]) { call in
            do {
                let request = try ProtobufDeserializer<Hello_GetRequest>().deserialize(call.message)
                call.respond(try ProtobufSerializer().serialize(answer(request)))
            } catch {
                call.fail(
                    RPCError(code: .invalidArgument, message: "the message cannot be read", cause: error)
                )
            }
        }
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
