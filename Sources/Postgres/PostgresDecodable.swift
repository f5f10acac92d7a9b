/// A Swift type that a column's binary value can be read as.
///
/// The bytes come from outside: whatever they are, a value or nil is the answer, never a trap.
public protocol PostgresDecodable: Sendable {
    /// The value, nil where a column of type `typeID` does not hold one.
    static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> Self?
}

extension String: PostgresDecodable {
    /// `text`, `varchar`, `char(n)`, `name`, `json` and `jsonb` (as JSON text), where the bytes are UTF-8.
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> String? {
        text(bytes, typeID: typeID).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The part of a value that is its text; nil where a column of that type has none.
    static func text(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> UnsafeRawBufferPointer? {
        switch typeID {
        case TypeID.text, TypeID.varchar, TypeID.bpchar, TypeID.name, TypeID.json: bytes
        case TypeID.jsonb where bytes.first == 1: UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        default: nil
        }
    }
}

extension Int32: PostgresDecodable {
    /// `int4` and `int2`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> Int32? {
        switch typeID {
        case TypeID.int4: Int32(networkBytes: bytes)
        case TypeID.int2: Int16(networkBytes: bytes).map(Int32.init)
        default: nil
        }
    }
}

extension Int64: PostgresDecodable {
    /// `int8`, `int4` and `int2`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> Int64? {
        switch typeID {
        case TypeID.int8: Int64(networkBytes: bytes)
        default: Int32.decode(bytes, typeID: typeID).map(Int64.init)
        }
    }
}

extension Double: PostgresDecodable {
    /// `float8` and `float4`
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> Double? {
        switch typeID {
        case TypeID.float8: UInt64(networkBytes: bytes).map(Double.init(bitPattern:))
        case TypeID.float4: UInt32(networkBytes: bytes).map { Double(Float(bitPattern: $0)) }
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
        typeID == TypeID.uuid ? PostgresUUID(bytes: bytes) : nil
    }
}

extension PostgresTimestamp: PostgresDecodable {
    /// `timestamptz`, where it is finite.
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> PostgresTimestamp? {
        guard typeID == TypeID.timestamptz else { return nil }
        return Int64(networkBytes: bytes).flatMap(PostgresTimestamp.init(microsecondsSince2000:))
    }
}
