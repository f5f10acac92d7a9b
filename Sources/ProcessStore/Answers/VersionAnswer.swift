internal import FoundationEssentials
internal import GRPCNghttp2
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import SwiftProtobuf

/// The answer to `GetProcess`, encoded: first what a version says, which never changes, then what is known of its process.
///
/// Made from the database's rows without the strings and dictionaries between, and sent as it is as often as it is asked for.
struct VersionAnswer: Sendable {
    /// From 1.
    let number: Int32
    /// The whole `GetProcessResponse`.
    let message: MessageBytes
    /// Where the version ends.
    private let versionCount: Int
    /// Where the code lies in the message.
    private let code: Range<Int>

    /// Version and head together.
    init(_ version: EncodedVersion, head: EncodedHead) {
        var writer = version.writer
        writer.append(head.bytes)
        number = version.number
        message = MessageBytes(writer.bytes)
        versionCount = version.writer.bytes.count
        code = version.code
    }

    private init(number: Int32, message: MessageBytes, versionCount: Int, code: Range<Int>) {
        self.number = number
        self.message = message
        self.versionCount = versionCount
        self.code = code
    }

    /// The same version with what is known of its process now.
    func with(_ head: EncodedHead) -> VersionAnswer {
        var writer = ProtobufWriter(capacity: versionCount + head.bytes.count)
        message.withUnsafeBytes { writer.append(UnsafeRawBufferPointer(rebasing: $0[..<versionCount])) }
        writer.append(head.bytes)
        return VersionAnswer(
            number: number,
            message: MessageBytes(writer.bytes),
            versionCount: versionCount,
            code: code
        )
    }

    /// The code alone.
    var spyCode: String {
        message.withUnsafeBytes { String(decoding: $0[code], as: UTF8.self) }
    }

    /// The answer as a message. Costs more than sending it.
    func response() throws -> Grimoire_V1_GetProcessResponse {
        try message.withUnsafeBytes { try Grimoire_V1_GetProcessResponse(serializedBytes: Array($0)) }
    }

    /// What the version says.
    func content() throws -> ProcessContent {
        let response = try response()
        return ProcessContent(
            name: response.name,
            description: response.description_p,
            spyCode: response.spyCode,
            stableMapping: response.stableMapping,
            document: response.hasProcessDocument ? .init(stored: response.processDocument) : nil
        )
    }
}

/// A version's part of a `GetProcessResponse`.
struct EncodedVersion: Sendable {
    let number: Int32
    let writer: ProtobufWriter
    let code: Range<Int>

    /// As it was encoded before.
    init(number: Int32, bytes: some Sequence<UInt8>, code: Range<Int>) {
        var writer = ProtobufWriter()
        writer.append(bytes)
        self.number = number
        self.writer = writer
        self.code = code
    }

    /// From a row of `Queries.version` that has a version. Takes about a millisecond for a megabyte.
    ///
    /// - Throws: `PostgresError` (decoding), and what the general decoder of JSON throws.
    init(_ row: PostgresRow, number: Int32, process: UUID, organization: UUID) throws {
        var writer = ProtobufWriter(capacity: Self.size(row) + 512)
        writer.field(0x0a, text: process.text)
        try row.withText("name") { writer.field(0x12, notEmpty: $0) }
        try row.withText("description") { writer.field(0x1a, notEmpty: $0) }
        var code = 0..<0
        try row.withText("spy_code") { text in
            writer.field(0x22, notEmpty: text)
            code = writer.bytes.count - text.count..<writer.bytes.count
        }
        try row.withText("stable_mapping") { json in
            let start = writer.bytes.count
            do {
                try writer.entries(0x2a, json)
            } catch is JSONStrings.Unexpected {
                writer.truncate(to: start)
                for (key, value) in try ContentCoding.mapping(String(decoding: json, as: UTF8.self)) {
                    writer.entry(0x2a, key, value)
                }
            }
        }
        writer.field(0x30, number: UInt64(number))
        try row.withText("process_document") { json in try writer.document(0x42, json) }
        writer.field(0x62, text: organization.text)
        if let hash = try row.decodeOptional("content_hash", as: [UInt8].self) {
            writer.field(0x7a, text: hash.hexadecimal)
        }
        self.number = number
        self.writer = writer
        self.code = code
    }

    /// Bytes of a row's large columns.
    static func size(_ row: PostgresRow) -> Int {
        ["spy_code", "stable_mapping", "process_document"].reduce(0) { size, column in
            size + ((try? row.withText(column, \.count)) ?? 0)
        }
    }
}

extension ProtobufWriter {
    /// A text, unless it is empty.
    fileprivate mutating func field(_ tag: UInt8, notEmpty text: UnsafeRawBufferPointer) {
        if !text.isEmpty { field(tag, text) }
    }

    /// A map's entries, from a JSON object of strings.
    fileprivate mutating func entries(_ tag: UInt8, _ json: UnsafeRawBufferPointer) throws {
        var reader = JSONStrings(json)
        try reader.object { reader, key in try entry(tag, key, &reader) }
        guard reader.isAtEnd() else { throw JSONStrings.Unexpected() }
    }

    private mutating func entry(_ tag: UInt8, _ key: JSONStrings.Text, _ reader: inout JSONStrings) throws {
        let value = try reader.string()
        reader.withBytes(key) { key in
            reader.withBytes(value) { value in
                field(tag, count: Self.prefixed(key.count) + Self.prefixed(value.count))
                field(0x0a, key)
                field(0x12, value)
            }
        }
    }

    fileprivate mutating func entry(_ tag: UInt8, _ key: String, _ value: String) {
        field(tag, count: Self.prefixed(key.utf8.count) + Self.prefixed(value.utf8.count))
        field(0x0a, count: key.utf8.count)
        append(key.utf8)
        field(0x12, count: value.utf8.count)
        append(value.utf8)
    }

    /// A `ProcessDocument`, from the column's JSON.
    fileprivate mutating func document(_ tag: UInt8, _ json: UnsafeRawBufferPointer) throws {
        var inner = ProtobufWriter(capacity: json.count)
        do {
            var reader = JSONStrings(json)
            try reader.object { reader, key in
                if reader.isEqual(key, "text") {
                    let text = try reader.string()
                    reader.withBytes(text) { inner.field(0x12, notEmpty: $0) }
                } else if reader.isEqual(key, "format") {
                    let text = try reader.string()
                    reader.withBytes(text) { inner.field(0x0a, notEmpty: $0) }
                } else if reader.isEqual(key, "attributes") {
                    try reader.object { reader, key in try inner.entry(0x1a, key, &reader) }
                } else if reader.isEqual(key, "derived") {
                    if try reader.boolean() { inner.field(0x20, number: 1) }
                } else {
                    throw JSONStrings.Unexpected()
                }
            }
            guard reader.isAtEnd() else { throw JSONStrings.Unexpected() }
        } catch is JSONStrings.Unexpected {
            inner.removeAll()
            if let document = try ContentCoding.document(String(decoding: json, as: UTF8.self)) {
                let bytes: [UInt8] = try document.message.serializedBytes()
                inner.append(bytes)
            }
        }
        field(tag, count: inner.bytes.count)
        append(inner.bytes)
    }

    private static func prefixed(_ count: Int) -> Int { 1 + length(of: UInt64(count)) + count }
}

extension ProcessContent.Document {
    /// As an answer has it.
    fileprivate init(stored message: Grimoire_V1_ProcessDocument) {
        self.init(
            format: message.format,
            text: message.text,
            attributes: message.attributes,
            isDerived: message.derived
        )
    }
}
