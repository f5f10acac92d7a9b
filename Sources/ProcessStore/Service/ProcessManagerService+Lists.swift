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
        var validator = RequestValidator()
        let size = validator.pageSize(request.pageSize)
        validator.text(request.name, "name", characters: RequestLimits.nameCharacters)
        validator.text(request.query, "query", characters: RequestLimits.queryCharacters)
        let filter = ListFilter(
            namePrefix: request.name,
            words: request.query,
            order: validator.order(request.orderBy)
        )
        let scope = Self.scope(filter, organization: caller.organizationID)
        var place: ListPlace?
        if !request.pageToken.isEmpty {
            place = PageToken.place(request.pageToken, scope: scope).flatMap(ListPlace.init)
            if place == nil { validator.rejectPageToken() }
        }
        try validator.finish()
        let found = try await store.list(
            filter,
            after: place,
            limit: size + 1,
            organization: caller.organizationID
        )
        let shown = found.prefix(size)
        return .with {
            $0.processes = shown.map(\.message)
            if found.count > size, let last = shown.last {
                let place = ListPlace(key: filter.order.key(of: last), id: last.process.id)
                $0.nextPageToken = PageToken.make(place.text, scope: scope)
            }
        }
    }

    /// Everything that a list of processes depends on; lengths keep one part from reaching into the next.
    private static func scope(_ filter: ListFilter, organization: UUID) -> String {
        """
        processes of \(organization.text) by \(filter.order.rawValue) \(filter.namePrefix.utf8.count) \
        \(filter.namePrefix) \(filter.words)
        """
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func listProcessVersions(
        request: Grimoire_V1_ListProcessVersionsRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_ListProcessVersionsResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.process(request.processID)
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

    /// The order asked for; that of the newest update where nothing is said.
    mutating func order(_ text: String) -> ListOrder {
        if text.isEmpty { return .updatedNewest }
        let words = text.split(separator: " ").joined(separator: " ").lowercased()
        if let order = ListOrder(rawValue: words.hasSuffix(" asc") ? String(words.dropLast(4)) : words) {
            return order
        }
        reject("order_by", "must be updated_at, created_at or name, with or without desc.", "NOT_ALLOWED")
        return .updatedNewest
    }
}
