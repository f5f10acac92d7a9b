/// A parameter of a statement, with its type: sent in PostgreSQL's binary format.
public enum PostgresParameter: Sendable, Equatable {
    /// `uuid`
    case uuid(PostgresUUID?)
    /// `text`. Must not hold U+0000, which PostgreSQL cannot store.
    case text(String?)
    /// `jsonb`, as JSON text.
    case jsonb(String?)
    /// `int4`
    case int4(Int32?)
    /// `int8`
    case int8(Int64?)
    /// `bool`
    case bool(Bool?)
    /// `bytea`
    case bytea([UInt8]?)
    /// `timestamptz`
    case timestamp(PostgresTimestamp?)

    /// The type's number in `pg_type`.
    var typeID: UInt32 {
        switch self {
        case .uuid: TypeID.uuid
        case .text: TypeID.text
        case .jsonb: TypeID.jsonb
        case .int4: TypeID.int4
        case .int8: TypeID.int8
        case .bool: TypeID.bool
        case .bytea: TypeID.bytea
        case .timestamp: TypeID.timestamptz
        }
    }

    /// The value's bytes, nil for NULL.
    var bytes: [UInt8]? {
        switch self {
        case .uuid(let value): value?.bytes
        case .text(let value): value.map { Array($0.utf8) }
        // Version 1 of jsonb's binary format is a byte 1 and the JSON text.
        case .jsonb(let value): value.map { [1] + Array($0.utf8) }
        case .int4(let value): value.map { $0.networkBytes }
        case .int8(let value): value.map { $0.networkBytes }
        case .bool(let value): value.map { [$0 ? 1 : 0] }
        case .bytea(let value): value
        case .timestamp(let value): value.map { $0.microsecondsSince2000.networkBytes }
        }
    }
}

/// Numbers of types in `pg_type`, fixed by PostgreSQL's catalogue (pg_type.dat).
enum TypeID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let varchar: UInt32 = 1_043
    static let timestamptz: UInt32 = 1_184
    static let uuid: UInt32 = 2_950
    static let jsonb: UInt32 = 3_802
}

/// A `uuid`: sixteen bytes, in the order in which they are written.
public struct PostgresUUID: Sendable, Hashable {
    /// Sixteen of them.
    public let bytes: [UInt8]

    /// From sixteen bytes; nil for any other number.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }
}

/// A `timestamptz`: microseconds, as PostgreSQL keeps them.
public struct PostgresTimestamp: Sendable, Hashable {
    /// 2000-01-01T00:00:00Z, in seconds since 1970.
    private static let epochSeconds: Int64 = 946_684_800

    /// Microseconds since 2000-01-01T00:00:00Z.
    let microsecondsSince2000: Int64

    /// From microseconds since 1970-01-01T00:00:00Z.
    public init(microsecondsSince1970: Int64) {
        microsecondsSince2000 = microsecondsSince1970 - Self.epochSeconds * 1_000_000
    }

    init(microsecondsSince2000: Int64) {
        self.microsecondsSince2000 = microsecondsSince2000
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    public var microsecondsSince1970: Int64 { microsecondsSince2000 + Self.epochSeconds * 1_000_000 }
}

extension FixedWidthInteger {
    /// The number's bytes, the most significant first.
    var networkBytes: [UInt8] {
        withUnsafeBytes(of: bigEndian) { Array($0) }
    }

    /// From bytes of exactly this width, the most significant first.
    init?(networkBytes: UnsafeRawBufferPointer) {
        guard networkBytes.count == MemoryLayout<Self>.size else { return nil }
        self = Self(bigEndian: networkBytes.loadUnaligned(as: Self.self))
    }
}
