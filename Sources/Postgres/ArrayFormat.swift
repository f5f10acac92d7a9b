/// PostgreSQL's binary format of arrays (array_send in arrayfuncs.c): number of dimensions, whether there are NULLs, the
/// elements' type, for each dimension its length and lower bound, then each element's length (-1 for NULL) and bytes.
enum ArrayFormat {
    static func write<Element>(
        _ values: [Element],
        of elementType: UInt32,
        to buffer: inout [UInt8],
        _ writeElement: (Element, inout [UInt8]) -> Void
    ) {
        Int32(values.isEmpty ? 0 : 1).writeNetworkBytes(to: &buffer)
        Int32(0).writeNetworkBytes(to: &buffer)
        elementType.writeNetworkBytes(to: &buffer)
        guard !values.isEmpty else { return }
        // A count or length that does not fit is far above what ParameterBuffer lets through.
        Int32(clamping: values.count).writeNetworkBytes(to: &buffer)
        Int32(1).writeNetworkBytes(to: &buffer)
        for value in values {
            let start = buffer.count
            Int32(0).writeNetworkBytes(to: &buffer)
            writeElement(value, &buffer)
            let length = Int32(clamping: buffer.count - start - 4)
            withUnsafeBytes(of: length.bigEndian) { buffer.replaceSubrange(start..<start + 4, with: $0) }
        }
    }

    /// The elements, each decoded or nil for NULL; nil where the bytes are no array of at most one dimension.
    ///
    /// The lengths come from outside: each is checked against the bytes that are there before it is used.
    static func decode<Element>(
        _ bytes: UnsafeRawBufferPointer,
        typeID: UInt32,
        _ decodeElement: (UnsafeRawBufferPointer, UInt32) -> Element?
    ) -> [Element?]? {
        guard let elementType = TypeID.element(of: typeID) else { return nil }
        var reader = Reader(bytes)
        guard let dimensions = reader.number(), let hasNulls = reader.number(),
            hasNulls == 0 || hasNulls == 1,
            reader.number() == Int32(bitPattern: elementType)
        else { return nil }
        guard dimensions != 0 else { return reader.isAtEnd ? [] : nil }
        // Each element takes four bytes at least, so that no length from outside makes this reserve more than there is.
        guard dimensions == 1, let count = reader.number(), reader.number() != nil, count >= 0,
            Int(count) <= reader.remaining / 4
        else { return nil }
        var elements: [Element?] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let length = reader.number() else { return nil }
            if length == -1 {
                guard hasNulls == 1 else { return nil }
                elements.append(Element?.none)
                continue
            }
            guard let slice = reader.bytes(length), let element = decodeElement(slice, elementType) else {
                return nil
            }
            elements.append(element)
        }
        return reader.isAtEnd ? elements : nil
    }

    /// Reads forward and never beyond the end.
    private struct Reader {
        private let all: UnsafeRawBufferPointer
        private var offset = 0

        init(_ bytes: UnsafeRawBufferPointer) { all = bytes }

        var remaining: Int { all.count - offset }
        var isAtEnd: Bool { remaining == 0 }

        mutating func number() -> Int32? { bytes(4).flatMap { Int32(networkBytes: $0) } }

        mutating func bytes(_ count: Int32) -> UnsafeRawBufferPointer? {
            guard count >= 0, Int(count) <= remaining else { return nil }
            defer { offset += Int(count) }
            return UnsafeRawBufferPointer(rebasing: all[offset..<offset + Int(count)])
        }
    }
}
