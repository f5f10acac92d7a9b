/// A Swift type that a column's binary value can be read as.
public protocol PostgresDecodable: Sendable {
    /// The value, nil where a column of type `typeID` does not hold one.
    static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> Self?
}

extension String: PostgresDecodable {
    /// `text`, `varchar` and `jsonb` (as JSON text).
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> String? {
        switch typeID {
        case TypeID.text, TypeID.varchar: String(decoding: bytes, as: UTF8.self)
        case TypeID.jsonb where bytes.first == 1:
            String(decoding: UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), as: UTF8.self)
        default: nil
        }
    }
}

extension Int32: PostgresDecodable {
    /// `int4`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> Int32? {
        typeID == TypeID.int4 ? Int32(networkBytes: bytes) : nil
    }
}

extension Int64: PostgresDecodable {
    /// `int8` and `int4`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> Int64? {
        switch typeID {
        case TypeID.int8: Int64(networkBytes: bytes)
        case TypeID.int4: Int32(networkBytes: bytes).map(Int64.init)
        default: nil
        }
    }
}

extension Bool: PostgresDecodable {
    /// `bool`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> Bool? {
        typeID == TypeID.bool && bytes.count == 1 ? bytes[0] != 0 : nil
    }
}

extension PostgresUUID: PostgresDecodable {
    /// `uuid`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> PostgresUUID? {
        typeID == TypeID.uuid ? PostgresUUID(bytes: Array(bytes)) : nil
    }
}

extension PostgresTimestamp: PostgresDecodable {
    /// `timestamptz`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> PostgresTimestamp? {
        guard typeID == TypeID.timestamptz else { return nil }
        return Int64(networkBytes: bytes).map(PostgresTimestamp.init(microsecondsSince2000:))
    }
}

extension Array: PostgresDecodable where Element == UInt8 {
    /// `bytea`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> [UInt8]? {
        typeID == TypeID.bytea ? Array(bytes) : nil
    }
}
