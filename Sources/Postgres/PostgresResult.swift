internal import CLibpq

/// What a statement answered. Rows are read out of libpq's own memory, which goes with the last reference.
public final class PostgresResult: Sendable {
    // Read-only from here on; libpq allows any thread to read a result (manual, section 34.20).
    private nonisolated(unsafe) let raw: OpaquePointer
    private let columns: [String: Int32]

    /// Takes over the result: this object frees it.
    init(taking raw: OpaquePointer) {
        self.raw = raw
        var columns: [String: Int32] = [:]
        for index in 0..<PQnfields(raw) {
            if let name = PQfname(raw, index) { columns[String(cString: name)] = index }
        }
        self.columns = columns
    }

    deinit { PQclear(raw) }

    /// How many rows there are.
    public var count: Int { Int(PQntuples(raw)) }

    /// How many rows an INSERT, UPDATE or DELETE touched; 0 for others.
    public var affectedRows: Int {
        PQcmdTuples(raw).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The rows, in the server's order.
    public var rows: some Sequence<PostgresRow> {
        (0..<count).lazy.map { PostgresRow(result: self, index: Int32($0)) }
    }

    /// The first row, nil where there is none.
    public var first: PostgresRow? { count > 0 ? PostgresRow(result: self, index: 0) : nil }

    fileprivate func value<Value: PostgresDecodable>(
        _ column: String,
        row: Int32,
        as type: Value.Type
    ) throws(PostgresError) -> Value? {
        guard let index = columns[column] else {
            throw PostgresError(.decoding, "the answer has no column \(column)")
        }
        if PQgetisnull(raw, row, index) == 1 { return nil }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(raw, row, index),
            count: Int(PQgetlength(raw, row, index))
        )
        guard let value = Value.decode(bytes, typeID: PQftype(raw, index)) else {
            throw PostgresError(
                .decoding,
                "column \(column), of type number \(PQftype(raw, index)), is no \(Value.self)"
            )
        }
        return value
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
}
