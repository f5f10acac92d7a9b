import Glibc
import Testing

@testable import GRPCNghttp2

@Suite struct SocketAddressTests {
    @Test(arguments: [
        "ipv4:127.0.0.1:80", "ipv4:255.255.255.255:65535", "ipv6:[::1]:80", "ipv6:[2001:db8::ff00:42:8329]:1",
        "ipv6:[::ffff:1.2.3.4]:9", "unix:/run/grimoire.sock", "unix:relative.sock", "unix-abstract:grimoire",
    ])
    func anAddressIsReadFromItsDescription(text: String) throws {
        #expect(try SocketAddress(text).description == text)
    }

    @Test func anIPAddressIsReadWithoutItsSchemeToo() throws {
        #expect(try SocketAddress("127.0.0.1:80") == SocketAddress(host: "127.0.0.1", port: 80))
        #expect(try SocketAddress("[::1]:80") == SocketAddress(host: "::1", port: 80))
    }

    @Test(arguments: [
        "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+1", "127.0.0.1:-1", "127.1:80",
        "0x7f.0.0.1:80",
        "256.0.0.1:80", "localhost:80", "[::1]", "[::1", "[::1]80", "[]:80", "::1", "ipv6:[::g]:1",
        "[::1%]:80",
        "[::1%nosuchinterface]:80", "unix:", "unix-abstract:", "unix:a\0b",
        "unix:" + String(repeating: "x", count: 108),
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: TransportError.self) { try SocketAddress(text) }
    }

    @Test(arguments: [
        "ipv4:10.1.2.3:443", "ipv6:[2001:db8::1]:443", "unix:/tmp/x", "unix-abstract:x",
        "unix:" + String(repeating: "x", count: 107), "unix-abstract:" + String(repeating: "x", count: 107),
    ])
    func anAddressGoesThroughTheKernelsFormUnchanged(text: String) throws {
        let address = try SocketAddress(text)
        let copy = address.withSockaddr { pointer, length in
            #expect(Int32(pointer.pointee.sa_family) == address.family)
            return SocketAddress(pointer, length: length)
        }
        #expect(copy == address)
    }

    @Test func aLinkLocalAddressKeepsItsInterface() throws {
        let address = try SocketAddress(host: "fe80::1%lo", port: 80)
        #expect(address.description == "ipv6:[fe80::1%1]:80")
        #expect(address.authority == "[fe80::1]:80")
        #expect(address.withSockaddr { SocketAddress($0, length: $1) } == address)
    }

    @Test func theKernelTakesAndGivesThem() throws {
        for text in ["ipv4:127.0.0.1:0", "unix-abstract:grimoire-test-\(getpid())"] {
            let address = try SocketAddress(text)
            let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            #expect(address.withSockaddr { bind(descriptor, $0, $1) } == 0)
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let result = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            }
            #expect(result == 0)
            let bound = try #require(SocketAddress(storage: storage, length: length))
            if let port = bound.port {
                #expect(port > 0)
                #expect(bound.description == "ipv4:127.0.0.1:\(port)")
            } else {
                #expect(bound == address)
            }
        }
    }

    @Test func aPeerWithoutANameAndAForeignFamilyAreTold() {
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(AF_UNIX)
        #expect(SocketAddress(storage: storage, length: 2)?.description == "unix:")
        storage.ss_family = sa_family_t(AF_INET)
        #expect(SocketAddress(storage: storage, length: 2) == nil)
        #expect(SocketAddress(storage: storage, length: 0) == nil)
        storage.ss_family = sa_family_t(AF_NETLINK)
        #expect(SocketAddress(storage: storage, length: 128) == nil)
    }
}
