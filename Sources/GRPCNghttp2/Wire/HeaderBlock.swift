internal import GRPCCore

/// The header fields that have come in one header block, in order, in one piece of memory.
///
/// nghttp2 lends each field for the time of a callback; here it is copied to the end of one array. Strings are only made
/// where metadata is asked for.
struct HeaderBlock {
    private struct Field {
        let nameEnd: Int
        let valueEnd: Int
    }

    /// RFC 9113, 6.5.2: what a field counts beyond its name and value.
    private static let fieldOverhead = 32

    /// Most requests of gRPC fit, with a token. More than 1,000 bytes would take malloc much longer: they are past what glibc keeps at
    /// hand for each thread.
    private static let usualRoom = 960

    /// Name, value, name, value, with nothing between, up to `usedCount`; room for more behind. Every field of every call
    /// is copied here, and copying into room that is there takes two thirds of the time that `Array.append` takes.
    private var bytes: [UInt8] = []
    private var usedCount = 0
    private var fields: [Field] = []
    /// The list was longer than allowed: what came after the limit is not in it.
    var isCutShort = false

    init() {}

    /// An empty block with room for as many fields as a request or response of gRPC most often has.
    static func withUsualRoom() -> HeaderBlock {
        var block = HeaderBlock()
        block.bytes = Array(repeating: 0, count: usualRoom)
        block.fields.reserveCapacity(14)
        return block
    }

    /// How many fields there are.
    var count: Int { fields.count }

    /// How long the list is as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113, 6.5.2).
    var listSize: Int { usedCount + Self.fieldOverhead * fields.count }

    /// Adds a field. nghttp2 has seen to it that the name is in lower case and the value free of control characters.
    mutating func append(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        let nameEnd = usedCount + name.count
        let valueEnd = nameEnd + value.count
        if valueEnd > bytes.count { makeRoom(for: valueEnd) }
        bytes.withUnsafeMutableBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: bytes[usedCount..<nameEnd]).copyMemory(from: .init(name))
            UnsafeMutableRawBufferPointer(rebasing: bytes[nameEnd..<valueEnd]).copyMemory(from: .init(value))
        }
        fields.append(Field(nameEnd: nameEnd, valueEnd: valueEnd))
        usedCount = valueEnd
    }

    /// Forgets all fields.
    mutating func removeAll(keepingCapacity: Bool) {
        if !keepingCapacity { bytes = [] }
        usedCount = 0
        fields.removeAll(keepingCapacity: keepingCapacity)
    }

    /// Lends the value of the first field of this name; nil where there is none. The name is in lower case.
    func withValue<R>(of name: StaticString, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R? {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            for field in fields {
                if UnsafeBufferPointer(rebasing: bytes[start..<field.nameEnd]).equals(name) {
                    return body(UnsafeBufferPointer(rebasing: bytes[field.nameEnd..<field.valueEnd]))
                }
                start = field.valueEnd
            }
            return nil
        }
    }

    /// As ``withValue(of:_:)``, but nil also where there are several fields of this name.
    func withOnlyValue<R>(of name: StaticString, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R? {
        bytes.withUnsafeBufferPointer { bytes in
            var found: UnsafeBufferPointer<UInt8>?
            var start = 0
            for field in fields {
                if UnsafeBufferPointer(rebasing: bytes[start..<field.nameEnd]).equals(name) {
                    guard found == nil else { return nil }
                    found = UnsafeBufferPointer(rebasing: bytes[field.nameEnd..<field.valueEnd])
                }
                start = field.valueEnd
            }
            return found.map(body)
        }
    }

    /// The fields that are the application's: all but those of HTTP/2, of gRPC's protocol and of the transport.
    ///
    /// A text value that gRPC would not let an application send back is left out, as its protocol description allows.
    func metadata() throws(TransportError) -> Metadata {
        var metadata = Metadata()
        try bytes.withUnsafeBufferPointer { bytes throws(TransportError) in
            var start = 0
            for field in fields {
                let name = UnsafeBufferPointer(rebasing: bytes[start..<field.nameEnd])
                let value = UnsafeBufferPointer(rebasing: bytes[field.nameEnd..<field.valueEnd])
                start = field.valueEnd
                guard HeaderName.isMetadata(name) else { continue }
                if HeaderName.isBinary(name) {
                    try Self.addBinary(value, forKey: String(decoding: name, as: UTF8.self), to: &metadata)
                } else if HeaderName.isText(value) {
                    metadata.addString(
                        String(decoding: value, as: UTF8.self),
                        forKey: String(decoding: name, as: UTF8.self)
                    )
                }
            }
        }
        return metadata
    }

    private mutating func makeRoom(for end: Int) {
        let room = max(Self.usualRoom, 2 * end)
        bytes.append(contentsOf: repeatElement(0, count: room - bytes.count))
    }

    /// A value of several, joined with commas, counts as several fields. Spaces around the commas are HTTP's custom.
    private static func addBinary(
        _ values: UnsafeBufferPointer<UInt8>,
        forKey key: String,
        to metadata: inout Metadata
    ) throws(TransportError) {
        for value in values.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let decoded = Base64.decode(UnsafeBufferPointer(rebasing: value.trimmingSpaces())) else {
                throw TransportError(.badMetadata, "The value of \(key) is no base64")
            }
            metadata.addBinary(decoded, forKey: key)
        }
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// Without the spaces at both ends.
    func trimmingSpaces() -> Self {
        var trimmed = drop { $0 == UInt8(ascii: " ") }
        while trimmed.last == UInt8(ascii: " ") { trimmed.removeLast() }
        return trimmed
    }
}
