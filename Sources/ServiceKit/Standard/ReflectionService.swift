internal import FoundationEssentials
public import GRPCCore
internal import GRPCProtobuf
internal import GrimoireAPI
internal import SwiftProtobuf

/// Tells clients which services there are and how they are defined (gRPC server reflection, v1 and v1alpha).
public struct ReflectionService: RegistrableRPCService {
    private typealias Request = Grpc_Reflection_V1_ServerReflectionRequest
    private typealias Response = Grpc_Reflection_V1_ServerReflectionResponse

    private let index: DescriptorIndex
    private let services: [String]

    /// The older name of the same protocol, which many clients still ask for first.
    public static let alphaService = ServiceDescriptor(
        fullyQualifiedService: "grpc.reflection.v1alpha.ServerReflection"
    )

    /// - Parameter services: The services to list.
    /// - Throws: Where the descriptors built into this program are damaged.
    public init(services: [ServiceDescriptor]) throws {
        guard let bytes = Data(base64Encoded: DescriptorSet.base64) else {
            throw ServiceError(.internal, message: "The descriptors built into this program are damaged.")
        }
        self.index = try DescriptorIndex(descriptorSet: bytes)
        self.services = services.map(\.fullyQualifiedService).sorted()
    }

    /// Registers both versions of the protocol; their messages are the same on the wire.
    public func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        for service in [ServiceDescriptor.grpc_reflection_v1_ServerReflection, Self.alphaService] {
            router.registerHandler(
                forMethod: MethodDescriptor(
                    service: service,
                    method: "ServerReflectionInfo",
                    type: .bidirectionalStreaming
                ),
                deserializer: ProtobufDeserializer<Request>(),
                serializer: ProtobufSerializer<Response>()
            ) { request, _ in
                StreamingServerResponse { writer in
                    for try await message in request.messages {
                        try await writer.write(answer(to: message))
                    }
                    return [:]
                }
            }
        }
    }

    private func answer(to request: Request) -> Response {
        var response = Response()
        response.validHost = request.host
        response.originalRequest = request
        switch request.messageRequest {
        case .fileByFilename(let name):
            response.messageResponse = files(index.fileWithImports(named: name), "file \(name)")
        case .fileContainingSymbol(let symbol):
            response.messageResponse = files(index.fileWithImports(defining: symbol), "symbol \(symbol)")
        case .listServices:
            response.messageResponse = .listServicesResponse(
                .with { list in list.service = services.map { name in .with { $0.name = name } } }
            )
        case .fileContainingExtension(let wanted):
            response.messageResponse = files(
                nil,
                "extension \(wanted.extensionNumber) of \(wanted.containingType)"
            )
        case .allExtensionNumbersOfType(let type):
            response.messageResponse = .allExtensionNumbersResponse(.with { $0.baseTypeName = type })
        case nil:
            response.messageResponse = failure(.invalidArgument, "The request asks for nothing.")
        }
        return response
    }

    private func files(_ found: [Data]?, _ wanted: String) -> Response.OneOf_MessageResponse {
        guard let found else { return failure(.notFound, "There is no \(wanted) here.") }
        return .fileDescriptorResponse(.with { $0.fileDescriptorProto = found })
    }

    private func failure(_ code: Status.Code, _ message: String) -> Response.OneOf_MessageResponse {
        .errorResponse(
            .with {
                $0.errorCode = Int32(code.rawValue)
                $0.errorMessage = message
            }
        )
    }
}
