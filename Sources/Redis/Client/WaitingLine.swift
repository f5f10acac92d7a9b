internal import EventLoop

/// Those who wait for a first connection, each with a deadline of its own, bounded. Belongs to its loop's thread.
final class WaitingLine {
    private struct Waiting {
        let commands: Int
        let timer: Timer
        let body: (RedisError?) -> Void
    }

    private let loop: EventLoop
    private let commandLimit: Int
    private var line: [UInt64: Waiting] = [:]
    private var nextNumber: UInt64 = 0
    private var commands = 0

    /// - Parameter commandLimit: How many commands may wait.
    init(loop: EventLoop, commandLimit: Int) {
        self.loop = loop
        self.commandLimit = commandLimit
    }

    /// Calls `body` once: without an error when there is a connection, with one where there will be none or it is too late.
    func add(commands count: Int, deadline: Int64, _ body: @escaping (RedisError?) -> Void) {
        guard commands + count <= commandLimit else {
            return body(RedisError(.overloaded, "\(commands) commands wait for a connection"))
        }
        let number = nextNumber
        nextNumber += 1
        let timer = loop.schedule(after: .nanoseconds(deadline - loop.uptimeNanoseconds)) { [weak self] in
            self?.expire(number)
        }
        commands += count
        line[number] = Waiting(commands: count, timer: timer, body: body)
    }

    /// Ends everyone's wait, in the order in which they came.
    func end(_ error: RedisError?) {
        let waiting = line.sorted { $0.key < $1.key }.map(\.value)
        line = [:]
        commands = 0
        for each in waiting {
            each.timer.cancel()
            each.body(error)
        }
    }

    private func expire(_ number: UInt64) {
        guard let waiting = line.removeValue(forKey: number) else { return }
        commands -= waiting.commands
        waiting.body(
            RedisError(.timedOut, "the time was over before there was a connection", mayHaveBeenDone: false)
        )
    }
}
