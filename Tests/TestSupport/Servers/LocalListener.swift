internal import Glibc

/// A listening socket of this machine.
package final class LocalListener: Sendable {
    package let descriptor: Int32
    package let port: UInt16

    package struct Failure: Error { package let call: String }

    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - backlog: How many connections may wait for accept(2).
    package init(port: UInt16 = 0, backlog: Int32 = 512) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, backlog) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isListening else {
            Glibc.close(descriptor)
            throw Failure(call: "bind")
        }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    /// Ends accept(2) in another thread, which may close the socket then.
    package func shutdown() { _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Only where no other thread uses the socket: its number may be another's at once.
    package func close() { _ = Glibc.close(descriptor) }
}
