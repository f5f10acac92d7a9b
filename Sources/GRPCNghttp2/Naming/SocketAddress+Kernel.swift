internal import Glibc

/// Addresses as the kernel takes and gives them.
extension SocketAddress {
    /// `AF_INET`, `AF_INET6` or `AF_UNIX`.
    var family: Int32 {
        switch kind {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix, .unixAbstract: AF_UNIX
        }
    }

    /// Lends the address in the kernel's form, for `bind`, `connect` and `sendto`.
    func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        switch kind {
        case .ipv4(let address, let port):
            var value = sockaddr_in()
            value.sin_family = sa_family_t(AF_INET)
            value.sin_port = port.bigEndian
            value.sin_addr.s_addr = address.bigEndian
            return lend(&value, MemoryLayout<sockaddr_in>.size, body)
        case .ipv6(let high, let low, let port, let scope):
            var value = sockaddr_in6()
            value.sin6_family = sa_family_t(AF_INET6)
            value.sin6_port = port.bigEndian
            value.sin6_addr = in6_addr(high: high, low: low)
            value.sin6_scope_id = scope
            return lend(&value, MemoryLayout<sockaddr_in6>.size, body)
        case .unix(let path):
            // The length may cover the final zero (unix(7)); a socket without a name is the family alone.
            return lendUnix(path, at: 0, length: path.isEmpty ? 0 : path.count + 1, body)
        case .unixAbstract(let name):
            // No final zero here: every byte that the length covers belongs to the name.
            return lendUnix(name, at: 1, length: name.count + 1, body)
        }
    }

    /// The address that `accept`, `getpeername` or `getsockname` has filled in; nil where it is of another family, or
    /// shorter than its family's.
    init?(storage: borrowing sockaddr_storage, length: socklen_t) {
        guard Int(length) >= Self.unixHeaderLength, Int(length) <= MemoryLayout<sockaddr_storage>.size else {
            return nil
        }
        let address = withUnsafeBytes(of: storage) {
            Self(bytes: UnsafeRawBufferPointer(rebasing: $0[..<Int(length)]))
        }
        guard let address else { return nil }
        self = address
    }

    /// The address at a pointer that `getaddrinfo` has given.
    init?(_ pointer: UnsafePointer<sockaddr>, length: socklen_t) {
        guard Int(length) >= Self.unixHeaderLength else { return nil }
        self.init(bytes: UnsafeRawBufferPointer(start: pointer, count: Int(length)))
    }

    /// Where `sun_path` begins.
    private static let unixHeaderLength = MemoryLayout<sa_family_t>.size

    private init?(bytes: UnsafeRawBufferPointer) {
        switch Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            guard bytes.count >= MemoryLayout<sockaddr_in>.size else { return nil }
            let value = bytes.loadUnaligned(as: sockaddr_in.self)
            self.init(
                kind: .ipv4(
                    address: UInt32(bigEndian: value.sin_addr.s_addr),
                    port: UInt16(bigEndian: value.sin_port)
                )
            )
        case AF_INET6:
            guard bytes.count >= MemoryLayout<sockaddr_in6>.size else { return nil }
            let value = bytes.loadUnaligned(as: sockaddr_in6.self)
            self.init(
                kind: .ipv6(
                    high: value.sin6_addr.high,
                    low: value.sin6_addr.low,
                    port: UInt16(bigEndian: value.sin6_port),
                    scope: value.sin6_scope_id
                )
            )
        case AF_UNIX:
            let name = bytes[Self.unixHeaderLength...]
            if name.count > 1, name.first == 0 {
                self.init(kind: .unixAbstract(name: Array(name.dropFirst())))
            } else {
                self.init(kind: .unix(path: Array(name.prefix { $0 != 0 })))
            }
        default: return nil
        }
    }

    private func lend<Value, R>(
        _ value: inout Value,
        _ length: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        withUnsafeBytes(of: &value) { bytes in
            body(bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(length))
        }
    }

    private func lendUnix<R>(
        _ name: [UInt8],
        at offset: Int,
        length: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        var value = sockaddr_un()
        value.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &value.sun_path) { path in
            for (index, byte) in name.prefix(path.count - offset).enumerated() { path[offset + index] = byte }
        }
        return lend(&value, Self.unixHeaderLength + length, body)
    }
}

extension in6_addr {
    /// An address from two numbers in host byte order.
    init(high: UInt64, low: UInt64) {
        self.init()
        withUnsafeMutableBytes(of: &self) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
    }

    /// The first eight bytes in host byte order.
    var high: UInt64 { withUnsafeBytes(of: self) { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) } }

    /// The last eight bytes in host byte order.
    var low: UInt64 {
        withUnsafeBytes(of: self) { UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) }
    }
}
