import EventLoop
import FoundationEssentials
import GRPCCore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct TraceContextTests {
    private let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func aCallersTraceGoesOnWithASpanOfItsOwn() {
        let trace = TraceContext(traceparent: parent, tracestate: ["a=1", "b=2"])
        #expect(trace.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(trace.parentSpanID == "b7ad6b7169203331")
        #expect(trace.spanID != trace.parentSpanID)
        #expect(trace.traceparent == "00-\(trace.traceID)-\(trace.spanID)-01")
        #expect(trace.state == "a=1,b=2")
    }

    @Test func aLaterVersionIsReadAsFarAsItIsKnown() {
        let later = TraceContext(traceparent: "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff-more")
        #expect(later.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(later.traceparent.hasSuffix("-01"))
    }

    @Test(
        arguments: [
            nil, "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "nonsense",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        ] as [String?]
    )
    func whatIsNoTraceparentBeginsANewTrace(text: String?) {
        let trace = TraceContext(traceparent: text, tracestate: ["a=1"])
        #expect(trace.parentSpanID == nil)
        #expect(trace.state == nil)
        #expect(trace.traceID.count == 32 && trace.spanID.count == 16)
        #expect(TraceContext(traceparent: trace.traceparent).traceID == trace.traceID)
    }

    @Test func aStateThatIsTooLongIsNotPassedOn() {
        let long = "a=" + String(repeating: "x", count: 511)
        #expect(TraceContext(traceparent: parent, tracestate: [long]).state == nil)
    }
}

private final class Records: CallObserver {
    let begun = Mutex(0)
    let ended = Mutex<[CallRecord]>([])
    func began(_ method: MethodDescriptor) { begun.withLock { $0 += 1 } }
    func ended(_ record: CallRecord) { ended.withLock { $0.append(record) } }
    var all: [CallRecord] { ended.withLock { $0 } }
}

@Suite struct CallInterceptorTests {
    private let method = MethodDescriptor(fullyQualifiedService: "a.B", method: "C")
    private struct Odd: Error {}

    private func context() -> ServerContext {
        ServerContext(
            descriptor: method,
            remotePeer: "ipv4:127.0.0.1:1",
            localPeer: "ipv4:127.0.0.1:2",
            cancellation: ServerContext.RPCCancellationHandle()
        )
    }

    private func run(
        _ records: Records,
        metadata: Metadata = [:],
        isConsumed: Bool = true,
        _ handler: @escaping @Sendable () async throws -> StreamingServerResponse<Int>
    ) async throws {
        let request = StreamingServerRequest<Int>(
            metadata: metadata,
            messages: RPCAsyncSequence(wrapping: AsyncThrowingStream<Int, any Error> { $0.finish() })
        )
        let response = try await CallInterceptor(observers: [records]).intercept(
            request: request,
            context: context()
        ) { _, _ in try await handler() }
        guard isConsumed, case .success(let contents) = response.accepted else { return }
        _ = try await contents.producer(RPCWriter(wrapping: Sink()))
    }

    private struct Sink: RPCWriterProtocol {
        func write(_ element: Int) async throws {}
        func write(contentsOf elements: some Sequence<Int>) async throws {}
    }

    @Test func aCallIsOverWhenItsLastMessageIsWritten() async throws {
        let records = Records()
        try await run(records) {
            #expect(Call.current?.trace.traceID == "0af7651916cd43dd8448eb211c80319c" || Call.current != nil)
            return StreamingServerResponse { _ in
                #expect(records.all.isEmpty)
                #expect(Call.current != nil)
                Call.current?.concerns(processID: UUID(), versionNumber: 3)
                return [:]
            }
        }
        #expect(records.all.map(\.code) == [.ok])
        #expect(records.all.first?.versionNumber == 3)
        #expect(records.begun.withLock { $0 } == 1)
    }

    @Test func aTraceComesInWithTheCall() async throws {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        for (metadata, isKept) in [
            (["traceparent": "\(parent)"] as Metadata, true),
            (["traceparent": "\(parent)", "traceparent": "\(parent)"], false), ([:], false),
        ] {
            let records = Records()
            try await run(records, metadata: metadata) {
                StreamingServerResponse(error: RPCError(code: .aborted, message: ""))
            }
            #expect((records.all.first?.trace.traceID == "0af7651916cd43dd8448eb211c80319c") == isKept)
        }
    }

    @Test func everyWayToFailIsTold() async throws {
        let records = Records()
        try await run(records) { StreamingServerResponse(error: RPCError(code: .notFound, message: "")) }
        for error in [
            RPCError(code: .aborted, message: ""), ServiceError.unauthenticated(""), Odd(),
            CancellationError(),
        ]
            as [any Error]
        {
            try? await run(records) { throw error }
            try? await run(records) { StreamingServerResponse { _ in throw error } }
        }
        #expect(
            records.all.map(\.code) == [
                .notFound, .aborted, .aborted, .unauthenticated, .unauthenticated, .unknown, .unknown,
                .cancelled,
                .cancelled,
            ]
        )
    }

    @Test func aResponseThatNobodyWantsAnyMoreIsACancelledCall() async throws {
        let records = Records()
        try await run(records, isConsumed: false) { StreamingServerResponse { _ in [:] } }
        #expect(records.all.map(\.code) == [.cancelled])
    }
}

@Suite struct CallLogTests {
    private func record(_ code: Status.Code, cause: String? = nil) -> CallRecord {
        CallRecord(
            method: MethodDescriptor(fullyQualifiedService: "a.B", method: "C"),
            trace: TraceContext(),
            code: code,
            duration: .milliseconds(2),
            caller: nil,
            processID: nil,
            versionNumber: nil,
            isAudited: false,
            cause: cause
        )
    }

