import Curl
import Glibc
import TestSupport
import Testing

@testable import LiteLLM

@Suite(.timeLimit(.minutes(2))) struct StreamTests {
    @Test func chunksComeAsTheyAreSent() async throws {
        let read = (0..<4).map { _ in Signal() }
        let upstream = try ScriptedUpstream { client, _ in
            client.beginStream(headers: ["x-litellm-call-id: c-9"])
            for (number, read) in read.enumerated() {
                client.text("t\(number)")
                // The next one is sent when this one has been read.
                read.block()
            }
            client.endStream()
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            let stream = try await client.stream(question())
            #expect(stream.report.callID == "c-9")
            var texts: [String] = []
            var usage: TokenUsage?
            var reason: String?
            for try await chunk in stream {
                if !chunk.text.isEmpty {
                    read[texts.count].fire()
                    texts.append(chunk.text)
                }
                usage = chunk.usage ?? usage
                reason = chunk.finishReason ?? reason
            }
            #expect(texts == ["t0", "t1", "t2", "t3"])
            #expect(usage?.completionTokens == 2 && reason == "stop")
        }
        #expect(upstream.requests[0].body.contains(#""stream_options":{"include_usage":true}"#))
        #expect(upstream.requests[0].headers["accept"] == "text/event-stream")
    }

    @Test func charactersThatArriveInPiecesAreWhole() async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.beginStream()
            for byte in utf8(
                #"data: {"choices":[{"delta":{"content":"\#u{e4}\#u{20ac}\#u{1f600}"}}]}"# + "\r\n\r\n"
            ) {
                client.piece([byte])
            }
            client.endStream()
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            let (chunks, failure) = await read(try await client.stream(question()))
            #expect(chunks.map(\.text).joined() == "\u{e4}\u{20ac}\u{1f600}" && failure == nil)
        }
    }

    @Test func halfACharacterIsReplacedAndTheStreamGoesOn() async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.beginStream()
            client.piece(
                utf8(#"data: {"choices":[{"delta":{"content":"a"#) + [0xe2, 0x82] + utf8(#""}}]}"# + "\n\n")
            )
            client.text("b")
            client.endStream()
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            let (chunks, failure) = await read(try await client.stream(question()))
            #expect(chunks.map(\.text).joined() == "a\u{fffd}b" && failure == nil)
        }
    }

    /// How a stream can fail after its first chunk.
    enum Damage: String, CaseIterable, Sendable {
        case dies, endsWithoutEnd, error, garbage, notJSON, longLine, longText, neverEnding
    }

    @Test(arguments: Damage.allCases) func aStreamThatBreaksKeepsWhatHadCome(damage: Damage) async throws {
        let upstream = try ScriptedUpstream { client, _ in
            client.beginStream()
            client.text("so ")
            client.text("far")
            switch damage {
            case .dies: return false
            case .endsWithoutEnd: client.send("0\r\n\r\n")
            case .error:
                client.piece(#"data: {"error":{"message":"gone","type":null,"code":"500"}}"# + "\n\n")
            case .garbage: client.send("this is no chunk\r\n")
            case .notJSON: client.piece("data: {\"choices\": [\n\n")
            case .longLine:
                let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)
                for _ in 0..<1_600 { guard client.piece(piece) else { return false } }
            case .longText:
                let text = String(repeating: "y", count: 1_000)
                while client.piece(#"data: {"choices":[{"delta":{"content":"\#(text)"}}]}"# + "\n\n") {}
            case .neverEnding: while client.piece(": still here\n\n") {}
            }
            return false
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.textBytes = 50_000
            $0.answerBytes = 4 << 20
        } _: { client in
            let (chunks, failure) = await read(try await client.stream(question()))
            let expected: LiteLLMError.Code =
                switch damage {
                case .dies, .endsWithoutEnd, .error, .garbage: .brokenStream
                case .notJSON: .malformedAnswer
                case .longLine, .longText, .neverEnding: .answerTooLarge
                }
            #expect(failure?.code == expected)
            #expect(failure?.partialText?.hasPrefix("so far") == true)
            #expect(failure?.isRetriable == false)
            #expect(chunks.map(\.text).joined() == failure?.partialText)
            while await client.callCount > 0 { await Task.yield() }
        }
    }

    @Test func aStreamThatStallsTimesOutBetweenChunksThoughBytesCome() async throws {
        let gone = Signal()
        let upstream = try ScriptedUpstream { client, _ in
            client.beginStream()
            client.text("a")
            // Comments keep the connection alive, and are no chunks.
            while client.piece(": ping\n\n") { usleep(5_000) }
            gone.fire()
            return false
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.nextChunkTimeout = .milliseconds(60)
        } _: { client in
            let (chunks, failure) = await read(try await client.stream(question()))
            #expect(
                chunks.count == 1 && failure?.code == .timedOutBetweenChunks && failure?.partialText == "a"
            )
            await gone.wait()
        }
    }

    @Test func aReaderThatDoesNotReadLetsTheUpstreamWait() async throws {
        let isFull = Signal()
        let text = String(repeating: "z", count: 1_000)
        let count = 40_000
        let upstream = try ScriptedUpstream { client, _ in
            client.beginStream()
            var sent = 0
            // For a tenth of a second nothing could be sent: the kernel's buffers are full, since nobody reads.
            while sent < count {
                var waited = 0
                while !client.isWritable, waited < 100 {
                    usleep(1_000)
                    waited += 1
                }
                if waited == 100 { isFull.fire() }
                client.text(text)
                sent += 1
            }
            client.endStream()
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.textBytes = 100 << 20
            $0.answerBytes = 100 << 20
        } _: { client in
            let stream = try await client.stream(question())
            await isFull.wait()
            let (chunks, failure) = await read(stream)
            #expect(failure == nil)
            #expect(chunks.reduce(0) { $0 + $1.text.utf8.count } == count * 1_000)
        }
    }

    @Test func manyStreamsAtOnceHaveTheirOwnText() async throws {
        let upstream = try ScriptedUpstream { client, request in
            let name = request.headers["x-litellm-trace-id"] ?? ""
            client.beginStream()
            for number in 0..<20 { client.text("\(name).\(number) ") }
            client.endStream()
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        var request = question()
                        request.context.traceID = "s\(number)"
                        let (chunks, failure) = await read(try await client.stream(request))
                        let expected = (0..<20).map { "s\(number).\($0) " }.joined()
                        #expect(chunks.map(\.text).joined() == expected && failure == nil)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
