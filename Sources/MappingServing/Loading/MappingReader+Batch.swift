internal import GRPCCore
internal import ServiceKit

extension MappingReader {
    /// Answers several questions: those that Redis knows with one round trip, the others each by itself.
    ///
    /// - Parameters:
    ///   - atOnce: How many are asked for at the same time.
    ///   - budget: Bytes of the answers that are not in memory; once they are used up, the rest of those fails with
    ///     `RequestChecks.tooLarge`.
    ///   - isDone: Called for each, with its place.
    func read(
        _ keys: [MappingKey],
        _ credentials: Metadata,
        atOnce limit: Int,
        budget: Int,
        _ isDone: (Int, Result<Loaded, any Error>) -> Void
    ) async {
        var missing: [Int] = []
        for (place, key) in keys.enumerated() {
            if case .answer(let answer) = await cache.known(key) {
                isDone(place, .success(Loaded(answer: answer, head: .exists(checkedAt: .min / 2))))
            } else {
                missing.append(place)
            }
        }
        var left = budget
        if missing.count > 1 { await warm(missing.map { keys[$0] }, budget: left) }
        await withTaskGroup(of: (Int, Result<Loaded, any Error>).self) { group in
            var rest = missing[...]
            func addNext() {
                while let place = rest.popFirst() {
                    guard left <= 0 else {
                        group.addTask { await (place, self.result(keys[place], credentials)) }
                        return
                    }
                    isDone(place, .failure(RequestChecks.tooLarge))
                }
            }
            for _ in 0..<limit { addNext() }
            for await (place, result) in group {
                if case .success(let loaded) = result { left -= loaded.answer.bytes }
                isDone(place, result)
                addNext()
            }
        }
    }

    /// Brings into memory what Redis has of several answers.
    private func warm(_ keys: [MappingKey], budget: Int) async {
        var left = budget
        var rest = keys[...]
        while left > 0, !rest.isEmpty {
            let some = Array(rest.prefix(Self.sharedReads))
            rest = rest.dropFirst(Self.sharedReads)
            for (key, found) in zip(some, await shared.find(all: some, beside: cache)) {
                if let head = found.head { await cache.keep(head, of: key.process) }
                guard let answer = found.answer else { continue }
                left -= answer.bytes
                await cache.remember(answer, for: key)
            }
        }
    }

    /// Answers that are asked of Redis in one round trip.
    private static let sharedReads = 100

    private func result(_ key: MappingKey, _ credentials: Metadata) async -> Result<Loaded, any Error> {
        do {
            return .success(try await read(key, credentials))
        } catch {
            return .failure(error)
        }
    }
}
