/// One event of a stream (HTML, 9.2 Server-sent events).
public struct ServerSentEvent: Sendable, Equatable {
    /// What the field `event` said; empty where it said nothing.
    public var type: String
    /// The lines of `data`, joined by line feeds: bytes, since they may not be UTF-8.
    public var data: [UInt8]

    /// Describes an event.
    public init(type: String = "", data: [UInt8]) {
        self.type = type
        self.data = data
    }

    /// Whether it is the one that ends a stream of OpenAI's and LiteLLM's: `[DONE]`.
    public var isDone: Bool { data.elementsEqual("[DONE]".utf8) }
}
