internal import Glibc

/// Verified tokens by the bytes of their header field, so that a hot caller's needs neither a string nor a hash of it.
///
/// Direct-mapped by the last bytes, which are a signature's and so as good as random: whoever falls on the same place takes it.
struct RecentTokens: Sendable {
    private struct Entry {
        let field: [UInt8]
        let token: VerifiedToken
        let generation: Int
    }

    private static let bits = 8
    private var entries = [Entry?](repeating: nil, count: 1 << bits)

    /// What the token in a header field says; nil where it is not known or no longer holds.
    ///
    /// - Parameters:
    ///   - generation: The number of the key set of now.
    ///   - now: Seconds since 1970.
    func find(_ field: UnsafeBufferPointer<UInt8>, generation: Int, now: Double) -> VerifiedToken? {
        guard let entry = entries[Self.place(of: field)],
            entry.generation == generation, entry.field.count == field.count, entry.token.expiry > now,
            Self.areEqual(entry.field, field)
        else { return nil }
        return entry.token
    }

    /// Remembers a token that was verified with the key set of that number.
    mutating func add(_ field: UnsafeBufferPointer<UInt8>, _ token: VerifiedToken, generation: Int) {
        entries[Self.place(of: field)] = Entry(field: Array(field), token: token, generation: generation)
    }

    /// As `elementsEqual`, which looks at one byte after the other.
    private static func areEqual(_ one: [UInt8], _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        one.withUnsafeBufferPointer { one in
            guard one.count == other.count else { return false }
            guard let first = one.baseAddress, let second = other.baseAddress else { return true }
            return memcmp(first, second, one.count) == 0
        }
    }

    private static func place(of field: UnsafeBufferPointer<UInt8>) -> Int {
        var last: UInt64 = 0
        for byte in field.suffix(8) { last = last << 8 | UInt64(byte) }
        return Int(truncatingIfNeeded: (last &* 0x9e37_79b9_7f4a_7c15) >> UInt64(64 - bits))
    }
}
