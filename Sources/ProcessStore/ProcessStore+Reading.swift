public import FoundationEssentials
internal import Postgres
internal import ServiceKit

extension ProcessStore {
    /// A version with its contents; 0 is the latest. With the newest versions of its history.
    public func version(
        _ number: Int32,
        of process: UUID,
        historyLimit: Int,
        organization: UUID
    ) async throws -> (version: StoredVersion, history: [VersionSummary]) {
        let results = try await read(
            organization,
            Queries.version(process: process, number: number),
            Queries.versions(process: process, before: .max, limit: historyLimit)
        )
        guard let row = results[0].first else { throw ServiceError.notFound("process", process.text) }
        guard let version = try ContentCoding.version(row, process: process) else {
            throw Self.noVersion(number, process)
        }
        return (version, try results[1].rows.map(ContentCoding.summary))
    }

    /// The code of a version; 0 is the latest.
    public func spyCode(
        version number: Int32,
        of process: UUID,
        organization: UUID
    ) async throws -> (number: Int32, code: String) {
        let (number, row) = try await part(.spyCode, number, process, organization)
        return (number, try row.decode("spy_code"))
    }

    /// The mapping of a version; 0 is the latest.
    public func stableMapping(
        version number: Int32,
        of process: UUID,
        organization: UUID
    ) async throws -> (number: Int32, mapping: [String: String]) {
        let (number, row) = try await part(.stableMapping, number, process, organization)
        return (number, try ContentCoding.mapping(try row.decode("stable_mapping")))
    }

    /// Versions below `before`, newest first.
    public func versions(
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

    /// The organization's processes, the one updated last first.
    func list(
        namePrefix: String,
        after place: ListPlace?,
        limit: Int,
        organization: UUID
    ) async throws -> [ProcessListing] {
        let result = try await read(
            organization,
            Queries.list(namePrefix: namePrefix, after: place, limit: limit)
        )[0]
        return try result.rows.map { row in
            ProcessListing(
                process: try ContentCoding.storedProcess(row, id: try row.uuid("id")),
                name: try row.decode("name"),
                description: try row.decode("description")
            )
        }
    }

    // MARK: Round trips
}
