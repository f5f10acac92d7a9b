internal import CCurl

/// Why a fetch or an exchange failed.
public struct CurlError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Equatable {
        /// The URL, a header or an option is not one that curl takes.
        case invalidRequest
        /// Nobody answered: name, connection, TLS, or the time of a fetch was over.
        case unreachable
        /// Somebody answered a fetch with another status than 200.
        case status(Int)
        /// The answer is longer than allowed.
        case tooLarge
        /// Nothing came within the time allowed.
        case timedOut
        /// The connection ended before the answer did.
        case broken
        /// What came is not HTTP.
        case notHTTP
        /// As many exchanges are under way as are allowed. Told at once; nothing was sent.
        case overloaded
        /// The task was cancelled, and the exchange closed.
        case cancelled
        /// The client or the exchange was closed.
        case closed
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence without the URL's secrets.
    public let message: String
    /// The CURLcode, or the CURLMcode of a client; 0 where curl itself was content.
    public let curlCode: UInt32

    init(_ code: Code, _ message: String, curlCode: UInt32 = 0) {
        self.code = code
        self.message = message
        self.curlCode = curlCode
    }

    /// The sentence.
    public var description: String { message }
}

extension CurlError {
    /// What ended a transfer, or what curl said to an option.
    ///
    /// - Parameter reason: What curl wrote into its buffer of errors, if anything.
    init(_ code: CURLcode, reason: UnsafePointer<CChar>? = nil) {
        let kind: Code =
            switch code {
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_UNKNOWN_OPTION, CURLE_OUT_OF_MEMORY,
                CURLE_BAD_FUNCTION_ARGUMENT, CURLE_NOT_BUILT_IN, CURLE_SSL_CACERT_BADFILE:
                .invalidRequest
            case CURLE_WEIRD_SERVER_REPLY: .notHTTP
            case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2,
                CURLE_HTTP2_STREAM, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
                .broken
            // A time-out too: of curl's own ones only that for connecting is set.
            default: .unreachable
            }
        var text = String(cString: curl_easy_strerror(code))
        if let reason, reason.pointee != 0 { text += " (\(String(cString: reason)))" }
        self.init(kind, text, curlCode: code.rawValue)
    }

    init(_ code: CURLMcode) {
        let text = String(cString: curl_multi_strerror(code))
        self.init(.broken, "curl gave up: \(text)", curlCode: UInt32(bitPattern: code.rawValue))
    }
}
