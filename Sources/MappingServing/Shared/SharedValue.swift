internal import Crypto
internal import GRPCNghttp2

/// An answer as it lies in Redis: anyone may have written there, so each value says of itself what it is, and is checked.
///
/// One byte with the form's number, 16 of SHA-256 over the key and all that follows, four of version, one with the length of the
/// content hash, the hash, the message.
enum SharedValue {
    private static let form: UInt8 = 1
    static let digestBytes = 16
    private static let headBytes = 1 + digestBytes + 4 + 1

    /// The value of an answer under a key.
    static func encode(_ answer: StoredAnswer, key: String) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(answer.message.count + answer.contentHash.count + 5)
        withUnsafeBytes(of: answer.version.bigEndian) { body.append(contentsOf: $0) }
        body.append(UInt8(answer.contentHash.count))
        body += answer.contentHash
        answer.message.withUnsafeBytes { body.append(contentsOf: $0) }
        return [form] + withDigest(of: body[...], key: key) { Array($0) } + body
    }

    /// The answer in a value; nil where it is cut short, of another form, damaged, or that of another key.
    static func decode(_ value: [UInt8], key: String, version: Int32) -> StoredAnswer? {
        guard value.count >= headBytes, value[0] == form else { return nil }
        let body = value[(1 + digestBytes)...]
        let isWhole = withDigest(of: body, key: key) { value[1...digestBytes].elementsEqual($0) }
        guard isWhole else { return nil }
        let number = body.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let hashEnd = headBytes + Int(body[body.startIndex + 4])
        guard Int32(bitPattern: number) == version, hashEnd <= value.count else { return nil }
        let message = value.withUnsafeBufferPointer {
            MessageBytes(UnsafeBufferPointer(rebasing: $0[hashEnd...]))
        }
        return StoredAnswer(
            message: message,
            version: version,
            contentHash: Array(value[headBytes..<hashEnd])
        )
    }

    /// What says that a value is whole, and that of its key: ``digestBytes`` of them, for `use` alone.
    static func withDigest<Result>(
        of body: ArraySlice<UInt8>,
        key: String,
        _ use: (Slice<UnsafeRawBufferPointer>) -> Result
    ) -> Result {
        var hash = SHA256()
        var key = key
        key.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        body.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().withUnsafeBytes { use($0.prefix(digestBytes)) }
    }
}
