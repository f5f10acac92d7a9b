/// What came in on a connection. Callbacks of nghttp2 append these; the connection acts on them once nghttp2 has
/// returned, since the library must not be entered again from within.
///
/// Events never leave their connection's loop, hence the unchecked conformance.
enum HTTP2Event: @unchecked Sendable {
    /// A header block is complete: a request's or a response's first one, or trailers.
    case headers(HTTP2Stream, HeaderBlock, isEnd: Bool)
    /// Data came: complete messages are in the stream's `messages`.
    case data(HTTP2Stream, isEnd: Bool)
    /// The stream is over, with an error code of RFC 9113, section 7.
    case closed(HTTP2Stream, errorCode: UInt32)
    /// The stream's buffer has become short enough for another message.
    case drained(HTTP2Stream)
    /// The peer takes no more streams, and has not looked at those after `lastStreamID`.
    case goAway(lastStreamID: Int32, errorCode: UInt32, debugData: String)
    /// A PING of the peer's, which nghttp2 answers.
    case ping
    /// The answer to a PING of ours.
    case pingAcknowledged
    /// The peer's SETTINGS.
    case settings
    /// A frame that costs us something and brings nothing, counted against floods.
    case cheapFrame(FloodMachine.Kind)
}
