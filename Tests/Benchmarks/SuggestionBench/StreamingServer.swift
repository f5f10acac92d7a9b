import EventLoop
import Glibc

/// The upstream's connections. On one loop's thread.
final class StreamingServer {
    let loop: EventLoop
    let words: Int
    let pace: Duration
    private var connections: [Int32: StreamingConnection] = [:]
    private var listening: Registration?

    init(loop: EventLoop, words: Int, pace: Duration) {
        self.loop = loop
        self.words = words
        self.pace = pace
    }

    /// Takes every connection there is, for ever: the program ends by a signal.
    func accept(on listener: Int32) throws {
        listening = try loop.register(listener, interest: .readable) { _ in
            while case let descriptor = Glibc.accept(listener, nil, nil), descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                var yes: Int32 = 1
                setsockopt(
                    descriptor,
                    Int32(IPPROTO_TCP),
                    TCP_NODELAY,
                    &yes,
                    socklen_t(MemoryLayout<Int32>.size)
                )
                self.connections[descriptor] = try? StreamingConnection(descriptor, self)
            }
        }
    }

    func forget(_ descriptor: Int32) {
        connections[descriptor] = nil
        close(descriptor)
    }
}

/// One connection: reads a request, streams an answer, reads the next.
final class StreamingConnection {
    private let descriptor: Int32
    private unowned let server: StreamingServer
    private var registration: Registration?
    private var inbox: [UInt8] = []
    private var outbox: [UInt8] = []
    private var sent = 0
    private var timer: Timer?

    init(_ descriptor: Int32, _ server: StreamingServer) throws {
        self.descriptor = descriptor
        self.server = server
        registration = try server.loop.register(descriptor, interest: .readable) { [unowned self] in
            becameReady($0)
        }
    }

    private func becameReady(_ readiness: Readiness) {
        if readiness.contains(.writable) { flush() }
        guard readiness != .writable else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                inbox += buffer[..<count]
            } else if count < 0, errno == EAGAIN {
                break
            } else {
                return end()
            }
        }
        takeRequest()
    }

    private func takeRequest() {
        guard timer == nil, let head = inbox.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        let lines = String(decoding: inbox[..<head.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let length = lines.lazy.compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
            return Int(parts[1].drop { $0 == " " })
        }
        let end = head.upperBound + (length.first ?? 0)
        guard inbox.count >= end else { return }
        inbox.removeFirst(end)
        let fields = "content-type: text/event-stream\r\ntransfer-encoding: chunked"
        write("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n")
        say(0)
    }

    private func say(_ number: Int) {
        timer = nil
        guard number < server.words else {
            event(#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#)
            event(#"{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":\#(server.words)}}"#)
            event("[DONE]")
            write("0\r\n\r\n")
            flush()
            return takeRequest()
        }
        let words = Stamp.words(Stamp.now)
        event(#"{"choices":[{"index":0,"delta":{"content":"\#(words)"},"finish_reason":null}]}"#)
        flush()
        guard registration != nil else { return }
        timer = server.loop.schedule(after: server.pace) { [weak self] in self?.say(number + 1) }
    }

    private func event(_ json: String) {
        var json = json
        if json.hasPrefix("{") {
            json = #"{"id":"bench","object":"chat.completion.chunk","model":"bench","# + json.dropFirst()
        }
        let text = "data: \(json)\n\n"
        write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    private func write(_ text: String) { outbox += text.utf8 }

    private func flush() {
        while sent < outbox.count {
            let count = outbox.withUnsafeBytes { bytes in
                send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                registration?.interest = [.readable, .writable]
                return
            } else {
                return end()
            }
        }
        outbox.removeAll(keepingCapacity: true)
        sent = 0
        registration?.interest = .readable
    }

    private func end() {
        timer?.cancel()
        registration?.cancel()
        registration = nil
        server.forget(descriptor)
    }
}
