internal import FoundationEssentials
public import GRPCCore
public import GrimoireAPI
internal import ServiceKit
internal import StableMapping
internal import SwiftProtobuf

/// `grimoire.v1.MappingSource`: what grimoire-mappings asks beside ProcessManager.
public struct MappingSourceService: Grimoire_V1_MappingSource.SimpleServiceProtocol {
    private let store: ProcessStore

    /// A service over `store`.
    public init(store: ProcessStore) {
        self.store = store
    }

    /// See Protos/grimoire/v1/process_mappings.proto.
    public func getMappingEvolution(
        request: Grimoire_V1_GetMappingEvolutionRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_GetMappingEvolutionResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.process(request.processID)
        if request.fromVersion < 1 {
            validator.reject("from", "is required: give a version, 1 or more.", "OUT_OF_RANGE")
        }
        validator.version(request.toVersion, "to")
        if request.toVersion > 0, request.toVersion <= request.fromVersion {
            validator.reject(
                "to",
                "must be a later version than from, or absent for the latest.",
                "OUT_OF_RANGE"
            )
        }
        try validator.finish()
        Call.current?.concerns(request.toVersion)
        let (last, evolution) = try await store.evolution(
            of: process,
            from: request.fromVersion,
            to: request.toVersion,
            organization: caller.organizationID
        )
        return .with {
            $0.processID = process.text
            $0.fromVersion = request.fromVersion
            $0.toVersion = last
            $0.kept = evolution.kept.map(\.message)
            $0.moved = evolution.moved.map(\.message)
            $0.added = evolution.added.map(\.message)
            $0.removed = evolution.removed.map(\.message)
            $0.dropped = evolution.dropped.map(\.message)
            $0.retargeted = evolution.retargeted.map(\.message)
        }
    }

    /// See Protos/grimoire/v1/process_mappings.proto.
    public func findProcessesByFact(
        request: Grimoire_V1_FindProcessesByFactRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_FindProcessesByFactResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        if request.factID.isEmpty {
            validator.reject("fact_id", "is required: give a fact ID as it stands in a mapping.", "REQUIRED")
        }
        validator.text(request.factID, "fact_id", characters: RequestLimits.factIDCharacters)
        let size = validator.pageSize(request.pageSize)
        let scope = "uses \(request.includeRemoved) \(caller.organizationID.text) \(request.factID)"
        var place: FactPlace?
        if !request.pageToken.isEmpty {
            place = PageToken.place(request.pageToken, scope: scope).flatMap(FactPlace.init)
            if place == nil { validator.rejectPageToken() }
        }
        try validator.finish()
        let found = try await store.uses(
            ofFact: request.factID,
            includingRemoved: request.includeRemoved,
            after: place,
            limit: size + 1,
            organization: caller.organizationID
        )
        let shown = found.prefix(size)
        return .with {
            $0.uses = shown.map(\.message)
            if found.count > size, let last = shown.last {
                let place = FactPlace(createdAt: last.createdAt, process: last.process)
                $0.nextPageToken = PageToken.make(place.text, scope: scope)
            }
        }
    }
}

extension FactUse {
    fileprivate var message: Grimoire_V1_FactUse {
        .with {
            $0.processID = process.text
            $0.name = name
            $0.key = key
            $0.sinceVersion = since
            $0.removedInVersion = removedIn ?? 0
            $0.latestVersion = latestVersion
            $0.updatedAt = updatedAt.timestamp
        }
    }
}

extension FactPlace {
    /// For a page token.
    var text: String { "\(createdAt.microseconds)/\(process.text)" }

    /// From a page token's text.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let microseconds = Int64(parts[0]),
            let process = UUID(uuidString: String(parts[1]))
        else { return nil }
        self.init(createdAt: Instant(microseconds: microseconds), process: process)
    }
}
