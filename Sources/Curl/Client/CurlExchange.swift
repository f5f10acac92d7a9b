internal import CCurl
internal import EventLoop

/// One request and its answer, as far as it has come.
///
/// - waiting: the head has not come.
/// - reading: the body comes. A reader that does not read lets curl, and so the peer, wait.
/// - draining: the reader has had enough, and the rest is dropped, within a limit.
/// - over: it has ended, well or not; what came before can still be read.
///
/// Unchecked: it is touched on the thread of its client's loop only. The client holds it while it is under way, and curl's callbacks
/// get it unretained; they note what came, and call nothing of curl's.
final class CurlExchange: @unchecked Sendable {
    /// How an exchange ended.
    enum End {
        case whole
        case failed(CurlError)
    }

    private unowned let client: CurlClient
    private let configuration: CurlConfiguration
    private let maxAnswerBytes: Int
    /// Nil before ``prepare(_:)`` and once it is over.
    private(set) var easy: EasyHandle?
    private var reader: HeadReader
    private var unread: [UInt8] = []
    private var receivedBytes = 0
    private var isPaused = false
    private var drainTimer: Timer?
    /// Why a callback made curl give up.
    private var refusal: CurlError?
    private(set) var end: End?
    /// Counts what the reader has to look at.
    private(set) var changes = 0
    private var waiter: CheckedContinuation<Void, Never>?

    init(client: CurlClient, request: CurlRequest, configuration: CurlConfiguration) {
        self.client = client
        self.configuration = configuration
        maxAnswerBytes = request.maxAnswerBytes
        reader = HeadReader(limit: configuration.headBytes)
    }

    /// The head, once it has come.
    var head: CurlHead? { reader.head }

    /// Makes curl's handle for it.
    func prepare(_ request: CurlRequest) throws(CurlError) -> UnsafeMutableRawPointer {
        let easy = try EasyHandle(
            request,
            configuration,
            exchange: Unmanaged.passUnretained(self).toOpaque(),
            client: Unmanaged.passUnretained(client).toOpaque()
        )
        self.easy = easy
        return easy.pointer
    }

    // MARK: The reader's side

    /// What has come and was not read before; empty where nothing has. Lets a peer that had to wait go on.
    func take() -> [UInt8] {
        let bytes = unread
        unread = []
        if isPaused, let easy {
            isPaused = false
            // curl hands over at once what it has held back: it may pause again within this call.
            let result = curl_easy_pause(easy.pointer, CURLPAUSE_CONT)
            if result != CURLE_OK { close(refusal ?? CurlError(result)) }
        }
        return bytes
    }

    /// Somebody waits for a change after those that were seen. One at a time.
    func wait(after seen: Int, _ continuation: CheckedContinuation<Void, Never>) {
        client.preconditionIsolated("an exchange is waited for on its loop")
        // A second reader looks again too, and is refused.
        guard changes == seen, waiter == nil else { return continuation.resume() }
        waiter = continuation
    }

    /// Whether somebody waits already.
    var hasWaiter: Bool { waiter != nil }

    /// Something came, or it is over: the reader looks again.
    private func changed() {
        changes += 1
        let waiting = waiter
        waiter = nil
        waiting?.resume()
    }

    /// Ends it now: its connection is closed. Nothing where it is over.
    func close(_ error: CurlError) {
        guard end == nil else { return }
        client.assumeOnLoop { $0.remove(self) }
        finish(.failed(error))
    }

    /// The rest is of no interest: where it is short and comes soon, the connection can be used again.
    func drain() {
        guard end == nil, drainTimer == nil else { return }
        drainTimer = client.loop.schedule(after: configuration.drainTimeout) { [weak self] in
            self?.close(CurlError(.closed, "the answer's end did not come"))
        }
        _ = take()
    }

    /// Nobody has a use for it any more.
    func abandon() {
        guard drainTimer == nil else { return }
        close(CurlError(.closed, "the exchange was closed"))
    }

    // MARK: curl's side

    /// The client has taken it out of curl's hands: the handle is freed, and the reader hears of it.
    func finish(_ end: End) {
        guard self.end == nil else { return }
        self.end = end
        easy?.free()
        easy = nil
        drainTimer?.cancel()
        drainTimer = nil
        changed()
    }

    /// curl says that it is over.
    func finish(_ code: CURLcode) {
        // The request's own scheme has been looked at: this is an answer without a status line, as HTTP/0.9 had them.
        if code == CURLE_UNSUPPORTED_PROTOCOL { return finish(.failed(refusal ?? Self.noHead)) }
        if code == CURLE_OK { return finish(head == nil ? .failed(Self.noHead) : .whole) }
        finish(.failed(refusal ?? CurlError(code)))
    }

    private static var noHead: CurlError { CurlError(.notHTTP, "an answer without a header") }

    func receivedHeader(_ line: UnsafeRawBufferPointer) -> Int {
        do throws(CurlError) {
            let hadHead = head != nil
            try reader.read(line)
            if !hadHead, head != nil { changed() }
            return line.count
        } catch {
            refusal = error
            return 0
        }
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> Int {
        if drainTimer != nil { return drained(bytes.count) }
        guard unread.isEmpty || unread.count + bytes.count <= configuration.unreadBytes else {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        receivedBytes += bytes.count
        guard receivedBytes <= maxAnswerBytes else {
            refusal = CurlError(.tooLarge, "the answer has more than \(maxAnswerBytes) bytes")
            return 0
        }
        unread.append(contentsOf: bytes)
        changed()
        return bytes.count
    }

    private func drained(_ count: Int) -> Int {
        receivedBytes += count
        guard receivedBytes <= maxAnswerBytes else {
            refusal = CurlError(.closed, "the answer's end did not come")
            return 0
        }
        return count
    }
}
