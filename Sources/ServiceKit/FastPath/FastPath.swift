public import FoundationEssentials
public import GRPCCore
public import GRPCNghttp2

/// A method of which some calls are answered past GRPCCore, on their connection's loop: from memory, or after one wait for
/// a store.
///
/// The others take the ordinary way: those whose token has not been verified lately, those of callers who may not, and all
/// that the method declines. So everything refused happens in one place, and here is only what a hot call needs. Calls answered here are counted in the same metrics; for the audit, equal ones within some seconds are one
/// record with a count.
public struct FastPath: Sendable {
    /// The method; a service registers a handler for it as well.
    let descriptor: MethodDescriptor
    /// The role that it asks for.
    let role: Role
    /// Whether the audit also gets those answers gathered that took the ordinary way.
    let gathersAudit: Bool
    let attempt: @Sendable (Request) -> Reply

    /// What is asked.
    public struct Request: Sendable {
        let call: RawUnaryCall
        /// Who asks, by a verified token.
        public let caller: Caller
        /// The request's message.
        public var message: MessageBytes { call.message }
        /// Until when the caller waits.
        public var deadline: ContinuousClock.Instant? { call.deadline }

        /// Whether the request has a header field of this name, in lower case.
        public func hasHeader(_ name: StaticString) -> Bool { call.withHeader(name) { _ in true } ?? false }
    }

    /// What is answered.
    public struct Answer: Sendable {
        /// The response's message, which is sent without being copied.
        public let message: MessageBytes
        /// The process that it is about, for the audit.
        public let processID: UUID?
        /// The version of it.
        public let versionNumber: Int?

        /// An answer.
        public init(_ message: MessageBytes, processID: UUID? = nil, versionNumber: Int? = nil) {
            self.message = message
            self.processID = processID
            self.versionNumber = versionNumber
        }
    }

    /// What the method makes of a request.
    public enum Reply: Sendable {
        /// The answer.
        case answer(Answer)
        /// The answer after some waiting, in a task on the connection's loop that is cancelled when the caller leaves; nil
        /// leaves the request to the ordinary way, which also tells the caller of what went wrong.
        case later(@Sendable () async -> Answer?)
        /// The same without a task, for what is hot: it runs at once, and calls back on the connection's loop, once.
        case calledBack(@Sendable (@escaping @Sendable (Answer?) -> Void) -> Void)
        /// The request takes the ordinary way.
        case declined
    }

    /// - Parameters:
    ///   - descriptor: The method.
    ///   - role: The role that it asks for.
    ///   - gathersAudit: Whether equal calls are one record of the audit, whichever way they were answered: where a record of
    ///     each would cost more than the call.
    ///   - attempt: Answers, says how it is answered later, or declines. It runs on the connection's loop and must take
    ///     some microseconds at most.
    public init(
        _ descriptor: MethodDescriptor,
        role: Role,
        gathersAudit: Bool = false,
        attempt: @escaping @Sendable (Request) -> Reply
    ) {
        self.descriptor = descriptor
        self.role = role
        self.gathersAudit = gathersAudit
        self.attempt = attempt
    }

    /// The method as the transport wants it.
    func rawMethod(verifier: TokenVerifier, ledger: FastPathLedger) -> RawUnaryMethod {
        let index = ledger.index(of: descriptor)
        return RawUnaryMethod(whereKnown: descriptor) { call in
            guard let caller = verifier.recentCaller(of: call), caller.may(role) else { return .declined }
            @Sendable func respond(_ answer: Answer?) -> Bool {
                guard let answer, !call.isCancelled else { return false }
                call.respond(answer.message)
                ledger.answered(index, caller, answer, call.age)
                return true
            }
            switch attempt(Request(call: call, caller: caller)) {
            case .declined: return .declined
            case .answer(let answer):
                _ = respond(answer)
                return .answered
            case .later(let answer): return .later { respond(await answer()) }
            case .calledBack(let start): return .calledBack { end in start { end(respond($0)) } }
            }
        }
    }
}
