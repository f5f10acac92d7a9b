internal import EventLoop

/// From addresses to a connection that is ready for commands.
extension RedisConnection {
    /// Tries one address after the other, then greets the server, all within the time for connecting.
    func open(_ addresses: [SocketAddress]) async throws(RedisError) {
        let end = deadline(configuration.connectTimeout, after: loop.uptimeNanoseconds)
        do throws(RedisError) {
            try await dialAny(addresses, until: end)
            try await greet(until: end)
        } catch {
            close(error)
            throw error
        }
    }

    private func dialAny(_ addresses: [SocketAddress], until end: Int64) async throws(RedisError) {
        var failure = RedisError(.connectionFailed, "\(endpoint) has no address")
        for address in addresses {
            do throws(RedisError) {
                return try await dial(address, until: end)
            } catch {
                failure = error
                hangUp()
                if error.code != .connectionFailed { break }
            }
        }
        throw failure
    }

    private func dial(_ address: SocketAddress, until end: Int64) async throws(RedisError) {
        guard self.end == nil else { throw RedisError(.closed, "the connection was closed") }
        descriptor = try address.openSocket()
        do throws(EventLoopError) {
            // A connection that is made at once is writable at once.
            registration = try loop.register(descriptor, interest: .writable) { [unowned self] readiness in
                self.assumeOnLoop { $0.becameReady(readiness) }
            }
        } catch {
            throw RedisError(.connectionFailed, error.description)
        }
        let timer = loop.schedule(after: .nanoseconds(end - loop.uptimeNanoseconds)) { [weak self] in
            self?.assumeOnLoop { $0.dialled($0.tooSlow) }
        }
        defer { timer.cancel() }
        let loop = loop
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.dialling = continuation
                if Task.isCancelled { self.dialled(Self.cancelled) }
            }
        } onCancel: {
            loop.execute { self.assumeOnLoop { $0.dialled(Self.cancelled) } }
        }
        if let failure { throw failure }
        registration?.interest = .readable
    }

    func checkDialled() {
        do throws(RedisError) {
            try SocketAddress.checkConnected(descriptor)
            dialled(nil)
        } catch {
            dialled(error)
        }
    }

    /// The socket is connected, or why it will not be. Nothing where nobody waits for that.
    func dialled(_ failure: RedisError?) {
        let waiting = dialling
        dialling = nil
        // Until its task has run, the socket must not wake the loop up.
        if waiting != nil { registration?.interest = .readable }
        waiting?.resume(returning: failure)
    }

    private func greet(until end: Int64) async throws(RedisError) {
        let left = Duration.nanoseconds(end - loop.uptimeNanoseconds)
        let answers: [RedisValue]
        do throws(RedisError) {
            answers = try await pipeline(configuration.greeting, timeout: left)
        } catch {
            // Nothing of a caller's was sent.
            switch error.code {
            case .timedOut: throw tooSlow
            case .connectionLost: throw RedisError(.connectionFailed, error.message)
            default: throw error
            }
        }
        for case .error(let error) in answers {
            let isRefusal = error.isAboutAuthentication
            throw RedisError(
                isRefusal ? .authenticationFailed : .connectionFailed,
                isRefusal ? "\(endpoint) refused user or password" : "\(endpoint) refused the connection",
                serverError: error
            )
        }
    }

    private var tooSlow: RedisError {
        RedisError(.connectionFailed, "\(endpoint) did not answer within \(configuration.connectTimeout)")
    }

    private static var cancelled: RedisError {
        RedisError(.cancelled, "connecting was cancelled", mayHaveBeenDone: false)
    }
}
