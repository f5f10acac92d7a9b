import Testing

@testable import Redis

@Suite(.timeLimit(.minutes(2))) struct AuthenticationTests {
    @Test func theRightPasswordIsLetInAndAWrongOneIsRefused() async throws {
        let server = try RedisServer("--requirepass", "s3cret/%")
        try await TestLoop.with { test async throws in
            let address = "127.0.0.1:\(server.port)"
            let connection = try await test.connect("redis://:s3cret%2F%25@\(address)")
            _ = try await connection.send(
                RedisCommand("ACL", ["SETUSER", "reader", "on", ">pass", "~*", "+@all"], keyIndex: nil)
            )
            await connection.close()
            let user = try await test.connect("redis://reader:pass@\(address)")
            let name = try await user.send(RedisCommand("ACL", ["WHOAMI"], keyIndex: nil)).bytes()
            #expect(name == utf8("reader"))
            await user.close()
            for credentials in [":wrong@", "reader:wrong@", "nobody:pass@", ""] {
                let error = await failure { () async throws(RedisError) in
                    try await test.connect("redis://\(credentials)\(address)")
                }
                #expect(error?.code == .authenticationFailed && error?.isConnectionDead == true)
                #expect(error?.isRetriable == false)
                #expect(error?.debugDescription.contains("wrong") == false)
            }
        }
    }

    @Test func aPasswordThatNobodyAskedForIsRefused() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let error = await failure { () async throws(RedisError) in
                try await test.connect("redis://:password@127.0.0.1:\(server.port)")
            }
            #expect(error?.code == .authenticationFailed)
        }
    }

    @Test func databasesAreApartAndOneThatIsNotThereIsRefused() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let first = try await test.connect("\(server.url)/0")
            let third = try await test.connect("\(server.url)/3")
            _ = try await third.send(.set("a", "3"))
            #expect(try await first.send(.get("a")) == .null)
            #expect(try await third.send(.get("a")) == .string(utf8("3")))
            await first.close()
            await third.close()
            let error = await failure { () async throws(RedisError) in
                try await test.connect("\(server.url)/99")
            }
            #expect(error?.code == .connectionFailed && error?.serverError?.kind == "ERR")
        }
    }

    @Test func aNameIsLookedUp() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let connection = try await test.connect("redis://localhost:\(server.port)")
            #expect(try await connection.send(RedisCommand("PING", keyIndex: nil)) == .status("PONG"))
            await connection.close()
            // No label of a name is that long (RFC 1035): the resolver asks nobody.
            let name = String(repeating: "a", count: 70)
            let error = await failure { () async throws(RedisError) in
                try await test.connect("redis://\(name).invalid")
            }
            #expect(error?.code == .connectionFailed)
        }
    }
}
