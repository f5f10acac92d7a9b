import Crypto
import EventLoop
import Foundation
import GRPCCore
import GrimoireAPI
import Postgres
import SwiftProtobuf
import Testing

@testable import ProcessStore
@testable import ServiceKit

/// The store and its service over a database of their own, which is gone afterwards.
struct Fixture: Sendable {
    let loops: EventLoopGroup
    let offload: OffloadExecutor
    let workshop: OffloadExecutor
    let application: PostgresConfiguration
    let ownerURL: String
    let keys: SigningKeys
    let store: ProcessStore
    let organization = UUID()
    let user = UUID()

    static func setting(_ name: String) throws -> String {
        try #require(
            ProcessInfo.processInfo.environment[name],
            "\(name) is not set: scripts/test starts the servers and sets it"
        )
    }

    /// A URL with another database's name.
    private static func url(_ url: String, database: String) throws -> String {
        let slash = try #require(url.lastIndex(of: "/"))
        return url[...slash] + database
    }

    /// Signing keys as a JWK Set: the first signs, the others verify.
    static func keys(_ ids: [(id: String, key: Curve25519.Signing.PrivateKey, isPrivate: Bool)]) throws
        -> Data
    {
        func text(_ bytes: Data) -> String {
            bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
                "=",
                with: ""
            )
        }
        let keys = ids.map { id, key, isPrivate in
            var fields = [
                "kty": "OKP", "crv": "Ed25519", "kid": id, "x": text(key.publicKey.rawRepresentation),
            ]
            if isPrivate { fields["d"] = text(key.rawRepresentation) }
            return fields
        }
        return try JSONSerialization.data(withJSONObject: ["keys": keys])
    }

    /// Makes a database, migrates it, calls `body`, and removes it.
    static func with(
        cacheBytes: Int = 8 << 20,
        connections: Int = 8,
        migrations: [Migration] = Migrations.all,
        announcer: (any ChangeAnnouncer)? = nil,
        _ body: (Fixture) async throws -> Void
    ) async throws {
        await DatabasePlaces.shared.take()
        let result: Result<Void, any Error>
        do {
            result = .success(try await withPlace(cacheBytes, connections, migrations, announcer, body))
        } catch {
            result = .failure(error)
        }
        await DatabasePlaces.shared.give()
        try result.get()
    }

    private static func withPlace(
        _ cacheBytes: Int,
        _ connections: Int,
        _ migrations: [Migration],
        _ announcer: (any ChangeAnnouncer)?,
        _ body: (Fixture) async throws -> Void
    ) async throws {
        let superuser = try setting("GRIMOIRE_TEST_DATABASE_URL")
        let name = "grimoire_test_\(UUID().uuidString.lowercased().replacing("-", with: "_"))"
        let offload = OffloadExecutor(width: 2)
        let workshop = OffloadExecutor(width: 2)
        let loops = try EventLoopGroup(count: 2)
        try loops.start()
        try await run(superuser, "CREATE DATABASE \(name) OWNER grimoire_owner", loops, offload)
        var failure: (any Error)?
        do {
            try await run(
                try url(superuser, database: name),
                "ALTER SCHEMA public OWNER TO grimoire_owner",
                loops,
                offload
            )
            let ownerURL = try url(try setting("GRIMOIRE_DATABASE_URL"), database: name)
            _ = try await Migrator(migrations, upkeep: Migrations.upkeep).run(
                try PostgresConfiguration(url: ownerURL),
                offload: offload
            )
            let application = try PostgresConfiguration(
                url: try url(try setting("GRIMOIRE_DATABASE_APPLICATION_URL"), database: name)
            )
            let keys = try SigningKeys(jwks: try keys([("test", .init(), true)]), source: "test")
            var limits = PostgresPool.Limits()
            limits.connections = connections
            limits.waitTimeout = .seconds(60)
            let store = ProcessStore(
                configuration: application,
                loops: loops,
                offload: offload,
                workshop: workshop,
                limits: limits,
                cacheBytes: cacheBytes,
                keys: keys,
                announcer: announcer
            )
            do {
                try await body(
                    Fixture(
                        loops: loops,
                        offload: offload,
                        workshop: workshop,
                        application: application,
                        ownerURL: ownerURL,
                        keys: keys,
                        store: store
                    )
                )
            } catch {
                failure = error
            }
            await store.shutdown()
        } catch {
            failure = error
        }
        try await run(superuser, "DROP DATABASE \(name) WITH (FORCE)", loops, offload)
        await workshop.shutdown()
        await offload.shutdown()
        await loops.shutdown()
        if let failure { throw failure }
    }

    /// Brings the schema up to date where `with` has left it behind.
    func migrate() async throws -> [Int] {
        try await Migrator(Migrations.all, upkeep: Migrations.upkeep).run(
            try PostgresConfiguration(url: ownerURL),
            offload: offload
        )
    }

    private static func run(
        _ url: String,
        _ sql: String,
        _ loops: EventLoopGroup,
        _ offload: OffloadExecutor
    ) async throws {
        let connection = try await PostgresConnection.connect(
            try PostgresConfiguration(url: url),
            on: loops.loops[0],
            offload: offload
        )
        // Utility statements that must be alone are so in a pipeline of one.
        _ = try await connection.query(PostgresStatement(sql), timeout: .seconds(60))
        await connection.close()
    }

    /// Statements as the owner, each a transaction of its own.
    @discardableResult
    func asOwner(_ statements: String...) async throws -> [PostgresResult] {
        try await each(try PostgresConfiguration(url: ownerURL), statements.map { [PostgresStatement($0)] })
    }

    /// A statement as the application role within an organization.
    @discardableResult
    func asApplication(_ statement: PostgresStatement, organization: UUID? = nil) async throws
        -> PostgresResult
    {
        let results = try await each(
            application,
            [[Queries.organization(organization ?? self.organization), statement]]
        )
        return try #require(results.last)
    }

    /// Statements as the application role in one session and one transaction; the answer to the last one.
    func asApplication(_ statements: [PostgresStatement]) async throws -> PostgresResult {
        try #require(try await each(application, [statements]).last)
    }

    private func each(
        _ configuration: PostgresConfiguration,
        _ pipelines: [[PostgresStatement]]
    ) async throws -> [PostgresResult] {
        let connection = try await PostgresConnection.connect(
            configuration,
            on: loops.loops[0],
            offload: offload
        )
        do {
            var results: [PostgresResult] = []
            for pipeline in pipelines {
                results += try await connection.pipeline(pipeline, timeout: .seconds(300))
            }
            await connection.close()
            return results
        } catch {
            await connection.close()
            throw error
        }
    }

    var author: Author { Author(user: user, organization: organization) }
    var service: ProcessManagerService { ProcessManagerService(store: store) }

    private static func call(key: String?) -> Call {
        Call(
            method: Grimoire_V1_ProcessManager.Method.GetProcess.descriptor,
            trace: TraceContext(),
            metadata: key.map { ["idempotency-key": "\($0)"] } ?? [:]
        )
    }

    /// Calls the service as a member of an organization, without a transport.
    func call<Value: Sendable>(
        organization: UUID? = nil,
        key: String? = nil,
        _ body: (ProcessManagerService, ServerContext) async throws -> Value
    ) async throws -> Value {
        try await asMember(of: organization, key: key) { try await body(service, $0) }
    }

    /// Calls what grimoire-mappings asks of, as a member of an organization, without a transport.
    func source<Value: Sendable>(
        organization: UUID? = nil,
        _ body: (MappingSourceService, ServerContext) async throws -> Value
    ) async throws -> Value {
        try await asMember(of: organization) { try await body(MappingSourceService(store: store), $0) }
    }

    /// Calls what grimoire-suggestions asks of, as a member of an organization, without a transport.
    func records<Value: Sendable>(
        organization: UUID? = nil,
        user: UUID? = nil,
        _ body: (SuggestionRecordsService, ServerContext) async throws -> Value
    ) async throws -> Value {
        try await asMember(of: organization, user: user) {
            try await body(SuggestionRecordsService(store: store), $0)
        }
    }

    private func asMember<Value: Sendable>(
        of organization: UUID?,
        user: UUID? = nil,
        key: String? = nil,
        _ body: (ServerContext) async throws -> Value
    ) async throws -> Value {
        let caller = Caller(
            userID: user ?? self.user,
            organizationID: organization ?? self.organization,
            roles: [.admin]
        )
        return try await Caller.$current.withValue(caller) {
            try await Call.$current.withValue(Self.call(key: key)) {
                try await withServerContextRPCCancellationHandle { handle in
                    try await body(
                        ServerContext(
                            descriptor: Grimoire_V1_ProcessManager.Method.GetProcess.descriptor,
                            remotePeer: "in-process:test",
                            localPeer: "in-process:test",
                            cancellation: handle
                        )
                    )
                }
            }
        }
    }

    /// Makes a process and returns its ID.
    func create(
        name: String = "P",
        code: String = "x = 1\n",
        key: String? = nil,
        _ change: (inout Grimoire_V1_CreateProcessRequest) -> Void = { _ in }
    ) async throws -> String {
        try await created(name: name, code: code, key: key, change).processID
    }

    /// Makes a process and returns the whole answer.
    func created(
        name: String = "P",
        code: String = "x = 1\n",
        key: String? = nil,
        organization: UUID? = nil,
        _ change: (inout Grimoire_V1_CreateProcessRequest) -> Void = { _ in }
    ) async throws -> Grimoire_V1_CreateProcessResponse {
        var request = Grimoire_V1_CreateProcessRequest()
        request.name = name
        request.spyCode = code
        change(&request)
        let complete = request
        return try await call(organization: organization, key: key) {
            try await $0.createProcess(request: complete, context: $1)
        }
    }

    /// Updates a process.
    @discardableResult
    func update(
        _ process: String,
        code: String,
        key: String? = nil,
        _ change: (inout Grimoire_V1_UpdateProcessRequest) -> Void = { _ in }
    ) async throws -> Grimoire_V1_UpdateProcessResponse {
        var request = Grimoire_V1_UpdateProcessRequest()
        request.processID = process
        request.spyCode = code
        change(&request)
        let complete = request
        return try await call(key: key) { try await $0.updateProcess(request: complete, context: $1) }
    }

    /// Reads a process.
    func get(
        _ process: String,
        version: Int32 = 0,
        view: Grimoire_V1_GetProcessRequest.View = .full
    ) async throws -> Grimoire_V1_GetProcessResponse {
        try await call {
            try await $0.getProcess(
                request: .with {
                    $0.processID = process
                    $0.versionNumber = version
                    $0.view = view
                },
                context: $1
            )
        }
    }

    /// Verifies a process's whole chain.
    func verify(_ process: String, version: Int32 = 0, wholeChain: Bool = true) async throws
        -> Grimoire_V1_VerifyVersionResponse
    {
        try await call {
            try await $0.verifyVersion(
                request: .with {
                    $0.processID = process
                    $0.versionNumber = version
                    $0.wholeChain = wholeChain
                },
                context: $1
            )
        }
    }
}
