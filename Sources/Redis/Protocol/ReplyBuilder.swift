internal import CHiredis

/// Makes values of what hiredis' reader finds: its callbacks append here, depth first, and never call the reader.
///
/// An array that is not complete yet is a frame; each value goes into the innermost one, and a complete frame is itself a value
/// for the next. Arrays take memory for what has come, not for what the server says will.
final class ReplyBuilder {
    private struct Frame {
        let expected: Int
        var elements: [RedisValue]
    }

    private let limits: RedisReplyLimits
    private var frames: [Frame] = []
    private var bytes = 0
    private var values = 0
    /// The value that is complete.
    private var root: RedisValue?

    init(limits: RedisReplyLimits) { self.limits = limits }

    /// The complete value, once; what comes next is counted from nothing.
    func take() -> RedisValue? {
        defer {
            root = nil
            frames.removeAll(keepingCapacity: true)
            bytes = 0
            values = 0
        }
        return root
    }

    /// False where it is too much.
    fileprivate func string(type: Int32, _ content: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes += content.count
        guard bytes <= limits.bytes else { return false }
        switch type {
        case REDIS_REPLY_STATUS: return append(.status(Self.status(content)))
        case REDIS_REPLY_ERROR:
            return append(.error(RedisServerError(message: String(decoding: content, as: UTF8.self))))
        default: return append(.string(Array(content)))
        }
    }

    fileprivate func array(_ count: Int) -> Bool {
        guard count > 0 else { return append(.array([])) }
        values += 1
        guard count <= limits.values - values else { return false }
        var frame = Frame(expected: count, elements: [])
        frame.elements.reserveCapacity(min(count, Self.reservedElements))
        frames.append(frame)
        return true
    }

    fileprivate func append(_ value: RedisValue) -> Bool {
        values += 1
        guard values <= limits.values else { return false }
        var complete = value
        while let last = frames.indices.last {
            frames[last].elements.append(complete)
            guard frames[last].elements.count == frames[last].expected else { return true }
            complete = .array(frames.removeLast().elements)
        }
        root = complete
        return true
    }

    /// More than this is reserved only when it has come.
    private static let reservedElements = 1_024

    private static func status(_ content: UnsafeBufferPointer<UInt8>) -> String {
        content.count == 2 && content[0] == UInt8(ascii: "O") && content[1] == UInt8(ascii: "K")
            ? "OK" : String(decoding: content, as: UTF8.self)
    }
}

extension ReplyBuilder {
    /// What the reader calls. It wants an object of each call, keeps it without looking at it, and takes none for "no memory"; the
    /// builder itself stands for all of them, and is not the reader's to free.
    ///
    /// Made once for the whole program and never freed or changed, hence safe to share.
    nonisolated(unsafe) static let callbacks: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let callbacks = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        callbacks.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, start, length in
                    ReplyBuilder.call(task) { builder, type in
                        let raw = UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self)
                        return builder.string(type: type, UnsafeBufferPointer(start: raw, count: length))
                    }
                },
                createArray: { task, count in
                    ReplyBuilder.call(task) { builder, _ in builder.array(Int(count)) }
                },
                createInteger: { task, number in
                    ReplyBuilder.call(task) { builder, _ in builder.append(.integer(Int(number))) }
                },
                createNil: { task in ReplyBuilder.call(task) { builder, _ in builder.append(.null) } },
                freeObject: nil
            )
        )
        return callbacks
    }()

    private static func call(
        _ task: UnsafePointer<redisReadTask>?,
        _ body: (ReplyBuilder, Int32) -> Bool
    ) -> UnsafeMutableRawPointer? {
        guard let task, let object = task.pointee.privdata else { return nil }
        let builder = Unmanaged<ReplyBuilder>.fromOpaque(object).takeUnretainedValue()
        return body(builder, task.pointee.type) ? object : nil
    }
}
