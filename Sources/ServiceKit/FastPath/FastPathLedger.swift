internal import EventLoop
internal import FoundationEssentials
internal import GRPCCore
internal import ServiceLifecycle
internal import Synchronization

/// What has been answered on fast paths, for metrics and audit: each loop writes its own page, and others read them now
/// and then.
///
/// It stands before the audit trail: of methods that ask for it, answers that took the ordinary way are gathered as well;
/// everything else goes on to the trail as it is.
final class FastPathLedger: CallObserver {
    /// How often the audit hears of it.
    private static let auditInterval: Duration = .seconds(10)
    /// More than loops on any machine; two loops that fall on one page share it.
    private static let pageCount = 64

    private let methods: [MethodDescriptor]
    /// Of each method, whether answers of the ordinary way are gathered.
    private let gathers: [Bool]
    private let metrics: CallMetrics
    private let audit: AuditTrail
    private let pages: [LockedPage]

    init(_ paths: [FastPath], metrics: CallMetrics, audit: AuditTrail) {
        methods = paths.map(\.descriptor)
        gathers = paths.map(\.gathersAudit)
        self.metrics = metrics
        self.audit = audit
        pages = (0..<Self.pageCount).map { _ in LockedPage(methods: paths.count) }
    }

    func index(of method: MethodDescriptor) -> Int {
        guard let index = methods.firstIndex(of: method) else {
            preconditionFailure("a ledger knows its methods")
        }
        return index
    }

    /// Takes note of an answer.
    func answered(_ method: Int, _ caller: Caller, _ answer: FastPath.Answer, _ duration: Duration) {
        let read = FastPathPage.Read(
            method: method,
            userID: caller.userID,
            organizationID: caller.organizationID,
            processID: answer.processID,
            versionNumber: answer.versionNumber
        )
        ownPage.page.withLock { $0.add(read, duration) }
    }

    func began(_ method: MethodDescriptor) {}

    func ended(_ record: CallRecord) {
        guard record.code == .ok, !record.isAudited, let caller = record.caller,
            let method = methods.firstIndex(where: {
                $0.method == record.method.method && $0.service == record.method.service
            }), gathers[method]
        else { return audit.ended(record) }
        let read = FastPathPage.Read(
            method: method,
            userID: caller.userID,
            organizationID: caller.organizationID,
            processID: record.processID,
            versionNumber: record.versionNumber
        )
        ownPage.page.withLock { $0.add(read: read, record.duration) }
    }

    /// Brings the metrics up to date.
    func updateMetrics() {
        for page in pages {
            for (index, counts) in page.page.withLock({ $0.takeCounts() }).enumerated() where counts.calls > 0
            {
                metrics.answered(methods[index], counts)
            }
        }
    }

    /// Tells the audit every few seconds, and once more when the service has stopped.
    func run(_ threads: Transport.Threads) async {
        let loop = threads.loops.next()
        await withTaskExecutorPreference(loop.taskExecutor) {
            await cancelWhenGracefulShutdown {
                while (try? await loop.sleep(for: Self.auditInterval)) != nil { self.updateAudit() }
            }
        }
        updateAudit()
    }

    private func updateAudit() {
        for page in pages {
            for (read, tally) in page.page.withLock({ $0.takeReads() }) {
                audit.append(record(read, tally))
            }
        }
    }

    private func record(_ read: FastPathPage.Read, _ tally: FastPathPage.Tally) -> AuditRecord {
        AuditRecord(
            time: .now,
            userID: read.userID,
            organizationID: read.organizationID,
            method: methods[read.method].method,
            outcome: Status.Code.ok.name,
            processID: read.processID,
            versionNumber: read.versionNumber,
            traceID: "",
            duration: tally.duration,
            count: tally.calls
        )
    }

    private var ownPage: LockedPage {
        guard let loop = EventLoop.current else { return pages[0] }
        let number = UInt(bitPattern: ObjectIdentifier(loop).hashValue)
        return pages[Int(number % UInt(Self.pageCount))]
    }
}

/// A page that an array can hold.
private final class LockedPage: Sendable {
    let page: Mutex<FastPathPage>
    init(methods: Int) { page = Mutex(FastPathPage(methods: methods)) }
}
