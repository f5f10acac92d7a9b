/// What a client sends.
public struct CurlRequest: Sendable {
    /// Where to: `https://…` or `http://…`.
    public var url: String
    /// Names and values, in order. Neither has a line break or a zero in it.
    public var headers: [(name: String, value: String)]
    /// POST with these bytes; GET where it is nil.
    public var body: [UInt8]?
    /// The longest answer's body that is taken, in bytes. An answer that is longer ends the exchange (tooLarge).
    public var maxAnswerBytes: Int

    /// Describes a request.
    public init(
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        maxAnswerBytes: Int
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.maxAnswerBytes = maxAnswerBytes
    }

    /// - Throws: `CurlError` (invalidRequest) where the URL is not one of HTTP, or a header would become two, or none (RFC 9110,
    ///   5.1 and 5.5).
    func check() throws(CurlError) {
        guard ["http://", "https://"].contains(where: url.lowercased().hasPrefix) else {
            throw CurlError(.invalidRequest, "the URL is not one of HTTP")
        }
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isToken) else {
                throw CurlError(.invalidRequest, "a header's name is not a token")
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
                throw CurlError(.invalidRequest, "the header \(name) has a control character in its value")
            }
        }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
