internal import CLibpq
internal import Glibc

/// What a statement answered. Rows are read out of libpq's own memory, which goes with the last reference.
public final class PostgresResult: Sendable {
    // Read-only from here on; libpq allows any thread to read a result (manual, section 34.20).
    private nonisolated(unsafe) let raw: OpaquePointer

    /// Takes over the result: this object frees it.
    init(taking raw: OpaquePointer) { self.raw = raw }

    deinit { PQclear(raw) }

    /// How many rows there are.
    public var count: Int { Int(PQntuples(raw)) }

    /// How many rows an INSERT, UPDATE or DELETE touched; 0 for others.
    public var affectedRows: Int {
        PQcmdTuples(raw).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The columns' names, in the server's order.
    public var columns: [String] {
        (0..<PQnfields(raw)).map { PQfname(raw, $0).map { String(cString: $0) } ?? "" }
    }

    /// The rows, in the server's order.
    public var rows: some Sequence<PostgresRow> {
        (0..<count).lazy.map { PostgresRow(result: self, index: Int32($0)) }
    }

    /// The first row, nil where there is none.
    public var first: PostgresRow? { count > 0 ? PostgresRow(result: self, index: 0) : nil }

    /// Whether the server said `tag` of what it did: `COMMIT` and `ROLLBACK` are answers to the same word.
    func hasCommandTag(_ tag: String) -> Bool {
        PQcmdStatus(raw).map { strcmp($0, tag) == 0 } ?? false
    }

    /// Whether a column is called so. Most names differ in their first byte.
    private static func isCalled(
        _ name: UnsafePointer<CChar>,
        _ wanted: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard let start = wanted.baseAddress, wanted.count > 0 else { return name[0] == 0 }
        return UInt8(bitPattern: name[0]) == start[0]
            && strncmp(name, UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), wanted.count) == 0
            && name[wanted.count] == 0
    }

    // PQfnumber would fold the name's case. A few columns are compared faster than a table of them is made.
    fileprivate func index(of column: String) throws(PostgresError) -> Int32 {
        var column = column
        // Without a copy of the name for each comparison.
        let found = column.withUTF8 { wanted -> Int32? in
            for index in 0..<PQnfields(raw) {
                if let name = PQfname(raw, index), Self.isCalled(name, wanted) { return index }
            }
            return nil
        }
        guard let found else { throw PostgresError(.decoding, "the answer has no column \(column)") }
        return found
    }

    fileprivate func value<Value: PostgresDecodable>(
        _ column: String,
        row: Int32,
        as type: Value.Type
    ) throws(PostgresError) -> Value? {
        let index = try index(of: column)
        if PQgetisnull(raw, row, index) == 1 { return nil }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(raw, row, index),
            count: Int(PQgetlength(raw, row, index))
        )
        guard let value = Value.decode(bytes, typeID: PQftype(raw, index)) else {
            throw PostgresError(
                .decoding,
                "column \(column), of type number \(PQftype(raw, index)) and \(bytes.count) bytes, is no \(Value.self)"
            )
        }
        return value
    }
}

extension PostgresResult {
    fileprivate func withText<Value>(
        _ column: String,
        row: Int32,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value? {
        let index = try index(of: column)
        if PQgetisnull(raw, row, index) == 1 { return nil }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(raw, row, index),
            count: Int(PQgetlength(raw, row, index))
        )
        guard let text = String.text(bytes, typeID: PQftype(raw, index)) else {
            throw PostgresError(
                .decoding,
                "column \(column), of type number \(PQftype(raw, index)), is no text"
            )
        }
        return try body(text)
    }
}

/// One row of an answer.
public struct PostgresRow: Sendable {
    fileprivate let result: PostgresResult
    fileprivate let index: Int32

    /// The value of a column that is never NULL.
    ///
    /// - Throws: `PostgresError` (decoding) where there is no such column, or its value is NULL or of another type.
    public func decode<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let value = try result.value(column, row: index, as: type) else {
            throw PostgresError(.decoding, "column \(column) is NULL")
        }
        return value
    }

    /// The value of a column, nil for NULL.
    ///
    /// - Throws: `PostgresError` (decoding) where there is no such column, or its value is of another type.
    public func decodeOptional<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        try result.value(column, row: index, as: type)
    }

    /// Lends the bytes of a column that a `String` can be read from; nil for NULL. They are UTF-8 as far as the server knows:
    /// connections ask for that, and it checks.
    ///
    /// - Throws: `PostgresError` (decoding) where there is no such column, or it is of another type; what `body` throws.
    public func withText<Value>(
        _ column: String,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value? {
        try result.withText(column, row: index, body)
    }
}
