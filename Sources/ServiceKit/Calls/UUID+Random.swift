public import FoundationEssentials

extension UUID {
    /// A random one (RFC 9562, version 4). `UUID()` opens, reads and closes a device for each, which is too much for every
    /// call.
    public static func random() -> UUID {
        var generator = SystemRandomNumberGenerator()
        let high = generator.next() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = generator.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        let bytes = (high.bigEndian, low.bigEndian)
        return UUID(uuid: withUnsafeBytes(of: bytes) { $0.load(as: uuid_t.self) })
    }
}
