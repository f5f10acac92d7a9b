import EventLoop
import Testing

@testable import Redis

@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    @Test func answersComeInTheOrderOfTheCommands() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let connection = try await test.connect(server.url)
            var commands: [RedisCommand] = []
            for number in 0..<500 { commands.append(.set("k\(number)", "v\(number)")) }
            for number in 0..<500 { commands.append(.get("k\(number)")) }
            let answers = try await connection.pipeline(commands, timeout: .seconds(10))
            #expect(answers.prefix(500).allSatisfy { $0 == .status("OK") })
            #expect(answers.suffix(500).elementsEqual((0..<500).map { .string(utf8("v\($0)")) }))
            await connection.close()
        }
    }

    @Test func concurrentCallersEachGetTheirOwnAnswers() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let connection = try await test.connect(server.url)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let value = RedisArgument("v\(number)")
                        let answers = try await connection.pipeline(
                            [.set("k\(number)", value), .get("k\(number)")],
                            timeout: .seconds(10)
                        )
                        #expect(answers == [.status("OK"), .string(utf8("v\(number)"))])
                    }
                }
                try await group.waitForAll()
            }
            await connection.close()
        }
    }

    @Test func valuesAreAnyBytesOfAnySize() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let connection = try await test.connect(server.url)
            let all = (0...255).map { UInt8($0) } + utf8("\r\n$3\r\n")
            let large = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
            for value in [all, [], large] {
                let answers = try await connection.pipeline(
                    [.set(.bytes(all), .bytes(value)), .get(.bytes(all))],
                    timeout: .seconds(20)
                )
                #expect(answers[1] == .string(value))
            }
            await connection.close()
        }
    }
}
