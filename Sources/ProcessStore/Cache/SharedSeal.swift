internal import Crypto
internal import FoundationEssentials

/// What says that a value in Redis is one that a replica of ours has put under its key. Anyone may have written there, and from
/// what lies there programs are run: a digest alone, which anyone can compute, would not do.
struct SharedSeal: Sendable {
    /// Half of SHA-256, which is enough for an authenticator (RFC 2104, section 5).
    static let bytes = 16

    private let key: SymmetricKey

    /// - Parameter secret: What all replicas know and nobody else does.
    init(secret: some ContiguousBytes) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            info: Data("grimoire shared cache 1".utf8),
            outputByteCount: 32
        )
    }

    /// A seal and what it is of.
    func sealed(_ body: [UInt8], key name: String) -> [UInt8] {
        var value = Array(code(of: body[...], name).prefix(Self.bytes))
        value.append(contentsOf: body)
        return value
    }

    /// What a value is of; nil where it is cut short, damaged, another key's, or not from us.
    func opened(_ value: [UInt8], key name: String) -> ArraySlice<UInt8>? {
        guard value.count >= Self.bytes else { return nil }
        let body = value[Self.bytes...]
        var difference: UInt8 = 0
        for (left, right) in zip(value, code(of: body, name)) { difference |= left ^ right }
        return difference == 0 ? body : nil
    }

    private func code(of body: ArraySlice<UInt8>, _ name: String) -> ArraySlice<UInt8> {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array(name.utf8))
        code.update(data: [0])
        body.withUnsafeBytes { code.update(data: $0) }
        return Array(code.finalize()).prefix(Self.bytes)
    }
}
