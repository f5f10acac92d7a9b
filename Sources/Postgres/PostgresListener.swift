public import EventLoop
public import Logging

/// Hears what is told with NOTIFY on some channels, on a connection of its own that it makes anew when it breaks.
///
/// NOTIFY reaches only who listens at that moment. So ``events`` also says when something may have been missed: at the
/// beginning, after each new connection, and when its user was too slow. A user that keeps something up to date reads it all
/// anew at each such word, and needs no other case:
///
/// ```swift
/// for await event in listener.events {
///     switch event {
///     case .mayHaveMissed: cache.removeAll()
///     case .notification(let notification): cache.remove(notification.payload)
///     }
/// }
/// ```
public actor PostgresListener: LoopActor {
    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// What is heard.
    public nonisolated var events: Events { Events(listener: self) }

    private let configuration: PostgresConfiguration
    private let offload: OffloadExecutor
    private let statements: [PostgresStatement]
    private let logger: Logger?
    private var buffer: NotificationBuffer
    private var backoff: Backoff
    private var hasListened = false
    private var isOver = false
    private var death: CheckedContinuation<Void, Never>?
    private var readers: [(number: UInt64, continuation: CheckedContinuation<Event?, Never>)] = []
    private var nextReader: UInt64 = 0

    /// - Parameters:
    ///   - channels: What to listen on; names are taken as they are, capitals too.
    ///   - configuration: Where the server is: not behind a transaction pooler.
    ///   - loop: Where everything runs.
    ///   - offload: Where connecting blocks.
    ///   - limits: What it may use.
    ///   - logger: Told, at debug, of the server's going and coming.
    public init(
        channels: [String],
        configuration: PostgresConfiguration,
        loop: EventLoop,
        offload: OffloadExecutor,
        limits: Limits = Limits(),
        logger: Logger? = nil
    ) {
        self.configuration = configuration
        self.loop = loop
        self.offload = offload
        self.logger = logger
        statements = channels.map { PostgresStatement("LISTEN \($0.quotedIdentifier)") }
        buffer = NotificationBuffer(limit: limits.bufferedEvents)
        backoff = Backoff(
            firstNanoseconds: limits.firstBackoff.nanoseconds,
            lastNanoseconds: limits.lastBackoff.nanoseconds,
            seed: UInt64.random(in: .min ... .max)
        )
    }

    /// Listens until the task is cancelled; a server that is away is tried again and again. Once only.
    ///
    /// - Throws: `PostgresError` where it can never work: behind a transaction pooler, or a channel that PostgreSQL refuses.
    public func run() async throws(PostgresError) {
        defer { end() }
        try configuration.requireSession(for: "LISTEN")
        while !Task.isCancelled {
            do throws(PostgresError) {
                try await listen()
            } catch {
                logger?.debug("Listening to PostgreSQL ended", metadata: ["error": "\(error)"])
                if error.code == .misuse || (error.code == .server && !error.isConnectionDead) { throw error }
            }
            do {
                try await loop.sleep(for: .nanoseconds(backoff.failed()))
            } catch {
                return
            }
        }
    }

    /// One connection's life.
    private func listen() async throws(PostgresError) {
        let connection = try await PostgresConnection.connect(configuration, on: loop, offload: offload)
        defer { close(connection) }
        passOn(from: connection)
        _ = try await connection.pipeline(statements)
        backoff.reset()
        tell(.mayHaveMissed(hasListened ? .reconnected : .began))
        hasListened = true
        logger?.debug("Listening to PostgreSQL")
        await end(of: connection)
    }

    private func passOn(from connection: PostgresConnection) {
        connection.assumeOnLoop {
            $0.onNotification = { [weak self] notification in
                self?.assumeOnLoop { $0.tell(.notification(notification)) }
            }
        }
    }

    private func close(_ connection: PostgresConnection) { connection.assumeOnLoop { $0.close() } }

    private func end(of connection: PostgresConnection) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                death = continuation
                connection.assumeOnLoop {
                    $0.whenDead { [weak self] in
                        guard let self else { return }
                        loop.execute { self.assumeOnLoop { $0.connectionEnded() } }
                    }
                }
                if Task.isCancelled { connectionEnded() }
            }
        } onCancel: {
            loop.execute { self.assumeOnLoop { $0.connectionEnded() } }
        }
    }

    private func connectionEnded() {
        let waiting = death
        death = nil
        waiting?.resume()
    }

    // MARK: The user's side

    private func tell(_ event: Event) {
        guard readers.isEmpty else { return readers.removeFirst().continuation.resume(returning: event) }
        buffer.append(event)
    }

    func nextEvent() async -> Event? {
        if let event = buffer.popFirst() { return event }
        guard !isOver, !Task.isCancelled else { return nil }
        nextReader += 1
        let number = nextReader
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                readers.append((number, continuation))
                if Task.isCancelled { stopReading(number) }
            }
        } onCancel: {
            loop.execute { self.assumeOnLoop { $0.stopReading(number) } }
        }
    }

    private func stopReading(_ number: UInt64) {
        guard let index = readers.firstIndex(where: { $0.number == number }) else { return }
        readers.remove(at: index).continuation.resume(returning: nil)
    }

    private func end() {
        isOver = true
        let ended = readers
        readers = []
        for reader in ended { reader.continuation.resume(returning: nil) }
    }
}

extension String {
    /// As an SQL identifier that keeps its capitals.
    var quotedIdentifier: String {
        var text = "\""
        for character in self { text += character == "\"" ? "\"\"" : String(character) }
        return text + "\""
    }
}
