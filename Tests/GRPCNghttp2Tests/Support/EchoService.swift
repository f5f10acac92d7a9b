import GRPCCore
import GRPCNghttp2
import Synchronization

/// Methods on plain bytes, one of each kind: what the transport's tests call.
struct EchoService: RegistrableRPCService {
    static let service = ServiceDescriptor(fullyQualifiedService: "test.Echo")
    /// Answers with the request, its metadata that begin with `x-` before and after.
    static let echo = MethodDescriptor(service: service, method: "Echo", type: .unary)
    /// Answers every message with itself, as it comes.
    static let chat = MethodDescriptor(service: service, method: "Chat", type: .bidirectionalStreaming)
    /// The request is two numbers of four bytes: so many answers of so many bytes.
    static let flood = MethodDescriptor(service: service, method: "Flood", type: .serverStreaming)
    /// Counts the bytes of its requests, eight bytes of answer.
    static let drain = MethodDescriptor(service: service, method: "Drain", type: .clientStreaming)
    /// Ends with the status code of the first byte and the message of the rest.
    static let fail = MethodDescriptor(service: service, method: "Fail", type: .unary)
    /// Never answers; ends when it is cancelled.
    static let hang = MethodDescriptor(service: service, method: "Hang", type: .unary)

    let log = EchoLog()

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        register(Self.echo, &router) { request, _ in
            let kept = request.metadata.filter { $0.key.hasPrefix("x-") }
            return StreamingServerResponse(metadata: Metadata(kept)) { writer in
                for try await message in request.messages { try await writer.write(message) }
                return Metadata(kept)
            }
        }
        register(Self.chat, &router) { request, _ in
            StreamingServerResponse { writer in
                for try await message in request.messages { try await writer.write(message) }
                return [:]
            }
        }
        register(Self.flood, &router) { request, _ in
            StreamingServerResponse { writer in
                for try await message in request.messages {
                    let numbers = message.withUnsafeBytes {
                        (
                            $0.loadUnaligned(as: UInt32.self),
                            $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
                        )
                    }
                    for _ in 0..<numbers.0 {
                        try await writer.write([UInt8](repeating: 7, count: Int(numbers.1)))
                        log.wrote()
                    }
                }
                return [:]
            }
        }
        register(Self.drain, &router) { request, _ in
            StreamingServerResponse { writer in
                var count: UInt64 = 0
                for try await message in request.messages { count += UInt64(message.count) }
                try await writer.write(withUnsafeBytes(of: count) { Array($0) })
                return [:]
            }
        }
        register(Self.fail, &router) { request, _ in
            for try await message in request.messages {
                throw RPCError(
                    code: RPCError.Code(Status.Code(rawValue: Int(message[0])) ?? .unknown) ?? .unknown,
                    message: String(decoding: message.dropFirst(), as: UTF8.self),
                    metadata: ["x-detail-bin": .binary([0, 255, 10])]
                )
            }
            return StreamingServerResponse(error: RPCError(code: .invalidArgument, message: "no message"))
        }
        register(Self.hang, &router) { _, context in
            log.began()
            do {
                try await context.cancellation.cancelled
            } catch {}
            log.cancelled()
            throw RPCError(code: .cancelled, message: "cancelled")
        }
    }

    private func register<Transport: ServerTransport>(
        _ method: MethodDescriptor,
        _ router: inout RPCRouter<Transport>,
        _ handler:
            @escaping @Sendable (StreamingServerRequest<[UInt8]>, ServerContext) async throws ->
            StreamingServerResponse<[UInt8]>
    ) {
        router.registerHandler(
            forMethod: method,
            deserializer: Plain(),
            serializer: Plain(),
            handler: handler
        )
    }
}

/// What the echo service's handlers have done.
final class EchoLog: Sendable {
    private struct Counts {
        var begun = 0
        var cancelled = 0
        var written = 0
        var waiters: [(Int, CheckedContinuation<Void, Never>)] = []
    }
    private let counts = Mutex(Counts())

    var begunCount: Int { counts.withLock { $0.begun } }
    var cancelledCount: Int { counts.withLock { $0.cancelled } }
    var writtenCount: Int { counts.withLock { $0.written } }

    func began() { counts.withLock { $0.begun += 1 } }
    func wrote() { counts.withLock { $0.written += 1 } }

    func cancelled() {
        let due = counts.withLock { counts in
            counts.cancelled += 1
            let due = counts.waiters.filter { $0.0 <= counts.cancelled }
            counts.waiters.removeAll { $0.0 <= counts.cancelled }
            return due
        }
        for (_, waiter) in due { waiter.resume() }
    }

    /// Returns once so many hanging handlers have been cancelled.
    func waitForCancellations(_ number: Int) async {
        await withCheckedContinuation { continuation in
            let isDue = counts.withLock { counts in
                if counts.cancelled >= number { return true }
                counts.waiters.append((number, continuation))
                return false
            }
            if isDue { continuation.resume() }
        }
    }
}

/// Bytes as they are.
struct Plain: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}
