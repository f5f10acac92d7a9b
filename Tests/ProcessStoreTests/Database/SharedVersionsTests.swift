import EventLoop
import FoundationEssentials
import GRPCNghttp2
import GrimoireAPI
import Postgres
import Redis
import StableMapping
import SuggestionContent
import SwiftProtobuf
import Testing

@testable import ProcessStore
@testable import ServiceKit

/// What replicas share of versions through Redis, and what they believe of what lies there.
@Suite struct SharedVersionsTests {
    /// Two replicas over one database and one Redis, the second with nothing in memory.
    private struct Replicas: Sendable {
        let fixture: Fixture
        let first: ProcessStore
        let second: ProcessStore
        let redis: RedisClient

        func read(_ store: ProcessStore, _ process: UUID) async throws -> Grimoire_V1_GetProcessResponse {
            try await store.answer(1, of: process, organization: fixture.organization).response()
        }

        func change(_ process: UUID) -> ProcessChange {
            ProcessChange(organization: fixture.organization, process: process)
        }

        /// A process whose version 1 the first replica has read and shared.
        func shared(code: String = "x = 1\n") async throws -> UUID {
            let process = try #require(UUID(uuidString: try await fixture.create(code: code)))
            _ = try await read(first, process)
            while try await redis.get(RedisArgument(change(process).versionKey(1))) == nil {
                await Task.yield()
            }
            return process
        }

        /// What lies under a key, changed; it may lie there no longer, where the machine is busy.
        func tamper(_ key: String, _ change: ([UInt8]) -> [UInt8]) async throws {
            guard let value = try await redis.get(RedisArgument(key)) else { return }
            try await redis.set(RedisArgument(key), RedisArgument(change(value)), expiry: .milliseconds(900))
        }
    }

