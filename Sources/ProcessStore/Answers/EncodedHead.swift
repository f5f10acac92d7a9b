internal import FoundationEssentials
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import SwiftProtobuf

/// A process's part of a `GetProcessResponse`: what is known of it as a whole, and its newest versions.
struct EncodedHead: Sendable {
    let bytes: [UInt8]

    /// As it was encoded before.
    init(bytes: [UInt8]) { self.bytes = bytes }

    /// From a row with the columns of a process, and the rows of `Queries.versions`.
    ///
    /// - Throws: `PostgresError` (decoding).
    init(_ row: PostgresRow, history: PostgresResult, process: UUID) throws {
        let stored = try ContentCoding.storedProcess(row, id: process)
        var writer = ProtobufWriter(capacity: 256 + 128 * history.count)
        var entry = ProtobufWriter(capacity: 128)
        var last: Int32 = 0
        for version in history.rows.prefix(RequestLimits.historyEntries) {
            entry.removeAll()
            last = try version.decode("version_number")
            entry.field(0x08, number: UInt64(last))
            entry.field(0x12, try version.instant("created_at"))
            entry.field(0x1a, text: try version.uuid("created_by").text)
            try version.withText("changelog") { if !$0.isEmpty { entry.field(0x22, $0) } }
            try version.withText("name") { if !$0.isEmpty { entry.field(0x2a, $0) } }
            writer.field(0x3a, count: entry.bytes.count)
            writer.append(entry.bytes)
        }
        writer.field(0x4a, stored.createdAt)
        writer.field(0x52, stored.updatedAt)
        writer.field(0x5a, text: stored.createdBy.text)
        writer.field(0x68, number: UInt64(stored.latestVersion))
        if history.count > RequestLimits.historyEntries {
            let scope = ProcessManagerService.versionsScope(process)
            writer.field(0x72, text: PageToken.make("\(last)", scope: scope))
        }
        // Fields 16 and 17: their tags take two bytes.
        let level = UInt8(stored.policy.compatibility.level.rawValue)
        if level != 0 { writer.append([0x80, 0x01, level]) }
        if stored.policy.derives { writer.append([0x88, 0x01, 1]) }
        bytes = writer.bytes
    }
}

extension ProtobufWriter {
    /// A `google.protobuf.Timestamp`.
    fileprivate mutating func field(_ tag: UInt8, _ instant: Instant) {
        let timestamp = instant.timestamp
        let seconds = UInt64(bitPattern: timestamp.seconds)
        let nanoseconds = UInt64(timestamp.nanos)
        var count = 0
        if seconds != 0 { count += 1 + Self.length(of: seconds) }
        if nanoseconds != 0 { count += 1 + Self.length(of: nanoseconds) }
        field(tag, count: count)
        if seconds != 0 { field(0x08, number: seconds) }
        if nanoseconds != 0 { field(0x10, number: nanoseconds) }
    }
}
