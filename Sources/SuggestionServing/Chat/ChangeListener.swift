internal import EventLoop
internal import Logging
internal import Redis
internal import ServiceKit
internal import ServiceLifecycle

/// Hears through Redis of processes that change, for as long as the service runs: what is known of them is doubted then.
struct ChangeListener: Service {
    private let subscriber: RedisSubscriber

    init(
        _ processes: KnownProcesses,
        configuration: RedisConfiguration,
        threads: Transport.Threads,
        logger: Logger
    ) {
        subscriber = RedisSubscriber(
            channels: [ProcessChange.channel],
            configuration: configuration,
            loop: threads.loops.loops[0],
            offload: threads.offload,
            logger: logger
        ) { event in
            switch event {
            case .connected: processes.beginHearing()
            case .message(_, let payload): ProcessChange(message: payload).map(processes.doubt)
            case .disconnected: processes.endHearing()
            }
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await subscriber.run() }
    }
}
