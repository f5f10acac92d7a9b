import Glibc
import TestSupport

/// A port whose connections are never made: the queue of those that nobody accepts is full.
final class FullListener {
    let port: UInt16
    private let listener: LocalListener
    private var waiting: [Int32] = []

    struct Failure: Error {}

    init() throws {
        listener = try LocalListener(backlog: 0)
        port = listener.port
        // A queue of 0 holds one; the one after it is not answered.
        for _ in 0..<2 {
            let descriptor = socket(
                AF_INET,
                Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
                0
            )
            waiting.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 || errno == EINPROGRESS else { throw Failure() }
        }
    }

    func close() {
        for descriptor in waiting { Glibc.close(descriptor) }
        listener.close()
    }
}
