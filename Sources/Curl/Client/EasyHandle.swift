internal import CCurl

/// One of curl's easy handles, set up for one exchange, with the memory that it points to.
///
/// The exchange owns it, and frees it on the loop's thread once it has left the client's multi handle.
struct EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// - Parameters:
    ///   - exchange: What the callbacks of writing and of headers get; outlives the handle.
    ///   - client: What the callback that closes sockets gets; outlives their connections.
    /// - Throws: `CurlError` (invalidRequest).
    init(
        _ request: CurlRequest,
        _ configuration: CurlConfiguration,
        exchange: UnsafeMutableRawPointer,
        client: UnsafeMutableRawPointer
    ) throws(CurlError) {
        try request.check()
        guard let pointer = curl_easy_init() else {
            throw CurlError(.invalidRequest, "curl has no memory left")
        }
        self.pointer = pointer
        do throws(CurlError) {
            try setWhereAndHow(request, configuration)
            try setHeaders(request)
            try setBody(request)
            try setCallbacks(exchange: exchange, client: client)
        } catch {
            free()
            throw error
        }
    }

    /// Has its connection closed when it leaves the client's handle: libcurl 7.88 keeps one of HTTP/2, and sends no reset (seen).
    func forbidReuse() -> CURLcode { grimoire_curl_set_long(pointer, CURLOPT_FORBID_REUSE, 1) }

    /// Frees it, once.
    func free() {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headers)
    }

    private func setWhereAndHow(
        _ request: CurlRequest,
        _ configuration: CurlConfiguration
    ) throws(CurlError) {
        let version =
            switch configuration.version {
            case .negotiated: CURL_HTTP_VERSION_2TLS
            case .http1: CURL_HTTP_VERSION_1_1
            }
        try check(
            grimoire_curl_set_text(pointer, CURLOPT_URL, request.url),
            grimoire_curl_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https"),
            grimoire_curl_set_text(pointer, CURLOPT_USERAGENT, "grimoire"),
            grimoire_curl_set_long(pointer, CURLOPT_HTTP_VERSION, Int(version)),
            grimoire_curl_set_long(pointer, CURLOPT_FOLLOWLOCATION, 0),
            grimoire_curl_set_long(
                pointer,
                CURLOPT_CONNECTTIMEOUT_MS,
                max(1, configuration.connectTimeout.wholeMilliseconds)
            ),
            grimoire_curl_set_long(pointer, CURLOPT_MAXAGE_CONN, max(1, configuration.idleSeconds)),
            // A peer that has vanished is noticed during a long answer.
            grimoire_curl_set_long(pointer, CURLOPT_TCP_KEEPALIVE, 1),
            // Threads and signals do not go together (libcurl-thread(3)).
            grimoire_curl_set_long(pointer, CURLOPT_NOSIGNAL, 1),
            // Without it, giving up during the look-up of a name waits for the resolver's thread, and the loop with it.
            grimoire_curl_set_long(pointer, CURLOPT_QUICK_EXIT, 1),
            grimoire_curl_set_long(pointer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            // Of the 64 KiB that curl takes for each request over TLS, thousands at once have no use.
            grimoire_curl_set_long(pointer, CURLOPT_UPLOAD_BUFFERSIZE, 16 << 10),
            // Nor of 16 KiB for what comes: a model's words are some hundred bytes each.
            grimoire_curl_set_long(pointer, CURLOPT_BUFFERSIZE, 4 << 10)
        )
        if let file = configuration.authoritiesFile {
            try check(grimoire_curl_set_text(pointer, CURLOPT_CAINFO, file))
        }
    }

    private mutating func setHeaders(_ request: CurlRequest) throws(CurlError) {
        // No waiting for "100 Continue" before a large body (RFC 9110, 10.1.1): most servers never send it.
        var lines = ["Expect:"]
        // curl takes a header without a value for an order to leave it out, unless it ends with a semicolon.
        lines += request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for line in lines {
            guard let longer = curl_slist_append(headers, line) else {
                throw CurlError(.invalidRequest, "curl has no memory left")
            }
            headers = longer
        }
        try check(grimoire_curl_set_headers(pointer, headers))
    }

    private func setBody(_ request: CurlRequest) throws(CurlError) {
        guard let body = request.body else { return }
        try check(grimoire_curl_set_long(pointer, CURLOPT_POSTFIELDSIZE, body.count))
        // Copied: the size must be set before.
        let result = body.withUnsafeBytes { bytes in
            withUnsafeBytes(of: 0) { nothing in
                grimoire_curl_set_pointer(
                    pointer,
                    CURLOPT_COPYPOSTFIELDS,
                    bytes.baseAddress ?? nothing.baseAddress
                )
            }
        }
        try check(result)
    }

    private func setCallbacks(
        exchange: UnsafeMutableRawPointer,
        client: UnsafeMutableRawPointer
    ) throws(CurlError) {
        try check(
            grimoire_curl_set_writer(pointer, bodyCame),
            grimoire_curl_set_pointer(pointer, CURLOPT_WRITEDATA, exchange),
            grimoire_curl_set_header_reader(pointer, headerCame),
            grimoire_curl_set_pointer(pointer, CURLOPT_HEADERDATA, exchange),
            grimoire_curl_set_closer(pointer, closeSocket),
            grimoire_curl_set_pointer(pointer, CURLOPT_CLOSESOCKETDATA, client)
        )
    }

    private func check(_ results: CURLcode...) throws(CurlError) {
        if let refused = results.first(where: { $0 != CURLE_OK }) { throw CurlError(refused) }
    }
}

extension Duration {
    /// Milliseconds, rounded down, as many as an Int holds.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let (whole, isTooMuch) = Int(seconds).multipliedReportingOverflow(by: 1_000)
        return isTooMuch ? .max : whole &+ Int(attoseconds / 1_000_000_000_000_000)
    }
}

private func bodyCame(
    _ data: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ exchange: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let exchange else { return 0 }
    return Unmanaged<CurlExchange>.fromOpaque(exchange).takeUnretainedValue()
        .received(UnsafeRawBufferPointer(start: data, count: size * count))
}

private func headerCame(
    _ data: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ exchange: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let exchange else { return 0 }
    return Unmanaged<CurlExchange>.fromOpaque(exchange).takeUnretainedValue()
        .receivedHeader(UnsafeRawBufferPointer(start: data, count: size * count))
}

private func closeSocket(_ client: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    guard let client else { return 1 }
    return Unmanaged<CurlClient>.fromOpaque(client).takeUnretainedValue().closeOnLoop(socket)
}
