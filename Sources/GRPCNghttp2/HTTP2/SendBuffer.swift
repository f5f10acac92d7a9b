internal import DequeModule
internal import Glibc

/// Framed messages on their way to the peer, in order.
///
/// Nothing is copied when a message comes in: it is held until flow control has let its last byte go.
struct SendBuffer {
    /// The message that goes out first; empty where there is none. Most streams never have a second one.
    private var first: [UInt8] = []
    private var firstOffset = 0
    private var others = Deque<[UInt8]>()
    /// How many bytes wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds a message with its prefix.
    mutating func append(_ framed: [UInt8]) {
        if count == 0 {
            first = framed
            firstOffset = 0
        } else {
            others.append(framed)
        }
        count += framed.count
    }

    /// Moves the next `length` bytes to `destination`, which has room for them. There must be as many.
    mutating func take(_ length: Int, to destination: UnsafeMutableRawPointer) {
        precondition(length <= count, "\(length) bytes are taken of \(count)")
        var taken = 0
        while taken < length {
            let part = min(length - taken, first.count - firstOffset)
            first.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                _ = memcpy(destination + taken, base + firstOffset, part)
            }
            taken += part
            firstOffset += part
            if firstOffset == first.count {
                first = others.popFirst() ?? []
                firstOffset = 0
            }
        }
        count -= length
    }

    /// Forgets everything.
    mutating func removeAll() {
        self = SendBuffer()
    }
}
