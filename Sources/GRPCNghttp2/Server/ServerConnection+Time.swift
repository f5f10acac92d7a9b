internal import CNghttp2
internal import EventLoop

/// How a connection ends, is kept alive, and judges its peer's manners.
extension ServerConnection {
    /// Lets calls under way finish within `grace`, takes no more, and closes.
    func shutDown(grace: Duration) {
        perform(lifecycle.shutDown(now: loop.uptimeNanoseconds, grace: grace.wholeNanoseconds))
    }

    /// Closes now, and cancels what is under way.
    func abort() {
        http2?.close(TransportError(.shutDown, "The server has been stopped."))
    }

    /// Peers answer what they are sent with PINGs and window updates, which are no flood then.
    func noteWhatWasSent() {
        guard let session = http2?.session, session.headersSent + session.dataSent > 0 else { return }
        pings.dataOrHeadersSent()
        floods.dataSent(session.dataSent)
        session.headersSent = 0
        session.dataSent = 0
    }

    func judgePing() {
        switch pings.pingReceived(
            now: loop.uptimeNanoseconds,
            hasCalls: http2?.session.streams.isEmpty == false
        ) {
        case .allowed, .strike: break
        case .goAway: giveUp(NGHTTP2_ENHANCE_YOUR_CALM.rawValue, "too_many_pings")
        }
    }

    func giveUp(_ errorCode: UInt32, _ reason: String) {
        guard let http2, !http2.isClosed, !http2.isClosing else { return }
        try? http2.session.submitGoAway(errorCode: errorCode, debugData: reason)
        http2.closeAfterFlush()
    }

    func perform(_ action: ConnectionLifecycle.Action?) {
        defer { rearm() }
        guard let action, let http2, !http2.isClosed else { return }
        do throws(TransportError) {
            switch action {
            case .notify:
                try http2.session.submitShutdownNotice()
                try http2.session.submitPing()
            case .drain: try http2.session.submitGoAway(errorCode: NGHTTP2_NO_ERROR.rawValue, debugData: "")
            case .close(let error): return http2.close(error)
            }
            http2.setNeedsFlush()
        } catch {
            http2.close(error)
        }
    }

    /// One timer serves all deadlines. One that is too early asks again when it fires, so that it is rarely moved.
    func rearm() {
        guard let http2, !http2.isClosed else { return }
        let deadline = min(lifecycle.nextDeadline, keepalive.nextDeadline)
        if let timer, timer.deadline <= deadline { return }
        timer?.timer.cancel()
        guard deadline != .max else { return timer = nil }
        let delay = Duration.nanoseconds(max(0, deadline - loop.uptimeNanoseconds))
        timer = (
            deadline,
            loop.schedule(after: delay) { [weak self] in self?.assumeOnLoop { $0.timerDue() } }
        )
    }

    private func timerDue() {
        timer = nil
        guard let http2, !http2.isClosed else { return }
        let now = loop.uptimeNanoseconds
        keepalive.received(now: http2.lastReceived)
        switch keepalive.timerDue(now: now, hasCalls: !http2.session.streams.isEmpty) {
        case .none: break
        case .sendPing:
            try? http2.session.submitPing()
            http2.setNeedsFlush()
        case .close:
            return http2.close(TransportError(.connectionLost, "The peer did not answer a PING in time."))
        }
        perform(lifecycle.timerDue(now: now))
    }
}
