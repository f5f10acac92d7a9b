internal import DequeModule

/// One stream of a connection, as HTTP/2 sees it: header blocks and messages that came, bytes that wait to go.
///
/// What they mean, its subclasses for servers and clients know. Confined to the thread of its connection's loop.
class HTTP2Stream {
    /// How far the sending side has come.
    enum Sending {
        /// No header block has been handed to nghttp2. Leaves by submitting one.
        case unsubmitted
        /// nghttp2 takes bytes whenever flow control lets it. Leaves to `deferred` when there are none, or to `ended`.
        case active
        /// nghttp2 waits to be told that there are bytes again. Leaves to `active` by `resume`.
        case deferred
        /// The last byte or header block has been handed over, or the stream is closed. The end.
        case ended
    }

    /// The stream's number; 0 until a client's request has been submitted.
    var id: Int32
    /// Its place in the session's table; -1 while it has none.
    var slot = -1

    var deframer: MessageDeframer
    /// Complete messages that nobody has asked for yet.
    var messages = Deque<MessageBytes>()
    /// Why no more messages are taken from this stream.
    var receiveError: TransportError?
    /// Whether a client's request has gone to the socket.
    var isHeadSent = false
    /// The peer has said all.
    var hasRemoteEnded = false
    /// Bytes that came and have not been given back to flow control.
    var unconsumed = 0

    var sending = Sending.unsubmitted
    var sendBuffer = SendBuffer()
    /// No message comes after those in the buffer.
    var isSendFinished = false
    /// The header block that ends what we send; nil where the last DATA frame does.
    var trailers: HeaderList?
    /// Told once when the buffer has become short enough for another message.
    var wantsDrainNotice = false

    init(id: Int32, maxMessageBytes: Int) {
        self.id = id
        deframer = MessageDeframer(maxMessageBytes: maxMessageBytes)
    }
}
