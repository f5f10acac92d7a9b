/// What one connection's frames may cost.
public struct FloodLimits: Sendable, Hashable {
    /// How many tokens a connection begins with, and has at most: the longest burst of frames that bring nothing.
    public var capacity: Int
    /// How many come back every second, whatever the peer does: the rate of such frames that is borne for ever.
    public var refillPerSecond: Int

    /// Limits that no client of gRPC comes near, unless said otherwise.
    ///
    /// A client sends a PING for each round trip at most, SETTINGS once, and WINDOW_UPDATE for what it has been sent,
    /// which costs nothing. A flood is 100,000 and more a second, and is over within a tenth of one.
    public init(capacity: Int = 20_000, refillPerSecond: Int = 10_000) {
        self.capacity = capacity
        self.refillPerSecond = refillPerSecond
    }
}

/// Counts the frames of one connection that cost us work and bring nothing, until there are too many.
///
/// The story: a bucket of tokens pays for them. It fills with time, a little with each frame that does bring something,
/// and with each DATA frame that we send, since that is what peers answer with WINDOW_UPDATE and PING. Window updates
/// have a credit beside it: two for each DATA frame sent, one for the stream's window and one for the connection's. The
/// bucket alone would not do: a client may take in a window's worth of small messages and answer all of them
/// afterwards, a burst as long as ours was. When the bucket is empty, the connection is to be closed with
/// ENHANCE_YOUR_CALM.
struct FloodMachine {
    /// A frame that costs us something.
    enum Kind: CaseIterable, Sendable, Hashable {
        /// DATA without a byte that does not end its stream.
        case emptyData
        case priority
        case settings
        case ping
        case windowUpdate
        case resetStream
        /// A stream was reset before we had sent anything on it: by the peer (CVE-2023-44487), or by us, because of what
        /// the peer sent on it (CVE-2025-8671). Its handler was started for nothing.
        case abandonedRequest

        /// In tokens. What has to be answered or undone costs more.
        var cost: Int64 {
            switch self {
            case .emptyData, .priority, .windowUpdate, .resetStream: 1
            case .ping: 2
            case .settings: 5
            case .abandonedRequest: 10
            }
        }
    }

    /// How many tokens a frame that brings something gives back: less than the cheapest way to abuse it costs, a request
    /// that is opened and abandoned.
    static let productiveRefill: Int64 = 1
    /// How many tokens a DATA frame of ours gives back: those of the PING it may be answered with.
    static let sentRefill: Int64 = 2
    /// How many window updates a DATA frame of ours allows: for the stream and for the connection.
    static let updatesPerSent: Int64 = 2
    /// The credit's limit: of a peer that was sent much and answered nothing, so many updates may come at once. Bounds the
    /// harm of a credit saved up over days to a tenth of a second's work.
    static let updateCreditLimit: Int64 = 1_000_000

    /// Tokens are counted in billionths, so that a nanosecond's share is a whole number.
    private static let unit: Int64 = 1_000_000_000

    private let capacity: Int64
    private let refillPerSecond: Int64
    private var tokens: Int64
    private var updateCredit: Int64 = 0
    private var lastRefill: Int64?

    init(limits: FloodLimits = FloodLimits()) {
        // The upper bounds keep the products below within 64 bits.
        capacity = Int64(min(max(limits.capacity, 1), 1_000_000_000)) * Self.unit
        refillPerSecond = Int64(min(max(limits.refillPerSecond, 1), 1_000_000_000))
        tokens = capacity
    }

    /// How many tokens are left.
    var remaining: Int { Int(tokens / Self.unit) }

    /// Such a frame has come, at that time in nanoseconds of a monotonic clock.
    ///
    /// - Returns: False where the connection must be closed with ENHANCE_YOUR_CALM.
    mutating func spend(_ kind: Kind, now: Int64) -> Bool {
        if kind == .windowUpdate, updateCredit > 0 {
            updateCredit -= 1
            return true
        }
        refill(now: now)
        let cost = kind.cost * Self.unit
        guard tokens >= cost else { return false }
        tokens -= cost
        return true
    }

    /// A frame that brings something has come: HEADERS that start a call, or DATA with bytes in it.
    mutating func productive() { add(Self.productiveRefill) }

    /// We have sent DATA frames with bytes in them.
    mutating func dataSent(_ count: Int = 1) {
        // More than this fills both anyway; the bound keeps the products within 64 bits.
        let count = Int64(min(max(count, 0), 1_000_000_000))
        add(count * Self.sentRefill)
        updateCredit = min(updateCredit + count * Self.updatesPerSent, Self.updateCreditLimit)
    }

    private mutating func add(_ count: Int64) {
        tokens = min(tokens + count * Self.unit, capacity)
    }

    private mutating func refill(now: Int64) {
        defer { lastRefill = max(now, lastRefill ?? now) }
        guard let lastRefill, now > lastRefill else { return }
        // Longer than it takes to fill the bucket is not counted, so that nothing overflows.
        let elapsed = min(now - lastRefill, capacity / refillPerSecond + 1)
        tokens = min(tokens + elapsed * refillPerSecond, capacity)
    }
}
