import Testing

@testable import Redis

/// The bytes of commands.
@Suite struct CommandTests {
    private static func written(_ arguments: [String], keyIndex: Int? = 0) -> RedisCommand {
        let capacity = arguments.reduce(0) { $0 + $1.utf8.count }
        return RedisCommand("MGET", arguments: arguments.count, capacity: capacity, keyIndex: keyIndex) {
            writer in
            for var argument in arguments { argument.withUTF8 { writer.append($0) } }
        }
    }

    @Test func aCommandIsAnArrayOfBulkStrings() {
        let command = RedisCommand("SET", ["key", .bytes([0, 13, 10]), "PX", 100])
        let text = "*5\r\n$3\r\nSET\r\n$3\r\nkey\r\n$3\r\n\0\r\n\r\n$2\r\nPX\r\n$3\r\n100\r\n"
        #expect(command.bytes == Array(text.utf8))
        #expect(command.key.map { Array(command.bytes[$0]) } == Array("key".utf8))
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 1_000, 12_345])
    func whatIsWrittenInPlaceIsTheSame(length: Int) {
        let arguments = [String(repeating: "k", count: length), "", "värde"]
        for keyIndex in [0, 1, 2, 3, nil] {
            let command = RedisCommand("MGET", arguments.map { RedisArgument($0) }, keyIndex: keyIndex)
            #expect(Self.written(arguments, keyIndex: keyIndex) == command)
        }
    }

    @Test func aCommandOfManyArgumentsHasRoomForAllOfThem() {
        let arguments = (0..<1_234).map { "\($0)" }
        #expect(Self.written(arguments) == RedisCommand("MGET", arguments.map { RedisArgument($0) }))
    }

    @Test func aCommandWithoutArgumentsIsItsName() {
        let command = RedisCommand("TIME", arguments: 0, capacity: 0) { _ in }
        #expect(command == RedisCommand("TIME"))
        #expect(command.bytes == Array("*1\r\n$4\r\nTIME\r\n".utf8))
    }
}
