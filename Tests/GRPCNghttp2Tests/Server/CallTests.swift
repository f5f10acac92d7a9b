import EventLoop
import GRPCCore
import GRPCNghttp2
import Testing

/// Calls of our client at our server.
@Suite struct CallTests {
    @Test func aUnaryCallBringsItsMessageAndMetadataBack() async throws {
        try await Harness.run { harness in
            let response = try await harness.unary(
                EchoService.echo,
                Array("hello".utf8),
                metadata: ["x-one": "1", "x-two": "a", "x-two": "b", "x-raw-bin": .binary([0, 1, 255])]
            )
            #expect(try response.message == Array("hello".utf8))
            #expect(Array(response.metadata[stringValues: "x-one"]) == ["1"])
            #expect(Array(response.metadata[stringValues: "x-two"]) == ["a", "b"])
            #expect(Array(response.metadata[binaryValues: "x-raw-bin"]) == [[0, 1, 255]])
            #expect(Array(response.trailingMetadata[stringValues: "x-two"]) == ["a", "b"])
        }
    }

    @Test(arguments: [0, 1, 16_379, 16_384, 65_531, 65_536, 1_000_000, 4 * 1_024 * 1_024])
    func messagesOfAnySizeUpToTheLimitPass(size: Int) async throws {
        try await Harness.run { harness in
            let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await #expect(harness.unary(EchoService.echo, message).message == message)
        }
    }

