internal import FoundationEssentials
internal import Postgres
internal import ServiceKit
internal import StableMapping

/// A process that has a fact.
struct FactUse: Sendable {
    let process: UUID
    let createdAt: Instant
    let name: String
    let key: String
    let since: Int32
    /// Nil where the latest version has it.
    let removedIn: Int32?
    let latestVersion: Int32
    let updatedAt: Instant
}

extension ProcessStore {
    /// What became of a process's facts from one version to a later one; 0 is the latest. From the latest to itself, all
    /// are kept.
    ///
    /// - Throws: `ServiceError`: NOT_FOUND without the process or one of the versions.
    func evolution(
        of process: UUID,
        from: Int32,
        to: Int32,
        organization: UUID
    ) async throws -> (to: Int32, evolution: MappingEvolution) {
        let results = try await read(
            organization,
            Queries.mappingState(process: process, number: from),
            Queries.mappingState(process: process, number: to)
        )
        let sides = try zip(results, [from, to]).map { result, number in
            guard let row = result.first else { throw ServiceError.notFound("process", process.text) }
            guard let version = try MappingStateCoding.version(row) else {
                throw Self.noVersion(number, process)
            }
            return version
        }
        let (old, new) = (sides[0], sides[1])
        guard old.number <= new.number else { throw Self.noVersion(from, process) }
        let evolution = try await workshop.run(bytes: old.bytes + new.bytes) {
            MappingEvolution(from: try old.readState(), to: try new.readState())
        }
        return (new.number, evolution)
    }

    /// The organization's processes that have a fact, the one that was created last first.
    func uses(
        ofFact id: String,
        includingRemoved: Bool,
        after place: FactPlace?,
        limit: Int,
        organization: UUID
    ) async throws -> [FactUse] {
        let query = Queries.uses(
            ofFact: id,
            includingRemoved: includingRemoved,
            after: place,
            limit: limit
        )
        return try await read(organization, query)[0].rows.map { row in
            FactUse(
                process: try row.uuid("process_id"),
                createdAt: try row.instant("process_created_at"),
                name: try row.decode("name"),
                key: try row.decode("key"),
                since: try row.decode("since_version"),
                removedIn: try row.decodeOptional("removed_in_version"),
                latestVersion: try row.decode("latest_version"),
                updatedAt: try row.instant("updated_at")
            )
        }
    }

    /// The latest version of a process as the engine needs it, and what the process demands.
    struct MappedHead: Sendable {
        let version: MappingStateCoding.RawVersion
        let policy: MappingPolicy
    }

    /// What the next version's mapping would be made from.
    func mappedHead(of process: UUID, organization: UUID) async throws -> MappedHead {
        let results = try await read(
            organization,
            Queries.version(process: process, number: 0, withState: true)
        )
        guard let row = results[0].first else { throw ServiceError.notFound("process", process.text) }
        guard let version = try MappingStateCoding.version(row) else {
            throw Self.broken("process \(process.text) has no body for its latest version")
        }
        return MappedHead(
            version: version,
            policy: try ContentCoding.storedProcess(row, id: process).policy
        )
    }
}
