internal import EventLoop
internal import Glibc

/// An address of a server, as connect(2) takes it.
struct SocketAddress: Sendable {
    let family: Int32
    private let bytes: [UInt8]

    /// How many addresses of one name are tried.
    private static let limit = 8

    /// The addresses of an endpoint. A name is looked up on one of `offload`'s threads, since that blocks.
    ///
    /// - Throws: `RedisError` (connectionFailed, cancelled).
    static func resolve(
        _ endpoint: RedisEndpoint,
        offload: OffloadExecutor
    ) async throws(RedisError) -> [SocketAddress] {
        // An address needs no look-up.
        if case .success(let addresses) = lookUp(endpoint, flags: AI_NUMERICHOST) { return addresses }
        let result: Result<[SocketAddress], RedisError>
        do {
            result = try await offload.run { lookUp(endpoint, flags: 0) }
        } catch is CancellationError {
            throw RedisError(.cancelled, "connecting was cancelled", mayHaveBeenDone: false)
        } catch {
            throw RedisError(.connectionFailed, "\(endpoint) cannot be looked up: \(error)")
        }
        return try result.get()
    }

    private static func lookUp(_ endpoint: RedisEndpoint, flags: Int32) -> Result<[SocketAddress], RedisError>
    {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list)
        guard status == 0 else {
            let reason = String(cString: gai_strerror(status))
            return .failure(RedisError(.connectionFailed, "\(endpoint) cannot be looked up: \(reason)"))
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next, addresses.count < limit {
            if let address = info.pointee.ai_addr {
                let raw = UnsafeRawBufferPointer(start: address, count: Int(info.pointee.ai_addrlen))
                addresses.append(SocketAddress(family: info.pointee.ai_family, bytes: Array(raw)))
            }
            next = info.pointee.ai_next
        }
        guard !addresses.isEmpty else {
            return .failure(RedisError(.connectionFailed, "\(endpoint) has no address"))
        }
        return .success(addresses)
    }

    /// A non-blocking socket whose connection is under way, or made already.
    ///
    /// - Throws: `RedisError` (connectionFailed) where it is refused at once.
    func openSocket() throws(RedisError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw Self.failure("socket", errno) }
        // Best effort: small commands must not wait for acknowledgements, and an idle peer that vanished is found.
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        Self.set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 15)
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5)
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        let result = bytes.withUnsafeBytes { raw -> Int32 in
            guard let address = raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return connect(descriptor, address, socklen_t(raw.count))
        }
        let reason = errno
        guard result == 0 || reason == EINPROGRESS || reason == EINTR else {
            close(descriptor)
            throw Self.failure("connect", reason)
        }
        return descriptor
    }

    /// What became of a connection that was under way.
    ///
    /// - Throws: `RedisError` (connectionFailed) where it was refused.
    static func checkConnected(_ descriptor: Int32) throws(RedisError) {
        var reason: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &reason, &length) == 0 else {
            throw failure("getsockopt", errno)
        }
        guard reason == 0 else { throw failure("connect", reason) }
    }

    static func failure(_ call: String, _ reason: Int32) -> RedisError {
        RedisError(.connectionFailed, "\(call): \(String(cString: strerror(reason))) (errno \(reason))")
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
