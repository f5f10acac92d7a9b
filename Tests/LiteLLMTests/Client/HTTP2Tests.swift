import Curl
import Glibc
import TestSupport
import Testing

@testable import LiteLLM

/// The client over HTTP/2, agreed on by TLS and served by nghttp2.
@Suite(.timeLimit(.minutes(2))) struct HTTP2Tests {
    private static func event(_ text: String) -> String {
        #"data: {"choices":[{"delta":{"content":"\#(text)"}}]}"# + "\n\n"
    }

    private static let whole = utf8(event("a") + event("b") + "data: [DONE]\n\n")

    private func request(_ trace: String) -> ChatRequest {
        var request = question()
        request.context.traceID = trace
        return request
    }

    @Test func streamsAreReadAndConnectionsUsedAgain() async throws {
        let upstream = try LocalServer { descriptor, _ in
            HTTP2Session(descriptor) { .init(body: utf8(Self.event($0)) + Self.whole) }.serve()
        }
        defer { upstream.stop() }
        let front = try TLSFront(port: upstream.port, protocols: "h2")
        defer { front.stop() }
        try await withClient(front.url) {
            $0.connection.authoritiesFile = front.certificate
        } _: { client in
            for number in 0..<5 {
                let (chunks, failure) = await read(try await client.stream(request("s\(number)")))
                #expect(chunks.map(\.text).joined() == "s\(number)ab" && failure == nil)
                while await client.callCount > 0 { await Task.yield() }
            }
        }
        #expect(upstream.accepted == 1)
    }

    @Test func manyStreamsAtOnceHaveTheirOwnText() async throws {
        let upstream = try LocalServer { descriptor, _ in
            HTTP2Session(descriptor) { .init(body: utf8(Self.event($0)) + Self.whole) }.serve()
        }
        defer { upstream.stop() }
        let front = try TLSFront(port: upstream.port, protocols: "h2")
        defer { front.stop() }
        try await withClient(front.url) {
            $0.connection.authoritiesFile = front.certificate
        } _: { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let (chunks, failure) = await read(try await client.stream(request("s\(number)")))
                        #expect(chunks.map(\.text).joined() == "s\(number)ab" && failure == nil)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func cancellingIsSeenByTheUpstream() async throws {
        let gone = Signal()
        let upstream = try LocalServer { descriptor, _ in
            HTTP2Session(descriptor) { _ in
                .init(body: utf8(Self.event("a")), isUnfinished: true)
            } onEnd: { _ in
                gone.fire()
            }.serve()
        }
        defer { upstream.stop() }
        let front = try TLSFront(port: upstream.port, protocols: "h2")
        defer { front.stop() }
        try await withClient(front.url) {
            $0.connection.authoritiesFile = front.certificate
        } _: { client in
            let reached = Signal()
            let task = Task {
                let stream = try await client.stream(request("x"))
                reached.fire()
                return await read(stream).failure
            }
            await reached.wait()
            task.cancel()
            await gone.wait()
            let failure = try await task.value
            #expect(failure?.code == .cancelled && failure?.partialText == "a")
        }
    }

    @Test func aConnectionThatDiesBreaksTheStream() async throws {
        let upstream = try LocalServer { descriptor, _ in
            var buffer = [UInt8](repeating: 0, count: 1_000)
            _ = recv(descriptor, &buffer, buffer.count, 0)
        }
        defer { upstream.stop() }
        let front = try TLSFront(port: upstream.port, protocols: "h2")
        defer { front.stop() }
        try await withClient(front.url) {
            $0.connection.authoritiesFile = front.certificate
        } _: { client in
            let error = await failure { () async throws(LiteLLMError) in try await client.stream(request("x"))
            }
            #expect(error?.code == .brokenStream && error?.isRetriable == true)
        }
    }

    @Test func aReaderThatDoesNotReadHoldsUpNoOther() async throws {
        let gone = Signal()
        let upstream = try LocalServer { descriptor, _ in
            HTTP2Session(descriptor) { trace in
                .init(
                    body: trace == "endless" ? utf8(Self.event("z")) : Self.whole,
                    isEndless: trace == "endless"
                )
            } onEnd: { _ in
                gone.fire()
            }.serve()
        }
        defer { upstream.stop() }
        let front = try TLSFront(port: upstream.port, protocols: "h2")
        defer { front.stop() }
        try await withClient(front.url) {
            $0.connection.authoritiesFile = front.certificate
        } _: { client in
            var slow: ChatStream? = try await client.stream(request("endless"))
            for _ in 0..<20 {
                let (chunks, failure) = await read(try await client.stream(request("x")))
                #expect(chunks.map(\.text).joined() == "ab" && failure == nil)
            }
            #expect(slow != nil)
            slow = nil
            await gone.wait()
        }
    }
}
