internal import FoundationEssentials
internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import WebSocketServing

/// Chats over WebSocket: `/processes/{process_id}/suggestions/chat`.
///
/// The token comes in the header `authorization`, or, from browsers, which cannot set it, among the subprotocols: `grimoire.v1,
/// bearer.TOKEN`. It is looked at again with each message, so that a connection ends with its token.
struct ChatSocket: Sendable {
    let desk: ChatDesk
    let verifier: TokenVerifier
    let calls: CallScope

    /// Who is connected, and to what.
    struct Visitor: Sendable {
        let process: UUID
        let token: String
        /// What the handshake says in `grimoire-organization`.
        let organization: String?
        let trace: TraceContext
        let credentials: Metadata
    }

    /// What browsers name, and what is answered.
    private static let subprotocol = "grimoire.v1"
    private static let tokenPrefix = "bearer."
    private static let unauthenticated = CloseCode(rawValue: 4_401)
    private static let absent = CloseCode(rawValue: 4_404)
    private static let method = Grimoire_V1_ProcessSuggestions.Method.SuggestionsChat.descriptor

    // MARK: The handshake

    /// Whether a client may connect.
    func authorize(_ request: UpgradeRequest) async -> UpgradeDecision<Visitor> {
        do {
            let process = try Self.process(in: request.path)
            let token = try Self.token(in: request)
            let organization = try AuthenticationInterceptor.namedOrganization(
                inFields: request.header("grimoire-organization")
            )
            let visitor = Visitor(
                process: process,
                token: token,
                organization: organization,
                trace: Self.trace(of: request),
                credentials: Self.credentials(token, organization)
            )
            // Refused as a call that is not allowed is: looked at, counted, audited.
            _ = try await caller(visitor)
            let isNamed = request.subprotocols.contains(Self.subprotocol)
            return .accept(subprotocol: isNamed ? Self.subprotocol : nil, visitor)
        } catch {
            calls.refused(Self.method, trace: Self.trace(of: request), because: error)
            return .refuse(Self.refusal(ChatFailure(error)))
        }
    }

    private static func trace(of request: UpgradeRequest) -> TraceContext {
        // Two parents are none (W3C Trace Context, section 3.2).
        let parents = request.header("traceparent")
        guard parents.count == 1 else { return TraceContext() }
        return TraceContext(traceparent: parents[0], tracestate: request.header("tracestate"))
    }

    private func caller(_ visitor: Visitor) async throws -> Caller {
        let caller = try await verifier.verify(visitor.token, namedOrganization: visitor.organization)
        guard caller.may(.editor) else {
            throw ServiceError.permissionDenied("SuggestionsChat needs the role \(Role.editor.rawValue).")
        }
        return caller
    }

    private static func process(in path: String) throws(ServiceError) -> UUID {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "processes", parts[3] == "suggestions",
            parts[4] == "chat"
        else {
            throw ServiceError(
                .notFound(resourceType: "path", resourceName: ""),
                message: "There is nothing at this path: connect to /processes/{process_id}/suggestions/chat."
            )
        }
        var checks = FieldChecks()
        let process = checks.uuid(String(parts[2]), "process_id")
        guard let process = try checks.passed(process) else { throw .invalid([]) }
        return process
    }

    private static func token(in request: UpgradeRequest) throws(ServiceError) -> String {
        let headers = request.header("authorization")
        let offered = request.subprotocols.filter { $0.hasPrefix(tokenPrefix) }
        switch (headers.count, offered.count) {
        case (1, 0): return try AuthenticationInterceptor.bearerToken(inField: headers[0])
        case (0, 1): return String(offered[0].dropFirst(tokenPrefix.count))
        case (0, 0):
            throw .unauthenticated(
                "Send a token: \"authorization: Bearer TOKEN\", or the subprotocols \"grimoire.v1, bearer.TOKEN\"."
            )
        default: throw .unauthenticated("Send one token, not several.")
        }
    }

    private static func credentials(_ token: String, _ organization: String?) -> Metadata {
        var metadata: Metadata = ["authorization": "Bearer \(token)"]
        if let organization { metadata.addString(organization, forKey: "grimoire-organization") }
        return metadata
    }

    // MARK: The conversation

    /// Serves a connection until one side has had enough.
    func serve(_ connection: WebSocketConnection<Visitor>) async -> CloseReason {
        let visitor = connection.context
        do throws(ChatFailure) {
            try await failing {
                try await desk.pipeline.records.check(visitor.process.text, visitor.credentials)
            }
        } catch {
            // Where nobody can say, the first message will tell.
            if error.isFinal, let reason = await tell(error, connection) { return reason }
        }
        for await text in connection.messages {
            do throws(ChatFailure) {
                try await failing { try await answer(text, connection) }
            } catch {
                if let reason = await tell(error, connection) { return reason }
            }
            if Task.isCancelled { break }
        }
        return CloseReason(.normal)
    }

    private func answer(_ text: String, _ connection: WebSocketConnection<Visitor>) async throws {
        let visitor = connection.context
        let caller: Caller
        do {
            caller = try await self.caller(visitor)
        } catch {
            calls.refused(Self.method, trace: visitor.trace, because: error)
            throw error
        }
        try await calls.run(Self.method, trace: visitor.trace, caller: caller) {
            let request = try ChatFrames.request(text, process: visitor.process)
            let order = try ChatOrder(request, caller: caller, credentials: visitor.credentials)
            try await desk.serve(order) { piece in
                do throws(WebSocketClosed) {
                    try await connection.send(ChatFrames.piece(piece))
                } catch {
                    // Whose client has left, has no failure to be told or logged.
                    throw CancellationError()
                }
            }
        }
    }

    private func failing(_ body: () async throws -> Void) async throws(ChatFailure) {
        do { try await body() } catch { throw ChatFailure(error) }
    }

    /// Tells the client of a failure.
    ///
    /// - Returns: How the connection is closed, where it must be.
    private func tell(_ failure: ChatFailure, _ connection: WebSocketConnection<Visitor>) async
        -> CloseReason?
    {
        guard (try? await connection.send(ChatFrames.failure(failure))) != nil else {
            return CloseReason(.normal)
        }
        switch failure.code {
        case .unauthenticated: return CloseReason(Self.unauthenticated, failure.message)
        case .notFound where failure.isProcessAbsent: return CloseReason(Self.absent, failure.message)
        default: return nil
        }
    }

    private static func refusal(_ failure: ChatFailure) -> UpgradeRefusal {
        let status =
            switch failure.code {
            case .invalidArgument: 400
            case .unauthenticated: 401
            case .permissionDenied: 403
            case .notFound: 404
            case .unavailable: 503
            default: 500
            }
        var headers: [String: String] = [:]
        if status == 401 { headers["www-authenticate"] = "Bearer" }
        if let delay = failure.retryAfter { headers["retry-after"] = "\(max(1, delay.components.seconds))" }
        return UpgradeRefusal(status: status, body: ChatFrames.refusal(failure), headers: headers)
    }
}
