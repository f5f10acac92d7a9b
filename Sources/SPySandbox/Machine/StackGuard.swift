internal import Glibc

/// Knows how much of the thread's stack is left, so that no program, however nested, overruns it.
///
/// Used by one thread, the one that made it.
struct StackGuard {
    private let lowest: UInt

    /// Kept free for what runs between two checks.
    private static let reserve: UInt = 128 << 10
    /// What a thread is taken to have where the system does not say.
    private static let assumedSize: UInt = 448 << 10

    init() {
        var attributes = pthread_attr_t()
        var base: UnsafeMutableRawPointer?
        var size = 0
        if attributesOfThread(pthread_self(), &attributes) == 0 {
            if pthread_attr_getstack(&attributes, &base, &size) != 0 { base = nil }
            pthread_attr_destroy(&attributes)
        }
        if let base {
            lowest = UInt(bitPattern: base) + Self.reserve
        } else {
            lowest = Self.position - Self.assumedSize + Self.reserve
        }
    }

    /// The current end of the stack, near enough.
    private static var position: UInt {
        @inline(never) get {
            var marker: UInt8 = 0
            return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
        }
    }

    /// Whether there is room for a few calls more.
    var hasRoom: Bool {
        @inline(never) get { Self.position > lowest }
    }
}

/// `pthread_getattr_np`, which the Glibc module leaves out because it is a GNU extension.
@_silgen_name("pthread_getattr_np")
private func attributesOfThread(_ thread: pthread_t, _ attributes: UnsafeMutablePointer<pthread_attr_t>)
    -> CInt
