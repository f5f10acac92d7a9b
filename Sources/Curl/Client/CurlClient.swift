internal import CCurl
public import EventLoop

/// Any number of exchanges over HTTP on one event loop, with curl's multi interface (libcurl-multi(3)).
///
/// Connections are kept and used again. Certificates and host names are verified. Redirects are not followed. Nothing is connected
/// before the first ``send(_:until:)``.
public actor CurlClient: LoopActor {
    /// Where its code runs.
    public nonisolated let loop: EventLoop
    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// How it connects, and its limits.
    public nonisolated let configuration: CurlConfiguration

    // Owned by this actor and touched on the loop only. curl's handle is made at first use and freed in shutdown(); its callbacks
    // get this actor unretained.
    var multi: UnsafeMutableRawPointer?
    var exchanges: [UnsafeMutableRawPointer: CurlExchange] = [:]
    var sockets: [Int32: Registration] = [:]
    var timer: Timer?
    private var isClosed = false

    /// A client without connections.
    public init(configuration: CurlConfiguration = CurlConfiguration(), loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
    }

    isolated deinit { shutdown() }

    /// Sends a request and returns when the answer's head has come.
    ///
    /// A request on a kept connection that turns out to be closed, before anything of an answer came, goes out once more on a new
    /// one (RFC 9110, 9.2.2 and RFC 9112, 9.3.1). Cancelling the task closes the exchange at once.
    ///
    /// - Parameters:
    ///   - request: What to send.
    ///   - deadline: A point on the loop's clock, in nanoseconds, before which the head must come.
    /// - Returns: The head, and what reads the body.
    /// - Throws: `CurlError`.
    public func send(
        _ request: CurlRequest,
        until deadline: Int64
    ) async throws(CurlError) -> (head: CurlHead, body: CurlTransfer) {
        guard !Task.isCancelled else { throw CurlError(.cancelled, "the task was cancelled") }
        guard !isClosed else { throw CurlError(.closed, "the client is closed") }
        guard exchanges.count < configuration.exchangeLimit else {
            throw CurlError(.overloaded, "\(exchanges.count) exchanges are under way")
        }
        let exchange = CurlExchange(client: self, request: request, configuration: configuration)
        let multi = try openMulti()
        let easy = try exchange.prepare(request)
        let result = curl_multi_add_handle(multi, easy)
        guard result == CURLM_OK else {
            let error = CurlError(result)
            exchange.finish(.failed(error))
            throw error
        }
        exchanges[easy] = exchange
        let body = CurlTransfer(exchange, client: self)
        return (try await body.head(until: deadline), body)
    }

    /// How many exchanges are under way.
    public var exchangeCount: Int { exchanges.count }

    /// Closes every exchange (closed) and connection. Idempotent. To be called before the loop is shut down.
    public func shutdown() {
        isClosed = true
        endAll(CurlError(.closed, "the client is closed"))
    }

    /// Ends every exchange and gives curl's handle up.
    func endAll(_ error: CurlError) {
        let ending = exchanges
        exchanges = [:]
        for (easy, exchange) in ending {
            // Nothing else could be done where curl refuses: the handle is given up below.
            if let multi { curl_multi_remove_handle(multi, easy) }
            exchange.finish(.failed(error))
        }
        if let multi { curl_multi_cleanup(multi) }
        multi = nil
        timer?.cancel()
        timer = nil
        for registration in sockets.values { registration.cancel() }
        sockets = [:]
    }

    /// Takes an exchange that is not over out of curl's hands, and closes its connection.
    func remove(_ exchange: CurlExchange) {
        guard let easy = exchange.easy, exchanges.removeValue(forKey: easy.pointer) != nil, let multi else {
            return
        }
        let forbidden = easy.forbidReuse()
        let result = curl_multi_remove_handle(multi, easy.pointer)
        if result != CURLM_OK || forbidden != CURLE_OK { endAll(CurlError(result)) }
    }

    private func openMulti() throws(CurlError) -> UnsafeMutableRawPointer {
        if let multi { return multi }
        guard CurlLibrary.isReady, let made = curl_multi_init() else {
            throw CurlError(.invalidRequest, "curl has no memory left")
        }
        let client = Unmanaged.passUnretained(self).toOpaque()
        let results = [
            grimoire_curl_multi_set_socket_callback(made, socketChanged),
            grimoire_curl_multi_set_pointer(made, CURLMOPT_SOCKETDATA, client),
            grimoire_curl_multi_set_timer_callback(made, timerChanged),
            grimoire_curl_multi_set_pointer(made, CURLMOPT_TIMERDATA, client),
            // A paused stream of HTTP/2 would stop the others on its connection, and a cancelled one could not be told of.
            grimoire_curl_multi_set_long(made, CURLMOPT_PIPELINING, CURLPIPE_NOTHING),
            // Those in use count too: with fewer, each connection would be closed after its exchange when many are under way.
            grimoire_curl_multi_set_long(made, CURLMOPT_MAXCONNECTS, configuration.exchangeLimit),
        ]
        if let refused = results.first(where: { $0 != CURLM_OK }) {
            curl_multi_cleanup(made)
            throw CurlError(refused)
        }
        multi = made
        return made
    }
}
