import EventLoop
import GRPCCore
import GRPCNghttp2
import Testing

/// More calls than a connection takes, and calls that end before they have begun.
@Suite struct ManyCallsTests {
    @Test func callsBeyondTheServersLimitOfStreamsWaitForTheirTurn() async throws {
        var configuration = ServerConfiguration()
        configuration.http2.maxConcurrentStreams = 3
        try await Harness.run(server: configuration) { harness in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        for round in 0..<25 {
                            let message = [UInt8(number), UInt8(round)]
                            try await #expect(harness.unary(EchoService.echo, message).message == message)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let census = await harness.clientTransport.census
            #expect(census.connections == 1)
            #expect(census.calls == 0)
            #expect(census.waiting == 0)
        }
    }

    @Test func aCallerWhoWritesOnlyAfterTheServersMetadataIsNotForgotten() async throws {
        try await Harness.run { harness in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let (began, beginning) = AsyncStream<Void>.makeStream()
                        try await harness.client.bidirectionalStreaming(
                            request: StreamingClientRequest { writer in
                                for await _ in began { break }
                                try await writer.write([1])
                            },
                            descriptor: EchoService.chat,
                            serializer: Plain(),
                            deserializer: Plain(),
                            options: .defaults
                        ) { response in
                            beginning.finish()
                            var count = 0
                            for try await _ in response.messages { count += 1 }
                            #expect(count == 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func callsThatAreCancelledWhileTheConnectionIsBeingMadeAreForgotten() async throws {
        for _ in 0..<20 {
            try await Harness.run { harness in
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<10 {
                        group.addTask { _ = try? await harness.unary(EchoService.echo, [1]) }
                    }
                    group.cancelAll()
                }
                try await #expect(harness.unary(EchoService.echo, [1]).message == [1])
                let census = await harness.clientTransport.census
                #expect(census.calls == 0)
                #expect(census.waiting == 0)
            }
        }
    }
}
