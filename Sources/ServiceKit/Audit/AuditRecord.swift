public import FoundationEssentials

/// One operation, as the audit trail keeps it: refused ones too.
public struct AuditRecord: Sendable, Equatable {
    /// Its own: a sink that is given a record twice, since it failed in an unknown state, can tell.
    public let id: UUID
    /// When the operation ended.
    public let time: Date
    /// Who asked for it; nil where no valid token said so.
    public let userID: UUID?
    /// Whose data it was about; nil as above.
    public let organizationID: UUID?
    /// The method's name without its service.
    public let method: String
    /// The gRPC code as the protocol writes it: `OK`, `PERMISSION_DENIED`.
    public let outcome: String
    /// The process it was about, where the call came far enough to tell.
    public let processID: UUID?
    /// The version of it.
    public let versionNumber: Int?
    /// The trace that the call belongs to; empty for a record of several.
    public let traceID: String
    /// How long it took; all of them together, where they are several.
    public let duration: Duration
    /// How many equal operations the record stands for: answers from memory are gathered for some seconds.
    public let count: Int

    /// A record.
    public init(
        id: UUID = .random(),
        time: Date,
        userID: UUID?,
        organizationID: UUID?,
        method: String,
        outcome: String,
        processID: UUID?,
        versionNumber: Int?,
        traceID: String,
        duration: Duration,
        count: Int = 1
    ) {
        self.id = id
        self.time = time
        self.userID = userID
        self.organizationID = organizationID
        self.method = method
        self.outcome = outcome
        self.processID = processID
        self.versionNumber = versionNumber
        self.traceID = traceID
        self.duration = duration
        self.count = count
    }
}

/// Where audit records are kept.
public protocol AuditSink: Sendable {
    /// Keeps records, in the order in which operations ended; `AuditTrail.maxBatch` at most.
    ///
    /// - Throws: Where it is not certain that all are kept: the same are given again, by the same IDs.
    func store(_ records: [AuditRecord]) async throws
}
