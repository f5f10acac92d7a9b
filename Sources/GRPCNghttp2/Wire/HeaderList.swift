internal import CNghttp2
internal import GRPCCore

/// Header fields to be sent, in order, in the form that nghttp2 takes.
///
/// Literals are never copied: they live as long as the program, and nghttp2 is told so. All else lies in one array, from
/// which nghttp2 copies.
struct HeaderList {
    /// A name or a value: where it lies in memory for good, or in `bytes`.
    private struct Part {
        /// An address where `isStatic`, else an offset into `bytes`.
        let place: UInt
        let count: Int
        let isStatic: Bool

        init(_ text: StaticString) {
            place = UInt(bitPattern: text.utf8Start)
            count = text.utf8CodeUnitCount
            isStatic = true
        }

        init(_ range: Range<Int>) {
            place = UInt(range.lowerBound)
            count = range.count
            isStatic = false
        }

        func pointer(in bytes: UnsafePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
            // nghttp2 does not write to what is submitted; its type only lacks the `const`.
            let pointer = isStatic ? UnsafePointer(bitPattern: place)! : bytes + Int(place)
            return UnsafeMutablePointer(mutating: pointer)
        }
    }

    /// An array that grows to this in steps is allotted four times.
    private static let usualFieldCount = 8

    private var fields: [(name: Part, value: Part)] = []
    private var bytes: [UInt8] = []

    init() {
        fields.reserveCapacity(Self.usualFieldCount)
    }

    /// Adds a field of two literals, neither of which is ever copied.
    mutating func append(_ name: StaticString, _ value: StaticString) {
        fields.append((Part(name), Part(value)))
    }

    /// Adds a field whose value is these bytes. The name is in lower case.
    mutating func append(_ name: StaticString, _ value: [UInt8]) {
        appendCopying(name, value)
    }

    /// Adds a field whose value is this text in UTF-8. The name is in lower case.
    ///
    /// Disfavoured, or a literal would be taken for a `String`, which Swift prefers, and be copied.
    @_disfavoredOverload
    mutating func append(_ name: StaticString, _ value: String) {
        appendCopying(name, value.utf8)
    }

    /// Adds an application's metadata: keys in lower case, text without outer spaces, bytes in base64 without padding.
    ///
    /// Where one field cannot be sent, none is added. Refused are keys and values with characters that gRPC does not have,
    /// and fields that are not the application's to set (see ``HeaderName``).
    mutating func append(contentsOf metadata: Metadata) throws(TransportError) {
        guard !metadata.isEmpty else { return }
        let (fieldCount, byteCount) = (fields.count, bytes.count)
        do {
            for (key, value) in metadata { try append(key, value) }
        } catch {
            fields.removeSubrange(fieldCount...)
            bytes.removeSubrange(byteCount...)
            throw error
        }
    }

    /// Lends the fields as nghttp2's functions take them, and their number.
    ///
    /// None is marked as sensitive, `authorization` no more than others: that would keep it out of HPACK's table and send
    /// the whole token with each call. The danger that the mark averts is a table shared between parties of which one
    /// guesses at the other's secrets (RFC 7541, 7.1); each connection of ours carries one party's calls alone.
    func withNameValues<R>(_ body: (UnsafePointer<nghttp2_nv>, Int) -> R) -> R {
        bytes.withUnsafeBufferPointer { bytes in
            // Lent also where nothing is stored; then no part points into it.
            let start = bytes.baseAddress ?? ("" as StaticString).utf8Start
            return withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: max(1, fields.count)) {
                pairs in
                for (index, field) in fields.enumerated() {
                    pairs.initializeElement(at: index, to: Self.pair(field.name, field.value, bytes: start))
                }
                return body(UnsafePointer(pairs.baseAddress!), fields.count)
            }
        }
    }

    private static func pair(_ name: Part, _ value: Part, bytes: UnsafePointer<UInt8>) -> nghttp2_nv {
        var flags = NGHTTP2_NV_FLAG_NONE.rawValue
        if name.isStatic { flags |= NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue }
        if value.isStatic { flags |= NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue }
        return nghttp2_nv(
            name: name.pointer(in: bytes),
            value: value.pointer(in: bytes),
            namelen: name.count,
            valuelen: value.count,
            flags: UInt8(flags)
        )
    }

    private mutating func appendCopying(_ name: StaticString, _ value: some Collection<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: value)
        fields.append((Part(name), Part(start..<bytes.count)))
    }

    private mutating func append(_ key: String, _ value: Metadata.Value) throws(TransportError) {
        let name = try storeName(key)
        let isBinary = read(name, HeaderName.isBinary)
        var start = bytes.count
        switch value {
        case .binary(let value):
            guard isBinary else {
                throw TransportError(
                    .badMetadata,
                    "The key \(key) has bytes for its value and no -bin at its end"
                )
            }
            Base64.append(encoding: value, to: &bytes)
        case .string(let text):
            bytes.append(contentsOf: text.utf8)
            while start < bytes.count, bytes[start] == UInt8(ascii: " ") { start += 1 }
            while start < bytes.count, bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
            // Text under a binary key is base64 already, as GRPCCore has it.
            guard read(start..<bytes.count, isBinary ? Self.isBase64List : HeaderName.isText) else {
                throw TransportError(.badMetadata, "The value of \(key) has characters that gRPC cannot send")
            }
        }
        fields.append((Part(name), Part(start..<bytes.count)))
    }

    /// Stores a key in lower case and says where.
    private mutating func storeName(_ key: String) throws(TransportError) -> Range<Int> {
        let start = bytes.count
        for byte in key.utf8 {
            bytes.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
        }
        let name = start..<bytes.count
        // A time-out is set by GRPCCore, through the metadata of requests.
        guard read(name, { HeaderName.isMetadata($0) || $0.equals("grpc-timeout") }) else {
            throw TransportError(.badMetadata, "\(key) is no metadata key that an application may set")
        }
        return name
    }

    private func read<R>(_ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    private static func isBase64List(_ values: UnsafeBufferPointer<UInt8>) -> Bool {
        values.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).allSatisfy {
            Base64.decode(UnsafeBufferPointer(rebasing: $0.trimmingSpaces())) != nil
        }
    }
}
