import EventLoop
import FoundationEssentials
import GRPCCore
import GRPCNghttp2
import GRPCProtobuf
import GrimoireAPI
import JWTKit
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

private typealias Request = Grpc_Health_V1_HealthCheckRequest
private typealias Response = Grpc_Health_V1_HealthCheckResponse

/// A domain's service with two methods, of which one is in no table.
private struct TestService: RegistrableRPCService {
    static let descriptor = ServiceDescriptor(fullyQualifiedService: "a.B")
    static let echo = MethodDescriptor(service: descriptor, method: "Echo", type: .unary)
    static let forgotten = MethodDescriptor(service: descriptor, method: "Forgotten", type: .unary)
    static let process = UUID()

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        for method in [Self.echo, Self.forgotten] {
            router.registerHandler(
                forMethod: method,
                deserializer: ProtobufDeserializer<Request>(),
                serializer: ProtobufSerializer<Response>()
            ) { request, _ in
                Call.current?.concerns(processID: Self.process, versionNumber: 2)
                var outgoing: Metadata = [:]
                outgoing.addString(Call.current?.trace.traceID ?? "none", forKey: "trace")
                if request.metadata[stringValues: "fail"].contains(where: { _ in true }) { throw Failure() }
                return StreamingServerResponse(metadata: outgoing) { writer in
                    try await writer.write(Response())
                    return [:]
                }
            }
        }
    }

    private struct Failure: Error {}
}

private actor Store: AuditSink {
    private(set) var records: [AuditRecord] = []
    func store(_ more: [AuditRecord]) { records += more }
}

@Suite struct HostTests {
    private struct Claims: JWTPayload {
        var iss = "tests"
        var aud = "grimoire"
        var sub = "11111111-1111-4111-8111-111111111111"
        var exp = 4_000_000_000
        var org = "22222222-2222-4222-8222-222222222222"
        var roles = ["viewer"]
        func verify(using algorithm: some JWTAlgorithm) {}
    }

    private struct Running: Sendable {
        let host: GRPCHost
        let client: GRPCClient<Nghttp2ClientTransport>
        let token: String
        let store: Store
        let log: LogRecorder
        let group: ServiceGroup

        func call(_ method: MethodDescriptor, _ metadata: Metadata) async throws -> Metadata {
            try await client.unary(
                request: ClientRequest(message: Request(), metadata: metadata),
                descriptor: method,
                serializer: ProtobufSerializer<Request>(),
                deserializer: ProtobufDeserializer<Response>(),
                options: .defaults
            ) { response in
                _ = try response.message
                return response.metadata
            }
        }
    }

    private func withHost(_ body: @escaping @Sendable (Running) async throws -> Void) async throws {
        let key = try EdDSA.PrivateKey()
        let x = key.publicKey.rawRepresentation.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let jwks = #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"\#(x)"}]}"#
        let keys = try await KeySet(jwks: Data(jwks.utf8), name: "test", setting: "TEST", isStrict: true)
        let token = try await JWTKeyCollection().add(eddsa: key, kid: "k").sign(Claims(), kid: "k")
        let reader = try await SettingsReader(
            arguments: [],
            environment: [
                "GRIMOIRE_LISTEN_PORT": "0", "GRIMOIRE_HTTP_PORT": "0", "GRIMOIRE_AUTH_JWKS_FILE": "/none",
                "GRIMOIRE_AUTH_ISSUER": "tests",
            ],
            known: ServiceConfiguration.Settings.all
        )
        let configuration = try ServiceConfiguration(reading: reader, coreCount: 1)
        let (store, log) = (Store(), LogRecorder())
        try await withThreads { threads in
            let host = try await GRPCHost(
                services: [TestService()],
                descriptors: [TestService.descriptor],
                requirements: [TestService.echo: .viewer],
                configuration: configuration,
                threads: threads,
                verifier: TokenVerifier(
                    keys: KeyKeeper(source: nil, keys: keys),
                    configuration: configuration.authentication
                ),
                logger: log.logger(),
                audit: store
            )
            let services = ServiceGroup(services: [host], logger: quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                let client = GRPCClient(
                    transport: try Nghttp2ClientTransport(
                        target: try Target(try await host.listeningAddress),
                        loops: threads.loops,
                        offload: threads.offload
                    )
                )
                group.addTask { try await client.runConnections() }
                try await body(
                    Running(host: host, client: client, token: token, store: store, log: log, group: services)
                )
                await services.triggerGracefulShutdown()
                client.beginGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    private func code(_ running: Running, _ method: MethodDescriptor, _ metadata: Metadata) async -> RPCError
        .Code?
    {
        do {
            _ = try await running.call(method, metadata)
            return nil
        } catch {
            return (error as? RPCError)?.code
        }
    }

    @Test func everyCallIsAuditedCountedAndLoggedRefusedOnesToo() async throws {
        try await withHost { running in
            let good: Metadata = ["authorization": "Bearer \(running.token)"]
            let trace = "0af7651916cd43dd8448eb211c80319c"
            var traced = good
            traced.addString("00-\(trace)-b7ad6b7169203331-01", forKey: "traceparent")
            let answer = try await running.call(TestService.echo, traced)
            #expect(Array(answer[stringValues: "trace"]) == [trace])
            #expect(await code(running, TestService.echo, [:]) == .unauthenticated)
            #expect(await code(running, TestService.forgotten, good) == .permissionDenied)
            var failing = good
            failing.addString("1", forKey: "fail")
            #expect(await code(running, TestService.echo, failing) == .internalError)
            try await untilTrue { await running.store.records.count == 4 }
            let records = await running.store.records
            #expect(records.map(\.outcome) == ["OK", "UNAUTHENTICATED", "PERMISSION_DENIED", "INTERNAL"])
            #expect(records.map(\.method) == ["Echo", "Echo", "Forgotten", "Echo"])
            #expect(records[0].traceID == trace)
            #expect(records[0].processID == TestService.process)
            #expect(records[0].organizationID == UUID(uuidString: "22222222-2222-4222-8222-222222222222"))
            #expect(records[1].userID == nil)
            let failed = running.log.lines.filter { $0.message == "A call failed" }
            #expect(failed.map(\.level) == [.info, .info, .error])
            #expect("\(failed[2].metadata["cause"] ?? "")".contains("Failure"), "one line, with the cause")
            let text = try await get(running, "/metrics")
            #expect(
                text.contains(
                    #"grpc_server_handled_total{grpc_code="OK",grpc_method="Echo",grpc_service="a.B"} 1"#
                )
            )
            #expect(!running.log.lines.contains { "\($0)".contains(running.token) })
        }
    }

    @Test func aHostTellsThatItIsReadyAndThatItStops() async throws {
        try await withHost { running in
            try await untilTrue { (try? await get(running, "/readyz").hasPrefix("HTTP/1.1 200")) == true }
            #expect(try await get(running, "/healthz").hasPrefix("HTTP/1.1 200"))
        }
    }

    private func get(_ running: Running, _ path: String) async throws -> String {
        let address = try #require(running.host.httpAddress)
        let port = try #require(Int(address.split(separator: ":").last ?? ""))
        return try await onThread { try exchange(port, "GET \(path) HTTP/1.0\r\n\r\n") }
    }
}
