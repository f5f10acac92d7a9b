internal import CoreMetrics
internal import EventLoop
internal import GRPCCore
internal import ServiceKit
internal import Synchronization

/// Answers questions: from memory, else from Redis, else from grimoire-processes; where that is away, with what was last known.
///
/// Belongs to one loop; the table of loads is that of all loops.
final class MappingReader: Sendable {
    /// How long grimoire-processes is not asked again about what there is an old answer to, once it could not be reached.
    private static let rest: Int64 = 500_000_000

    let cache: MappingCache
    let shared: SharedCache
    private let upstream: Upstream
    private let loads: LoadTable
    private let metrics: ReadMetrics
    private let restsUntil = Atomic<Int64>(.min)

    init(
        cache: MappingCache,
        shared: SharedCache,
        upstream: Upstream,
        loads: LoadTable,
        metrics: ReadMetrics
    ) {
        self.cache = cache
        self.shared = shared
        self.upstream = upstream
        self.loads = loads
        self.metrics = metrics
    }

    /// Answers a question.
    ///
    /// - Parameters:
    ///   - key: Version 0 asks for the latest.
    ///   - credentials: What grimoire-processes is to know of the caller.
    /// - Throws: `RPCError` from grimoire-processes, `ServiceError`, `CancellationError`.
    func read(_ key: MappingKey, _ credentials: Metadata) async throws -> Loaded {
        while true {
            switch await cache.known(key) {
            case .answer(let answer):
                metrics.memory.increment()
                return Loaded(answer: answer, head: .exists(checkedAt: .min / 2))
            case .absent: throw Self.noProcess(key)
            case .failure(let error): throw error
            case .unknown: break
            }
            switch await loads.join(key) {
            case .load: return try await lead(key, credentials)
            case .outcome(.loaded(let loaded)):
                if !loaded.isStale { await cache.keep(loaded.answer, for: key, loaded.head) }
                metrics.joined.increment()
                return loaded
            case .outcome(.failed(let error)): throw error
            case .outcome(.abandoned): continue
            case .cancelled: throw CancellationError()
            }
        }
    }

    /// Loads for everyone who waits for the same.
    private func lead(_ key: MappingKey, _ credentials: Metadata) async throws -> Loaded {
        do {
            let loaded = try await load(
                key,
                await shared.find(key, beside: cache),
                credentials
            )
            loads.finish(key, .loaded(loaded))
            return loaded
        } catch {
            let failure = (error as? any RPCErrorConvertible).map { RPCError($0) } ?? error as? RPCError
            if let failure, !failure.isPersonal, !Task.isCancelled {
                loads.finish(key, .failed(failure))
            } else {
                loads.finish(key, .abandoned)
            }
            throw error
        }
    }

    /// Answers from what memory and Redis have together, else asks.
    ///
    /// - Parameter found: What Redis has.
    func load(_ key: MappingKey, _ found: SharedCache.Found, _ credentials: Metadata) async throws -> Loaded {
        let head: ProcessHead?
        let candidate: StoredAnswer?
        switch await cache.settle(key, found) {
        case .absent: throw Self.noProcess(key)
        case .answer(let answer, let head):
            metrics.redis.increment()
            return Loaded(answer: answer, head: head)
        case .unknown(let known, candidate: let answer): (head, candidate) = (known, answer)
        }
        if let candidate, cache.loop.uptimeNanoseconds < restsUntil.load(ordering: .relaxed) {
            return stale(candidate, head)
        }
        do {
            return try await ask(key, candidate, credentials)
        } catch let error as RPCError {
            if error.isOutage, let candidate {
                restsUntil.store(cache.loop.uptimeNanoseconds + Self.rest, ordering: .relaxed)
                return stale(candidate, head)
            }
            throw error.told
        }
    }

    /// The answer that memory and Redis have together; nil where more has to be done, or an error told. On the loop only, where it
    /// also calls back.
    func readShared(_ key: MappingKey, _ callBack: @escaping @Sendable (StoredAnswer?) -> Void) {
        shared.find(key, beside: cache) { [cache, metrics] found in
            let settled = cache.assumeOnLoop { $0.settle(key, found) }
            guard case .answer(let answer, _) = settled else { return callBack(nil) }
            metrics.redis.increment()
            callBack(answer)
        }
    }

    private func stale(_ candidate: StoredAnswer, _ head: ProcessHead?) -> Loaded {
        metrics.stale.increment()
        return Loaded(answer: candidate, head: head ?? .exists(checkedAt: .min / 2), isStale: true)
    }

    /// Asks grimoire-processes: only whether the process is what it was, where there is an answer that would do then.
    private func ask(_ key: MappingKey, _ candidate: StoredAnswer?, _ credentials: Metadata) async throws
        -> Loaded
    {
        let askedAt = cache.loop.uptimeNanoseconds
        do {
            var wanted = key
            var latest: Int32?
            if let candidate {
                let number = try await upstream.latestVersion(of: key.process, credentials, .short)
                if !key.isLatest || number == candidate.version {
                    metrics.checked.increment()
                    return await keep(candidate, key, .latest(number, checkedAt: askedAt), isNew: false)
                }
                latest = number
                wanted = key.at(number)
                if let answer = await cache.answer(wanted) {
                    return await keep(answer, key, .latest(number, checkedAt: askedAt), isNew: false)
                }
            }
            metrics.loaded.increment()
            let answer = try await upstream.answer(wanted, credentials, candidate == nil ? .long : .short)
            if wanted.isLatest { latest = answer.version }
            let head = latest.map { ProcessHead.latest($0, checkedAt: askedAt) }
            let exists = ProcessHead.exists(checkedAt: askedAt - ProcessHead.upstreamAge)
            return await keep(answer, key, head ?? exists, isNew: true)
        } catch let error as RPCError where error.code == .notFound {
            if error.isAbsentProcess {
                let head = ProcessHead.absent(checkedAt: askedAt)
                await cache.keep(head, of: key.process)
                shared.share(nil, for: key, head)
            } else {
                let exists = ProcessHead.exists(checkedAt: askedAt - ProcessHead.upstreamAge)
                await cache.keep(exists, of: key.process)
                await cache.keep(absence: ServiceClient.passedOn(error), of: key, checkedAt: askedAt)
            }
            throw error
        }
    }

    private func keep(
        _ answer: StoredAnswer,
        _ key: MappingKey,
        _ head: ProcessHead,
        isNew: Bool
    ) async -> Loaded {
        await cache.keep(answer, for: key, head)
        shared.share(isNew ? answer : nil, for: key, head)
        return Loaded(answer: answer, head: head)
    }

    static func noProcess(_ key: MappingKey) -> ServiceError {
        .notFound("process", key.process.process.text)
    }
}
