import Testing

@testable import Postgres

/// Bytes as PostgreSQL's own send functions write them (`SELECT encode(int4send(-2), 'hex')` and so on).
@Suite struct BinaryFormatTests {
    static let uuid = PostgresUUID(bytes: Array(0x10...0x1f))

    /// Each parameter with its type and its bytes in hexadecimal.
    static let golden: [(PostgresParameter, UInt32, String)] = [
        (.int4(-2), 23, "fffffffe"),
        (.int8(258), 20, "0000000000000102"),
        (.float8(-1.5), 701, "bff8000000000000"),
        (.bool(true), 16, "01"),
        (.bool(false), 16, "00"),
        (.text("é"), 25, "c3a9"),
        (.text(""), 25, ""),
        (.bytea([0, 255]), 17, "00ff"),
        (.jsonb("{}"), 3802, "017b7d"),
        (.uuid(uuid), 2950, "101112131415161718191a1b1c1d1e1f"),
        // 2000-01-01T00:00:01Z is one second after PostgreSQL's epoch.
        (.timestamp(PostgresTimestamp(microsecondsSince1970: 946_684_801_000_000)), 1184, "00000000000f4240"),
        (.timestamp(PostgresTimestamp(microsecondsSince1970: 946_684_799_999_999)), 1184, "ffffffffffffffff"),
        (
            .int4Array([1, -1]), 1007,
            "00000001" + "00000000" + "00000017" + "00000002" + "00000001" + "0000000400000001"
                + "00000004ffffffff"
        ),
        (
            .int8Array([1]), 1016,
            "00000001" + "00000000" + "00000014" + "00000001" + "00000001" + "000000080000000000000001"
        ),
        (
            .textArray(["a", ""]), 1009,
            "00000001" + "00000000" + "00000019" + "00000002" + "00000001" + "0000000161" + "00000000"
        ),
        (
            .uuidArray(uuid.map { [$0] }), 2951,
            "00000001" + "00000000" + "00000b86" + "00000001" + "00000001" + "00000010"
                + "101112131415161718191a1b1c1d1e1f"
        ),
        (.textArray([]), 1009, "00000000" + "00000000" + "00000019"),
    ]

    @Test(arguments: golden) func parametersAreSentAsPostgreSQLWritesThem(
        parameter: PostgresParameter,
        typeID: UInt32,
        hex: String
    ) {
        #expect(parameter.bytes.map(Self.hex) == hex)
        #expect(parameter.typeID == typeID)
    }

    @Test func nullHasNoBytesAndEmptyTextHasNone() {
        for parameter: PostgresParameter in [
            .int4(nil), .int8(nil), .float8(nil), .bool(nil), .text(nil), .bytea(nil), .jsonb(nil),
            .uuid(nil),
            .timestamp(nil), .int4Array(nil), .int8Array(nil), .textArray(nil), .uuidArray(nil),
        ] {
            #expect(parameter.bytes == nil)
        }
        #expect(PostgresParameter.text("").bytes == [])
    }

    @Test func whatIsSentIsReadAsTheSame() throws {
        #expect(Self.decode("fffffffe", 23, Int32.self) == -2)
        #expect(Self.decode("fffe", 21, Int32.self) == -2)
        #expect(Self.decode("0000000000000102", 20, Int64.self) == 258)
        #expect(Self.decode("fffffffe", 23, Int64.self) == -2)
        #expect(Self.decode("bff8000000000000", 701, Double.self) == -1.5)
        #expect(Self.decode("bfc00000", 700, Double.self) == -1.5)
        #expect(Self.decode("01", 16, Bool.self) == true)
        #expect(Self.decode("c3a9", 25, String.self) == "é")
        #expect(Self.decode("017b7d", 3802, String.self) == "{}")
        #expect(Self.decode("00ff", 17, [UInt8].self) == [0, 255])
        #expect(Self.decode("101112131415161718191a1b1c1d1e1f", 2950, PostgresUUID.self) == Self.uuid)
        #expect(Self.uuid?.description == "10111213-1415-1617-1819-1a1b1c1d1e1f")
        #expect(Self.uuid?.bytes == Array(0x10...0x1f))
        let time = Self.decode("00000000000f4240", 1184, PostgresTimestamp.self)
        #expect(time?.microsecondsSince1970 == 946_684_801_000_000)
        #expect(Self.decode(Self.golden[12].2, 1007, [Int32].self) == [1, -1])
        #expect(Self.decode(Self.golden[14].2, 1009, [String].self) == ["a", ""])
        #expect(Self.decode(Self.golden[16].2, 1009, [String].self) == [])
    }

