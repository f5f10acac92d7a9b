import Testing

@testable import GRPCNghttp2

@Suite struct GzipCodecTests {
    private static let text = Array("hello hello hello grpc".utf8)
    /// `text` as Python's gzip module compresses it.
    private static let member: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57,
        0xc8, 0x40, 0x22, 0xd3, 0x8b, 0x0a, 0x92, 0x01, 0x39, 0x83, 0xf4, 0x0d, 0x16, 0x00, 0x00, 0x00,
    ]

    /// A message whose flag says that these bytes are compressed.
    private static func flagged(_ bytes: [UInt8]) -> MessageBytes {
        var framed = MessageBytes(bytes).framed
        framed[0] = 1
        return MessageBytes(framed: framed)
    }

    private static func errorOfDecompressing(_ bytes: [UInt8], max: Int = 1 << 20) -> TransportError.Code? {
        do throws(TransportError) {
            _ = try GzipCodec.decompress(flagged(bytes), maxMessageBytes: max)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func whatAnotherGzipHasWrittenIsRead() throws {
        let message = try GzipCodec.decompress(Self.flagged(Self.member), maxMessageBytes: 22)
        #expect(message == MessageBytes(Self.text))
        #expect(!message.isCompressed)
    }

    @Test func compressedMessagesAreFlaggedAndWrappedAsGzip() throws {
        let compressed = try GzipCodec.compress(MessageBytes(Self.text))
        #expect(compressed.isCompressed)
        #expect(compressed.framed.prefix(5) == [1, 0, 0, 0, UInt8(compressed.count)])
        #expect(compressed.framed.dropFirst(5).prefix(3) == [0x1f, 0x8b, 8])
        #expect(try GzipCodec.compress(compressed) == compressed, "nothing is compressed twice")
        #expect(
            try GzipCodec.decompress(MessageBytes(Self.text), maxMessageBytes: 0) == MessageBytes(Self.text)
        )
    }

    @Test func anyMessageComesBackAsItWas() throws {
        var generator = SeededGenerator(seed: 4)
        for size in [0, 1, 2, 100, 32_767, 32_768, 32_769, 100_000, 1_000_000] {
            for range: ClosedRange<UInt8> in [0...0, 0...1, 0...255] {
                let message = MessageBytes(generator.bytes(count: size, in: range))
                let compressed = try GzipCodec.compress(message)
                #expect(try GzipCodec.decompress(compressed, maxMessageBytes: size) == message)
            }
        }
    }

    @Test func aMessageThatIsCutShortIsDamaged() {
        for end in 0..<Self.member.count {
            #expect(Self.errorOfDecompressing(Array(Self.member[..<end])) == .compression, "cut at \(end)")
        }
    }

    @Test func nothingMayFollowTheOneMember() {
        #expect(Self.errorOfDecompressing(Self.member + [0]) == .compression)
        #expect(Self.errorOfDecompressing(Self.member + Self.member) == .compression)
    }

    @Test func aDamagedByteIsNoticedOrHarmless() {
        for index in Self.member.indices {
            for bit in 0..<8 {
                var damaged = Self.member
                damaged[index] ^= 1 << UInt8(bit)
                let result = try? GzipCodec.decompress(Self.flagged(damaged), maxMessageBytes: 1 << 20)
                // Time, flags of the compressor and operating system are no part of the message.
                let isHarmless = (4...9).contains(index) || index == 3 && damaged[3] == 1
                #expect(
                    result == nil || isHarmless && result == MessageBytes(Self.text),
                    "byte \(index) bit \(bit)"
                )
            }
        }
    }

    @Test func zlibAndBareDeflateAreNoGzip() {
        let deflated = Array(Self.member[10..<24])
        let zlib: [UInt8] = [0x78, 0x9c] + deflated + [0x5f, 0x74, 0x08, 0x49]
        #expect(Self.errorOfDecompressing(deflated) == .compression)
        #expect(Self.errorOfDecompressing(zlib) == .compression)
        #expect(Self.errorOfDecompressing(Self.text) == .compression)
    }

    @Test func theLimitIsTheLongestMessageAllowed() throws {
        #expect(Self.errorOfDecompressing(Self.member, max: 22) == nil)
        #expect(Self.errorOfDecompressing(Self.member, max: 21) == .limitExceeded)
        #expect(Self.errorOfDecompressing(Self.member, max: 0) == .limitExceeded)
    }

    @Test func aBombIsStoppedAtTheLimit() throws {
        let bomb = try GzipCodec.compress(MessageBytes(repeating: 0, count: 64 << 20))
        #expect(bomb.count < 70_000)
        let clock = ContinuousClock()
        let whole = try clock.measure { _ = try GzipCodec.decompress(bomb, maxMessageBytes: 64 << 20) }
        let stopped = clock.measure {
            #expect(throws: TransportError.self) { try GzipCodec.decompress(bomb, maxMessageBytes: 1 << 16) }
        }
        #expect(stopped < whole / 4, "it stops where the limit is, not at the end")
    }
}
