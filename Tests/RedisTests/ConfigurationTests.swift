import Testing

@testable import Redis

@Suite struct ConfigurationTests {
    @Test func everyPartOfAURLIsRead() throws {
        let whole = try RedisConfiguration(url: "redis://me:p%40ss%3a@example.org:7000/12")
        #expect(whole.endpoints == [RedisEndpoint(host: "example.org", port: 7_000)])
        #expect(whole.user == "me" && whole.password == "p@ss:" && whole.database == 12)
        let least = try RedisConfiguration(url: "redis://example.org")
        #expect(least.endpoints == [RedisEndpoint(host: "example.org", port: 6_379)])
        #expect(least.user == nil && least.password == nil && least.database == 0)
        let password = try RedisConfiguration(url: "REDIS://:a:b@c@[::1]:1/")
        #expect(password.endpoints == [RedisEndpoint(host: "::1", port: 1)])
        #expect(password.user == nil && password.password == "a:b@c")
        let cluster = try RedisConfiguration(url: "redis://a:1,b,[::2]:3", isCluster: true)
        #expect(cluster.endpoints.map(\.description) == ["a:1", "b:6379", "[::2]:3"])
    }

    @Test(arguments: [
        "", "redis", "redis:", "redis://", "redis:/a", "http://a", "rediss://a", "redis://a:0",
        "redis://a:65536",
        "redis://a:+1", "redis://a:x", "redis://a:", "redis://:1", "redis://a/x", "redis://a/-1",
        "redis://a/1/2",
        "redis://a/99999999999999999999", "redis://[::1", "redis://[::1]x", "redis://a?db=1", "redis://a#b",
        "redis://a,b", "redis://a,", "redis://user@a", "redis://user:@a", "redis://:%4@a", "redis://:%zz@a",
        "redis://:%ff@a", "redis://a\u{0}b",
    ])
    func anythingElseIsRefusedWithWhatIsAllowed(url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("redis://[user:password@]host[:port]") == true)
    }

    @Test func aClusterHasDatabase0Only() {
        #expect(throws: RedisError.self) { try RedisConfiguration(url: "redis://a/1", isCluster: true) }
    }

    @Test func noWayOfPrintingShowsThePassword() throws {
        let configuration = try RedisConfiguration(url: "redis://me:hunter2@a")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\([configuration])"] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("redis://me:***@a:6379/0"))
        }
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: "redis://me:hunter2@a:x") }
        #expect(error?.debugDescription.contains("hunter2") == false)
    }
}
