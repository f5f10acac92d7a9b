internal import EventLoop
internal import Glibc

/// Turns targets into addresses.
///
/// It keeps nothing: how often a name is looked up again is the channel's to say.
enum NameResolver {
    /// How many addresses of one name are used. DNS over UDP and the usual TCP answers stay far below.
    static let maximumAddressCount = 1_024

    /// The addresses of a target, without duplicates, in the order of preference: as the target lists them, or as
    /// getaddrinfo sorts them (RFC 6724).
    ///
    /// - Parameters:
    ///   - target: Addresses in numbers and Unix sockets come back at once; a name is looked up.
    ///   - executor: Where the look-up blocks a thread.
    /// - Throws: `TransportError` that says what could not be resolved, and why. Never an empty list.
    static func resolve(
        _ target: Target,
        on executor: OffloadExecutor
    ) async throws(TransportError) -> [SocketAddress] {
        switch target.form {
        case .addresses(let addresses): return unique(addresses)
        case .dns(let host, let port):
            // An address in numbers needs no thread. The brackets of an IPv6 address are gone by now.
            if let address = try? SocketAddress(host: host, port: port) { return [address] }
            do {
                return try await executor.run { try lookUp(host, port: port) }
            } catch let error as TransportError {
                throw error
            } catch is CancellationError {
                throw TransportError(.cancelled, "The look-up of '\(host)' was given up.")
            } catch {
                throw TransportError(.nameResolution, "The look-up of '\(host)' was not begun: \(error)")
            }
        }
    }

    /// The addresses of a name. Blocks as long as the system's resolver allows (resolv.conf(5)).
    static func lookUp(_ host: String, port: UInt16) throws(TransportError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        let systemError = errno
        guard code == 0 else {
            if code == EAI_SYSTEM {
                let reason = String(cString: strerror(systemError))
                throw TransportError(
                    .nameResolution,
                    "No address of '\(host)' was found: \(reason).",
                    rawCode: systemError
                )
            }
            let reason = String(cString: gai_strerror(code))
            throw TransportError(
                .nameResolution,
                "No address of '\(host)' was found: \(reason).",
                rawCode: code
            )
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = list
        while let current = entry?.pointee {
            if let pointer = current.ai_addr, let address = SocketAddress(pointer, length: current.ai_addrlen)
            {
                addresses.append(address)
            }
            entry = current.ai_next
        }
        addresses = unique(addresses)
        guard !addresses.isEmpty else {
            throw TransportError(.nameResolution, "'\(host)' has neither an IPv4 nor an IPv6 address.")
        }
        return addresses
    }

    /// The first of each, at most ``maximumAddressCount``.
    static func unique(_ addresses: [SocketAddress]) -> [SocketAddress] {
        var seen: Set<SocketAddress> = []
        let firsts = addresses.filter { seen.insert($0).inserted }
        return Array(firsts.prefix(maximumAddressCount))
    }
}