    @Test func anArrayWithNullsNeedsOptionalElements() {
        // ARRAY[1, NULL]
        let hex =
            "00000001" + "00000001" + "00000017" + "00000002" + "00000001" + "0000000400000001" + "ffffffff"
        #expect(Self.decode(hex, 1007, [Int32?].self) == [1, nil])
        #expect(Self.decode(hex, 1007, [Int32].self) == nil)
    }

    /// Hexadecimal bytes and types that hold no value of the Swift type.
    @Test func aValueOfAnotherTypeOrLengthIsNoValue() {
        #expect(Self.decode("000001", 23, Int32.self) == nil)
        #expect(Self.decode("0000010000", 23, Int32.self) == nil)
        #expect(Self.decode("00000100", 25, Int32.self) == nil)
        #expect(Self.decode("", 16, Bool.self) == nil)
        #expect(Self.decode("00", 701, Double.self) == nil)
        #expect(Self.decode("027b", 3802, String.self) == nil)
        #expect(Self.decode("", 3802, String.self) == nil)
        #expect(Self.decode("ff", 25, String.self) == nil, "no UTF-8")
        #expect(Self.decode("0102", 2950, PostgresUUID.self) == nil)
        #expect(Self.decode("7fffffffffffffff", 1184, PostgresTimestamp.self) == nil, "infinity")
        #expect(Self.decode("8000000000000000", 1184, PostgresTimestamp.self) == nil, "-infinity")
        #expect(
            Self.decode("7ffffffffffffffe", 1184, PostgresTimestamp.self) == nil,
            "beyond Int64 from 1970"
        )
    }

    @Test func anArrayThatLiesAboutItselfIsNoValue() {
        let lies = [
            "",
            "00000001",
            // Two dimensions; a count of two thousand millions; a negative one; one element too few.
            "00000002" + "00000000" + "00000017" + "00000001" + "00000001" + "00000001" + "00000001"
                + "0000000400000001",
            "00000001" + "00000000" + "00000017" + "7fffffff" + "00000001",
            "00000001" + "00000000" + "00000017" + "ffffffff" + "00000001",
            "00000001" + "00000000" + "00000017" + "00000002" + "00000001" + "0000000400000001",
            // An element longer than the rest, one of a negative length, a NULL where there are said to be none.
            "00000001" + "00000000" + "00000017" + "00000001" + "00000001" + "7fffffff00000001",
            "00000001" + "00000001" + "00000017" + "00000001" + "00000001" + "fffffffe00000001",
            "00000001" + "00000000" + "00000017" + "00000001" + "00000001" + "ffffffff",
            // Elements of another type, and something behind the end.
            "00000001" + "00000000" + "00000019" + "00000001" + "00000001" + "0000000400000001",
            "00000001" + "00000000" + "00000017" + "00000001" + "00000001" + "000000040000000100",
            "00000000" + "00000000" + "00000017" + "00",
        ]
        for lie in lies { #expect(Self.decode(lie, 1007, [Int32?].self) == nil, "\(lie)") }
    }

    @Test func aTimeBeyondTheServersRangeIsSentAsOneItRefusesNotAsInfinity() {
        let early = PostgresTimestamp(microsecondsSince1970: .min)
        #expect(PostgresParameter.timestamp(early).bytes.map(Self.hex) == "8000000000000001")
        let late = PostgresTimestamp(microsecondsSince1970: .max)
        #expect(PostgresParameter.timestamp(late).bytes.map(Self.hex) != "7fffffffffffffff")
    }

    @Test func aURLThatLibpqCannotReadIsRefusedWithoutRepeatingIt() {
        let error = #expect(throws: PostgresError.self) {
            _ = try PostgresConfiguration(url: "postgresql://role:secret@host/x?nonsense=1")
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.description.contains("secret") == false)
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap { $0.hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func decode<Value: PostgresDecodable>(_ hex: String, _ typeID: UInt32, _: Value.Type) -> Value? {
        bytes(hex).withUnsafeBytes { Value.decode($0, typeID: typeID) }
    }
}
