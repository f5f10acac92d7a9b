import EventLoop
import Glibc
import Testing

@testable import ServiceKit

fileprivate typealias Parser = HTTPRequestParser

@Suite struct HTTPRequestParserTests {
    private func parse(_ text: String) throws(Parser.Refusal) -> Parser.Request? {
        var parser = Parser()
        parser.append(Array(text.utf8))
        return try parser.next()
    }

    @Test func aGetIsReadWithoutItsQuery() throws {
        let request = try parse("GET /readyz?verbose=1 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(request == Parser.Request(isHead: false, path: "/readyz", isPersistent: true))
        #expect(
            try parse("HEAD / HTTP/1.1\r\nhost:a\r\nConnection: x, Close\r\n\r\n")
                == Parser.Request(isHead: true, path: "/", isPersistent: false)
        )
        #expect(try parse("GET http://a:1/metrics HTTP/1.1\r\nHost: a\r\n\r\n")?.path == "/metrics")
        #expect(try parse("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n")?.path == "/")
    }

    @Test func anOldRequestEndsItsConnectionUnlessItSaysOtherwise() throws {
        #expect(try parse("GET / HTTP/1.0\r\n\r\n")?.isPersistent == false)
        #expect(try parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")?.isPersistent == true)
    }

    @Test(arguments: [
        ("GET /\r\n\r\n", Parser.Refusal.badRequest), ("GET / HTTP/1.1\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", .badRequest),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .versionNotSupported),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .badRequest),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .badRequest),
        ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotAllowed),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", .contentTooLarge),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 1\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", .contentTooLarge),
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: a\u{0}\r\n\r\n", .badRequest),
        ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", .badRequest),
        ("\u{16}\u{3}\u{1} / HTTP/1.1\r\nHost: a\r\n\r\n", .badRequest),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionNotSupported),
    ])
    fileprivate func whatCouldBeReadInTwoWaysIsRefused(text: String, refusal: Parser.Refusal) {
        #expect(throws: refusal) { try parse(text) }
    }

    @Test func everyLimitIsAStatus() {
        let long = String(repeating: "a", count: Parser.maxLineBytes)
        #expect(throws: Parser.Refusal.uriTooLong) { try parse("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(throws: Parser.Refusal.uriTooLong) { try parse("GET /\(long)") }
        let field = "x: " + String(repeating: "a", count: 1_000) + "\r\n"
        let many = String(repeating: field, count: 9)
        #expect(throws: Parser.Refusal.headersTooLarge) {
            try parse("GET / HTTP/1.1\r\nHost: a\r\n\(many)\r\n")
        }
        #expect(throws: Parser.Refusal.headersTooLarge) { try parse("GET / HTTP/1.1\r\nHost: a\r\n\(many)") }
        let fields = String(repeating: "x: 1\r\n", count: Parser.maxFields)
        #expect(throws: Parser.Refusal.headersTooLarge) {
            try parse("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        }
    }

    @Test func requestsComeInAnyPiecesAndOneAfterTheOther() throws {
        let text = "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"
        for size in 1...text.utf8.count {
            var parser = Parser()
            var paths: [String] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                parser.append(rest.prefix(size))
                rest = rest.dropFirst(size)
                while let request = try parser.next() { paths.append(request.path) }
            }
            #expect(paths == ["/a", "/b"], "in pieces of \(size)")
            #expect(parser.isEmpty)
        }
    }

    @Test func oneEmptyLineIsBorneAndNoMoreInWhateverPieces() throws {
        let text = Array("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for cut in 1...text.count { #expect(outcome(text, cut: cut) == .refused([], .badRequest), "\(cut)") }
    }

    /// Whatever comes, in whatever pieces: the parser ends, keeps to its limits, and says the same for any cut.
    @Test func bytesFromOutsideNeverTrapIt() {
        var random = SplitMix(state: 20_251_125)
        let seeds = [
            "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "GET http://h/x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX: \t y\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
        ].map { Array($0.utf8) }
        let spice = Array("\r\n\r\n \t:/%?#\u{0}".utf8) + [127, 128, 255]
        for _ in 0..<20_000 {
            var bytes = seeds[Int(random.next() % UInt64(seeds.count))]
            for _ in 0..<(random.next() % 8) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.insert(spice[Int(random.next() % UInt64(spice.count))], at: place)
                case 2 where bytes.count > 1: bytes.remove(at: place)
                default: bytes.append(contentsOf: bytes[place...].prefix(Int(random.next() % 2_000)))
                }
            }
            let whole = outcome(bytes, cut: bytes.count)
            #expect(outcome(bytes, cut: 1 + Int(random.next() % 40)) == whole, "\(bytes)")
        }
    }

    private enum Outcome: Equatable {
        case requests([Parser.Request])
        case refused([Parser.Request], Parser.Refusal)
    }

    private func outcome(_ bytes: [UInt8], cut: Int) -> Outcome {
        var parser = Parser()
        var requests: [Parser.Request] = []
        var rest = bytes[...]
        do throws(Parser.Refusal) {
            while !rest.isEmpty {
                parser.append(rest.prefix(cut))
                rest = rest.dropFirst(cut)
                while let request = try parser.next() { requests.append(request) }
            }
            return .requests(requests)
        } catch {
            return .refused(requests, error)
        }
    }
}

