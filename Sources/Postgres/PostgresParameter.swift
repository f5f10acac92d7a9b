/// A parameter of a statement, with its type: sent in PostgreSQL's binary format. `nil` is NULL.
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
    /// `float8`
    case float8(Double?)
    /// `bool`
    case bool(Bool?)
    /// `bytea`
    case bytea([UInt8]?)
    /// `timestamptz`
    case timestamp(PostgresTimestamp?)
    /// `text[]`, for `= ANY($1)` or `unnest($1)`.
    case textArray([String]?)
    /// `uuid[]`, for `= ANY($1)` or `unnest($1)`.
    case uuidArray([PostgresUUID]?)
    /// `int4[]`, for `= ANY($1)` or `unnest($1)`.
    case int4Array([Int32]?)
    /// `int8[]`, for `= ANY($1)` or `unnest($1)`.
    case int8Array([Int64]?)

    /// The type's number in `pg_type`.
    var typeID: UInt32 {
        switch self {
        case .uuid: TypeID.uuid
        case .text: TypeID.text
        case .jsonb: TypeID.jsonb
        case .int4: TypeID.int4
        case .int8: TypeID.int8
        case .float8: TypeID.float8
        case .bool: TypeID.bool
        case .bytea: TypeID.bytea
        case .timestamp: TypeID.timestamptz
        case .textArray: TypeID.textArray
        case .uuidArray: TypeID.uuidArray
        case .int4Array: TypeID.int4Array
        case .int8Array: TypeID.int8Array
        }
    }

    /// Adds the value's bytes; false, and nothing added, for NULL.
    func write(to buffer: inout [UInt8]) -> Bool {
        switch self {
        case .uuid(let value?): value.write(to: &buffer)
        case .text(let value?): buffer.append(contentsOf: value.utf8)
        case .jsonb(let value?):
            // Version 1 of jsonb's binary format is a byte 1 and the JSON text (jsonb_recv).
            buffer.append(1)
            buffer.append(contentsOf: value.utf8)
        case .int4(let value?): value.writeNetworkBytes(to: &buffer)
        case .int8(let value?): value.writeNetworkBytes(to: &buffer)
        case .float8(let value?): value.bitPattern.writeNetworkBytes(to: &buffer)
        case .bool(let value?): buffer.append(value ? 1 : 0)
        case .bytea(let value?): buffer.append(contentsOf: value)
        case .timestamp(let value?): value.microsecondsSince2000.writeNetworkBytes(to: &buffer)
        case .textArray(let values?):
            ArrayFormat.write(values, of: TypeID.text, to: &buffer) { $1.append(contentsOf: $0.utf8) }
        case .uuidArray(let values?):
            ArrayFormat.write(values, of: TypeID.uuid, to: &buffer) { $0.write(to: &$1) }
        case .int4Array(let values?):
            ArrayFormat.write(values, of: TypeID.int4, to: &buffer) { $0.writeNetworkBytes(to: &$1) }
        case .int8Array(let values?):
            ArrayFormat.write(values, of: TypeID.int8, to: &buffer) { $0.writeNetworkBytes(to: &$1) }
        case .uuid, .text, .jsonb, .int4, .int8, .float8, .bool, .bytea, .timestamp, .textArray, .uuidArray,
            .int4Array, .int8Array:
            return false
        }
        return true
    }

    /// The value's bytes, nil for NULL.
    var bytes: [UInt8]? {
        var buffer: [UInt8] = []
        return write(to: &buffer) ? buffer : nil
    }
}

extension FixedWidthInteger {
    /// Adds the number's bytes, the most significant first.
    func writeNetworkBytes(to buffer: inout [UInt8]) {
        withUnsafeBytes(of: bigEndian) { buffer.append(contentsOf: $0) }
    }

    /// From bytes of exactly this width, the most significant first.
    init?(networkBytes: UnsafeRawBufferPointer) {
        guard networkBytes.count == MemoryLayout<Self>.size else { return nil }
        self = Self(bigEndian: networkBytes.loadUnaligned(as: Self.self))
    }
}