    @Test func failuresAreLoggedByWhoseFaultTheyAreAndTheRestAtDebug() {
        let recorder = LogRecorder()
        let log = CallLog(logger: recorder.logger(.info))
        for code in [Status.Code.ok, .notFound, .unavailable, .internalError] { log.ended(record(code)) }
        #expect(recorder.lines.map(\.level) == [.info, .warning, .error])
        #expect(recorder.lines[0].metadata["code"] == "NOT_FOUND")
        #expect(recorder.lines[0].metadata["trace_id"] != nil)
        let chatty = LogRecorder()
        CallLog(logger: chatty.logger(.debug)).ended(record(.ok))
        #expect(chatty.lines.map(\.level) == [.debug])
    }

    @Test func aLongCauseIsCut() {
        let recorder = LogRecorder()
        CallLog(logger: recorder.logger()).ended(
            record(.internalError, cause: String(repeating: "x", count: 5_000))
        )
        #expect("\(recorder.lines[0].metadata["cause"] ?? "")".count == 1_000)
    }

    @Test func aLogLineIsOneLineOfJSONWhateverIsInIt() throws {
        for text in ["plain", "\"\\\n\r\t\u{0}\u{1f}", "ä€😀"] {
            let quoted = JSONText.quoted(text)
            #expect(!quoted.utf8.contains(10))
            #expect(try JSONDecoder().decode([String].self, from: Data("[\(quoted)]".utf8)) == [text])
        }
    }

    @Test(arguments: [" ", "!", "#", "[", "]", "\u{7f}", "é", "😀"])
    func whatMustBeEscapedIsSeenAtEveryPlace(filler: String) throws {
        for count in 0..<20 {
            let plain = String(repeating: filler, count: count)
            for escaped in (0..<32).map({ String(Unicode.Scalar(UInt8($0))) }) + ["\"", "\\"] {
                let texts = [plain + escaped, escaped + plain, plain + escaped + escaped + plain]
                let json = "[" + texts.map(JSONText.quoted).joined(separator: ",") + "]"
                #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == texts)
            }
        }
        #expect(JSONText.quoted("\u{1f} \"a\" \\ \n\u{7f}é") == #""\u001f \"a\" \\ \n"# + "\u{7f}é\"")
    }
}

@Suite struct AuditTrailTests {
    private let service = ServiceDescriptor(fullyQualifiedService: "a.B")

    private actor Store: AuditSink {
        private(set) var records: [AuditRecord] = []
        private var failures: Int
        init(failures: Int = 0) { self.failures = failures }

        func store(_ more: [AuditRecord]) async throws {
            if failures > 0 {
                failures -= 1
                throw RPCError(code: .unavailable, message: "not now")
            }
            records += more
        }
    }

    private func call(_ name: String, service: String = "a.B", isAudited: Bool = false) -> CallRecord {
        CallRecord(
            method: MethodDescriptor(fullyQualifiedService: service, method: name),
            trace: TraceContext(),
            code: .permissionDenied,
            duration: .zero,
            caller: Caller(userID: UUID(), organizationID: UUID(), roles: []),
            processID: nil,
            versionNumber: 4,
            isAudited: isAudited,
            cause: nil
        )
    }

    private func trail(_ sink: any AuditSink, capacity: Int = 100, logger: Logger = quiet) -> AuditTrail {
        AuditTrail(
            sink: sink,
            audited: [service],
            capacity: capacity,
            logger: logger,
            metrics: PrometheusRegistry()
        )
    }

    @Test func everyCallOfTheDomainIsKeptOnceAndInOrder() async throws {
        let store = Store(failures: 2)
        let trail = trail(store)
        try await withThreads { threads in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await trail.run(threads) }
                for number in 0..<50 { trail.ended(call("\(number)")) }
                trail.ended(call("health", service: "grpc.health.v1.Health"))
                trail.ended(call("by the handler", isAudited: true))
                try await untilTrue { await store.records.count >= 50 }
                group.cancelAll()
            }
        }
        let records = await store.records
        #expect(records.map(\.method) == (0..<50).map(String.init))
        #expect(records.allSatisfy { $0.outcome == "PERMISSION_DENIED" && $0.versionNumber == 4 })
        #expect(Set(records.map(\.id)).count == 50)
    }

    @Test func whatFindsTheQueueFullGoesToTheLogAndIsCounted() async throws {
        let recorder = LogRecorder()
        let metrics = PrometheusRegistry()
        let trail = AuditTrail(
            sink: Store(),
            audited: [service],
            capacity: 3,
            logger: recorder.logger(),
            metrics: metrics
        )
        for number in 0..<5 { trail.ended(call("\(number)")) }
        #expect(recorder.lines.map(\.level) == [.error, .error])
        #expect(recorder.lines.map { "\($0.metadata["method"] ?? "")" } == ["3", "4"])
        #expect(metrics.exposition().contains("grimoire_audit_overflow_total 2\n"))
    }

    @Test func whatTheStoreStillRefusesAtTheEndGoesToTheLog() async throws {
        let recorder = LogRecorder()
        let trail = trail(Store(failures: .max), logger: recorder.logger(.error))
        trail.ended(call("last"))
        try await withThreads { threads in
            let run = Task { await trail.run(threads) }
            run.cancel()
            await run.value
        }
        #expect(recorder.lines.map { "\($0.metadata["method"] ?? "")" } == ["last"])
    }
}
