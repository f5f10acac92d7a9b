import CNghttp2
import GRPCCore
import Testing

@testable import GRPCNghttp2

/// Both header types against nghttp2's own HPACK.
@Suite struct HPACKTests {
    /// The fields of a header block, as the session's callback would hand them over.
    private static func inflate(_ encoded: [UInt8]) throws -> HeaderBlock {
        var inflater: OpaquePointer?
        try #require(nghttp2_hd_inflate_new(&inflater) == 0)
        defer { nghttp2_hd_inflate_del(inflater) }
        var block = HeaderBlock()
        try encoded.withUnsafeBufferPointer { input in
            var used = 0
            while true {
                var pair = nghttp2_nv()
                var flags: Int32 = 0
                let count = nghttp2_hd_inflate_hd2(
                    inflater,
                    &pair,
                    &flags,
                    input.baseAddress! + used,
                    input.count - used,
                    1
                )
                try #require(count >= 0)
                used += count
                if UInt32(flags) & NGHTTP2_HD_INFLATE_EMIT.rawValue != 0 {
                    block.append(
                        name: UnsafeBufferPointer(start: pair.name, count: pair.namelen),
                        value: UnsafeBufferPointer(start: pair.value, count: pair.valuelen)
                    )
                }
                if UInt32(flags) & NGHTTP2_HD_INFLATE_FINAL.rawValue != 0 { break }
            }
        }
        return block
    }

    private static func deflate(_ list: HeaderList) throws -> [UInt8] {
        var deflater: OpaquePointer?
        try #require(nghttp2_hd_deflate_new(&deflater, 4096) == 0)
        defer { nghttp2_hd_deflate_del(deflater) }
        return list.withNameValues { pairs, count in
            var output = [UInt8](repeating: 0, count: nghttp2_hd_deflate_bound(deflater, pairs, count))
            let length = nghttp2_hd_deflate_hd(deflater, &output, output.count, pairs, count)
            return Array(output.prefix(max(0, length)))
        }
    }

    /// RFC 7541, C.4.1.
    private static let request: [UInt8] = [
        0x82, 0x86, 0x84, 0x41, 0x8c, 0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff,
    ]

    @Test func theRequestOfTheRFCIsReceived() throws {
        let block = try Self.inflate(Self.request)
        #expect(block.count == 4)
        #expect(block.text(of: ":method") == "GET")
        #expect(block.text(of: ":scheme") == "http")
        #expect(block.text(of: ":path") == "/")
        #expect(block.text(of: ":authority") == "www.example.com")
        #expect(block.listSize == 7 + 3 + 7 + 4 + 5 + 1 + 10 + 15 + 4 * 32)
        #expect(try block.metadata().isEmpty)
    }

    @Test func theRequestOfTheRFCIsSent() throws {
        var list = HeaderList()
        list.append(":method", "GET")
        list.append(":scheme", "http")
        list.append(":path", "/")
        list.append(":authority", "www.\("example").com")
        #expect(try Self.deflate(list) == Self.request)
    }

    @Test func metadataArrivesAsItWasSent() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<300 {
            var sent = Metadata()
            for index in 0..<Int.random(in: 0...12, using: &generator) {
                let key = "key-\(index % 5)"
                if Bool.random(using: &generator) {
                    sent.addBinary(
                        generator.bytes(count: Int.random(in: 0...40, using: &generator)),
                        forKey: key + "-bin"
                    )
                } else {
                    let text = generator.bytes(
                        count: Int.random(in: 0...40, using: &generator),
                        in: 0x21...0x7e
                    )
                    sent.addString(String(decoding: text, as: UTF8.self), forKey: key)
                }
            }
            var list = HeaderList()
            list.append(":status", "200")
            list.append("content-type", "application/grpc")
            try list.append(contentsOf: sent)
            let block = try Self.inflate(try Self.deflate(list))
            #expect(block.text(of: ":status") == "200")
            #expect(try block.metadata() == sent)
        }
    }
}
