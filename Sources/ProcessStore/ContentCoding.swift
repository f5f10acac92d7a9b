internal import FoundationEssentials
internal import Postgres

/// Between a version's contents and its columns.
enum ContentCoding {
    static func json(_ mapping: [String: String]) throws -> String {
        String(decoding: try JSONEncoder().encode(mapping), as: UTF8.self)
    }

    static func json(_ document: ProcessContent.Document?) throws -> String? {
        try document.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    }

    static func mapping(_ json: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
    }

    static func document(_ json: String?) throws -> ProcessContent.Document? {
        try json.map { try JSONDecoder().decode(ProcessContent.Document.self, from: Data($0.utf8)) }
    }

    /// From a row of `Queries.version`; nil where the process has no such version.
    static func version(_ row: PostgresRow, process: UUID) throws -> StoredVersion? {
        guard let number = try row.decodeOptional("version_number", as: Int32.self) else { return nil }
        return StoredVersion(
            number: number,
            content: ProcessContent(
                name: try row.decode("name"),
                description: try row.decode("description"),
                spyCode: try row.decode("spy_code"),
                stableMapping: try mapping(try row.decode("stable_mapping")),
                document: try document(try row.decodeOptional("process_document"))
            ),
            process: try storedProcess(row, id: process)
        )
    }

    static func storedProcess(_ row: PostgresRow, id: UUID) throws -> StoredProcess {
        StoredProcess(
            id: id,
            latestVersion: try row.decode("latest_version"),
            createdAt: try row.instant("process_created_at"),
            updatedAt: try row.instant("updated_at"),
            createdBy: try row.uuid("process_created_by")
        )
    }

    static func summary(_ row: PostgresRow) throws -> VersionSummary {
        VersionSummary(
            number: try row.decode("version_number"),
            createdAt: try row.instant("created_at"),
            createdBy: try row.uuid("created_by"),
            changelog: try row.decode("changelog"),
            name: try row.decode("name")
        )
    }
}
