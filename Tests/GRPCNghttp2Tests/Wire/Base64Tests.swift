import Testing

@testable import GRPCNghttp2

@Suite struct Base64Tests {
    private static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        Base64.append(encoding: bytes, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private static func decode(_ text: String) -> [UInt8]? {
        Array(text.utf8).withUnsafeBufferPointer(Base64.decode)
    }

    /// RFC 4648, 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func theVectorsOfTheRFCHoldWithAndWithoutPadding(text: String, padded: String) {
        let unpadded = String(padded.prefix { $0 != "=" })
        #expect(Self.encode(Array(text.utf8)) == unpadded)
        #expect(Self.decode(padded) == Array(text.utf8))
        #expect(Self.decode(unpadded) == Array(text.utf8))
    }

    @Test func theWholeAlphabetIsKnown() {
        #expect(Self.encode([0xfb, 0xff, 0xbf]) == "+/+/")
        #expect(Self.decode("+/+/") == [0xfb, 0xff, 0xbf])
    }

    @Test(arguments: [
        "Z", "Zm9vY", "Zg=", "Zg===", "=", "==", "====", "Zm9v=", "Zm9v====", "Z=g=", "Zm-_", "Zm 9", "Zmé",
    ])
    func allElseIsNone(text: String) {
        #expect(Self.decode(text) == nil)
    }

    @Test func anyBytesComeBackAsTheyWere() {
        var generator = SeededGenerator(seed: 7)
        for count in 0..<200 {
            let bytes = generator.bytes(count: count)
            #expect(Self.decode(Self.encode(bytes)) == bytes)
        }
    }
}
