internal import EventLoop
internal import Glibc

/// From commands to bytes on the way, and what ends the wait for answers.
extension RedisConnection {
    /// Hands commands over. The completion is called on the loop, at once where they are refused.
    func enqueue(_ commands: [RedisCommand], deadline: Int64, completion: RedisCompletion) {
        if let refusal = refusal(of: commands, deadline: deadline) { return completion.fail(refusal) }
        write(commands)
        answers.append(expected: commands.count, deadline: deadline, completion: completion)
        if deadline < lookAt { lookLater(at: deadline) }
    }

    /// Sends commands at the end of this turn, together with those of others, and after answers and calls to other services: a server on
    /// this machine would take the core from these.
    func write(_ commands: [RedisCommand]) {
        for command in commands { outbox.append(contentsOf: command.bytes) }
        guard !isFlushPutOff else { return }
        isFlushPutOff = true
        loop.afterEndOfTurn { self.assumeOnLoop { $0.flush() } }
    }

    private func refusal(of commands: [RedisCommand], deadline: Int64) -> RedisError? {
        if let end {
            return end.code == .closed
                ? RedisError(.closed, "the connection is closed", mayHaveBeenDone: false)
                : RedisError(
                    .connectionLost,
                    "the connection is lost: \(end.message)",
                    mayHaveBeenDone: false
                )
        }
        guard !commands.isEmpty else { return RedisError(.misuse, "there is no command to send") }
        guard deadline > loop.uptimeNanoseconds else {
            return RedisError(.timedOut, "the time was over before anything was sent", mayHaveBeenDone: false)
        }
        guard answers.count + commands.count <= configuration.commandsInFlight else {
            return RedisError(.overloaded, "\(answers.count) commands are under way")
        }
        let bytes = commands.reduce(outbox.count - sentBytes) { $0 + $1.bytes.count }
        guard bytes <= configuration.unsentBytes else {
            return RedisError(.overloaded, "\(outbox.count - sentBytes) bytes wait to be sent")
        }
        return nil
    }

    /// Sends what the kernel takes, and not more than a turn's share; the rest follows when the socket is writable.
    func flush() {
        isFlushPutOff = false
        guard let registration, dialling == nil else { return }
        for _ in 0..<Self.writesPerTurn where sentBytes < outbox.count {
            let sent = outbox.withUnsafeBytes { bytes in
                Glibc.send(
                    descriptor,
                    bytes.baseAddress.map { $0 + sentBytes },
                    bytes.count - sentBytes,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if sent >= 0 {
                sentBytes += sent
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                return lose("send", errno)
            }
        }
        guard sentBytes == outbox.count else {
            // Later commands are appended behind the rest: no write is put off until the socket is writable.
            isFlushPutOff = true
            registration.interest = [.readable, .writable]
            return compact()
        }
        // Memory that one large command needed is given back after it.
        outbox.removeAll(keepingCapacity: outbox.capacity <= Self.keptOutboxBytes)
        sentBytes = 0
        registration.interest = .readable
    }

    /// Drops what has been sent, once that is most of it.
    private func compact() {
        guard sentBytes > outbox.count / 2 else { return }
        outbox.removeFirst(sentBytes)
        sentBytes = 0
    }

    /// How often a connection writes in one turn, so that others get theirs.
    private static let writesPerTurn = 16
    private static let keptOutboxBytes = 256 << 10

    // MARK: Time

    private func lookLater(at time: Int64) {
        look?.cancel()
        lookAt = time
        guard time < .max else { return look = nil }
        look = loop.schedule(after: .nanoseconds(time - loop.uptimeNanoseconds)) { [weak self] in
            self?.assumeOnLoop { $0.lookForOverdue() }
        }
    }

    private func lookForOverdue() {
        lookAt = .max
        let overdue = answers.look(now: loop.uptimeNanoseconds)
        if let next = overdue.next { lookLater(at: next) }
        for completion in overdue.expired {
            completion.fail(RedisError(.timedOut, "\(endpoint) did not answer in time"))
        }
        if overdue.isDead {
            let reason = "\(endpoint) left a command without an answer for longer than the time allowed"
            close(RedisError(.connectionLost, reason))
        }
    }

    // MARK: End

    func lose(_ call: String, _ reason: Int32) {
        close(RedisError(.connectionLost, "\(call): \(String(cString: strerror(reason))) (errno \(reason))"))
    }

    func close(_ error: RedisError) {
        guard end == nil else { return }
        end = error
        hangUp()
        look?.cancel()
        look = nil
        outbox = []
        sentBytes = 0
        let waiting = answers.drain()
        let onEnd = onEnd
        self.onEnd = nil
        onPush = nil
        dialled(error)
        // Whoever replaces connections hears of it before those who may try again at once.
        onEnd?(error)
        for completion in waiting { completion.fail(error) }
    }

    /// Closes it, from its loop's thread, without telling whoever replaces connections.
    nonisolated func discardOnLoop() {
        assumeOnLoop {
            $0.onEnd = nil
            $0.close()
        }
    }

    /// Gives the socket up.
    func hangUp() {
        registration?.cancel()
        registration = nil
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}
