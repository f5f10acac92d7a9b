internal import FoundationEssentials
internal import Postgres
internal import ServiceKit
internal import StableMapping

/// Between a version's contents and its columns.
enum ContentCoding {
    static func json(_ mapping: [String: String]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 + 64 * mapping.count)
        bytes.append(UInt8(ascii: "{"))
        for (key, value) in mapping {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            JSONText.append(key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            JSONText.append(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `Document` is decoded from.
    static func json(_ document: ProcessContent.Document?) -> String? {
        guard let document else { return nil }
        var bytes = Array(#"{"format":"#.utf8)
        bytes.reserveCapacity(document.text.utf8.count + 512)
        JSONText.append(document.format, to: &bytes)
        bytes += #","text":"#.utf8
        JSONText.append(document.text, to: &bytes)
        bytes += #","attributes":"#.utf8
        bytes += json(document.attributes).utf8
        if document.isDerived { bytes += #","derived":true"#.utf8 }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    static func mapping(_ json: String) throws -> [String: String] {
        var text = json
        let mapping = text.withUTF8 { quickMapping(UnsafeRawBufferPointer($0)) }
        return try mapping ?? JSONDecoder().decode([String: String].self, from: Data(json.utf8))
    }

    /// Nil for what only the general decoder reads, or refuses with a reason.
    private static func quickMapping(_ json: UnsafeRawBufferPointer) -> [String: String]? {
        var mapping: [String: String] = [:]
        var reader = JSONStrings(json)
        do {
            try reader.object { reader, key in
                let value = try reader.string()
                let key = reader.withBytes(key) { String(decoding: $0, as: UTF8.self) }
                mapping[key] = reader.withBytes(value) { String(decoding: $0, as: UTF8.self) }
            }
        } catch {
            return nil
        }
        return reader.isAtEnd() ? mapping : nil
    }

    static func document(_ json: String?) throws -> ProcessContent.Document? {
        try json.map { try JSONDecoder().decode(ProcessContent.Document.self, from: Data($0.utf8)) }
    }

    /// A version whose JSON has not been read yet, since that may take long.
    struct RawVersion: Sendable {
        let number: Int32
        let name: String
        let description: String
        let spyCode: String
        let mapping: String
        let document: String?
        let seal: VersionSeal?

        /// What reading it costs.
        var jsonBytes: Int { mapping.utf8.count + (document?.utf8.count ?? 0) }

        /// Reads the JSON.
        func body() throws -> VersionBody {
            VersionBody(
                number: number,
                content: ProcessContent(
                    name: name,
                    description: description,
                    spyCode: spyCode,
                    stableMapping: try ContentCoding.mapping(mapping),
                    document: try ContentCoding.document(document)
                ),
                seal: seal
            )
        }
    }

    /// From a row of `Queries.version`; nil where the process has no such version.
    static func version(_ row: PostgresRow) throws -> RawVersion? {
        guard let number = try row.decodeOptional("version_number", as: Int32.self) else { return nil }
        return RawVersion(
            number: number,
            name: try row.decode("name"),
            description: try row.decode("description"),
            spyCode: try row.decode("spy_code"),
            mapping: try row.decode("stable_mapping"),
            document: try row.decodeOptional("process_document"),
            seal: try seal(row)
        )
    }

    static func seal(_ row: PostgresRow) throws -> VersionSeal? {
        guard let contentHash = try row.decodeOptional("content_hash", as: [UInt8].self),
            let chainHash = try row.decodeOptional("chain_hash", as: [UInt8].self),
            let signature = try row.decodeOptional("signature", as: [UInt8].self),
            let keyID = try row.decodeOptional("signing_key_id", as: String.self)
        else { return nil }
        return VersionSeal(
            contentHash: contentHash,
            chainHash: chainHash,
            signature: signature,
            keyID: keyID
        )
    }

    static func storedProcess(_ row: PostgresRow, id: UUID) throws -> StoredProcess {
        StoredProcess(
            id: id,
            latestVersion: try row.decode("latest_version"),
            createdAt: try row.instant("process_created_at"),
            updatedAt: try row.instant("updated_at"),
            createdBy: try row.uuid("process_created_by"),
            policy: try policy(row)
        )
    }

    private static func policy(_ row: PostgresRow) throws -> MappingPolicy {
        let compatibility: String = try row.decode("compatibility")
        return MappingPolicy(
            compatibility: MappingCompatibility(rawValue: compatibility) ?? .none,
            derives: try row.decode("derive_mapping")
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
