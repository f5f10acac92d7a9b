import Testing

@testable import GRPCNghttp2

@Suite struct TargetTests {
    @Test(arguments: [
        ("dns:///example.com:50051", "dns:///example.com:50051", "example.com:50051"),
        ("dns:example.com:50051", "dns:///example.com:50051", "example.com:50051"),
        ("example.com:50051", "dns:///example.com:50051", "example.com:50051"),
        ("example.com", "dns:///example.com:443", "example.com:443"),
        ("dns:///my_service", "dns:///my_service:443", "my_service:443"),
        ("dns:///[::1]:80", "dns:///[::1]:80", "[::1]:80"),
        ("::1", "dns:///[::1]:443", "[::1]:443"),
        ("127.0.0.1:0", "dns:///127.0.0.1:0", "127.0.0.1:0"),
        ("ipv4:1.2.3.4:80", "ipv4:1.2.3.4:80", "1.2.3.4:80"),
        ("ipv4:1.2.3.4", "ipv4:1.2.3.4:443", "1.2.3.4:443"),
        ("ipv4:///1.2.3.4:80", "ipv4:1.2.3.4:80", "1.2.3.4:80"),
        ("ipv4:1.2.3.4:80,5.6.7.8:81", "ipv4:1.2.3.4:80,5.6.7.8:81", "1.2.3.4:80"),
        ("ipv6:[::1]:80,[2001:db8::1]", "ipv6:[::1]:80,[2001:db8::1]:443", "[::1]:80"),
        ("ipv6:::1", "ipv6:[::1]:443", "[::1]:443"),
        ("ipv6:[fe80::1%25lo]:80", "ipv6:[fe80::1%1]:80", "[fe80::1]:80"),
        ("unix:relative.sock", "unix:relative.sock", "localhost"),
        ("unix:/run/x.sock", "unix:/run/x.sock", "localhost"),
        ("unix:///run/x.sock", "unix:/run/x.sock", "localhost"),
        ("unix-abstract:x", "unix-abstract:x", "localhost"),
    ])
    func aTargetIsReadAndSaysItsAuthority(text: String, description: String, authority: String) throws {
        let target = try Target(text)
        #expect(target.description == description)
        #expect(target.authority == authority)
        #expect(try Target(target.description) == target)
    }

    @Test(arguments: [
        ("", "names no host"), ("dns:///", "names no host"), (":80", "names no host"),
        ("dns:///a:b", "port 'b'"),
        ("dns:///a:65536", "65536"), ("dns:///a:", "port ''"), ("dns://8.8.8.8/a:80", "8.8.8.8"),
        ("https://a:443", "'https' is unknown"), ("xds:///a", "'xds' is unknown"),
        ("dns:///a b:80", "letters"),
        ("dns:///user@a:80", "letters"), ("dns:///a/b:80", "letters"), ("dns:///bücher.example", "Punycode"),
        ("ipv4:localhost:80", "not an IPv4"), ("ipv4:[::1]:80", "not an IPv4"),
        ("ipv6:1.2.3.4:80", "not an IPv6"),
        ("ipv4:1.2.3.4:80,", "names no host"), ("ipv4:", "names no host"), ("unix:", "empty"),
        ("unix://run/x.sock", "':///'"), ("unix-abstract:", "empty"),
        ("dns:///" + String(repeating: "a", count: 254), "253"),
        ("ipv4:" + Array(repeating: "1.1.1.1", count: 257).joined(separator: ","), "256"),
    ])
    func aTargetThatMeansNothingIsRefusedAndTheReasonSaid(text: String, reason: String) {
        let error = #expect(throws: TransportError.self) { try Target(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func theBuildersSayTheSameAsTheTexts() throws {
        #expect(try Target.dns(host: "a", port: 1) == Target("dns:///a:1"))
        #expect(try Target.dns(host: "a") == Target("a"))
        #expect(try Target.ipv4("1.2.3.4", port: 1) == Target("ipv4:1.2.3.4:1"))
        #expect(try Target.ipv6("::1", port: 1) == Target("ipv6:[::1]:1"))
        #expect(try Target.unix(path: "/x") == Target("unix:///x"))
        #expect(throws: TransportError.self) { try Target.dns(host: "") }
        #expect(throws: TransportError.self) { try Target.ipv4("::1") }
    }

    @Test(arguments: 0..<200)
    func noTextTraps(seed: UInt64) {
        var random = SplitMix(state: seed)
        let pieces = [
            "dns:", "//", "/", "ipv4:", "ipv6:", "unix:", ":", "[", "]", "::1", "1.2.3.4", "%25", "%", "80",
            ",", "ä", "\0",
        ]
        for _ in 0..<200 {
            let count = Int.random(in: 0..<7, using: &random)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            guard let target = try? Target(text) else { continue }
            #expect((try? Target(target.description)) == target, "\(text)")
            #expect(!target.authority.isEmpty)
        }
    }
}
