import GRPCCore
import GRPCNghttp2
import Testing

/// Methods that answer some calls past GRPCCore and leave the others to their generated handlers.
@Suite struct RawUnaryMethodTests {
    /// Answers messages that begin with 1, from memory; declines all others.
    private static var configuration: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.rawMethods = [
            RawUnaryMethod(whereKnown: EchoService.echo) { call in
                guard call.message.withUnsafeBytes({ $0.first == 1 }) else { return .declined }
                call.respond(MessageBytes([42]), trailing: ["x-raw": "yes"])
                return .answered
            }
        ]
        return configuration
    }

    @Test func whatItKnowsItAnswersItself() async throws {
        try await Harness.run(server: Self.configuration) { harness in
            let response = try await harness.unary(EchoService.echo, [1, 2], metadata: ["x-a": "b"])
            #expect(try response.message == [42])
            #expect(Array(response.trailingMetadata[stringValues: "x-raw"]) == ["yes"])
            #expect(Array(response.metadata[stringValues: "x-a"]).isEmpty)
        }
    }

    @Test(arguments: [0, 1, 60_000, 65_536, 65_537, 200_000, 4 * 1_024 * 1_024])
    func whatItDeclinesOrMayNotSeeGoesToTheGeneratedHandlerWhole(size: Int) async throws {
        try await Harness.run(server: Self.configuration) { harness in
            let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let response = try await harness.unary(EchoService.echo, message, metadata: ["x-a": "b"])
            #expect(try response.message == message)
            #expect(Array(response.metadata[stringValues: "x-a"]) == ["b"])
            try await #expect(harness.unary(EchoService.echo, [1]).message == [42])
        }
    }

    @Test func aLargeMessageItWouldKnowIsNotItsBusiness() async throws {
        try await Harness.run(server: Self.configuration) { harness async throws in
            let message = [UInt8](repeating: 1, count: RawUnaryMethod.maxMessageBytes + 1)
            try await #expect(harness.unary(EchoService.echo, message).message == message)
        }
    }

    @Test func aCompressedMessageIsNotItsBusiness() async throws {
        try await Harness.run(server: Self.configuration) { harness in
            let message = [UInt8](repeating: 1, count: 1_000)
            let options = CallOptions.with { $0.compression = .gzip }
            try await #expect(harness.unary(EchoService.echo, message, options: options).message == message)
        }
    }

    @Test func knownAndUnknownCallsMixOnOneConnection() async throws {
        try await Harness.run(server: Self.configuration) { harness in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let first = UInt8(number % 2)
                        let answer = try await harness.unary(EchoService.echo, [first, UInt8(number)]).message
                        return answer == (first == 1 ? [42] : [0, UInt8(number)])
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(await harness.serverTransport.census.connections == 1)
        }
    }

    @Test func aMessageOverTheServersLimitFailsAlone() async throws {
        try await Harness.run(server: Self.configuration) { harness in
            let error = await #expect(throws: RPCError.self) {
                try await harness.unary(
                    EchoService.echo,
                    [UInt8](repeating: 1, count: 4 * 1_024 * 1_024 + 1)
                ).message
            }
            #expect(error?.code == .resourceExhausted)
            try await #expect(harness.unary(EchoService.echo, [1]).message == [42])
        }
    }
}
