internal import DequeModule

/// Cuts the DATA of one stream into messages, wherever the frames have cut it.
///
/// Nothing is buffered while each chunk ends where a message ends; each message is then copied once, out of the chunk.
/// Otherwise the message that is under way is gathered. What it declares about its length is never believed further
/// than to allot twice of what has come: a peer that declares 4 GiB must send them to make memory grow.
///
/// What has been refused stays refused: once ``append(_:to:)`` has thrown, it throws the same for every byte that follows.
struct MessageDeframer {
    private let maxMessageBytes: Int
    /// The message that is under way with as much of its prefix as has come; empty between messages.
    private var partial: [UInt8] = []
    /// How long `partial` will be; 0 while its prefix is incomplete, or refused.
    private var partialEnd = 0

    init(maxMessageBytes: Int) {
        self.maxMessageBytes = maxMessageBytes
    }

    /// Whether a message has begun and not ended. At the end of a stream that is a violation.
    var hasPartialMessage: Bool { !partial.isEmpty }

    /// How many bytes are kept of the message that is under way, with its prefix.
    var partialByteCount: Int { partial.count }

    /// Takes the next bytes of the stream and adds the messages that end within them to `messages`.
    ///
    /// Messages before one that is refused are added all the same.
    mutating func append(
        _ bytes: UnsafeRawBufferPointer,
        to messages: inout Deque<MessageBytes>
    ) throws(TransportError) {
        var rest = bytes
        if hasPartialMessage {
            try resume(&rest, to: &messages)
        }
        while rest.count >= MessageBytes.prefixLength {
            let end: Int
            do {
                end = try endOfMessage(prefix: rest)
            } catch {
                partial = Array(UnsafeRawBufferPointer(rebasing: rest[..<MessageBytes.prefixLength]))
                throw error
            }
            guard rest.count >= end else {
                partialEnd = end
                break
            }
            messages.append(MessageBytes(framed: Array(UnsafeRawBufferPointer(rebasing: rest[..<end]))))
            rest = UnsafeRawBufferPointer(rebasing: rest[end...])
        }
        if !rest.isEmpty {
            partial = Array(rest)
        }
    }

    /// Goes on with the message under way. Where it ends, `rest` is what follows it; else `rest` is used up.
    private mutating func resume(
        _ rest: inout UnsafeRawBufferPointer,
        to messages: inout Deque<MessageBytes>
    ) throws(TransportError) {
        if partialEnd == 0 {
            take(upTo: MessageBytes.prefixLength, from: &rest)
            guard partial.count == MessageBytes.prefixLength else { return }
            partialEnd = try partial.withUnsafeBufferPointer { prefix throws(TransportError) in
                try endOfMessage(prefix: UnsafeRawBufferPointer(prefix))
            }
        }
        take(upTo: partialEnd, from: &rest)
        guard partial.count == partialEnd else { return }
        var framed: [UInt8] = []
        swap(&framed, &partial)
        partialEnd = 0
        messages.append(MessageBytes(framed: framed))
    }

    private mutating func take(upTo end: Int, from rest: inout UnsafeRawBufferPointer) {
        let count = min(end - partial.count, rest.count)
        partial.reserveCapacity(forAppending: count, atMost: end)
        partial.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<count]))
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }

    /// Where the message of this prefix ends, counted from the first byte of the prefix.
    private func endOfMessage(prefix: UnsafeRawBufferPointer) throws(TransportError) -> Int {
        guard prefix[0] <= 1 else {
            throw TransportError(
                .protocolViolation,
                "A message's flag is \(prefix[0]), which is neither 0 nor 1"
            )
        }
        let declared = Int(UInt32(bigEndian: prefix.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        guard declared <= maxMessageBytes else {
            throw TransportError(
                .limitExceeded,
                "A message of \(declared) bytes is longer than the \(maxMessageBytes) that are allowed"
            )
        }
        return MessageBytes.prefixLength + declared
    }
}

extension [UInt8] {
    /// Makes room for `added` bytes more, doubling so that many additions stay cheap, but beyond `end` only if they go there.
    mutating func reserveCapacity(forAppending added: Int, atMost end: Int) {
        let needed = count + added
        guard needed > capacity else { return }
        reserveCapacity(Swift.max(needed, Swift.min(end, 2 * capacity)))
    }
}
