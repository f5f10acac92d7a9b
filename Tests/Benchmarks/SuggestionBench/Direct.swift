import ArgumentParser
import Curl
import EventLoop
import Foundation

/// Asks the upstream itself, by libcurl and nothing else.
struct Direct: AsyncParsableCommand {
    @Argument(help: "The upstream's port of 127.0.0.1.") var port: UInt16
    @OptionGroup var load: Load

    func run() async throws {
        let loop = try EventLoop()
        try loop.start()
        let client = CurlClient(loop: loop)
        let request = CurlRequest(
            url: "http://127.0.0.1:\(port)/v1/chat/completions",
            headers: [("content-type", "application/json")],
            body: Array(#"{"model":"bench","stream":true,"messages":[{"role":"user","content":"?"}]}"#.utf8),
            maxAnswerBytes: 64 << 20
        )
        let messages = load.messages
        let record = try await load.run { _ in
            var record = StreamRecord()
            for _ in 0..<messages {
                var answer = StreamRecord.Answer()
                let deadline = deadline(.seconds(60), after: loop.uptimeNanoseconds)
                let (head, transfer) = try await client.send(request, until: deadline)
                guard head.status == 200 else { throw WrongAnswer(reason: "status \(head.status)") }
                var words = WordReader()
                while let bytes = try await transfer.next(until: deadline) { answer.add(words.read(bytes)) }
                record.add(answer)
            }
            return record
        }
        print(try record.json())
        await client.shutdown()
    }
}

/// What stands between `"content":"` and the next quotation mark, in a stream that may be cut anywhere.
private struct WordReader {
    private var rest: [UInt8] = []
    private static let start = Array(#""content":""#.utf8)

    mutating func read(_ bytes: [UInt8]) -> String {
        rest += bytes
        var words: [UInt8] = []
        while let found = rest.firstRange(of: Self.start) {
            guard let end = rest[found.upperBound...].firstIndex(of: UInt8(ascii: "\"")) else { break }
            words += rest[found.upperBound..<end]
            rest.removeFirst(end)
        }
        return String(decoding: words, as: UTF8.self)
    }
}
