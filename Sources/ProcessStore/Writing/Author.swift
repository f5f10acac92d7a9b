internal import FoundationEssentials

/// Who writes, for whom, and within which trace.
struct Author: Sendable {
    let user: UUID
    let organization: UUID
    /// The W3C trace that the call belongs to.
    var traceID: String?
}
