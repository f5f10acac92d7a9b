/// Which of a cluster's 16,384 parts a key belongs to (Redis Cluster specification, "Key distribution model").
struct HashSlot: Hashable, Sendable {
    /// How many there are.
    static let count = 16_384

    let number: Int

    /// Nil for a number that is none.
    init?(_ number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = number
    }

    /// By the part of the key between the first `{` and the next `}`, where there is something; otherwise by all of it.
    init(key: ArraySlice<UInt8>) {
        var hashed = key
        if let open = key.firstIndex(of: UInt8(ascii: "{")),
            let close = key[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
        {
            hashed = key[(open + 1)..<close]
        }
        number = Int(Self.crc16(hashed)) % Self.count
    }

    /// CRC-16/XMODEM: polynomial 0x1021, beginning at 0.
    static func crc16(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var crc: UInt16 = 0
        for byte in bytes { crc = crc << 8 ^ table[Int(UInt8(truncatingIfNeeded: crc >> 8) ^ byte)] }
        return crc
    }

    private static let table: [UInt16] = (0..<256).map { byte in
        var crc = UInt16(byte) << 8
        for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
        return crc
    }
}
