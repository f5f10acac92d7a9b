/// Why a fetch failed.
public struct CurlError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Equatable {
        /// The URL, or an option, is not one that curl takes.
        case invalidRequest
        /// Nobody answered: name, connection, TLS, or the time was over.
        case unreachable
        /// Somebody answered with another status than 200.
        case status(Int)
        /// The answer is longer than allowed.
        case tooLarge
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence without the URL's secrets.
    public let message: String
    /// The CURLcode; 0 where curl itself was content.
    public let curlCode: UInt32

    init(_ code: Code, _ message: String, curlCode: UInt32 = 0) {
        self.code = code
        self.message = message
        self.curlCode = curlCode
    }

    /// The sentence.
    public var description: String { message }
}
