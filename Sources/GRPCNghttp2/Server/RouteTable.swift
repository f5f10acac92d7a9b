internal import GRPCCore
internal import Glibc

/// The methods of a server by their path, found from the bytes of a request without making a string of them.
struct RouteTable: Sendable {
    /// One method.
    final class Route: Sendable {
        /// `/package.Service/Method` in bytes.
        let path: [UInt8]
        let descriptor: MethodDescriptor
        /// Who answers it in place of the generated code.
        let raw: RawUnaryMethod?

        init(_ descriptor: MethodDescriptor, raw: RawUnaryMethod?) {
            path = Array("/\(descriptor.fullyQualifiedMethod)".utf8)
            self.descriptor = descriptor
            self.raw = raw
        }

        func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            guard bytes.count == path.count, let base = bytes.baseAddress else { return false }
            return path.withUnsafeBufferPointer { own in
                own.baseAddress.map { memcmp($0, base, bytes.count) == 0 } ?? false
            }
        }
    }

    private var buckets: [[Route]]

    /// - Parameters:
    ///   - methods: What the server's services have registered.
    ///   - raw: Methods that go past them.
    init(methods: [MethodDescriptor], raw: [RawUnaryMethod]) {
        var routes: [MethodDescriptor: Route] = [:]
        for method in methods { routes[Self.key(method)] = Route(method, raw: nil) }
        for method in raw { routes[Self.key(method.descriptor)] = Route(method.descriptor, raw: method) }
        var size = 16
        while size < 2 * routes.count { size *= 2 }
        buckets = Array(repeating: [], count: size)
        for route in routes.values {
            let index = route.path.withUnsafeBufferPointer { Self.hash($0) } & (size - 1)
            buckets[index].append(route)
        }
    }

    func route(for path: UnsafeBufferPointer<UInt8>) -> Route? {
        buckets[Self.hash(path) & (buckets.count - 1)].first { $0.matches(path) }
    }

    /// A descriptor's type (unary or streaming) is no part of its name.
    private static func key(_ method: MethodDescriptor) -> MethodDescriptor {
        MethodDescriptor(service: method.service, method: method.method)
    }

    /// FNV-1a. Paths are the server's own; a client cannot add to the table.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: hash & 0x7fff_ffff)
    }
}
