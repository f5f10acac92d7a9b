internal import CCurl
internal import EventLoop
internal import Glibc

/// Between the loop and curl: who wants to know of which socket, and what became ready (curl_multi_socket_action(3)).
extension CurlClient {
    /// curl wants to be told of a socket, or no longer. False where the loop cannot.
    func watch(_ socket: Int32, _ what: Int32) -> Bool {
        let interest: Interest
        switch what {
        case CURL_POLL_IN: interest = .readable
        case CURL_POLL_OUT: interest = .writable
        case CURL_POLL_INOUT: interest = [.readable, .writable]
        default:
            // A socket without interest would still wake the loop up when its peer hangs up, again and again.
            sockets.removeValue(forKey: socket)?.cancel()
            return true
        }
        if let registration = sockets[socket] {
            registration.interest = interest
            return true
        }
        do throws(EventLoopError) {
            sockets[socket] = try loop.register(socket, interest: interest) { [unowned self] readiness in
                self.assumeOnLoop { $0.becameReady(socket, readiness) }
            }
            return true
        } catch {
            return false
        }
    }

    /// curl wants to be called after a time; never where it is negative.
    func callLater(milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = loop.schedule(after: .milliseconds(milliseconds)) { [unowned self] in
            self.assumeOnLoop {
                $0.timer = nil
                $0.act(CURL_SOCKET_BAD, 0)
            }
        }
    }

    private func becameReady(_ socket: Int32, _ readiness: Readiness) {
        var events: Int32 = 0
        if !readiness.isDisjoint(with: [.readable, .hangUp]) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if readiness.contains(.error) { events |= CURL_CSELECT_ERR }
        act(socket, events)
    }

    private func act(_ socket: Int32, _ events: Int32) {
        guard let multi else { return }
        var running: Int32 = 0
        let result = curl_multi_socket_action(multi, socket, events, &running)
        guard result == CURLM_OK || result == CURLM_BAD_SOCKET else { return endAll(CurlError(result)) }
        collectFinished(multi)
    }

    private func collectFinished(_ multi: UnsafeMutableRawPointer) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else {
                continue
            }
            let code = message.pointee.data.result
            guard let exchange = exchanges.removeValue(forKey: easy) else { continue }
            let result = curl_multi_remove_handle(multi, easy)
            exchange.finish(code)
            guard result == CURLM_OK else { return endAll(CurlError(result)) }
        }
    }

    /// Closes a socket of curl's, on the loop.
    nonisolated func closeOnLoop(_ socket: Int32) -> Int32 {
        assumeOnLoop { client in
            client.sockets.removeValue(forKey: socket)?.cancel()
            return Glibc.close(socket)
        }
    }
}

// curl's callbacks: they run on the loop's thread, within a call of this actor's, and call nothing of curl's.

func socketChanged(
    _: UnsafeMutableRawPointer?,
    _ socket: curl_socket_t,
    _ what: Int32,
    _ client: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let client else { return -1 }
    return Unmanaged<CurlClient>.fromOpaque(client).takeUnretainedValue()
        .assumeOnLoop { $0.watch(socket, what) ? 0 : -1 }
}

func timerChanged(
    _: UnsafeMutableRawPointer?,
    _ milliseconds: Int,
    _ client: UnsafeMutableRawPointer?
) -> Int32 {
    guard let client else { return -1 }
    Unmanaged<CurlClient>.fromOpaque(client).takeUnretainedValue()
        .assumeOnLoop { $0.callLater(milliseconds: milliseconds) }
    return 0
}
