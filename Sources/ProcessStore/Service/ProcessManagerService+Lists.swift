internal import FoundationEssentials
public import GRPCCore
public import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

extension ProcessManagerService {
    /// See Protos/grimoire/v1/process_manager.proto.
    public func listProcesses(
        request: Grimoire_V1_ListProcessesRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_ListProcessesResponse {
        let caller = try Caller.require()
        let scope = "processes of \(caller.organizationID.text) named \(request.name)"
        var validator = RequestValidator()
        let size = validator.pageSize(request.pageSize)
        validator.text(request.name, "name", characters: RequestLimits.nameCharacters)
        var place: ListPlace?
        if !request.pageToken.isEmpty {
            place = PageToken.place(request.pageToken, scope: scope).flatMap(ListPlace.init)
            if place == nil { validator.rejectPageToken() }
        }
        try validator.finish()
        let found = try await store.list(
            namePrefix: request.name,
            after: place,
            limit: size + 1,
            organization: caller.organizationID
        )
        let shown = found.prefix(size)
        return .with {
            $0.processes = shown.map(\.message)
            if found.count > size, let last = shown.last {
                let place = ListPlace(updatedAt: last.process.updatedAt, id: last.process.id)
                $0.nextPageToken = PageToken.make(place.text, scope: scope)
            }
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func listProcessVersions(
        request: Grimoire_V1_ListProcessVersionsRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_ListProcessVersionsResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.uuid(request.processID, "process_id")
        let size = validator.pageSize(request.pageSize)
        let scope = Self.versionsScope(process)
        var before = Int32.max
        if !request.pageToken.isEmpty {
            if let place = PageToken.place(request.pageToken, scope: scope).flatMap({ Int32($0) }) {
                before = place
            } else {
                validator.rejectPageToken()
            }
        }
        try validator.finish()
        let found = try await store.versions(
            of: process,
            before: before,
            limit: size + 1,
            organization: caller.organizationID
        )
        let shown = found.prefix(size)
        return .with {
            $0.versions = shown.map(\.message)
            if found.count > size, let last = shown.last {
                $0.nextPageToken = PageToken.make("\(last.number)", scope: scope)
            }
        }
    }
}

extension RequestValidator {
    mutating func rejectPageToken() {
        reject(
            "page_token",
            "is not one that this list has given: start again without it.",
            "INVALID_PAGE_TOKEN"
        )
    }
}
