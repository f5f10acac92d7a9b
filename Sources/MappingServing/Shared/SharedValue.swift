internal import Crypto
internal import GRPCNghttp2
internal import ServiceKit

/// An answer as it lies in Redis: anyone may have written there, so each value says of itself what it is, and is checked.
///
/// One byte with the form's number, 16 of SHA-256 over what is asked (``MappingKey``) and all that follows, four of version, one with
/// the length of the content hash, the hash, the message.
enum SharedValue {
    private static let form: UInt8 = 2
    static let digestBytes = 16
    private static let headBytes = 1 + digestBytes + 4 + 1

    /// The value of an answer to a question; its version is the answer's, whichever was asked for.
    static func encode(_ answer: StoredAnswer, to key: MappingKey) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(answer.message.count + answer.contentHash.count + 5)
        withUnsafeBytes(of: answer.version.bigEndian) { body.append(contentsOf: $0) }
        body.append(UInt8(answer.contentHash.count))
        body += answer.contentHash
        answer.message.withUnsafeBytes { body.append(contentsOf: $0) }
        return [form] + withDigest(of: body[...], key) { Array($0) } + body
    }

    /// The answer in a value; nil where it is cut short, of another form, damaged, or that to another question.
    static func decode(_ value: [UInt8], to key: MappingKey) -> StoredAnswer? {
        guard value.count >= headBytes, value[0] == form else { return nil }
        let body = value[(1 + digestBytes)...]
        let isWhole = withDigest(of: body, key) { value[1...digestBytes].elementsEqual($0) }
        guard isWhole else { return nil }
        let number = body.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let hashEnd = headBytes + Int(body[body.startIndex + 4])
        guard Int32(bitPattern: number) == key.version, hashEnd <= value.count else { return nil }
        let message = value.withUnsafeBufferPointer {
            MessageBytes(UnsafeBufferPointer(rebasing: $0[hashEnd...]))
        }
        return StoredAnswer(
            message: message,
            version: key.version,
            contentHash: Array(value[headBytes..<hashEnd])
        )
    }

    /// What says that a value is whole, and that of its key: ``digestBytes`` of them, for `use` alone.
    private static func withDigest<Result>(
        of body: ArraySlice<UInt8>,
        _ key: MappingKey,
        _ use: (Slice<UnsafeRawBufferPointer>) -> Result
    ) -> Result {
        var hash = SHA256()
        key.process.withIDBytes { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: key.kindNumber.bigEndian) { hash.update(bufferPointer: $0) }
        body.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().withUnsafeBytes { use($0.prefix(digestBytes)) }
    }
}

extension MappingKey {
    /// The version from which an evolution begins; -1 for a mapping.
    fileprivate var kindNumber: Int32 {
        switch kind {
        case .mapping: -1
        case .evolution(let from): from
        }
    }
}
