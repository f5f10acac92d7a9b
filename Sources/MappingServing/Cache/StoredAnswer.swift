internal import GRPCNghttp2

/// An answer as the bytes that are sent.
struct StoredAnswer: Sendable, Equatable {
    /// The encoded message.
    let message: MessageBytes
    /// The version that it is about.
    let version: Int32
    /// The mapping's content hash in ASCII; empty for answers without one.
    let contentHash: [UInt8]

    /// What it takes in a cache, beside the cache's own books.
    var bytes: Int { message.count + contentHash.count + Self.overhead }

    /// Heads of the two arrays, key and place in the cache.
    private static let overhead = 320
}
