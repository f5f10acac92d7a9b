public import ServiceKit

/// Tells others that a process is not what it was, so that what they have kept of it goes.
///
/// The store calls it once for each create, update, delete and restore that changed something, when that has been committed
/// and its own caches know.
public protocol ChangeAnnouncer: Sendable {
    /// Takes the news and returns at once: what it takes to spread them is the announcer's own affair, as is its failing. Those
    /// who miss them learn of the change when what they keep grows old.
    func announce(_ change: ProcessChange)
}
