/// Why a connection is closed (RFC 6455, section 7.4).
public struct CloseCode: Sendable, Hashable, RawRepresentable {
    /// The number that goes over the wire.
    public let rawValue: UInt16

    /// A code by its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// What the connection was for is done.
    public static let normal = CloseCode(rawValue: 1_000)
    /// The server stops.
    public static let goingAway = CloseCode(rawValue: 1_001)
    /// The peer does not keep to the protocol.
    public static let protocolError = CloseCode(rawValue: 1_002)
    /// A message of a kind that is not taken: a binary one.
    public static let unsupportedData = CloseCode(rawValue: 1_003)
    /// A text is not UTF-8.
    public static let invalidPayload = CloseCode(rawValue: 1_007)
    /// A message is longer than allowed.
    public static let messageTooBig = CloseCode(rawValue: 1_009)
    /// The server's own failure.
    public static let internalError = CloseCode(rawValue: 1_011)

    /// Whether a peer may send it: the codes of the RFC and of IANA's registry that are not reserved for what never goes over
    /// the wire, and those of libraries and applications.
    var isAllowedOnWire: Bool {
        switch rawValue {
        case 1_000...1_003, 1_007...1_014, 3_000...4_999: true
        default: false
        }
    }
}

/// A goodbye: why, and a sentence for whoever debugs the peer.
public struct CloseReason: Sendable, Equatable {
    /// Why.
    public var code: CloseCode
    /// At most 123 bytes of UTF-8; what is longer is cut between characters.
    public var sentence: String

    /// A goodbye.
    public init(_ code: CloseCode, _ sentence: String = "") {
        self.code = code
        self.sentence = sentence
    }

    /// How long a sentence may be: a control frame's payload of 125 bytes without the code (RFC 6455, section 5.5).
    static let maxSentenceBytes = 123
}
