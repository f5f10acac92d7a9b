internal import EventLoop
internal import Glibc

/// From bytes that have come to answers.
extension RedisConnection {
    /// How often a connection reads in one turn, so that others get theirs.
    private static let readsPerTurn = 16
    /// hiredis moves what is left of a piece after each kibibyte it has read: in small pieces that is little.
    private static let pieceBytes = 16 << 10

    func becameReady(_ readiness: Readiness) {
        if dialling != nil { return checkDialled() }
        if readiness.contains(.writable), !outbox.isEmpty { flush() }
        if !readiness.isDisjoint(with: [.readable, .hangUp, .error]) { read() }
    }

    private func read() {
        for _ in 0..<Self.readsPerTurn {
            guard end == nil else { return }
            let count = recv(descriptor, inbox.baseAddress, inbox.count, 0)
            if count > 0 {
                receive(count)
                if count < inbox.count { return }
            } else if count == 0 {
                return close(RedisError(.connectionLost, "\(endpoint) closed the connection"))
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                return lose("recv", errno)
            }
        }
    }

    private func receive(_ count: Int) {
        do throws(RedisError) {
            var start = 0
            while start < count {
                let piece = min(Self.pieceBytes, count - start)
                try reader.feed(UnsafeRawBufferPointer(rebasing: inbox[start..<start + piece]))
                // An answer may make its caller close the connection.
                while end == nil, let value = try reader.next() { take(value) }
                guard end == nil else { return }
                start += piece
            }
        } catch {
            close(error)
        }
    }

    private func take(_ value: RedisValue) {
        if let onPush { return onPush(value) }
        switch answers.receive(value) {
        case .completed(let completion, let values): completion?.succeed(values)
        case .incomplete: break
        case .unasked:
            close(RedisError(.protocolViolation, "\(endpoint) answered what nobody had asked"))
        }
    }
}
