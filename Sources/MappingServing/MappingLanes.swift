internal import EventLoop
internal import ServiceKit

/// What each loop has of its own: its memory, its connection to Redis.
struct MappingLanes: Sendable {
    private let loops: EventLoopGroup
    private let readers: [ObjectIdentifier: MappingReader]

    init(_ loops: EventLoopGroup, _ make: (EventLoop) -> MappingReader) {
        self.loops = loops
        readers = Dictionary(uniqueKeysWithValues: loops.loops.map { (ObjectIdentifier($0), make($0)) })
    }

    /// The reader of the current loop.
    var own: MappingReader {
        guard let reader = readers[ObjectIdentifier(loops.next())] else {
            preconditionFailure("every loop of the group has a lane")
        }
        return reader
    }

    /// Tells every loop of a change.
    func doubt(_ process: ProcessKey) { all { $0.doubt(process) } }

    /// Tells every loop that changes may have been missed.
    func doubtAll() { all { $0.doubtAll() } }

    private func all(_ body: @escaping @Sendable (isolated MappingCache) -> Void) {
        for reader in readers.values {
            let cache = reader.cache
            cache.loop.execute { cache.assumeOnLoop { body($0) } }
        }
    }
}
