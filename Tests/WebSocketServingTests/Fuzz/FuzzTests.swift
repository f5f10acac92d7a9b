import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import WebSocketServing

@Suite("Fuzzing what a WebSocket brings")
struct FuzzTests {
    @Test("Whatever frames come, messages are whole and there is one goodbye")
    func frames() throws {
        let corpus = try FuzzCorpus()
        #expect(corpus.inputs.count >= 8)
        let words = [
            "\u{1}\u{5}Hello", "é", "日本", "🙂", "\u{8}\u{2}\u{3}", "\u{0}", "\u{9}", "\u{fffd}",
            String(repeating: "y", count: 30),
        ]
        let result = corpus.run(words: words, FuzzEntry.violations)
        #expect(result.failure == nil)
        #expect(result.count > corpus.inputs.count)
    }

    @Test("Whatever a handshake says, its path, query, subprotocols and origin are read without harm")
    func handshake() throws {
        let words = [
            "?", "/processes/", "//", "%00", "grimoire.v1", "bearer.", ",", ", ", "\t", "http://localhost:*",
            ":",
            "*", "é",
        ]
        let result = try FuzzCorpus().run(words: words) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: text)
            head.headers.add(name: "sec-websocket-protocol", value: text)
            head.headers.add(name: "origin", value: text)
            let request = UpgradeRequest(head)
            var violations: [String] = []
            if request.path.utf8.contains(UInt8(ascii: "?")) { violations.append("a path with its query") }
            if request.subprotocols.contains(where: { $0.utf8.contains(UInt8(ascii: ",")) }) {
                violations.append("two subprotocols in one")
            }
            if "\(request)" != request.path { violations.append("more is shown than the path") }
            if let rule = OriginRule(text), text != "*", rule.allows("https://elsewhere.example"),
                !text.lowercased().hasPrefix("https://elsewhere.example")
            {
                violations.append("an origin that nobody named")
            }
            return violations
        }
        #expect(result.failure == nil)
    }
}
