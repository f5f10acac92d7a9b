import Testing

@testable import Redis

@Suite struct ClusterDecisionTests {
    private let here = RedisEndpoint(host: "10.0.0.1", port: 7_000)

    private func slot(_ key: String) -> Int { HashSlot(key: utf8(key)[...]).number }

    private func slots(_ ranges: (Int, Int, [RedisValue])...) -> RedisValue {
        .array(ranges.map { .array([.integer($0.0), .integer($0.1), .array($0.2)]) })
    }

    private func server(_ host: String, _ port: Int) -> [RedisValue] {
        [.string(utf8(host)), .integer(port), .string(utf8("id"))]
    }

    @Test func slotsAreThoseOfTheSpecification() {
        #expect(HashSlot.crc16(utf8("123456789")) == 0x31c3)
        #expect(slot("foo") == 12_182 && slot("bar") == 5_061 && slot("") == 0)
        #expect(slot("{user1000}.following") == slot("{user1000}.followers"))
        #expect(slot("{user1000}.following") == slot("user1000"))
        #expect(slot("foo{}{bar}") == Int(HashSlot.crc16(utf8("foo{}{bar}"))) % 16_384)
        #expect(slot("foo{{bar}}zap") == slot("{bar"))
        #expect(slot("foo{bar}{zap}") == slot("bar"))
        #expect(slot("foo{bar") == Int(HashSlot.crc16(utf8("foo{bar"))) % 16_384)
    }

    @Test func theMapSaysWhoHasASlot() throws {
        let reply = slots(
            (0, 99, server("a", 1)),
            (100, 200, server("b", 2)),
            (300, 300, [.null, .integer(3)])
        )
        var map = try SlotMap(reply, asked: here)
        func owner(_ number: Int) throws -> RedisEndpoint? { map[try #require(HashSlot(number))] }
        #expect(try owner(0) == RedisEndpoint(host: "a", port: 1))
        #expect(try owner(99) == RedisEndpoint(host: "a", port: 1))
        #expect(try owner(100) == RedisEndpoint(host: "b", port: 2))
        #expect(try owner(250) == nil)
        #expect(try owner(300) == RedisEndpoint(host: "10.0.0.1", port: 3))
        map.move(try #require(HashSlot(250)), to: here)
        #expect(map[try #require(HashSlot(250))] == here)
        #expect(map.endpoints.count == 4)
    }

    @Test func aMapThatIsNoneIsRefused() {
        let good = server("a", 1)
        for reply: RedisValue in [
            .null, .status("OK"), .array([]), .array([.null]), slots((0, 16_384, good)), slots((-1, 5, good)),
            slots((5, 4, good)), slots((0, 1, [])), slots((0, 1, [.string([]), .integer(0)])),
            slots((0, 1, [.string([]), .integer(70_000)])), slots((0, 1, [.integer(1), .integer(1)])),
            .array([.array([.integer(0), .integer(1)])]), .error(RedisServerError(message: "ERR disabled")),
        ] {
            #expect(throws: RedisError.self, "\(reply)") { try SlotMap(reply, asked: here) }
        }
    }

    @Test func redirectionsAreRead() throws {
        func read(_ text: String) -> Redirection? {
            Redirection(.error(RedisServerError(message: text)), from: here)
        }
        let slot = try #require(HashSlot(3_999))
        #expect(
            read("MOVED 3999 127.0.0.1:6381") == .moved(slot, RedisEndpoint(host: "127.0.0.1", port: 6_381))
        )
        #expect(read("MOVED 3999 :6381") == .moved(slot, RedisEndpoint(host: "10.0.0.1", port: 6_381)))
        #expect(read("ASK 3999 ::1:6381") == .ask(RedisEndpoint(host: "::1", port: 6_381)))
        for text in [
            "MOVED", "MOVED 3999", "MOVED x a:1", "MOVED 16384 a:1", "MOVED -1 a:1", "MOVED 1 a",
            "MOVED 1 a:0",
            "MOVED 1 a:x", "MOVED 1 ?:1", "MOVED 1 a:1 b:2", "ASKING 1 a:1", "TRYAGAIN x", "",
        ] { #expect(read(text) == nil, "\(text)") }
        #expect(Redirection(.status("MOVED 3999 a:1"), from: here) == nil)
    }

    @Test func commandsAreGroupedByServerInTheirOrder() throws {
        let map = try SlotMap(slots((0, 8_191, server("a", 1)), (8_192, 16_383, server("b", 2))), asked: here)
        // foo is in 12182, bar in 5061.
        let commands: [RedisCommand] = [
            .get("foo"), .get("bar"), RedisCommand("PING", keyIndex: nil), .get("{foo}2"), .get("{bar}2"),
        ]
        let groups = try ClusterGroup.groups(commands, map: map, fallback: here)
        #expect(groups.map(\.endpoint.host) == ["b", "a"])
        #expect(groups.map(\.indices) == [[0, 2, 3], [1, 4]])
        let alone = try ClusterGroup.groups([commands[2]], map: map, fallback: here)
        #expect(alone.map(\.endpoint) == [here])
        let partial = try SlotMap(slots((0, 8_191, server("a", 1))), asked: here)
        let error = #expect(throws: RedisError.self) {
            try ClusterGroup.groups(commands, map: partial, fallback: here)
        }
        #expect(error?.code == .unavailable && error?.isRetriable == true)
    }

    @Test func whatAClusterSaysInPassingIsRetriable() {
        for text in ["TRYAGAIN x", "CLUSTERDOWN x", "LOADING x", "MOVED 1 a:1", "READONLY x", "MASTERDOWN x"]
        {
            #expect(RedisError(RedisServerError(message: text)).isRetriable, "\(text)")
        }
        for text in ["ERR x", "WRONGTYPE x", "NOPERM x", "CROSSSLOT x", "OOM x", "TRYAGAINX", ""] {
            #expect(!RedisError(RedisServerError(message: text)).isRetriable, "\(text)")
        }
    }
}
