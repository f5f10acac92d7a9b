internal import NIOCore
internal import NIOWebSocket

extension InboundFrame {
    /// What swift-nio has read.
    init(_ frame: WebSocketFrame) {
        isFinal = frame.fin
        hasReservedBits = frame.rsv1 || frame.rsv2 || frame.rsv3
        isMasked = frame.maskKey != nil
        opcode = UInt8(webSocketOpcode: frame.opcode)
        payload = frame.unmaskedData
    }
}

extension WebSocketFrame {
    static func text(_ text: String) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text))
    }

    static func ping(_ payload: ByteBuffer) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .ping, data: payload)
    }

    static func pong(_ payload: ByteBuffer) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .pong, data: payload)
    }

    /// A goodbye; without a code where the peer gave none.
    static func close(_ reason: CloseReason?) -> WebSocketFrame {
        var payload = ByteBuffer()
        if let reason {
            payload.writeInteger(reason.code.rawValue)
            payload.writeString(reason.wireSentence)
        }
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: payload)
    }
}

extension CloseReason {
    /// As much of the sentence as a control frame takes.
    var wireSentence: String {
        guard sentence.utf8.count > Self.maxSentenceBytes else { return sentence }
        var scalars = String.UnicodeScalarView()
        var count = 0
        for scalar in sentence.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= Self.maxSentenceBytes else { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
