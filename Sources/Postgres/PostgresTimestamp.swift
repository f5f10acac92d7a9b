/// A `timestamptz`: microseconds, as PostgreSQL keeps them. `infinity` and `-infinity` are none.
public struct PostgresTimestamp: Sendable, Hashable {
    /// 2000-01-01T00:00:00Z, in microseconds since 1970.
    private static let epoch: Int64 = 946_684_800_000_000

    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microsecondsSince1970: Int64

    /// From microseconds since 1970-01-01T00:00:00Z. What PostgreSQL cannot keep it refuses when it is sent.
    public init(microsecondsSince1970: Int64) {
        self.microsecondsSince1970 = microsecondsSince1970
    }

    /// From what the server sends; nil for the infinities, and for years after 294,246, which fit no Int64 from 1970 on.
    init?(microsecondsSince2000: Int64) {
        guard microsecondsSince2000 != .min, microsecondsSince2000 != .max else { return nil }
        let (sum, isTooLarge) = microsecondsSince2000.addingReportingOverflow(Self.epoch)
        guard !isTooLarge else { return nil }
        microsecondsSince1970 = sum
    }

    /// What is sent. A time too early for an Int64 becomes one that the server refuses too, not `-infinity`.
    var microsecondsSince2000: Int64 {
        let (difference, isTooSmall) = microsecondsSince1970.subtractingReportingOverflow(Self.epoch)
        return isTooSmall || difference == .min ? .min + 1 : difference
    }
}
