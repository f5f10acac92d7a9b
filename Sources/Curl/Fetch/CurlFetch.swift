internal import CCurl

/// One small document fetched over HTTP or HTTPS, with limits on time and size.
///
/// Certificates and host names are verified, against the system's authorities unless others are given. Redirects are not
/// followed: a key set that moves is a matter for its operator.
public struct CurlFetch: Sendable {
    /// Where the document is: `https://…` or `http://…`.
    public let url: String
    /// From the look-up of the name to the last byte.
    public let timeout: Duration
    /// The largest document that is taken, in bytes.
    public let maxBytes: Int
    /// The path of a PEM file with the only authorities that a server's certificate may come from; nil for the system's.
    public let authorities: String?

    /// Describes a fetch; nothing is opened before ``run()``.
    public init(url: String, timeout: Duration, maxBytes: Int, authorities: String? = nil) {
        self.authorities = authorities
        self.url = url
        self.timeout = timeout
        self.maxBytes = maxBytes
    }

    /// Fetches the document. Blocks its thread for at most the time-out: not to be called on an event loop.
    ///
    /// - Throws: `CurlError` for everything but a whole answer with status 200.
    public func run() throws(CurlError) -> [UInt8] {
        guard CurlLibrary.isReady, let handle = curl_easy_init() else {
            throw CurlError(.invalidRequest, "curl has no memory left")
        }
        // The handle lives in this call alone; `received` outlives it.
        defer { curl_easy_cleanup(handle) }
        let received = Received(limit: maxBytes)
        // curl writes there why it gave up; ours to free, once the handle is gone.
        let reason = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        defer { reason.deallocate() }
        reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try configure(handle, receiver: Unmanaged.passUnretained(received).toOpaque(), reason: reason)
        let result = withExtendedLifetime(received) { curl_easy_perform(handle) }
        if received.isTooLarge {
            throw CurlError(
                .tooLarge,
                "the answer has more than \(maxBytes) bytes",
                curlCode: result.rawValue
            )
        }
        guard result == CURLE_OK else { throw CurlError(result, reason: reason) }
        var status = 0
        let read = grimoire_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        guard read == CURLE_OK else { throw CurlError(read) }
        guard status == 200 else {
            throw CurlError(.status(status), "the answer's status is \(status), not 200")
        }
        return received.bytes
    }

    private func configure(
        _ handle: UnsafeMutableRawPointer,
        receiver: UnsafeMutableRawPointer,
        reason: UnsafeMutablePointer<CChar>
    ) throws(CurlError) {
        let milliseconds =
            Int(timeout.components.seconds) * 1_000
            + Int(timeout.components.attoseconds / 1_000_000_000_000_000)
        var results = [
            grimoire_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, reason),
            grimoire_curl_set_text(handle, CURLOPT_URL, url),
            grimoire_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            grimoire_curl_set_text(handle, CURLOPT_USERAGENT, "grimoire"),
            grimoire_curl_set_long(handle, CURLOPT_TIMEOUT_MS, max(1, milliseconds)),
            // Threads and signals do not go together (libcurl-thread(3)).
            grimoire_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            grimoire_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            grimoire_curl_set_writer(handle, receive),
            grimoire_curl_set_pointer(handle, CURLOPT_WRITEDATA, receiver),
        ]
        if let authorities {
            // Debian's curl also looks into a folder of the system's authorities.
            results += [
                grimoire_curl_set_text(handle, CURLOPT_CAINFO, authorities),
                grimoire_curl_set_text(handle, CURLOPT_CAPATH, nil),
            ]
        }
        if let refused = results.first(where: { $0 != CURLE_OK }) { throw CurlError(refused) }
    }
}

/// What has come so far. Touched only by the thread that is in `curl_easy_perform`.
private final class Received {
    let limit: Int
    var bytes: [UInt8] = []
    var isTooLarge = false

    init(limit: Int) { self.limit = limit }
}

/// Copies what came. Returning less than was given makes curl give up (CURLOPT_WRITEFUNCTION(3)).
private func receive(
    _ data: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ receiver: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let receiver else { return 0 }
    let received = Unmanaged<Received>.fromOpaque(receiver).takeUnretainedValue()
    let length = size * count
    guard received.bytes.count + length <= received.limit else {
        received.isTooLarge = true
        return 0
    }
    received.bytes.append(contentsOf: UnsafeRawBufferPointer(start: data, count: length))
    return length
}
