internal import Synchronization

/// A request as an upstream got it.
package struct UpstreamRequest: Sendable {
    package let line: String
    /// Names in lower case.
    package let headers: [String: String]
    package let body: String
}

/// A server of HTTP/1.1 that answers as a test wants it to, each client on a thread of its own.
package final class ScriptedUpstream: Sendable {
    /// One client.
    package final class Client: Sendable {
        private let socket: ClientSocket
        private let inbox = Mutex<[UInt8]>([])

        fileprivate init(descriptor: Int32) { socket = ClientSocket(descriptor) }

        /// The next request, nil at the end.
        fileprivate func request() -> UpstreamRequest? {
            inbox.withLock { inbox in
                guard let head = read(&inbox, upTo: "\r\n\r\n") else { return nil }
                var lines = head.components(separatedBy: "\r\n")
                let line = lines.removeFirst()
                var headers: [String: String] = [:]
                for line in lines {
                    let parts = line.components(separatedBy: ": ")
                    headers[parts[0].lowercased()] = parts.dropFirst().joined(separator: ": ")
                }
                let length = headers["content-length"].flatMap { Int($0) } ?? 0
                while inbox.count < length { guard receive(&inbox) else { return nil } }
                let body = String(decoding: inbox.prefix(length), as: UTF8.self)
                inbox.removeFirst(length)
                return UpstreamRequest(line: line, headers: headers, body: body)
            }
        }

        private func read(_ inbox: inout [UInt8], upTo end: String) -> String? {
            while true {
                if let range = inbox.firstRange(of: Array(end.utf8)) {
                    let text = String(decoding: inbox[..<range.lowerBound], as: UTF8.self)
                    inbox.removeFirst(range.upperBound)
                    return text
                }
                guard receive(&inbox) else { return nil }
            }
        }

        private func receive(_ inbox: inout [UInt8]) -> Bool {
            guard let bytes = socket.receive() else { return false }
            inbox += bytes
            return true
        }

        /// False where the client has gone.
        @discardableResult
        package func send(_ bytes: [UInt8]) -> Bool { socket.send(bytes) }

        @discardableResult
        package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        /// Returns when the client has gone or the server been stopped.
        package func waitForEnd() { socket.waitForEnd() }

        /// Whether another byte could be sent at once.
        package var isWritable: Bool { socket.isWritable }

        // MARK: Answers

        /// A whole answer.
        package func answer(_ status: Int = 200, _ body: String, headers: [String] = []) {
            let lines =
                ["HTTP/1.1 \(status) X", "content-type: application/json"] + headers
                + ["content-length: \(body.utf8.count)", "", body]
            send(lines.joined(separator: "\r\n"))
        }

        /// The start of a stream.
        package func beginStream(headers: [String] = []) {
            let lines =
                ["HTTP/1.1 200 OK", "content-type: text/event-stream; charset=utf-8"] + headers
                + ["transfer-encoding: chunked", "", ""]
            send(lines.joined(separator: "\r\n"))
        }

        /// A piece of a stream, as it is.
        @discardableResult
        package func piece(_ bytes: [UInt8]) -> Bool {
            send(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
        }

        @discardableResult
        package func piece(_ text: String) -> Bool { piece(Array(text.utf8)) }

        /// A piece of text as LiteLLM streams it.
        package func text(_ text: String) {
            piece(#"data: {"model":"m","choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"# + "\n\n")
        }

        /// What LiteLLM ends a stream with.
        package func endStream() {
            piece(#"data: {"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n")
            piece(
                #"data: {"choices":[{"index":0,"delta":{}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#
                    + "\n\n"
            )
            piece("data: [DONE]\n\n")
            send("0\r\n\r\n")
        }
    }

    /// What is done with a request; false to close the connection after it.
    package typealias Script = @Sendable (Client, UpstreamRequest) -> Bool

    private let server: LocalServer
    private let seen: Requests

    /// What has been asked.
    private final class Requests: Sendable {
        let all = Mutex<[UpstreamRequest]>([])
    }

    /// One of HTTP/1.1.
    package init(_ script: @escaping Script) throws {
        let seen = Requests()
        self.seen = seen
        server = try LocalServer { descriptor, _ in
            let client = Client(descriptor: descriptor)
            while let request = client.request() {
                seen.all.withLock { $0.append(request) }
                guard script(client, request) else { break }
            }
        }
    }

    package var port: UInt16 { server.port }
    package var url: String { "http://127.0.0.1:\(port)" }
    /// How many connections have been made.
    package var accepted: Int { server.accepted }
    package var requests: [UpstreamRequest] { seen.all.withLock { $0 } }

    package func stop() { server.stop() }
}

extension String {
    /// Foundation has one, and so much else.
    package func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
