import Testing

@testable import Postgres

@Suite struct BinaryFormatTests {
    @Test func parametersAreSentAsPostgreSQLWritesThem() {
        #expect(PostgresParameter.int4(-2).bytes == [0xff, 0xff, 0xff, 0xfe])
        #expect(PostgresParameter.int8(258).bytes == [0, 0, 0, 0, 0, 0, 1, 2])
        #expect(PostgresParameter.bool(true).bytes == [1])
        #expect(PostgresParameter.text("é").bytes == [0xc3, 0xa9])
        #expect(PostgresParameter.text("").bytes == [])
        #expect(PostgresParameter.text(nil).bytes == nil)
        #expect(PostgresParameter.jsonb("{}").bytes == [1, 0x7b, 0x7d])
        // 2000-01-01T00:00:01Z is one second after PostgreSQL's epoch.
        let second = PostgresTimestamp(microsecondsSince1970: 946_684_801_000_000)
        #expect(PostgresParameter.timestamp(second).bytes == [0, 0, 0, 0, 0, 0x0f, 0x42, 0x40])
        #expect(second.microsecondsSince1970 == 946_684_801_000_000)
    }

    @Test func aValueOfAnotherTypeOrLengthIsNoValue() {
        func decode<Value: PostgresDecodable>(_ bytes: [UInt8], _ typeID: UInt32, _: Value.Type) -> Value? {
            bytes.withUnsafeBytes { Value.decode($0, typeID: typeID) }
        }
        #expect(decode([0, 0, 1, 0], TypeID.int4, Int32.self) == 256)
        #expect(decode([0, 0, 1], TypeID.int4, Int32.self) == nil)
        #expect(decode([0, 0, 1, 0], TypeID.text, Int32.self) == nil)
        #expect(decode([2, 0x7b], TypeID.jsonb, String.self) == nil)
        #expect(decode([1, 0x7b, 0x7d], TypeID.jsonb, String.self) == "{}")
        #expect(decode([1, 2], TypeID.uuid, PostgresUUID.self) == nil)
    }

    @Test func aURLThatLibpqCannotReadIsRefusedWithoutRepeatingIt() {
        let error = #expect(throws: PostgresError.self) {
            _ = try PostgresConfiguration(url: "postgresql://role:secret@host/x?nonsense=1")
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.description.contains("secret") == false)
    }
}
