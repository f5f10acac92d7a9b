internal import FoundationEssentials
internal import GRPCNghttp2
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit

extension ProcessStore {
    /// How much cheaper it is to encode a version than what else is done with as many bytes.
    private static let encodingDiscount = 16

    /// A version with all that `GetProcess` answers, encoded; 0 is the latest, which the database alone knows. Others come from
    /// memory, from Redis, or from there.
    ///
    /// - Parameter deadline: Until when somebody waits for it.
    func answer(
        _ number: Int32,
        of process: UUID,
        organization: UUID,
        deadline: ContinuousClock.Instant? = Call.current?.deadline
    ) async throws -> VersionAnswer {
        let lane = self.lane
        let cache = lane.cache
        let key = VersionCache.Key(organization: organization, process: process, version: number)
        let shared = number > 0 ? lane.shared : nil
        if number > 0 {
            if let answer = await cache.answer(key) { return answer }
            if let answer = await shared?.find(key, beside: cache) { return answer }
        }
        let readAt = ContinuousClock.now
        if number > 0, let known = await cache.version(key) {
            let head = try await head(of: process, organization: organization, deadline: deadline)
            let answer = known.with(head)
            await cache.keep(answer, head, for: key, readAt: readAt)
            await shared?.share(nil, head, for: key, readAt: readAt, beside: cache)
            return answer
        }
        let results = try await lookUp(
            organization,
            deadline: deadline,
            Queries.version(process: process, number: number),
            Queries.versions(process: process, before: .max, limit: RequestLimits.historyEntries + 1)
        )
        guard let row = results[0].first else { throw ServiceError.notFound("process", process.text) }
        guard let found = try row.decodeOptional("version_number", as: Int32.self) else {
            throw Self.noVersion(number, process)
        }
        let head = try EncodedHead(row, history: results[1], process: process)
        let version = try await workshop.run(bytes: EncodedVersion.size(row) / Self.encodingDiscount) {
            try EncodedVersion(row, number: found, process: process, organization: organization)
        }
        let answer = VersionAnswer(version, head: head)
        let pinned = VersionCache.Key(organization: organization, process: process, version: found)
        await cache.keep(answer, head, for: pinned, readAt: readAt)
        await shared?.share(version, head, for: pinned, readAt: readAt, beside: cache)
        return answer
    }

    /// A version with its contents; 0 is the latest.
    func version(
        _ number: Int32,
        of process: UUID,
        organization: UUID
    ) async throws -> (number: Int32, content: ProcessContent) {
        let answer = try await answer(number, of: process, organization: organization)
        let content = try await workshop.run(bytes: answer.message.count) { try answer.content() }
        return (answer.number, content)
    }

    private func head(
        of process: UUID,
        organization: UUID,
        deadline: ContinuousClock.Instant?
    ) async throws -> EncodedHead {
        let results = try await lookUp(
            organization,
            deadline: deadline,
            Queries.head(process: process),
            Queries.versions(process: process, before: .max, limit: RequestLimits.historyEntries + 1)
        )
        guard let row = results[0].first else { throw ServiceError.notFound("process", process.text) }
        return try EncodedHead(row, history: results[1], process: process)
    }

    /// What is known of a version without its large parts.
    struct Basics: Sendable {
        let number: Int32
        let name: String
        let description: String
        let contentHash: [UInt8]
        let process: StoredProcess
    }

    /// A version without code, document, mapping and history; 0 is the latest.
    func basics(version number: Int32, of process: UUID, organization: UUID) async throws -> Basics {
        let result = try await lookUp(organization, Queries.basics(process: process, number: number))[0]
        guard let row = result.first else { throw ServiceError.notFound("process", process.text) }
        guard let found = try row.decodeOptional("version_number", as: Int32.self) else {
            throw Self.noVersion(number, process)
        }
        return Basics(
            number: found,
            name: try row.decode("name"),
            description: try row.decode("description"),
            contentHash: try row.decodeOptional("content_hash") ?? [],
            process: try ContentCoding.storedProcess(row, id: process)
        )
    }

    /// The code of a version; 0 is the latest.
    func spyCode(
        version number: Int32,
        of process: UUID,
        organization: UUID
    ) async throws -> (number: Int32, code: String) {
        if let answer = await cached(number, process, organization) { return (number, answer.spyCode) }
        let (number, row) = try await part(.spyCode, number, process, organization)
        return (number, try row.decode("spy_code"))
    }

    /// The mapping of a version, with its hash; 0 is the latest.
    func stableMapping(
        version number: Int32,
        of process: UUID,
        organization: UUID
    ) async throws -> (number: Int32, mapping: [String: String], hash: [UInt8]) {
        if let answer = await cached(number, process, organization) {
            let (mapping, hash) = try await workshop.run(bytes: answer.message.count) {
                let mapping = try answer.response().stableMapping
                return (mapping, ContentEncoding.hash(mapping: mapping))
            }
            return (number, mapping, hash)
        }
        let (number, row) = try await part(.stableMapping, number, process, organization)
        let json: String = try row.decode("stable_mapping")
        let (mapping, hash) = try await workshop.run(bytes: json.utf8.count) {
            let mapping = try ContentCoding.mapping(json)
            return (mapping, ContentEncoding.hash(mapping: mapping))
        }
        return (number, mapping, hash)
    }

    private func cached(_ number: Int32, _ process: UUID, _ organization: UUID) async -> VersionAnswer? {
        guard number > 0 else { return nil }
        let key = VersionCache.Key(organization: organization, process: process, version: number)
        return await cache.answer(key)
    }

    private func part(
        _ part: Queries.Part,
        _ number: Int32,
        _ process: UUID,
        _ organization: UUID
    ) async throws -> (Int32, PostgresRow) {
        let result = try await lookUp(organization, Queries.part(part, process: process, number: number))[0]
        guard let row = result.first else { throw ServiceError.notFound("process", process.text) }
        guard let found = try row.decodeOptional("version_number", as: Int32.self) else {
            throw Self.noVersion(number, process)
        }
        return (found, row)
    }

    /// Versions below `before`, newest first.
    func versions(
        of process: UUID,
        before: Int32,
        limit: Int,
        organization: UUID
    ) async throws -> [VersionSummary] {
        let rows = try await read(
            organization,
            Queries.versions(process: process, before: before, limit: limit)
        )[0].rows
        guard rows.contains(where: { _ in true }) else {
            throw ServiceError.notFound("process", process.text)
        }
        return try rows.filter { try $0.decodeOptional("version_number", as: Int32.self) != nil }
            .map(ContentCoding.summary)
    }

    /// The organization's processes, in the filter's order.
    func list(
        _ filter: ListFilter,
        after place: ListPlace?,
        limit: Int,
        organization: UUID
    ) async throws -> [ProcessListing] {
        let result = try await read(
            organization,
            Queries.list(filter, after: place, limit: limit)
        )[0]
        return try result.rows.map { row in
            ProcessListing(
                process: try ContentCoding.storedProcess(row, id: try row.uuid("id")),
                name: try row.decode("name"),
                description: try row.decode("description")
            )
        }
    }
}
