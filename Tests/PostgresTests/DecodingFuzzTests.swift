import EventLoop
import Testing

@testable import Postgres

/// Whatever bytes come for whatever type: a value or none, and never a trap or a reach beyond the end.
@Suite struct DecodingFuzzTests {
    private static let typeIDs: [UInt32] = [
        16, 17, 19, 20, 21, 23, 25, 114, 700, 701, 1042, 1043, 1184, 2950, 3802, 1000, 1001, 1003, 1005, 1007,
        1009,
        1014, 1015, 1016, 1021, 1022, 1185, 2951, 3807, 0, 4_294_967_295,
    ]

    @Test(arguments: 0..<32) func anyBytesOfAnyTypeAreAValueOrNone(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let bytes = Self.bytes(&random)
            let typeID = Self.typeIDs.randomElement(using: &random) ?? 0
            // A copy of exactly this size, so that a sanitizer sees a read beyond its end.
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            copy.copyBytes(from: bytes)
            Self.decodeAsEverything(UnsafeRawBufferPointer(copy), typeID)
            copy.deallocate()
        }
    }

    private static func decodeAsEverything(_ bytes: UnsafeRawBufferPointer, _ typeID: UInt32) {
        _ = String.decode(bytes, typeID: typeID)
        _ = Int32.decode(bytes, typeID: typeID)
        _ = Int64.decode(bytes, typeID: typeID)
        _ = Double.decode(bytes, typeID: typeID)
        _ = Bool.decode(bytes, typeID: typeID)
        _ = PostgresUUID.decode(bytes, typeID: typeID).map(\.description)
        _ = PostgresTimestamp.decode(bytes, typeID: typeID).map(\.microsecondsSince2000)
        _ = [UInt8].decode(bytes, typeID: typeID)
        _ = [String?].decode(bytes, typeID: typeID)
        _ = [Int32].decode(bytes, typeID: typeID)
        _ = [Int64?].decode(bytes, typeID: typeID)
        _ = [Double].decode(bytes, typeID: typeID)
        _ = [Bool?].decode(bytes, typeID: typeID)
        _ = [PostgresUUID].decode(bytes, typeID: typeID)
        _ = [PostgresTimestamp?].decode(bytes, typeID: typeID)
    }

    /// Noise, or a golden value with a few bytes changed, cut off or added.
    private static func bytes(_ random: inout SplitMix64) -> [UInt8] {
        guard random.next() % 3 > 0, let golden = BinaryFormatTests.golden.randomElement(using: &random)
        else {
            return (0..<random.next(upTo: 40)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        var bytes = BinaryFormatTests.bytes(golden.2)
        for _ in 0..<random.next(upTo: 4) where !bytes.isEmpty {
            let index = Int(random.next(upTo: Int64(bytes.count - 1)))
            bytes[index] =
                [0, 1, 0x7f, 0x80, 0xff, UInt8(truncatingIfNeeded: random.next())]
                .randomElement(using: &random) ?? 0
        }
        switch random.next() % 4 {
        case 0: bytes.removeLast(Int(random.next(upTo: Int64(bytes.count))))
        case 1: bytes.append(UInt8(truncatingIfNeeded: random.next()))
        default: break
        }
        return bytes
    }
}
