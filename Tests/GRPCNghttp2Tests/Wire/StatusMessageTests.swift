import Testing

@testable import GRPCNghttp2

@Suite struct StatusMessageTests {
    private static func encode(_ text: String) -> String {
        String(decoding: StatusMessage.encode(text), as: UTF8.self)
    }

    private static func decode(_ text: String) -> String {
        Array(text.utf8).withUnsafeBufferPointer(StatusMessage.decode)
    }

    /// The message of gRPC's interoperability case special_status_message.
    @Test func whitespaceAndUnicodeTravelEscaped() {
        let special = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
        let wire =
            "%09%0Atest with whitespace%0D%0Aand Unicode BMP %E2%98%BA and non-BMP %F0%9F%98%88%09%0A"
        #expect(Self.encode(special) == wire)
        #expect(Self.decode(wire) == special)
    }

    @Test func printableASCIIStaysAsItIsButForThePercentSign() {
        let printable = String(decoding: (0x20...0x7e).filter { $0 != 0x25 }, as: UTF8.self)
        #expect(Self.encode(printable) == printable)
        #expect(Self.encode("100%") == "100%25")
        #expect(Self.encode("\u{0}\u{1f}\u{7f}é") == "%00%1F%7F%C3%A9")
        #expect(Self.encode("") == "")
    }

    @Test(arguments: [
        ("100%", "100%"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%4z", "%4z"), ("%%41", "%A"),
        ("%41%4", "A%4"), ("a%2", "a%2"), ("%e2%98%ba", "☺"), ("%E2%98", "\u{fffd}"), ("%FFx", "\u{fffd}x"),
        ("", ""),
    ])
    func aBrokenMessageIsShownAsFarAsItGoes(wire: String, shown: String) {
        #expect(Self.decode(wire) == shown)
    }

    @Test func bytesThatAreNoUTF8AreRepairedWithoutEscapesToo() {
        #expect([0x61, 0xff].withUnsafeBufferPointer(StatusMessage.decode) == "a\u{fffd}")
    }

    @Test func anyTextComesBackAsItWas() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<1000 {
            let text = String(decoding: generator.bytes(count: 20), as: UTF8.self)
            let wire = StatusMessage.encode(text)
            #expect(wire.allSatisfy { (0x20...0x7e).contains($0) })
            #expect(wire.withUnsafeBufferPointer(StatusMessage.decode) == text)
        }
    }
}
