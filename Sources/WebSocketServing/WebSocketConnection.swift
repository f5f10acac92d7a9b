internal import NIOCore

/// A connection, as its handler sees it.
public struct WebSocketConnection<Context: Sendable>: Sendable {
    /// What was decided on the handshake.
    public let context: Context
    /// What the peer says. It ends when the peer has gone and when the server stops, and can be read once.
    public let messages: WebSocketMessages
    private let channel: any Channel

    init(
        context: Context,
        inbound: NIOAsyncChannelInboundStream<String>,
        channel: any Channel
    ) {
        self.context = context
        messages = WebSocketMessages(inbound: inbound)
        self.channel = channel
    }

    /// Sends a text message, and waits while the peer does not read what was sent before.
    ///
    /// - Throws: `WebSocketClosed` where messages no longer go both ways. Cancelling the task does not end the waiting; the peer's
    ///   going does.
    public func send(_ text: String) async throws(WebSocketClosed) {
        do {
            try await channel.writeAndFlush(text)
        } catch {
            throw WebSocketClosed()
        }
    }
}

/// Messages no longer go both ways.
public struct WebSocketClosed: Error, Equatable {}

/// What a peer says, message by message. While nobody asks for the next one, nothing more is read than
/// ``WebSocketServerConfiguration/unreadMessages`` and what one read of the socket brings.
public struct WebSocketMessages: AsyncSequence, Sendable {
    /// A text message.
    public typealias Element = String
    /// It does not fail: a peer that goes ends it.
    public typealias Failure = Never

    let inbound: NIOAsyncChannelInboundStream<String>

    /// Reads them; once.
    public func makeAsyncIterator() -> Iterator { Iterator(inbound: inbound.makeAsyncIterator()) }

    /// The place in them.
    public struct Iterator: AsyncIteratorProtocol {
        var inbound: NIOAsyncChannelInboundStream<String>.AsyncIterator

        /// The next message; nil where there will be none, and where the task is cancelled.
        public mutating func next() async -> String? { try? await inbound.next() }

        /// The next message; nil where there will be none, and where the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> String? {
            try? await inbound.next(isolation: actor)
        }
    }
}
