import LiteLLM
import Testing

@Suite struct EventStreamDecoderTests {
    /// A stream, and the events that it is, by the rules of HTML 9.2.6.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let stream: [UInt8]
        let events: [ServerSentEvent]
        var testDescription: String { name }

        init(_ name: String, _ stream: String, _ data: String...) {
            self.init(name, utf8(stream), data.map { ServerSentEvent(data: utf8($0)) })
        }

        init(_ name: String, _ stream: [UInt8], _ events: [ServerSentEvent]) {
            (self.name, self.stream, self.events) = (name, stream, events)
        }
    }

    static let cases = [
        Case("line feeds", "data: a\n\ndata: b\n\n", "a", "b"),
        Case("carriage returns", "data: a\r\rdata: b\r\r", "a", "b"),
        Case("both", "data: a\r\n\r\ndata: b\r\n\r\n", "a", "b"),
        Case("mixed ends", "data: a\n\r\ndata: b\r\n\ndata: c\r\n\r", "a", "b", "c"),
        Case("a carriage return before a line feed ends one line", "data: a\r\ndata: b\r\n\r\n", "a\nb"),
        Case("several lines of data", "data: a\ndata\ndata: b\n\n", "a\n\nb"),
        Case("one space is left out", "data:a\n\ndata:  b\n\n", "a", " b"),
        Case("empty data is an event", "data:\n\ndata\n\n", "", ""),
        Case("no data is none", "event: x\n\n: c\n\n\n\n"),
        Case("comments and other fields", ": keep-alive\nid: 7\nretry: 5\nx: y\ndata: a\n:\n\n", "a"),
        Case("the end", "data: a\n\ndata: [DONE]\n\n", "a", "[DONE]"),
        Case("an event that is cut off is none", "data: a\n\ndata: b\n", "a"),
        Case("a line that is cut off is none", "data: a\n\ndata: b", "a"),
        Case("a mark of byte order at the start only", "\u{feff}data: a\n\n\u{feff}data: b\n\n", "a"),
        Case("characters of several bytes", "data: \u{e4}\u{20ac}\u{1f600}\n\n", "\u{e4}\u{20ac}\u{1f600}"),
        Case("a colon within data", "data: {\"a\": 1}\n\n", "{\"a\": 1}"),
        Case("names are exact", "Data: a\n\ndata : b\n\n data: c\n\n"),
        Case("nothing", ""),
        Case(
            "types",
            utf8("event: error\ndata: a\n\ndata: b\n\n"),
            [
                ServerSentEvent(type: "error", data: utf8("a")), ServerSentEvent(data: utf8("b")),
            ]
        ),
        Case(
            "half a character",
            utf8("data: ") + [0xe2, 0x82] + utf8("\n\n"),
            [
                ServerSentEvent(data: [0xe2, 0x82])
            ]
        ),
        Case("zeros", [0x64, 0x61, 0x74, 0x61, 0x3a, 0, 0x0a, 0x0a], [ServerSentEvent(data: [0])]),
    ]

    static func decode(
        _ stream: [UInt8],
        cutAt cuts: [Int],
        lineBytes: Int = 1 << 20,
        eventBytes: Int = 1 << 20
    ) -> (events: [ServerSentEvent], error: EventStreamError?) {
        var decoder = EventStreamDecoder(lineBytes: lineBytes, eventBytes: eventBytes)
        var events: [ServerSentEvent] = []
        var start = 0
        for cut in cuts + [stream.count] {
            do throws(EventStreamError) {
                try decoder.decode(Array(stream[start..<cut]), into: &events)
            } catch {
                return (events, error)
            }
            start = cut
        }
        return (events, nil)
    }

    @Test(arguments: cases) func aStreamIsItsEvents(example: Case) {
        #expect(Self.decode(example.stream, cutAt: []).events == example.events)
    }

    @Test(arguments: cases) func howeverItIsCut(example: Case) {
        let stream = example.stream
        #expect(Self.decode(stream, cutAt: Array(0..<stream.count)).events == example.events, "byte by byte")
        for first in 0...stream.count {
            #expect(Self.decode(stream, cutAt: [first]).events == example.events, "cut at \(first)")
            for second in first...stream.count {
                let events = Self.decode(stream, cutAt: [first, second]).events
                if events != example.events { Issue.record("cut at \(first) and \(second)") }
            }
        }
    }

    @Test func theEndIsTold() {
        #expect(ServerSentEvent(data: utf8("[DONE]")).isDone)
        #expect(!ServerSentEvent(data: utf8("[DONE] ")).isDone)
        #expect(!ServerSentEvent(data: []).isDone)
    }

    @Test func aLineOverTheLimitIsRefusedHoweverItIsCutAndWhatCameBeforeStands() {
        let stream = utf8("data: a\n\ndata: 123456\n\ndata: 1234567\n\n")
        for step in 1...stream.count {
            let cuts = Array(stride(from: 0, to: stream.count, by: step))
            let (events, error) = Self.decode(stream, cutAt: cuts, lineBytes: 12)
            #expect(events.map(\.data) == [utf8("a"), utf8("123456")])
            #expect(error == .lineTooLong(limit: 12))
        }
    }

    @Test func anEventOverTheLimitIsRefusedThoughItsLinesAreShort() {
        let stream = utf8("data: 1234\ndata: 678\n\ndata: 1234\ndata: 6789\n\n")
        let (events, error) = Self.decode(stream, cutAt: [], eventBytes: 8)
        #expect(events.map(\.data) == [utf8("1234\n678")])
        #expect(error == .eventTooLarge(limit: 8))
    }

    @Test func aLineOf100MegabytesIsRefusedAfterItsFirst() {
        var decoder = EventStreamDecoder()
        var events: [ServerSentEvent] = []
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)
        var taken = 0
        var refusal: EventStreamError?
        while taken < 100_000_000, refusal == nil {
            do throws(EventStreamError) {
                try decoder.decode(piece, into: &events)
                taken += piece.count
            } catch {
                refusal = error
            }
        }
        #expect(refusal == .lineTooLong(limit: 1 << 20))
        #expect(taken <= 1 << 20)
    }
}
