internal import GRPCNghttp2

/// An answer as the bytes that are sent. An object, so that to hand it on counts one reference and not several.
final class StoredAnswer: Sendable, Equatable {
    /// The encoded message.
    let message: MessageBytes
    /// The version that it is about.
    let version: Int32
    /// The mapping's content hash in ASCII; empty for answers without one.
    let contentHash: [UInt8]

    init(message: MessageBytes, version: Int32, contentHash: [UInt8]) {
        self.message = message
        self.version = version
        self.contentHash = contentHash
    }

    static func == (left: StoredAnswer, right: StoredAnswer) -> Bool {
        left.version == right.version && left.contentHash == right.contentHash
            && left.message == right.message
    }

    /// What it takes in a cache, beside the cache's own books.
    var bytes: Int { message.count + contentHash.count + Self.overhead }

    /// Heads of the two arrays, key and place in the cache.
    private static let overhead = 320
}
