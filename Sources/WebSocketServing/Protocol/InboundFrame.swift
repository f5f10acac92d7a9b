internal import NIOCore

/// A frame as it came, before anything about it is believed (RFC 6455, section 5.2).
struct InboundFrame: Equatable {
    /// What the four bits stand for.
    enum Kind: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10
    }

    var isFinal = true
    var hasReservedBits = false
    var isMasked = true
    /// From 0 to 15.
    var opcode: UInt8
    /// Unmasked.
    var payload: ByteBuffer
}
