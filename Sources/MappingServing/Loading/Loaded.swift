/// An answer and what is known of its process.
struct Loaded: Sendable {
    let answer: StoredAnswer
    let head: ProcessHead
    /// Nobody could be asked: this is what was last known.
    var isStale = false
}
