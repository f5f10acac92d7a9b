internal import CHiredis

/// hiredis' reader of answers: bytes in any pieces go in, whole values come out.
///
/// The reader trusts the server: it waits for as many bytes as a string is said to have, and for the end of a line for ever.
/// So what it holds without a whole answer is looked at after each piece, and bounded.
final class ReplyReader {
    // Owned by this object, freed in deinit; used by one thread at a time.
    private let raw: UnsafeMutablePointer<redisReader>
    private let builder: ReplyBuilder
    private let limits: RedisReplyLimits
    private var failure: RedisError?

    /// - Throws: `RedisError` where there is no memory.
    init(limits: RedisReplyLimits) throws(RedisError) {
        guard let raw = redisReaderCreateWithFunctions(ReplyBuilder.callbacks) else {
            throw RedisError(.connectionFailed, "hiredis has no memory for a reader")
        }
        self.raw = raw
        self.limits = limits
        builder = ReplyBuilder(limits: limits)
        // The builder lives as long as this object, and so as the reader.
        raw.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
    }

    deinit { redisReaderFree(raw) }

    /// Takes bytes that have come.
    ///
    /// - Throws: `RedisError` (protocolViolation); the connection is of no use any more.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        if let failure { throw failure }
        guard let start = bytes.baseAddress else { return }
        guard redisReaderFeed(raw, start.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK else {
            throw fail(reason)
        }
    }

    /// The next whole answer, nil where more bytes are needed.
    ///
    /// - Throws: `RedisError` (protocolViolation); the connection is of no use any more.
    func next() throws(RedisError) -> RedisValue? {
        if let failure { throw failure }
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(raw, &object) == REDIS_OK else { throw fail(reason) }
        if object != nil, let value = builder.take() { return value }
        try checkRest()
        return nil
    }

    /// What is held of an answer that is not complete.
    private func checkRest() throws(RedisError) {
        let held = raw.pointee.len - raw.pointee.pos
        guard held > RedisReplyLimits.lengthLineBytes, let buffer = raw.pointee.buf else { return }
        let start = buffer + raw.pointee.pos
        // A type that has been read is -1 until the next item's first byte.
        if currentType == REDIS_REPLY_STRING {
            guard start.hasLineEnd(within: RedisReplyLimits.lengthLineBytes) else {
                throw fail("a string's length is longer than a number")
            }
            guard held <= limits.bytes + RedisReplyLimits.lengthLineBytes + 2 else {
                throw fail("an answer is larger than \(limits.bytes) bytes")
            }
        } else {
            guard held <= RedisReplyLimits.lineBytes else {
                throw fail("a line is longer than \(RedisReplyLimits.lineBytes) bytes")
            }
        }
    }

    private var currentType: Int32 {
        let index = Int(raw.pointee.ridx)
        return withUnsafeBytes(of: &raw.pointee.rstack) { stack in
            let tasks = stack.assumingMemoryBound(to: redisReadTask.self)
            return tasks.indices.contains(index) ? tasks[index].type : -1
        }
    }

    private var reason: String {
        // The reader has no other way to say that a callback found it too much.
        if raw.pointee.err == REDIS_ERR_OOM {
            return "an answer is larger than \(limits.bytes) bytes or \(limits.values) values"
        }
        return withUnsafeBytes(of: &raw.pointee.errstr) { text in
            // Only the reader's own words: it may quote a byte of the server's, which stays out of logs.
            String(decoding: text.prefix { $0 != 0 && $0 < 128 }, as: UTF8.self)
        }
    }

    private func fail(_ reason: String) -> RedisError {
        let error = RedisError(.protocolViolation, "the server does not speak Redis' protocol: \(reason)")
        failure = error
        return error
    }
}

extension UnsafeMutablePointer<CChar> {
    fileprivate func hasLineEnd(within count: Int) -> Bool {
        for index in 0..<count - 1 where self[index] == 13 && self[index + 1] == 10 { return true }
        return false
    }
}
