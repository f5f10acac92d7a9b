internal import GRPCCore

extension InteropClient {
    func cancelAfterBegin() async throws {
        let (begins, begun) = AsyncStream.makeStream(of: Void.self)
        try await expectCancellation(after: begins) {
            _ = try await service.streamingInputCall { _ in
                begun.yield()
                try await waitUntilCancelled()
            }
        }
    }

    func cancelAfterFirstResponse() async throws {
        let (answers, answered) = AsyncStream.makeStream(of: Void.self)
        try await expectCancellation(after: answers) {
            try await service.fullDuplexCall { writer in
                try await writer.write(.zeros(27_182, wanting: [31_415]))
                try await waitUntilCancelled()
            } onResponse: { response in
                for try await message in response.messages {
                    try check(message.payload.isZeros(31_415), "expected 31415 zeros")
                    answered.yield()
                }
            }
        }
    }

    func timeoutOnSleepingServer() async throws {
        var options = CallOptions.defaults
        options.timeout = .milliseconds(1)
        try await expectFailure(.deadlineExceeded) { [options] in
            try await service.fullDuplexCall(options: options) { writer in
                try await writer.write(.zeros(27_182, wanting: []))
                try await waitUntilCancelled()
            } onResponse: { response in
                try await response.checkZeros([])
            }
        }
    }

    func deadlineWhileStreaming() async throws {
        let before = try await cancelledCalls()
        // On a busy machine a deadline may pass before the handler has begun; then a longer one is tried.
        for milliseconds in [200, 1_000, 5_000] {
            let (answers, answered) = AsyncStream.makeStream(of: Void.self)
            var options = CallOptions.defaults
            options.timeout = .milliseconds(milliseconds)
            try await expectFailure(.deadlineExceeded) { [options] in
                try await service.streamingOutputCall(sleeping, options: options) { response in
                    for try await _ in response.messages { answered.yield() }
                }
            }
            answered.finish()
            if await answers.first(where: { _ in true }) != nil { break }
        }
        try await waitForCancelledCalls(above: before)
    }

    func cancelReachesHandler() async throws {
        let before = try await cancelledCalls()
        let (answers, answered) = AsyncStream.makeStream(of: Void.self)
        // How the call itself ends is for the cases above.
        await withTaskGroup { group in
            group.addTask {
                try? await service.streamingOutputCall(sleeping) { response in
                    for try await _ in response.messages { answered.yield() }
                }
            }
            var events = answers.makeAsyncIterator()
            await events.next()
            group.cancelAll()
        }
        try await waitForCancelledCalls(above: before)
    }

    /// One answer at once, the next after longer than any test takes.
    var sleeping: Grpc_Testing_StreamingOutputCallRequest {
        var request = Grpc_Testing_StreamingOutputCallRequest.zeros(wanting: [1, 1])
        request.responseParameters[1].intervalUs = 600_000_000
        return request
    }

    /// Runs a call, cancels it after the event, and wants it to end with CANCELLED.
    private func expectCancellation(
        after event: AsyncStream<Void>,
        _ call: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await expectFailure(.cancelled, call)
            }
            var events = event.makeAsyncIterator()
            _ = await events.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// How many calls the server has seen cancelled.
    private func cancelledCalls() async throws -> Int {
        try await service.unaryCall(Grpc_Testing_SimpleRequest(), metadata: ["x-interop-report": "cancelled"])
        {
            let values = Array($0.trailingMetadata[stringValues: "x-interop-cancelled"])
            guard values.count == 1, let count = Int(values[0]) else {
                throw InteropFailure("expected the number of cancelled calls, got \(values)")
            }
            return count
        }
    }

    /// Asks again and again, as there is no other way to hear it from a server of another process.
    private func waitForCancelledCalls(above before: Int) async throws {
        let limit = ContinuousClock.now + .seconds(5)
        while try await cancelledCalls() <= before {
            try check(
                ContinuousClock.now < limit,
                "the handler did not hear within 5 s that its call has ended"
            )
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Suspends until the task is cancelled, and throws then: a producer that returned would end the request in order, and the
/// server might answer before the cancellation reaches it.
private func waitUntilCancelled() async throws {
    let (nothing, keepOpen) = AsyncStream.makeStream(of: Never.self)
    for await _ in nothing {}
    keepOpen.finish()
    try Task.checkCancellation()
}
