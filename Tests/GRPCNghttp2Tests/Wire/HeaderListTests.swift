import CNghttp2
import GRPCCore
import Testing

@testable import GRPCNghttp2

@Suite struct HeaderListTests {
    /// What nghttp2 is lent, with the flags as a number.
    struct Field: Equatable, CustomStringConvertible {
        let name: String
        let value: String
        let flags: UInt32
        var description: String { "\(name): \(value) [\(flags)]" }
    }

    private static func fields(of list: HeaderList) -> [Field] {
        list.withNameValues { pairs, count in
            UnsafeBufferPointer(start: pairs, count: count).map { pair in
                Field(
                    name: String(
                        decoding: UnsafeBufferPointer(start: pair.name, count: pair.namelen),
                        as: UTF8.self
                    ),
                    value: String(
                        decoding: UnsafeBufferPointer(start: pair.value, count: pair.valuelen),
                        as: UTF8.self
                    ),
                    flags: UInt32(pair.flags)
                )
            }
        }
    }

    private static func list(_ metadata: Metadata) throws -> HeaderList {
        var list = HeaderList()
        try list.append(contentsOf: metadata)
        return list
    }

    private static let copyNeither =
        NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
    private static let copyValue = NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue

    @Test func onlyLiteralsAreLentForGood() throws {
        var list = HeaderList()
        #expect(Self.fields(of: list).isEmpty)
        list.append(":status", "200")
        #expect(Self.fields(of: list) == [Field(name: ":status", value: "200", flags: Self.copyNeither)])
        list.append("grpc-message", [0x61, 0x62])
        list.append("grpc-status", "\(13)")
        list.append("empty", "" as String)
        try list.append(contentsOf: ["Authorization": "Bearer x"])
        #expect(
            Self.fields(of: list) == [
                Field(name: ":status", value: "200", flags: Self.copyNeither),
                Field(name: "grpc-message", value: "ab", flags: Self.copyValue),
                Field(name: "grpc-status", value: "13", flags: Self.copyValue),
                Field(name: "empty", value: "", flags: Self.copyValue),
                Field(name: "authorization", value: "Bearer x", flags: 0),
            ]
        )
    }

    @Test func aListOfAnEmptyTextAloneHasSomewhereToPoint() {
        var list = HeaderList()
        list.append("empty", "" as String)
        #expect(Self.fields(of: list) == [Field(name: "empty", value: "", flags: Self.copyValue)])
    }

    @Test func metadataIsSentAsGRPCWritesIt() throws {
        let list = try Self.list([
            "X-Upper.case_1": "  spaced out  ", "a": "1", "a": "2", "empty": "", "spaces": "   ",
            "raw-bin": .binary([0xff]), "raw-bin": .binary([]), "text-bin": "Zg==,Zm8", "grpc-timeout": "1S",
            "grpc-retry-pushback-ms": "5", "grpc-previous-rpc-attempts": "1",
            "grpc-status-details-bin": .binary([1, 2, 3]),
            "grpc-tags-bin": .binary([0]), "grpc-trace-bin": .binary([0]),
        ])
        let pairs = Self.fields(of: list).map { "\($0.name)=\($0.value)" }
        #expect(
            pairs == [
                "x-upper.case_1=spaced out", "a=1", "a=2", "empty=", "spaces=", "raw-bin=/w", "raw-bin=",
                "text-bin=Zg==,Zm8", "grpc-timeout=1S", "grpc-retry-pushback-ms=5",
                "grpc-previous-rpc-attempts=1",
                "grpc-status-details-bin=AQID", "grpc-tags-bin=AA", "grpc-trace-bin=AA",
            ]
        )
    }

    @Test(arguments: [
        "", ":path", ":x", "grpc-status", "grpc-message", "grpc-encoding", "GRPC-Accept-Encoding", "grpc-new",
        "te",
        "TE", "content-type", "content-length", "connection", "keep-alive", "proxy-connection",
        "transfer-encoding",
        "upgrade", "a b", "a\n", "é", "a:b", "a\u{0}", "a/b",
    ])
    func keysThatAreNotTheApplicationsAreRefused(key: String) {
        let error = #expect(throws: TransportError.self) { try Self.list([key: "1"]) }
        #expect(error?.code == .badMetadata)
    }

    @Test(arguments: [
        ("a", "line\nbreak"), ("a", "\t"), ("a", "a\r"), ("a", "\u{0}"), ("a", "é"), ("a", "\u{7f}"),
        ("a-bin", "no base64!"), ("a-bin", "A"),
    ])
    func valuesThatGRPCCannotSendAreRefusedAndNotRepeated(key: String, value: String) {
        let error = #expect(throws: TransportError.self) { try Self.list([key: .string(value)]) }
        #expect(error?.code == .badMetadata)
        #expect(error?.message.utf8.allSatisfy { (0x20...0x7e).contains($0) } == true)
    }

    @Test func nothingIsAddedWhereOneFieldIsRefused() throws {
        var list = HeaderList()
        list.append("grpc-status", "0" as String)
        let before = Self.fields(of: list)
        #expect(throws: TransportError.self) { try list.append(contentsOf: ["good": "1", "bad": "\n"]) }
        #expect(Self.fields(of: list) == before)
        try list.append(contentsOf: ["good": "1"])
        #expect(Self.fields(of: list).map(\.value) == ["0", "1"])
    }

    /// A handler may send back what it has received (PROTOCOL-HTTP2.md, "Custom-Metadata").
    @Test func whateverIsReceivedCanBeSentBack() throws {
        var generator = SeededGenerator(seed: 8)
        let names = [
            "a", "x-bin", "grpc-foo", "content-length", "grpc-trace-bin", "te", "user-agent", "odd!",
            "grpc-timeout",
        ]
        for _ in 0..<500 {
            let block = HeaderBlock(
                bytes: (0..<4).map { _ in
                    let name = names.randomElement(using: &generator)!
                    return (
                        Array(name.utf8),
                        generator.bytes(count: 4, in: name.hasSuffix("-bin") ? 0x41...0x5a : 0x20...0xff)
                    )
                }
            )
            let received = try block.metadata()
            let sentBack = HeaderBlock(Self.fields(of: try Self.list(received)).map { ($0.name, $0.value) })
            let trimmed = Metadata(received.map { key, value in (key, value.trimmed) })
            #expect(try sentBack.metadata() == trimmed)
        }
    }
}

extension Metadata.Value {
    /// Text as it arrives: without outer spaces.
    fileprivate var trimmed: Metadata.Value {
        guard case .string(let text) = self else { return self }
        return .string(String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
    }
}
