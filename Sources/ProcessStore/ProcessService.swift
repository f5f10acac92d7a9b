internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import Logging
internal import Postgres
public import ServiceKit
internal import ServiceLifecycle

/// `grimoire-processes` as a whole: what it is made of, in the order in which it starts.
public enum ProcessService {
    /// Brings the schema up to date.
    ///
    /// - Returns: The numbers of the migrations that were applied.
    /// - Throws: `PostgresError` with the server's or the migration's reason.
    public static func migrate(_ settings: SettingsReader) async throws -> [Int] {
        let ownerURL = ProcessServiceConfiguration.Settings.ownerURL
        let owner = try ProcessServiceConfiguration.database(try settings.value(of: ownerURL), ownerURL)
        let offload = OffloadExecutor(width: 1)
        let applied = try await Migrator(Migrations.all, upkeep: Migrations.upkeep).run(
            owner,
            offload: offload
        )
        await offload.shutdown()
        return applied
    }

    /// Serves until a signal.
    ///
    /// - Throws: What stops the start: `ConfigurationError`, `PostgresError` from a migration, `StartError`.
    public static func serve(_ settings: SettingsReader) async throws {
        let configuration = try ProcessServiceConfiguration(reading: settings)
        let logger = ServiceProgram.logger(label: "grimoire-processes", level: configuration.service.logLevel)
        let verifier = try await TokenVerifier(configuration: configuration.service.authentication)
        let keys = try SigningKeys(file: configuration.signingKeysFile)
        let threads = try Transport.Threads(configuration.service)
        if let owner = configuration.owner {
            let migrator = Migrator(Migrations.all, upkeep: Migrations.upkeep)
            let applied = try await migrator.run(owner, offload: threads.offload)
            logger.info("The schema is up to date", metadata: [LogKey.count: "\(applied.count)"])
        }
        let announcer = configuration.redis.map { RedisAnnouncer($0, threads: threads) }
        let workshop = OffloadExecutor(width: workshopWidth, queueLimit: workshopQueue, name: "workshop")
        let store = ProcessStore(
            configuration: configuration.application,
            loops: threads.loops,
            offload: threads.offload,
            workshop: workshop,
            limits: configuration.poolLimits,
            cacheBytes: configuration.cacheBytes,
            keys: keys,
            announcer: announcer,
            redis: announcer?.clients
        )
        let host = try await GRPCHost(
            services: [
                ServedProcessManager(service: ProcessManagerService(store: store)),
                MappingSourceService(store: store),
                SuggestionRecordsService(store: store),
            ],
            descriptors: [
                Grimoire_V1_ProcessManager.descriptor, Grimoire_V1_MappingSource.descriptor,
                Grimoire_V1_SuggestionRecords.descriptor,
            ],
            requirements: requirements,
            statuses: ["CreateProcess": 201],
            configuration: configuration.service,
            threads: threads,
            verifier: verifier,
            logger: logger,
            checks: [store.readinessCheck, announcer?.check].compactMap { $0 },
            audit: DatabaseAuditSink(store: store),
            fastPaths: ProcessFastPaths(store: store).all
        )
        var services: [any Service] = [Upkeep(store: store, logger: logger), host]
        if let announcer { services.insert(announcer, at: 0) }
        try await ServiceProgram.run(services, grace: configuration.service.shutdownGrace, logger: logger) {
            await store.shutdown()
            await workshop.shutdown()
            await threads.shutdown()
        }
    }

    /// Threads for parsing, diffs, verification and dry runs: what is computed at once beside the loops.
    private static let workshopWidth = 2
    /// Computations that may wait for one; beyond that, callers are asked to come again.
    private static let workshopQueue = 256

    /// Which role each method asks for.
    static let requirements: [MethodDescriptor: Role] = [
        Grimoire_V1_ProcessManager.Method.CreateProcess.descriptor: .editor,
        Grimoire_V1_ProcessManager.Method.GetProcess.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.UpdateProcess.descriptor: .editor,
        Grimoire_V1_ProcessManager.Method.DeleteProcess.descriptor: .editor,
        Grimoire_V1_ProcessManager.Method.ListProcesses.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.ListProcessVersions.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.GetProcessSpy.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.GetProcessMapping.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.ValidateProcess.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.DiffVersions.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.VerifyVersion.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.RestoreProcess.descriptor: .admin,
        Grimoire_V1_ProcessManager.Method.RecordExecutions.descriptor: .service,
        Grimoire_V1_ProcessManager.Method.SummarizeExecutions.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.SuggestionsChat.descriptor: .editor,
        Grimoire_V1_ProcessManager.Method.AnalyzeProcess.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.GenerateProcessInsights.descriptor: .viewer,
        Grimoire_V1_ProcessManager.Method.PlanProcessImprovement.descriptor: .viewer,
        Grimoire_V1_MappingSource.Method.GetMappingEvolution.descriptor: .viewer,
        Grimoire_V1_MappingSource.Method.FindProcessesByFact.descriptor: .viewer,
        Grimoire_V1_SuggestionRecords.Method.GetSuggestionContext.descriptor: .viewer,
        Grimoire_V1_SuggestionRecords.Method.RecordSuggestion.descriptor: .viewer,
        Grimoire_V1_SuggestionRecords.Method.RecordSuggestions.descriptor: .viewer,
        Grimoire_V1_SuggestionRecords.Method.RateSuggestion.descriptor: .editor,
        Grimoire_V1_SuggestionRecords.Method.ListSuggestions.descriptor: .viewer,
        Grimoire_V1_SuggestionRecords.Method.FindReuse.descriptor: .viewer,
    ]
}
