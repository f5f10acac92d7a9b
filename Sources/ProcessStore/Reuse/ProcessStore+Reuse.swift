internal import FoundationEssentials
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit

extension ProcessStore {
    /// Functions, actions and facts that other processes of the organization have too, those that most have first.
    ///
    /// - Parameters:
    ///   - values: Of each kind, each once: hashes in hexadecimal, actions' names, fact IDs.
    ///   - process: Whose they are.
    ///   - organization: Where to look.
    func reuse(
        _ values: [Queries.ReuseKind: [String]],
        besides process: UUID,
        organization: UUID
    ) async throws -> [Grimoire_V1_ReuseMatch] {
        let kinds = Queries.ReuseKind.allCases.filter { !(values[$0] ?? []).isEmpty }
        let statements =
            [Queries.organization(organization), Queries.head(process: process)]
            + kinds.map { Queries.reuse($0, of: values[$0] ?? [], besides: process) }
        let results = try await translated { try await send(statements) }
        guard results[1].first != nil else { throw ServiceError.notFound("process", process.text) }
        var matches: [Grimoire_V1_ReuseMatch] = []
        for (kind, result) in zip(kinds, results.dropFirst(2)) {
            for row in result.rows {
                let value: String = try row.decode("value")
                if matches.last.map({ $0.kind == kind.rawValue && $0.value == value }) != true {
                    var match = Grimoire_V1_ReuseMatch()
                    match.kind = kind.rawValue
                    match.value = value
                    match.processes = Int32(clamping: try row.decode("processes", as: Int64.self))
                    matches.append(match)
                }
                matches[matches.count - 1].uses.append(try Grimoire_V1_SharedUse(row))
            }
        }
        // Each kind comes in order; sorting them together must keep that of equal ones, which `sort` does not promise.
        return matches.enumerated()
            .sorted { ($1.element.processes, $0.offset) < ($0.element.processes, $1.offset) }
            .map(\.element)
    }
}

extension Grimoire_V1_SharedUse {
    fileprivate init(_ row: PostgresRow) throws {
        self.init()
        processID = try row.uuid("process_id").text
        processName = try row.decode("process_name")
        name = try row.decode("name")
        versionNumber = try row.decode("latest_version")
    }
}
