import TestSupport
import Testing

@testable import Redis

@Suite struct ReplyReaderTests {
    /// What the reader makes of bytes that come in pieces of these sizes, over and over.
    private func read(
        _ bytes: [UInt8],
        pieces: [Int],
        limits: RedisReplyLimits = RedisReplyLimits()
    ) throws(RedisError) -> [RedisValue] {
        let reader = try ReplyReader(limits: limits)
        var values: [RedisValue] = []
        var start = 0
        var turn = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(bytes.count, start + max(1, pieces[turn % pieces.count]))])
            try feed(reader, piece)
            while let value = try reader.next() { values.append(value) }
            start += piece.count
            turn += 1
        }
        return values
    }

    private func feed(_ reader: ReplyReader, _ bytes: [UInt8]) throws(RedisError) {
        let result = bytes.withUnsafeBytes { raw -> Result<Void, RedisError> in
            do throws(RedisError) { return .success(try reader.feed(raw)) } catch { return .failure(error) }
        }
        try result.get()
    }

    private static let golden: [(bytes: String, values: [RedisValue])] = [
        ("+OK\r\n", [.status("OK")]),
        ("+\r\n", [.status("")]),
        ("-ERR no\r\n", [.error(RedisServerError(message: "ERR no"))]),
        (":0\r\n:-42\r\n:9223372036854775807\r\n", [.integer(0), .integer(-42), .integer(.max)]),
        ("$0\r\n\r\n$5\r\na\r\nb\u{0}\r\n$-1\r\n", [.string([]), .string(utf8("a\r\nb\u{0}")), .null]),
        ("*0\r\n*-1\r\n", [.array([]), .null]),
        (
            "*3\r\n:1\r\n*2\r\n$1\r\na\r\n*1\r\n-E\r\n*-1\r\n+x\r\n",
            [
                .array([
                    .integer(1),
                    .array([.string(utf8("a")), .array([.error(RedisServerError(message: "E"))])]),
                    .null,
                ]), .status("x"),
            ]
        ),
        (
            "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:7\r\n",
            [.array([.array([.array([.array([.array([.array([.array([.array([.integer(7)])])])])])])])])]
        ),
    ]

    @Test func everyKindOfAnswerIsReadFromAnyPieces() throws {
        for (text, values) in Self.golden {
            for pieces in [[1], [2], [3], [1, 5, 2], [1_000]] {
                #expect(try read(utf8(text), pieces: pieces) == values, "\(text) in pieces of \(pieces)")
            }
        }
    }

    @Test func anAnswerThatIsCutShortIsNoAnswerYet() throws {
        for (text, values) in Self.golden where values.count == 1 {
            for count in 0..<utf8(text).count {
                #expect(try read(Array(utf8(text).prefix(count)), pieces: [7]) == [])
            }
        }
    }

    @Test(arguments: [
        "OK\r\n", "\r\n", "!1\r\n", ":x\r\n", ":\r\n", ":99999999999999999999\r\n", "$x\r\n", "$-2\r\n",
        "*x\r\n",
        "*-2\r\n", "*99999999999\r\n", "*2147483647\r\n", "*1\r\n*1048576\r\n", "%1\r\n", "_\r\n", "(1\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:7\r\n",
        "$0000000000000000000000000000000000001\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
    ])
    func whatIsNoAnswerEndsTheConnection(text: String) throws {
        for pieces in [[1], [1_000]] {
            let error = #expect(throws: RedisError.self) {
                try read(utf8(text + "$1\r\na\r\n"), pieces: pieces)
            }
            #expect(error?.code == .protocolViolation && error?.isConnectionDead == true)
        }
    }

    @Test func afterAViolationNothingIsReadAnyMore() throws {
        let reader = try ReplyReader(limits: RedisReplyLimits())
        try feed(reader, utf8("?\r\n"))
        #expect(throws: RedisError.self) { try reader.next() }
        #expect(throws: RedisError.self) { try feed(reader, utf8("+OK\r\n")) }
        #expect(throws: RedisError.self) { try reader.next() }
    }

    @Test func anAnswerIsNoLargerThanTheLimits() throws {
        var limits = RedisReplyLimits()
        limits.bytes = 100
        limits.values = 5
        let whole = "$100\r\n\(String(repeating: "a", count: 100))\r\n"
        #expect(try read(utf8(whole + whole), pieces: [9], limits: limits).count == 2)
        #expect(try read(utf8("*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n"), pieces: [9], limits: limits).count == 1)
        for text in [
            "$101\r\n\(String(repeating: "a", count: 101))\r\n",
            "$1000000\r\n\(String(repeating: "a", count: 500))",
            "*2\r\n$60\r\n\(String(repeating: "a", count: 60))\r\n$60\r\n\(String(repeating: "a", count: 60))\r\n",
            "*5\r\n", "*2\r\n*2\r\n:1\r\n:1\r\n*2\r\n",
        ] {
            for pieces in [[1], [1_000]] {
                let error = #expect(throws: RedisError.self) {
                    try read(utf8(text), pieces: pieces, limits: limits)
                }
                #expect(error?.code == .protocolViolation)
            }
        }
    }

    @Test func aLineWithoutAnEndIsNotKeptForEver() {
        for type in ["+", "-", ":", "*", "$"] {
            let line = utf8(type) + Array(repeating: UInt8(ascii: "1"), count: RedisReplyLimits.lineBytes + 1)
            #expect(throws: RedisError.self, "\(type)") { try read(line, pieces: [4_096]) }
        }
    }

    /// Answers that are right, with some bytes of them changed, cut out or doubled: values or an error, never a trap.
    @Test(arguments: 0..<50) func noiseIsValuesOrAnError(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var limits = RedisReplyLimits()
        limits.bytes = 4_096
        limits.values = 64
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            for _ in 0...random.below(4) { bytes += utf8(Self.golden[random.below(Self.golden.count)].bytes) }
            for _ in 0..<random.below(4) where !bytes.isEmpty {
                let index = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.removeSubrange(index..<min(bytes.count, index + random.below(6)))
                case 2:
                    bytes.insert(
                        contentsOf: utf8("0123456789+-:$*\r\n").shuffled(using: &random).prefix(3),
                        at: index
                    )
                default: bytes.insert(contentsOf: bytes[index...].prefix(random.below(9)), at: index)
                }
            }
            let pieces = (0...random.below(3)).map { _ in 1 + random.below(20) }
            let whole = Result { try read(bytes, pieces: [bytes.count], limits: limits) }
            let split = Result { try read(bytes, pieces: pieces, limits: limits) }
            // How it comes does not change what it is.
            if case .success(let values) = whole { #expect(try split.get() == values) }
            if case .success(let values) = split { #expect(try whole.get() == values) }
        }
    }

    @Test func commandsAreArraysOfBulkStrings() {
        #expect(RedisCommand("PING", keyIndex: nil).bytes == utf8("*1\r\n$4\r\nPING\r\n"))
        let set = RedisCommand.set("ké", .bytes([13, 10, 0]), expiry: .milliseconds(1_500))
        #expect(
            set.bytes == utf8("*5\r\n$3\r\nSET\r\n$3\r\nké\r\n$3\r\n\r\n\u{0}\r\n$2\r\nPX\r\n$4\r\n1500\r\n")
        )
        #expect(set.key.map { Array(set.bytes[$0]) } == utf8("ké"))
        #expect(RedisCommand.set("k", "", expiry: .zero).bytes.suffix(7) == utf8("$1\r\n1\r\n"))
        #expect(RedisCommand.publish("c", "m").key == nil)
    }
}
