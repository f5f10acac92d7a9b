/// How many handlers run on a loop, those included whose connection is gone. Confined to the loop's thread, hence the
/// unchecked conformance.
final class CallLedger: @unchecked Sendable {
    private(set) var count = 0
    /// Called whenever the last one has ended.
    var whenNone: () -> Void = {}

    func begin() { count += 1 }

    func end() {
        count -= 1
        if count == 0 { whenNone() }
    }
}
