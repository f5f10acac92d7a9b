/// What the elements of a Swift array that a column is read as can be.
///
/// A protocol of its own, since Swift lets `Array` be decodable once only: `[UInt8]` is a `bytea`, every other array an array.
public protocol PostgresArrayElement: Sendable {
    /// The whole array, nil where a column of type `typeID` does not hold one.
    static func decodeArray(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> [Self]?
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    /// `bytea` as `[UInt8]`; arrays of one dimension as arrays, with optional elements where there may be NULLs.
    public static func decode(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> [Element]? {
        Element.decodeArray(bytes, typeID: typeID)
    }
}

extension UInt8: PostgresArrayElement {
    /// `bytea`
    public static func decodeArray(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> [UInt8]? {
        typeID == TypeID.bytea ? Array(bytes) : nil
    }
}

extension PostgresArrayElement where Self: PostgresDecodable {
    /// An array of one dimension without NULLs.
    public static func decodeArray(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> [Self]? {
        guard let elements = ArrayFormat.decode(bytes, typeID: typeID, Self.decode) else { return nil }
        let values = elements.compactMap { $0 }
        return values.count == elements.count ? values : nil
    }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement & PostgresDecodable {
    /// An array of one dimension, perhaps with NULLs.
    public static func decodeArray(_ bytes: UnsafeRawBufferPointer, typeID: UInt32) -> [Wrapped?]? {
        ArrayFormat.decode(bytes, typeID: typeID, Wrapped.decode)
    }
}

extension String: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension Bool: PostgresArrayElement {}
extension PostgresUUID: PostgresArrayElement {}
extension PostgresTimestamp: PostgresArrayElement {}