    private static func with(_ body: @Sendable (Replicas) async throws -> Void) async throws {
        try await Fixture.with { fixture in
            let clients = RedisClients(
                configuration: try RedisConfiguration(url: try Fixture.setting("GRIMOIRE_REDIS_URL")),
                loops: fixture.loops,
                offload: fixture.offload
            )
            let stores = (0..<2).map { _ in
                ProcessStore(
                    configuration: fixture.application,
                    loops: fixture.loops,
                    offload: fixture.offload,
                    workshop: fixture.workshop,
                    limits: .init(),
                    cacheBytes: 1 << 20,
                    keys: fixture.keys,
                    redis: clients
                )
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await clients.run() }
                for loop in fixture.loops.loops {
                    _ = try await clients.client(on: loop).send(RedisCommand("PING", keyIndex: nil))
                }
                // All on one loop, whose memory and connection they use.
                let loop = fixture.loops.loops[0]
                try await withTaskExecutorPreference(loop.taskExecutor) {
                    try await body(
                        Replicas(
                            fixture: fixture,
                            first: stores[0],
                            second: stores[1],
                            redis: clients.client(on: loop)
                        )
                    )
                }
                group.cancelAll()
            }
            for store in stores { await store.shutdown() }
        }
    }

    /// Puts a version of a process there that says where it came from, as a replica would, and has the second one read it.
    ///
    /// - Parameter age: How long ago, by Redis' clock, the database was asked, in milliseconds.
    private static func descriptionRead(_ replicas: Replicas, age: Int64 = 0) async throws -> String {
        let process = try await replicas.shared()
        let name = replicas.change(process).versionKey(1)
        let head = replicas.change(process).detailsKey
        let seal = replicas.fixture.keys.sharedSeal
        let value = try #require(try await replicas.redis.get(RedisArgument(name)))
        let body = try #require(seal.opened(value, key: name))
        let version = try #require(SharedVersionForm.version(body, number: 1))
        var told = try Grimoire_V1_GetProcessResponse(serializedBytes: version.writer.bytes)
        told.description_p = "From Redis"
        let bytes: [UInt8] = try told.serializedBytes()
        let marked = SharedVersionForm.encode(EncodedVersion(number: 1, bytes: bytes, code: version.code))
        let time = try await replicas.redis.send(RedisClock.question).elements().map {
            try #require(Int64(String(decoding: try $0.bytes() ?? [], as: UTF8.self)))
        }
        let now = time[0] * 1_000_000 + time[1]
        let known = SharedVersionForm.encode(EncodedHead(bytes: []), readAt: now - age * 1_000)
        for (name, body) in [(name, marked), (head, known)] {
            try await replicas.redis.set(
                RedisArgument(name),
                RedisArgument(seal.sealed(body, key: name)),
                expiry: .seconds(1)
            )
        }
        return try await replicas.read(replicas.second, process).description_p
    }

    @Test func whatOneReplicaReadAnotherHasFromRedis() async throws {
        try await Self.with { replicas in
            // On a busy machine what is known of the process may grow too old before it is read: then with another one.
            for _ in 0..<50 where try await Self.descriptionRead(replicas) == "From Redis" { return }
            Issue.record("nothing was ever read from Redis")
        }
    }

    @Test(arguments: [-60_000, 1_000, 5_000] as [Int64])
    func whatIsOldOrStillToComeByRedisClockIsReadFromTheDatabaseHoweverLongRedisKeepsIt(
        age: Int64
    ) async throws {
        try await Self.with { replicas in
            for _ in 0..<3 {
                let description = try await Self.descriptionRead(replicas, age: age)
                #expect(description != "From Redis")
            }
        }
    }

    @Test(arguments: ["v", "details"])
    func whatIsDamagedOrAnotherKeysIsReadFromTheDatabase(part: String) async throws {
        try await Self.with { replicas in
            let process = try await replicas.shared()
            let other = try await replicas.shared(code: "other = 2\n")
            let change = replicas.change(process)
            let otherChange = replicas.change(other)
            let name = part == "v" ? change.versionKey(1) : change.detailsKey
            let otherName = part == "v" ? otherChange.versionKey(1) : otherChange.detailsKey
            if let foreign = try await replicas.redis.get(RedisArgument(otherName)) {
                try await replicas.redis.set(
                    RedisArgument(name),
                    RedisArgument(foreign),
                    expiry: .milliseconds(900)
                )
            }
            let answer = try await replicas.read(replicas.second, process)
            #expect(answer.spyCode == "x = 1\n" && answer.processID == process.text)
            for place in [0, SharedSeal.bytes, SharedSeal.bytes + 3] {
                await replicas.second.forget(process, organization: replicas.fixture.organization)
                try await replicas.tamper(name) { value in
                    var value = value
                    if place < value.count { value[place] ^= 1 }
                    return value
                }
                #expect(try await replicas.read(replicas.second, process).spyCode == "x = 1\n")
            }
        }
    }

    @Test func whatAReplicaHasWrittenItselfItKnowsAtOnce() async throws {
        try await Self.with { replicas in
            let process = try await replicas.shared()
            for number in 2..<12 {
                _ = try await replicas.read(replicas.second, process)
                _ = try await replicas.first.update(
                    process,
                    mapping: MappingChange(
                        program: ProgramFacts("x = \(number)\n"),
                        code: "x = \(number)\n",
                        given: [:]
                    ),
                    fingerprint: { _ in ProgramFingerprint(functions: [], actions: []) },
                    expectedVersion: 0,
                    changelog: "",
                    author: replicas.fixture.author
                ) { content in
                    var content = content
                    content.spyCode = "x = \(number)\n"
                    return content
                }
                #expect(try await replicas.read(replicas.first, process).latestVersion == Int32(number))
            }
        }
    }

    @Test func formsAreReadAsTheyWereWrittenOrNotAtAll() throws {
        let head = EncodedHead(bytes: [1, 2, 3])
        let bytes = SharedVersionForm.encode(head, readAt: -5)
        let read = try #require(SharedVersionForm.head(bytes[...]))
        #expect(read.head.bytes == head.bytes && read.readAt == -5)
        for count in 0..<9 { #expect(SharedVersionForm.head(bytes[..<count]) == nil) }
        #expect(SharedVersionForm.version([1, 0, 0, 0, 0, 0, 0, 0, 9, 1], number: 1) == nil)
        #expect(SharedVersionForm.version([1, 0, 0, 0, 2, 0, 0, 0, 1, 1], number: 1) == nil)
        #expect(SharedVersionForm.version([2, 0, 0, 0, 0, 0, 0, 0, 0], number: 1) == nil)
    }
}
