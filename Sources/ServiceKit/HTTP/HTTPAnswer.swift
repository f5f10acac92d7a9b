/// What a path of the HTTP responder answers.
struct HTTPAnswer: Sendable, Equatable {
    /// The status, 200 or 503 mostly.
    let status: Int
    /// The body's media type.
    let contentType: String
    /// The body.
    let body: String

    init(status: Int = 200, contentType: String = "application/json", body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// The answer as it is sent.
    ///
    /// - Parameters:
    ///   - isHead: Leaves the body out.
    ///   - closes: Says that the connection is closed afterwards.
    func bytes(isHead: Bool, closes: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reasons[status] ?? "Unknown")\r\n"
        text += "content-type: \(contentType)\r\ncontent-length: \(body.utf8.count)\r\n"
        text += "cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
        if status == 405 { text += "allow: GET, HEAD\r\n" }
        text += "connection: \(closes ? "close" : "keep-alive")\r\n\r\n"
        return Array(text.utf8) + (isHead ? [] : Array(body.utf8))
    }

    /// A refusal in words.
    static func refusal(_ status: Int) -> HTTPAnswer {
        HTTPAnswer(
            status: status,
            body: "{\"status\":\(status),\"message\":\"\(reasons[status] ?? "Unknown")\"}\n"
        )
    }

    private static let reasons = [
        200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
        413: "Content Too Large", 414: "URI Too Long", 431: "Request Header Fields Too Large",
        503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ]
}
