internal import GRPCNghttp2
internal import ServiceKit

extension StoredAnswer {
    /// The answer to one who has the same entries already.
    func notModified(_ process: ProcessKey) -> MessageBytes {
        let text = process.process.text.utf8
        var writer = ProtobufWriter(capacity: 128)
        writer.field(0x0a, count: text.count)
        writer.append(text)
        writer.field(0x10, number: UInt64(version))
        writer.field(0x22, count: contentHash.count)
        writer.append(contentHash)
        writer.field(0x28, number: 1)
        return MessageBytes(writer.bytes)
    }

    /// The entity tag of RFC 9110, section 8.8.3: of the version and its entries; nil where there is no hash.
    var entityTag: String? {
        contentHash.isEmpty ? nil : "\"\(version)-\(String(decoding: contentHash, as: UTF8.self))\""
    }

    private static func prefixed(_ count: Int) -> Int { 1 + ProtobufWriter.length(of: UInt64(count)) + count }

    /// Writes it as one result of a batch: `results` (1) with `mapping` (1), and `stale` (3).
    func write(to writer: inout ProtobufWriter, isStale: Bool = false, message: MessageBytes? = nil) {
        let message = message ?? self.message
        writer.field(0x0a, count: Self.prefixed(message.count) + (isStale ? 2 : 0))
        writer.field(0x0a, count: message.count)
        message.withUnsafeBytes { writer.append($0) }
        if isStale { writer.field(0x18, number: 1) }
    }

    /// A batch of results that are neither stale nor failed.
    static func batch(of messages: [MessageBytes]) -> MessageBytes {
        let count = messages.reduce(0) { $0 + Self.prefixed(Self.prefixed($1.count)) }
        return MessageBytes(count: count) { bytes in
            var rest = UnsafeMutableRawBufferPointer(bytes)
            for message in messages {
                rest.writeField(0x0a, count: Self.prefixed(message.count))
                rest.writeField(0x0a, count: message.count)
                message.withUnsafeBytes { rest.write($0) }
            }
        }
    }
}

/// Room that is filled from its beginning on.
extension UnsafeMutableRawBufferPointer {
    fileprivate mutating func writeField(_ tag: UInt8, count: Int) {
        self[0] = tag
        var place = 1
        var value = count
        while value >= 0x80 {
            self[place] = UInt8(truncatingIfNeeded: value) | 0x80
            value >>= 7
            place += 1
        }
        self[place] = UInt8(value)
        self = UnsafeMutableRawBufferPointer(rebasing: self[(place + 1)...])
    }

    fileprivate mutating func write(_ bytes: UnsafeRawBufferPointer) {
        copyMemory(from: bytes)
        self = UnsafeMutableRawBufferPointer(rebasing: self[bytes.count...])
    }
}
