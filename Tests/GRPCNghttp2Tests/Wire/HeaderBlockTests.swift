import GRPCCore
import Testing

@testable import GRPCNghttp2

@Suite struct HeaderBlockTests {
    @Test func theFirstValueOfANameIsFound() {
        let block = HeaderBlock([(":path", "/a/b"), ("te", "trailers"), ("x", ""), ("x", "2"), ("xy", "3")])
        #expect(block.count == 5)
        #expect(block.text(of: ":path") == "/a/b")
        #expect(block.text(of: "te") == "trailers")
        #expect(block.text(of: "x") == "")
        #expect(block.text(of: "xy") == "3")
        #expect(block.text(of: "t") == nil && block.text(of: "tea") == nil && block.text(of: "") == nil)
        #expect(HeaderBlock().text(of: "te") == nil)
    }

    @Test func theListSizeIsThatOfTheRFC() {
        #expect(HeaderBlock().listSize == 0)
        #expect(HeaderBlock([("abc", "de"), (":path", "/")]).listSize == 3 + 2 + 32 + 5 + 1 + 32)
    }

    @Test func aBlockIsUsedAgainAfterItsFieldsAreForgotten() throws {
        var block = HeaderBlock([("a", "1")])
        block.removeAll(keepingCapacity: true)
        #expect(block.count == 0 && block.listSize == 0 && block.text(of: "a") == nil)
        try #expect(block.metadata().isEmpty)
    }

    @Test(arguments: [true, false])
    func aBlockGrowsAndShowsNothingOfTheOneBefore(keepingCapacity: Bool) throws {
        let long: [(String, String)] = (0..<200).map { ("key-\($0)", String(repeating: "v", count: $0)) }
        var block = HeaderBlock(long)
        let expected = Metadata(long.map { ($0, .string($1)) })
        #expect(try block.metadata() == expected)
        #expect(block.listSize == long.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 })
        block.removeAll(keepingCapacity: keepingCapacity)
        Array("a".utf8).withUnsafeBufferPointer { block.append(name: $0, value: $0) }
        #expect(try block.metadata() == ["a": "a"])
        #expect(block.listSize == 34)
    }

    @Test func metadataLeavesOutWhatIsNotTheApplications() throws {
        let block = HeaderBlock([
            (":method", "POST"), (":path", "/s/m"), (":status", "200"), ("te", "trailers"),
            ("content-type", "application/grpc"), ("content-length", "5"), ("grpc-encoding", "gzip"),
            ("grpc-accept-encoding", "gzip"), ("grpc-timeout", "1S"), ("grpc-status", "0"),
            ("grpc-message", "x"), ("grpc-message-type", "y"), ("grpc-future", "z"), ("connection", "close"),
            ("user-agent", "grpc-python/1.80"), ("tenant", "t"), ("content", "c"), ("grpc", "g"),
            ("grpc-previous-rpc-attempts", "2"), ("grpc-status-details-bin", "AQ"),
        ])
        #expect(
            try block.metadata() == [
                "user-agent": "grpc-python/1.80", "tenant": "t", "content": "c", "grpc": "g",
                "grpc-previous-rpc-attempts": "2", "grpc-status-details-bin": .binary([1]),
            ]
        )
    }

    @Test func orderAndDuplicatesAreKept() throws {
        let block = HeaderBlock([("b", "1"), ("a", "x, y"), ("b", "2"), ("b", "1")])
        #expect(try block.metadata() == ["b": "1", "a": "x, y", "b": "2", "b": "1"])
    }

    @Test func binaryValuesAreDecodedAndSplitAtCommas() throws {
        let block = HeaderBlock([
            ("x-bin", "AAEC"), ("x-bin", "Zg==,Zm8"), ("y-bin", ""), ("z-bin", "Zg , Zm8=,"),
        ])
        #expect(
            try block.metadata() == [
                "x-bin": .binary([0, 1, 2]), "x-bin": .binary([0x66]), "x-bin": .binary([0x66, 0x6f]),
                "y-bin": .binary([]), "z-bin": .binary([0x66]), "z-bin": .binary([0x66, 0x6f]),
                "z-bin": .binary([]),
            ]
        )
    }

    @Test(arguments: ["A", "A===", "a-_b", "Zg==,*"])
    func aBinaryValueThatIsNoBase64IsRefused(value: String) {
        let error = #expect(throws: TransportError.self) { try HeaderBlock([("x-bin", value)]).metadata() }
        #expect(error?.code == .badMetadata)
        #expect(error?.message.contains(value) == false)
    }

    @Test func whatGRPCCannotSendBackIsLeftOutAndNeverAnError() throws {
        let block = HeaderBlock(bytes: [
            (Array("latin".utf8), [0x63, 0xe9]), (Array("tab".utf8), Array("a\tb".utf8)),
            (Array("odd!name".utf8), [0x61]), (Array("fine".utf8), [0x20, 0x7e]),
        ])
        #expect(try block.metadata() == ["fine": " ~"])
    }
}