/// Numbers that look random and are the same in each run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

@Suite struct HTTPResponderTests {
    private func withResponder(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThreads { threads in
            let port = try ListeningPort(host: "127.0.0.1", port: 0)
            let responder = HTTPResponder(
                port: port,
                loop: threads.loops.loops[0],
                routes: [
                    "/healthz": { HTTPAnswer(body: "fine") }
                ]
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await responder.run() }
                try await body(port.port)
                group.cancelAll()
            }
        }
    }

    private func exchange(_ port: Int, _ text: String) async throws -> String {
        try await onThread { try ServiceKitTests.exchange(port, text) }
    }

    @Test func knownPathsAreAnsweredAndOthersAreNot() async throws {
        try await withResponder { port in
            let one = try await exchange(
                port,
                "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            #expect(one.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(one.hasSuffix("\r\n\r\nfine"))
            let other = try await exchange(port, "GET /other HTTP/1.0\r\n\r\n")
            #expect(other.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
            let head = try await exchange(port, "HEAD /healthz HTTP/1.0\r\n\r\n")
            #expect(head.contains("content-length: 4\r\n"))
            #expect(head.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func aConnectionServesOneRequestAfterTheOther() async throws {
        try await withResponder { port in
            let request = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
            let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let answers = try await exchange(port, request + request + last)
            #expect(answers.components("fine") == 3)
        }
    }

    @Test func aRefusedRequestGetsItsAnswerAlthoughItsBodyIsNotRead() async throws {
        try await withResponder { port in
            let body = String(repeating: "x", count: 20_000)
            let answer = try await exchange(
                port,
                "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + body
            )
            #expect(answer.hasPrefix("HTTP/1.1 405 "))
            #expect(answer.contains("allow: GET, HEAD\r\n"))
            #expect(answer.contains("connection: close\r\n"))
        }
    }

    @Test func connectionsBeyondTheLimitAreClosedAndOthersServeOn() async throws {
        try await withResponder { port in
            let (silent, refused) = try await onThread {
                var silent: [Int32] = []
                for _ in 0..<HTTPResponder.maxConnections { silent.append(try connected(port)) }
                let refused = try connected(port)
                var byte: UInt8 = 0
                let count = recv(refused, &byte, 1, 0)
                close(refused)
                return (silent, count)
            }
            #expect(refused <= 0, "closed without an answer")
            let answer = try await onThread {
                for descriptor in silent.dropFirst() { close(descriptor) }
                let text = "GET /healthz HTTP/1.0\r\n\r\n"
                _ = send(silent[0], text, text.utf8.count, Int32(MSG_NOSIGNAL))
                var buffer = [UInt8](repeating: 0, count: 512)
                let count = recv(silent[0], &buffer, buffer.count, 0)
                close(silent[0])
                return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func aPortInUseIsRefusedWithItsReason() throws {
        let port = try ListeningPort(host: "127.0.0.1", port: 0)
        defer { close(port.descriptor) }
        let error = #expect(throws: ListeningPort.Refused.self) {
            try ListeningPort(host: "127.0.0.1", port: port.port)
        }
        #expect(error?.description.contains("in use") == true)
    }
}

/// What comes back for these bytes until the peer closes, by a plain blocking socket.
func exchange(_ port: Int, _ text: String) throws -> String {
    let descriptor = try connected(port)
    defer { close(descriptor) }
    try #require(send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count)
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        received += buffer[..<count]
    }
    return String(decoding: received, as: UTF8.self)
}

/// Runs what blocks away from Swift's own threads.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    let offload = OffloadExecutor(width: 1)
    do {
        let result = try await offload.run(body)
        await offload.shutdown()
        return result
    } catch {
        await offload.shutdown()
        throw error
    }
}

func connected(_ port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    try #require(descriptor >= 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    try #require(result == 0)
    var time = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
}

extension String {
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
