internal import GRPCCore
internal import ServiceKit

/// Where both transports bring what a client wants of a chat.
struct ChatDesk: Sendable {
    let sessions: SessionTable
    /// Nil where there is no Redis.
    let leases: SessionLeases?
    let pipeline: ChatPipeline

    /// Does what a client wants, and gives it pieces until there is nothing more to give.
    ///
    /// - Throws: What the client is told; what `emit` throws.
    func serve(_ order: ChatOrder, _ emit: @escaping ChatPipeline.Emit) async throws {
        let key = order.session
        Call.current?.concerns(processID: key.process)
        let session = try sessions.open(key)
        defer { sessions.close(key) }
        guard order.beginsSession else { return try await serve(order, session, emit) }
        try await serve(order, session) { piece in try await emit(piece.naming(key)) }
    }

    private func serve(_ order: ChatOrder, _ session: ChatSession, _ emit: @escaping ChatPipeline.Emit)
        async throws
    {
        switch order.wish {
        case .ask(let question):
            let turn = try await session.begin()
            do {
                try await ask(question, order, session, emit)
            } catch {
                await session.abandon(turn)
                throw error
            }
        case .resume(let sequence):
            // The process may have been deleted, or the caller's role changed.
            try await pipeline.records.check(order.session.process.text, order.credentials)
            try await resume(order.session, session, after: sequence, emit)
        }
    }

    private func ask(
        _ question: ChatQuestion,
        _ order: ChatOrder,
        _ session: ChatSession,
        _ emit: @escaping ChatPipeline.Emit
    ) async throws {
        let credentials = order.credentials
        if order.beginsSession {
            let isAnswered = try await pipeline.answerAtOnce(question, credentials, in: session) { piece in
                // Whoever has got it may go on, at any replica.
                await leases?.leave(session, under: order.session)
                try await emit(piece)
            }
            if isAnswered { return }
        }
        guard let leases else {
            let reading = try await pipeline.read(question, credentials, in: session)
            return try await pipeline.answer(question, credentials, upon: reading, in: session, emit)
        }
        let (lease, reading) = try await claim(question, order, session, leases)
        let result: Result<Void, any Error>
        do {
            let known = try await pipeline.complete(
                try reading.get(),
                after: lease.predecessor,
                question,
                credentials,
                in: session
            )
            try await pipeline.answer(question, credentials, upon: known, in: session) { piece in
                // Whoever has got the last piece may ask again, of any replica.
                if piece.isFinal { await leases.release(lease, of: session) }
                try leases.check(lease)
                try await emit(piece)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await leases.release(lease, of: session)
        try result.get()
    }

    /// Asks Redis for the session and process storage for what the question is about, one beside the other. Where the session is refused,
    /// the other one was asked for nothing, which is rare.
    private func claim(
        _ question: ChatQuestion,
        _ order: ChatOrder,
        _ session: ChatSession,
        _ leases: SessionLeases
    ) async throws -> (SessionLease, Result<ChatPipeline.Reading, any Error>) {
        // Process storage takes longer: it is asked first.
        async let claimed = leases.claim(order.session, for: session)
        let reading: Result<ChatPipeline.Reading, any Error>
        do {
            reading = .success(
                try await pipeline.read(question, order.credentials, in: session, mayRemember: true)
            )
        } catch {
            reading = .failure(error)
        }
        return (try await claimed, reading)
    }

    private func resume(
        _ key: SessionKey,
        _ session: ChatSession,
        after sequence: Int64,
        _ emit: ChatPipeline.Emit
    ) async throws {
        // Another replica may have gone further with it.
        var isElsewhere = false
        if let leases, await !session.isAnswering {
            let known = await leases.shared.find(key)
            isElsewhere = known.isAnswering
            let last = known.isAnswering ? known.pieces.last?.sequence ?? 0 : known.last
            if await !session.isAnswering { await session.adopt(known.pieces, last: last) }
        }
        do {
            try await resume(session, after: sequence, emit)
        } catch let error as ServiceError where isElsewhere {
            // What this replica does not know, the other one will have told in a moment.
            guard case .failedPrecondition = error.kind else { throw error }
            throw Self.elsewhere
        }
        if isElsewhere { throw Self.elsewhere }
    }

    private static let elsewhere = ServiceError(
        .unavailable(retryAfter: .seconds(1)),
        message: "Another replica still answers in this session: come again in a moment."
    )

    private func resume(_ session: ChatSession, after sequence: Int64, _ emit: ChatPipeline.Emit) async throws
    {
        var last = sequence
        while true {
            let pieces = try await session.next(after: last)
            guard !pieces.isEmpty else { return try Task.checkCancellation() }
            for piece in pieces {
                try await emit(piece)
                last = piece.sequence
            }
        }
    }
}
