import EventLoop
import GRPCCore
import Testing

@testable import GRPCNghttp2

/// Raw methods that wait before they answer a call, or leave it to its generated handler.
@Suite struct LaterAnswerTests {
    /// What a message's first byte asks for.
    private enum Wish {
        static let answer: UInt8 = 1
        static let decline: UInt8 = 2
        /// Until its task is cancelled; then it is declined.
        static let wait: UInt8 = 3
        /// Until the gate is opened.
        static let gate: UInt8 = 4
    }

    /// Tells a test what goes on in a method, and the method when to go on.
    private struct Signal: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        func give() { continuation.yield() }

        /// Returns once it is given, or the task is cancelled.
        func wait() async { for await _ in stream { return } }
    }

    private let begun = Signal()
    private let ended = Signal()
    private let gate = Signal()

    /// How the method says that it answers later.
    enum Manner: CaseIterable { case inATask, byCallingBack, byCallingBackAtOnce }

    private func configuration(_ manner: Manner) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.rawMethods = [
            RawUnaryMethod(whereKnown: EchoService.echo) { call in
                let wish = call.message.withUnsafeBytes { $0.first ?? 0 }
                switch manner {
                case .inATask: return .later { await grant(wish, to: call) }
                case .byCallingBackAtOnce:
                    return .calledBack { callBack in
                        if wish == Wish.answer { call.respond(MessageBytes([42])) }
                        callBack(wish == Wish.answer)
                    }
                case .byCallingBack:
                    return .calledBack { callBack in
                        let loop = call.stream.loop
                        let task = Task(executorPreference: loop.taskExecutor) {
                            let isAnswered = await grant(wish, to: call)
                            loop.execute { callBack(isAnswered) }
                        }
                        call.onCompletion { _, _ in task.cancel() }
                    }
                }
            }
        ]
        return configuration
    }

    private func grant(_ wish: UInt8, to call: RawUnaryCall) async -> Bool {
        await Task.yield()
        switch wish {
        case Wish.wait:
            begun.give()
            await Signal().wait()
            ended.give()
            return false
        case Wish.gate:
            begun.give()
            await gate.wait()
        case Wish.answer: break
        default: return false
        }
        call.respond(MessageBytes([42]))
        return true
    }

    @Test(arguments: Manner.allCases)
    func aCallIsAnsweredAfterAWait(_ manner: Manner) async throws {
        try await Harness.run(server: configuration(manner)) { harness in
            let response = try await harness.unary(
                EchoService.echo,
                [Wish.answer, 7],
                metadata: ["x-a": "b"]
            )
            #expect(try response.message == [42])
            #expect(Array(response.metadata[stringValues: "x-a"]).isEmpty)
        }
    }

    @Test(arguments: [1, 1_000, RawUnaryMethod.maxMessageBytes], Manner.allCases)
    func whatIsDeclinedAfterAWaitGoesToTheGeneratedHandlerWhole(size: Int, _ manner: Manner) async throws {
        try await Harness.run(server: configuration(manner)) { harness in
            let message = [UInt8](repeating: Wish.decline, count: size)
            let response = try await harness.unary(EchoService.echo, message, metadata: ["x-a": "b"])
            #expect(try response.message == message)
            #expect(Array(response.metadata[stringValues: "x-a"]) == ["b"])
        }
    }

    @Test(arguments: Manner.allCases)
    func answersAndDeclinesMixOnOneConnection(_ manner: Manner) async throws {
        try await Harness.run(server: configuration(manner)) { harness in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let wish = number % 2 == 0 ? Wish.answer : Wish.decline
                        let answer = try await harness.unary(EchoService.echo, [wish, UInt8(number)]).message
                        return answer == (wish == Wish.answer ? [42] : [wish, UInt8(number)])
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(await harness.serverTransport.census.connections == 1)
        }
    }

    @Test(arguments: [Manner.inATask, .byCallingBack])
    func theWaitOfACallerWhoLeavesIsCancelled(_ manner: Manner) async throws {
        try await Harness.run(server: configuration(manner)) { harness in
            let call = Task { try await harness.unary(EchoService.echo, [Wish.wait]).message }
            await begun.wait()
            call.cancel()
            await ended.wait()
            await #expect(throws: (any Error).self) { try await call.value }
            try await #expect(harness.unary(EchoService.echo, [Wish.answer]).message == [42])
        }
    }

    @Test(arguments: [Manner.inATask, .byCallingBack])
    func theWaitEndsWithTheCallersTime(_ manner: Manner) async throws {
        try await Harness.run(server: configuration(manner)) { harness in
            // On a busy machine the time may be over before the server has the call: then more of it is given.
            let calls = Task {
                var timeout: Duration = .milliseconds(100)
                while !Task.isCancelled {
                    let options = CallOptions.with { $0.timeout = timeout }
                    let error = await #expect(throws: RPCError.self) {
                        try await harness.unary(EchoService.echo, [Wish.wait], options: options).message
                    }
                    #expect(error?.code == .deadlineExceeded || Task.isCancelled)
                    timeout *= 2
                }
            }
            await ended.wait()
            calls.cancel()
            await calls.value
            try await #expect(harness.unary(EchoService.echo, [Wish.answer]).message == [42])
        }
    }

    @Test(arguments: [Manner.inATask, .byCallingBack])
    func aServerThatStopsLetsItsWaitingCallsFinish(_ manner: Manner) async throws {
        try await Harness.run(server: configuration(manner)) { harness in
            async let answer = harness.unary(EchoService.echo, [Wish.gate]).message
            await begun.wait()
            harness.server.beginGracefulShutdown()
            gate.give()
            try await #expect(answer == [42])
        }
    }
}
