public import EventLoop
public import Logging

/// Hears what is published on some channels, on a connection of its own that it makes anew when it breaks, for ever.
///
/// PUBLISH reaches only who listens at that moment, so its user is told when something may be missing: whoever keeps something up
/// to date reads it all anew at each `connected`.
///
/// Each event is given to the handler on the loop, in order, before the next one is read: nothing piles up here, and while the
/// handler works the loop does nothing else. Of a cluster any server will do, since they pass messages on to each other.
public actor RedisSubscriber: LoopActor {
    /// Where its code, and the handler, runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let configuration: RedisConfiguration
    private let offload: OffloadExecutor
    private let logger: Logger?
    private let commands: [RedisCommand]
    private let subscriptions: Int
    private let handler: @Sendable (RedisSubscriberEvent) -> Void
    private var backoff: Backoff
    private var machine = SubscriptionMachine(subscriptions: 0)
    private var isConnected = false
    /// The connection's life, while it lasts.
    private var life: CheckedContinuation<RedisError, Never>?
    private var tick: Timer?

    /// - Parameters:
    ///   - channels: What to hear.
    ///   - patterns: More of it: `*` stands for any text (PSUBSCRIBE).
    ///   - configuration: Which server; `deadPeerTimeout` says how soon a vanished one is noticed.
    ///   - loop: Where everything runs.
    ///   - offload: Where names are looked up.
    ///   - logger: Told, at debug, of the server's going and coming.
    ///   - handler: Called on the loop for each event.
    /// - Precondition: There is a channel or a pattern.
    public init(
        channels: [String],
        patterns: [String] = [],
        configuration: RedisConfiguration,
        loop: EventLoop,
        offload: OffloadExecutor,
        logger: Logger? = nil,
        handler: @escaping @Sendable (RedisSubscriberEvent) -> Void
    ) {
        precondition(!channels.isEmpty || !patterns.isEmpty, "a subscriber has something to hear")
        self.configuration = configuration
        self.loop = loop
        self.offload = offload
        self.logger = logger
        self.handler = handler
        var commands: [RedisCommand] = []
        if !channels.isEmpty {
            commands.append(RedisCommand("SUBSCRIBE", channels.map { .text($0) }, keyIndex: nil))
        }
        if !patterns.isEmpty {
            commands.append(RedisCommand("PSUBSCRIBE", patterns.map { .text($0) }, keyIndex: nil))
        }
        self.commands = commands
        subscriptions = channels.count + patterns.count
        backoff = Backoff(
            firstNanoseconds: configuration.firstBackoff.nanoseconds,
            lastNanoseconds: configuration.lastBackoff.nanoseconds,
            seed: UInt64.random(in: .min ... .max)
        )
    }

    /// Hears until the task is cancelled; a server that is away is tried again and again. Once only.
    public func run() async {
        var attempt = 0
        while !Task.isCancelled {
            let failure = await hear(configuration.endpoints[attempt % configuration.endpoints.count])
            attempt += 1
            logger?.debug("Hearing Redis ended", metadata: ["error": "\(failure)"])
            if isConnected {
                isConnected = false
                handler(.disconnected(failure))
            }
            do {
                try await loop.sleep(for: .nanoseconds(backoff.failed()))
            } catch {
                return
            }
        }
    }

    /// One connection's life; why it ended.
    private func hear(_ endpoint: RedisEndpoint) async -> RedisError {
        let connection: RedisConnection
        do throws(RedisError) {
            connection = try await RedisConnection.connect(
                configuration,
                to: endpoint,
                on: loop,
                offload: offload
            )
        } catch {
            return error
        }
        machine = SubscriptionMachine(subscriptions: subscriptions)
        let loop = loop
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.life = continuation
                self.attach(connection)
                if Task.isCancelled { self.end(Self.cancelled) }
            }
        } onCancel: {
            loop.execute { self.assumeOnLoop { $0.end(Self.cancelled) } }
        }
        tick?.cancel()
        connection.discardOnLoop()
        return failure
    }

    private func attach(_ connection: RedisConnection) {
        let commands = commands
        let ended = connection.assumeOnLoop { connection in
            connection.onPush = { [weak self] value in self?.assumeOnLoop { $0.receive(value) } }
            connection.onEnd = { [weak self] error in self?.assumeOnLoop { $0.end(error) } }
            connection.write(commands)
            return connection.end
        }
        // It may have ended between its last word and now.
        if let ended { return end(ended) }
        tickLater(connection)
    }

    private func receive(_ value: RedisValue) {
        // Nothing is told after the end, though it may have come with what was read last.
        guard life != nil else { return }
        do throws(RedisError) {
            switch try machine.receive(value) {
            case .nothing: break
            case .message(let channel, let payload): handler(.message(channel: channel, payload: payload))
            case .subscribed:
                backoff.reset()
                isConnected = true
                logger?.debug("Hearing Redis")
                handler(.connected)
            }
        } catch {
            end(error)
        }
    }

    /// A third of the time: a dead peer is asked at the second tick at the latest, and given up at the next.
    private func tickLater(_ connection: RedisConnection) {
        tick = loop.schedule(after: configuration.deadPeerTimeout / 3) { [weak self, weak connection] in
            guard let connection else { return }
            self?.assumeOnLoop { $0.look(after: connection) }
        }
    }

    private func look(after connection: RedisConnection) {
        guard life != nil else { return }
        switch machine.tick() {
        case .nothing: break
        case .ping: connection.assumeOnLoop { $0.write([RedisCommand("PING", keyIndex: nil)]) }
        case .dead:
            return end(
                RedisError(
                    .connectionLost,
                    "\(connection.endpoint) said nothing in \(configuration.deadPeerTimeout)"
                )
            )
        }
        tickLater(connection)
    }

    private func end(_ error: RedisError) {
        let waiting = life
        life = nil
        waiting?.resume(returning: error)
    }

    private static var cancelled: RedisError { RedisError(.cancelled, "the task was cancelled") }
}
