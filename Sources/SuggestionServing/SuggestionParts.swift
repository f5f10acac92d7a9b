internal import EventLoop
internal import FoundationEssentials
internal import GrimoireAPI
internal import LiteLLM
internal import Logging
internal import Redis
internal import ServiceKit
internal import ServiceLifecycle

/// What answers are made by, put together.
struct SuggestionParts: Sendable {
    let desk: ChatDesk
    let reports: ReportMaker
    private let recorder: SuggestionRecorder
    private let census: ReplicaCensus
    private let models: LiteLLMClients
    private let limiter: RateLimiter<UUID>

    init(
        _ configuration: SuggestionServiceConfiguration,
        threads: Transport.Threads,
        processes: ServiceClient,
        redis: RedisClients?,
        logger: Logger,
        metrics: SuggestionMetrics
    ) {
        let loops = threads.loops
        let loop = loops.loops[0]
        let records = ProcessRecords(
            records: Grimoire_V1_SuggestionRecords.Client(wrapping: processes.client),
            processes: Grimoire_V1_ProcessManager.Client(wrapping: processes.client),
            loops: loops
        )
        models = LiteLLMClients(configuration: configuration.liteLLM, loops: loops)
        limiter = RateLimiter(configuration.limits, loop: loop)
        recorder = SuggestionRecorder(
            records: records,
            // Not where most of the rest is: what is brought together takes a millisecond at once.
            loop: loops.loops[loops.loops.count - 1],
            logger: logger,
            metrics: metrics
        )
        census = ReplicaCensus(
            configured: configuration.replicas,
            redis: redis?.client(on: loop),
            loop: loop
        ) { [limiter] decision in
            await limiter.share(among: decision.share)
            if decision.mustWait { await limiter.hold(nil, for: Self.joinTime) }
        }
        let asking = ModelAsking(model: configuration.model, clients: models, limiter: limiter)
        let cache = AnswerCache(configuration.cache, redis: redis?.client(on: loop), loop: loop)
        // Where no answers are kept in memory, those to similar questions are not either.
        let embeddingName = configuration.cache.bytes > 0 ? configuration.model.embeddingName : nil
        let similar = embeddingName.map { [models] name in
            SimilarAnswers(
                name: name,
                similarity: configuration.model.similarity,
                clients: models,
                lifetime: configuration.cache.lifetime,
                loop: loop
            )
        }
        desk = ChatDesk(
            sessions: SessionTable(configuration.sessions, loops: loops),
            leases: redis.map {
                SessionLeases(
                    SharedSessions(redis: $0, lifetime: configuration.sessions.idleTime),
                    loop: loop
                )
            },
            pipeline: ChatPipeline(
                records: records,
                processes: KnownProcesses(),
                contexts: ProcessContexts(loop: loop),
                recorder: recorder,
                cache: cache,
                similar: similar,
                asking: asking,
                offload: threads.offload,
                metrics: metrics
            )
        )
        reports = ReportMaker(
            records: records,
            recorder: recorder,
            model: ReportModel(asking: asking, cache: cache),
            offload: threads.offload,
            logger: logger
        )
    }

    /// How long a replica that joins others begins nothing: until each of them has counted again.
    private static let joinTime: Duration = .seconds(4)

    /// What runs beside the calls: the recorder until everything is recorded, the rest until the service stops.
    var services: [any Service] {
        [
            RunningPart { [recorder] in
                await withTaskCancellationOrGracefulShutdownHandler {
                    await recorder.run()
                } onCancelOrGracefulShutdown: {
                    recorder.loop.execute { recorder.assumeIsolated { $0.close() } }
                }
            },
            RunningPart { [census] in await cancelWhenGracefulShutdown { await census.run() } },
            RunningPart { [desk] in await cancelWhenGracefulShutdown { await desk.sessions.run() } },
            // Until the last answer has ended: the service group stops it after the fronts.
            RunningPart { [desk] in await cancelWhenGracefulShutdown { await desk.leases?.run() } },
        ]
    }

    /// Closes what is still open, once all services have ended.
    func shutdown() async {
        await limiter.close()
        await models.shutdown()
    }
}
