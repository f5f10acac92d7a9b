internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit

/// Checks the fields of one request and collects everything that is wrong, so that a client sees it all at once.
struct RequestValidator {
    private(set) var violations: [FieldViolation] = []

    /// - Throws: `ServiceError` (INVALID_ARGUMENT) with every violation so far.
    func finish() throws(ServiceError) {
        guard violations.isEmpty else { throw .invalid(violations) }
    }

    mutating func reject(_ field: String, _ description: String, _ reason: String) {
        guard violations.count < RequestLimits.violations else { return }
        violations.append(FieldViolation(field, description, reason: reason))
    }

    /// The UUID in a field; a made-up one where it is none, since `finish` will throw.
    mutating func uuid(_ text: String, _ field: String) -> UUID {
        if let uuid = UUID(text: text) { return uuid }
        if text.isEmpty {
            reject(field, "is required: give a UUID.", "REQUIRED")
        } else {
            reject(field, "must be a UUID such as 123e4567-e89b-12d3-a456-426614174000.", "INVALID_UUID")
        }
        return UUID()
    }

    /// The process that a request is about; the audit learns of it.
    mutating func process(_ text: String) -> UUID {
        let before = violations.count
        let process = uuid(text, "process_id")
        if violations.count == before { Call.current?.concerns(processID: process) }
        return process
    }

    mutating func version(_ number: Int32, _ field: String) {
        if number < 0 { reject(field, "must be 1 or more, or absent for the latest.", "OUT_OF_RANGE") }
    }

    mutating func name(_ name: String) {
        if name.isEmpty {
            reject("name", "is required: give 1 to \(RequestLimits.nameCharacters) characters.", "REQUIRED")
        }
        text(name, "name", characters: RequestLimits.nameCharacters)
    }

    /// A text of at most so many characters, without U+0000.
    mutating func text(_ text: String, _ field: String, characters limit: Int) {
        // Bytes are counted first: they are there, characters must be gone through.
        if text.utf8.count > limit, text.unicodeScalars.count > limit {
            reject(
                field,
                "must have at most \(limit) characters; it has \(text.unicodeScalars.count).",
                "TOO_LONG"
            )
        }
        noNUL(text, field)
    }

    /// A text of at most so many bytes of UTF-8, without U+0000.
    mutating func text(_ text: String, _ field: String, bytes limit: Int) {
        if text.utf8.count > limit {
            reject(field, "must have at most \(limit) bytes; it has \(text.utf8.count).", "TOO_LONG")
        }
        noNUL(text, field)
    }

    mutating func spyCode(_ code: String) {
        if code.isEmpty {
            reject("spy_code", "is required: give SPy source of at most 1 MiB.", "REQUIRED")
        }
        text(code, "spy_code", bytes: RequestLimits.spyCodeBytes)
    }

    mutating func mapping(_ mapping: [String: String]) {
        if mapping.count > RequestLimits.mappingEntries {
            reject(
                "stable_mapping",
                "must have at most \(RequestLimits.mappingEntries) entries; it has \(mapping.count).",
                "TOO_MANY"
            )
            return
        }
        for (key, factID) in mapping {
            let field = Self.mappingField(key)
            if key.isEmpty { reject("stable_mapping", "must not have an empty key.", "REQUIRED") }
            text(key, field, bytes: RequestLimits.mappingKeyBytes)
            if factID.isEmpty {
                reject(
                    field,
                    "must be a fact ID of 1 to \(RequestLimits.factIDCharacters) characters.",
                    "REQUIRED"
                )
            }
            text(factID, field, characters: RequestLimits.factIDCharacters)
        }
    }

    mutating func document(_ document: Grimoire_V1_ProcessDocument) {
        let field = "process_document"
        if !document.format.isEmpty, !RequestLimits.documentFormats.contains(document.format) {
            let allowed = RequestLimits.documentFormats.joined(separator: " or ")
            reject("\(field).format", "must be \(allowed), or absent.", "NOT_ALLOWED")
        }
        text(document.text, "\(field).text", bytes: RequestLimits.documentTextBytes)
        if document.attributes.count > RequestLimits.documentAttributes {
            reject(
                "\(field).attributes",
                "must have at most \(RequestLimits.documentAttributes) entries; it has \(document.attributes.count).",
                "TOO_MANY"
            )
            return
        }
        for (name, value) in document.attributes {
            let entry = "\(field).attributes[\"\(name.prefix(100))\"]"
            if name.isEmpty { reject("\(field).attributes", "must not have an empty name.", "REQUIRED") }
            text(name, entry, characters: RequestLimits.attributeNameCharacters)
            text(value, entry, characters: RequestLimits.attributeValueCharacters)
        }
    }

    /// The page size to use.
    mutating func pageSize(_ size: Int32) -> Int {
        guard (0...Int32(RequestLimits.pageSize)).contains(size) else {
            reject(
                "page_size",
                "must be from 1 to \(RequestLimits.pageSize), or absent for \(RequestLimits.defaultPageSize).",
                "OUT_OF_RANGE"
            )
            return RequestLimits.defaultPageSize
        }
        return size == 0 ? RequestLimits.defaultPageSize : Int(size)
    }

    private mutating func noNUL(_ text: String, _ field: String) {
        if text.utf8.contains(0) { reject(field, "must not contain U+0000.", "INVALID_CHARACTER") }
    }
}
