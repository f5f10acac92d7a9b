internal import GRPCCore
internal import ServiceKit

/// Where both transports bring what a client wants of a chat.
struct ChatDesk: Sendable {
    let sessions: SessionTable
    /// Nil where there is no Redis.
    let shared: SharedSessions?
    let pipeline: ChatPipeline

    /// Does what a client wants, and gives it pieces until there is nothing more to give.
    ///
    /// - Throws: What the client is told; what `emit` throws.
    func serve(_ order: ChatOrder, _ emit: @escaping ChatPipeline.Emit) async throws {
        let key = order.session
        Call.current?.concerns(processID: key.process)
        let session = try await sessions.open(key)
        do {
            try await serve(order, session, emit)
        } catch {
            await sessions.close(key)
            throw error
        }
        await sessions.close(key)
    }

    private func serve(_ order: ChatOrder, _ session: ChatSession, _ emit: @escaping ChatPipeline.Emit)
        async throws
    {
        // Another replica may have gone further with it.
        if let shared, await !session.isAnswering {
            await session.adopt(await shared.find(order.session, after: await session.lastSequence))
        }
        switch order.wish {
        case .ask(let question):
            let result: Result<Void, any Error>
            do {
                result = .success(try await pipeline.answer(question, order.credentials, in: session, emit))
            } catch {
                result = .failure(error)
            }
            await shared?.keep(await session.kept, for: order.session)
            try result.get()
        case .resume(let sequence):
            // The process may have been deleted, or the caller's role changed.
            try await pipeline.records.check(order.session.process.text, order.credentials)
            try await resume(session, after: sequence, emit)
        }
    }

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
