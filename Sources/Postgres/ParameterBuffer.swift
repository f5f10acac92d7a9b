/// The parameters of a statement as libpq takes them: one stretch of memory, used again for the next statement.
struct ParameterBuffer {
    /// The protocol counts parameters in sixteen bits.
    static let countLimit = 65_535
    /// No value can be larger than PostgreSQL's MaxAllocSize, a byte under 1 GiB.
    private static let valueLimitBytes = 0x3fff_ffff
    /// Memory that one large statement needed is given back after it.
    private static let keptCapacityBytes = 1 << 16

    private var bytes: [UInt8] = []
    private var offsets: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []
    private(set) var types: [UInt32] = []

    /// Takes the place of what was there before.
    ///
    /// - Throws: `PostgresError` (misuse) where a value is larger than PostgreSQL can take.
    mutating func fill(_ parameters: [PostgresParameter]) throws(PostgresError) {
        clear()
        for (index, parameter) in parameters.enumerated() {
            let start = bytes.count
            let isPresent = parameter.write(to: &bytes)
            let length = bytes.count - start
            guard length <= Self.valueLimitBytes else {
                clear()
                throw PostgresError(
                    .misuse,
                    "parameter $\(index + 1) has \(length) bytes, PostgreSQL takes 1 GiB"
                )
            }
            types.append(parameter.typeID)
            offsets.append(isPresent ? start : -1)
            lengths.append(Int32(length))
            formats.append(1)
        }
        // A value of no bytes needs an address too, since none means NULL.
        bytes.append(0)
    }

    /// Lends the arguments of PQsendQueryPrepared and PQsendQueryParams; libpq copies them before it returns.
    mutating func withArguments<Result>(
        _ body: (
            _ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { raw in
            pointers.removeAll(keepingCapacity: true)
            for offset in offsets {
                pointers.append(
                    offset < 0
                        ? nil : (raw.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) })
                )
            }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(
                            Int32(pointers.count),
                            pointers.baseAddress,
                            lengths.baseAddress,
                            formats.baseAddress
                        )
                    }
                }
            }
        }
    }

    private mutating func clear() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacityBytes)
        offsets.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
    }
}