    @Test func aMessageOverTheLimitIsResourceExhaustedAndTheConnectionServesOn() async throws {
        try await Harness.run { harness in
            let tooLarge = [UInt8](repeating: 1, count: 4 * 1_024 * 1_024 + 1)
            let error = await #expect(throws: RPCError.self) {
                try await harness.unary(EchoService.echo, tooLarge).message
            }
            #expect(error?.code == .resourceExhausted)
            try await #expect(harness.unary(EchoService.echo, [1]).message == [1])
            #expect(await harness.serverTransport.census.connections == 1)
        }
    }

    @Test func aStatusComesWithItsMessageAndMetadata() async throws {
        try await Harness.run { harness in
            let text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
            let error = await #expect(throws: RPCError.self) {
                try await harness.unary(EchoService.fail, [9] + Array(text.utf8)).message
            }
            #expect(error?.code == .failedPrecondition)
            #expect(error?.message == text)
            let details = Array(try #require(error).metadata[binaryValues: "x-detail-bin"])
            #expect(details == [[0, 255, 10]])
        }
    }

    @Test func anUnknownMethodIsUnimplemented() async throws {
        try await Harness.run { harness in
            let unknown = MethodDescriptor(fullyQualifiedService: "test.Echo", method: "Nothing")
            let error = await #expect(throws: RPCError.self) { try await harness.unary(unknown, []).message }
            #expect(error?.code == .unimplemented)
        }
    }

    @Test func messagesOfAConversationComeOneByOne() async throws {
        try await Harness.run { harness in
            let received = try await harness.client.bidirectionalStreaming(
                request: StreamingClientRequest { writer in
                    for number in 0..<100 { try await writer.write([UInt8(number)]) }
                },
                descriptor: EchoService.chat,
                serializer: Plain(),
                deserializer: Plain(),
                options: .defaults
            ) { response in
                var received: [UInt8] = []
                for try await message in response.messages { received += message }
                return received
            }
            #expect(received == Array(0..<100))
        }
    }

    @Test func aServerWaitsForAReaderThatIsSlow() async throws {
        try await Harness.run { harness in
            // 256 messages of 64 KiB are 16 MiB, four times what the windows and buffers hold.
            let request: [UInt8] = [0, 1, 0, 0, 0, 0, 1, 0]
            try await harness.client.serverStreaming(
                request: ClientRequest(message: request),
                descriptor: EchoService.flood,
                serializer: Plain(),
                deserializer: Plain(),
                options: .defaults
            ) { response in
                var iterator = response.messages.makeAsyncIterator()
                _ = try await iterator.next()
                // The server stops by itself: whatever it writes beyond the windows waits.
                var last = -1
                while harness.log.writtenCount != last {
                    last = harness.log.writtenCount
                    try await harness.clientLoops.loops[0].sleep(for: .milliseconds(100))
                }
                #expect(last < 128)
                var count = 1
                while let message = try await iterator.next() {
                    #expect(message.count == 65_536)
                    count += 1
                }
                #expect(count == 256)
            }
        }
    }

    @Test func aCallerWhoGoesCancelsTheHandler() async throws {
        try await Harness.run { harness in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask { _ = try? await harness.unary(EchoService.hang, []) }
                }
                while harness.log.begunCount < 10 {
                    try await harness.clientLoops.loops[0].sleep(for: .milliseconds(1))
                }
                group.cancelAll()
                await harness.log.waitForCancellations(10)
            }
            #expect(await harness.serverTransport.census.connections == 1)
        }
    }

    @Test func aDeadlineEndsTheCallOnBothSides() async throws {
        try await Harness.run { harness in
            var timeout = Duration.milliseconds(50)
            // On a machine that is busy, a call's time may be over before the server hears of it.
            while harness.log.begunCount == 0 {
                let options = CallOptions.with { $0.timeout = timeout }
                let error = await #expect(throws: RPCError.self) {
                    try await harness.unary(EchoService.hang, [], options: options).message
                }
                #expect(error?.code == .deadlineExceeded)
                timeout *= 2
            }
            await harness.log.waitForCancellations(harness.log.begunCount)
        }
    }

    @Test func gzipIsAgreedOnPerCall() async throws {
        try await Harness.run { harness in
            let options = CallOptions.with { $0.compression = .gzip }
            let message = [UInt8](repeating: 65, count: 100_000)
            try await #expect(harness.unary(EchoService.echo, message, options: options).message == message)
        }
    }

    @Test func aUnixSocketServesToo() async throws {
        let path = "/tmp/grimoire-test-\(UInt64.random(in: 0 ... .max)).sock"
        try await Harness.run(address: try SocketAddress(unixPath: path)) { harness in
            try await #expect(harness.unary(EchoService.echo, [1, 2]).message == [1, 2])
        }
    }

    @Test func callsUnderWayFinishWhenTheServerShutsDown() async throws {
        try await Harness.run { harness in
            let received = try await harness.client.bidirectionalStreaming(
                request: StreamingClientRequest { writer in
                    try await writer.write([1])
                    harness.server.beginGracefulShutdown()
                    try await harness.clientLoops.loops[0].sleep(for: .milliseconds(200))
                    try await writer.write([2])
                },
                descriptor: EchoService.chat,
                serializer: Plain(),
                deserializer: Plain(),
                options: .defaults
            ) { response in
                var received: [UInt8] = []
                for try await message in response.messages { received += message }
                return received
            }
            #expect(received == [1, 2])
        }
    }

    @Test func manyCallsAtOnceAreAllAnswered() async throws {
        try await Harness.run(loops: 2) { harness in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<2_000 {
                    let message = withUnsafeBytes(of: number) { Array($0) }
                    group.addTask { try await harness.unary(EchoService.echo, message).message == message }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }
}

@Suite struct TakenAddressTests {
    /// The kernel would let it listen there beside the other one, and give each a part of the connections.
    @Test func whereAnotherServerListensNoSecondOneDoes() async throws {
        try await Harness.run(loops: 2) { harness in
            let second = Nghttp2ServerTransport(
                address: harness.address,
                loops: harness.serverLoops,
                offload: OffloadExecutor(width: 1)
            )
            let error = await #expect(throws: TransportError.self) { try await second.listen { _, _ in } }
            #expect(error.map { "\($0)".contains("in use") } == true)
            await #expect(throws: TransportError.self) { try await second.listeningAddress }
        }
    }
}

@Suite struct EarlyShutdownTests {
    @Test func aServerToldToStopBeforeItListensNeverDoes() async throws {
        let loops = try EventLoopGroup(count: 2)
        try loops.start()
        let transport = Nghttp2ServerTransport(
            address: try SocketAddress(host: "127.0.0.1", port: 0),
            loops: loops,
            offload: OffloadExecutor(width: 1)
        )
        transport.beginGracefulShutdown()
        try await transport.listen { _, _ in }
        await #expect(throws: TransportError.self) { try await transport.listeningAddress }
        await loops.shutdown()
    }
}
