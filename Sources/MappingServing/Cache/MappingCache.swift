internal import EventLoop
internal import GRPCCore

/// The memory of one loop, by the loop's clock.
actor MappingCache: LoopActor {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var memory: MappingMemory

    /// A cache of `bytes` on `loop`.
    init(bytes: Int, loop: EventLoop) {
        self.loop = loop
        memory = MappingMemory(bytes: bytes)
    }

    /// See ``MappingMemory/known(_:now:)``.
    func known(_ key: MappingKey) -> MappingMemory.Known { memory.known(key, now: loop.uptimeNanoseconds) }

    /// What may be answered without asking anyone, if it is an answer.
    func knownAnswer(_ key: MappingKey) -> StoredAnswer? {
        memory.knownAnswer(key, now: loop.uptimeNanoseconds)
    }

    /// What memory and `found`, which Redis has, say together; it is kept.
    func settle(_ key: MappingKey, _ found: SharedCache.Found) -> MappingMemory.Settled {
        memory.settle(key, found, now: loop.uptimeNanoseconds)
    }

    /// An answer, whatever is known of its process.
    func answer(_ key: MappingKey) -> StoredAnswer? { memory.answer(key) }

    /// Keeps an answer and what was learnt with it.
    func keep(_ answer: StoredAnswer, for key: MappingKey, _ head: ProcessHead) {
        memory.remember(answer, for: key)
        memory.keep(head, of: key.process)
    }

    /// Keeps an answer of which it is not known yet whether its process is still there.
    func remember(_ answer: StoredAnswer, for key: MappingKey) { memory.remember(answer, for: key) }

    /// Keeps what was learnt of a process.
    func keep(_ head: ProcessHead, of process: ProcessKey) { memory.keep(head, of: process) }

    /// Keeps that a version is not there.
    func keep(absence error: RPCError, of key: MappingKey, checkedAt: Int64) {
        memory.keep(absence: error, of: key, checkedAt: checkedAt)
    }

    /// A process has changed.
    func doubt(_ process: ProcessKey) { memory.doubt(process, now: loop.uptimeNanoseconds) }

    /// Changes may have been missed.
    func doubtAll() { memory.doubtAll(now: loop.uptimeNanoseconds) }
}
