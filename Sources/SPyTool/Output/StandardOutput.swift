private import Glibc

/// Standard output, buffered, and standard error, in order with it.
///
/// Written by hand, since Swift cannot use C's `stdout` safely: it is a global variable.
public final class StandardOutput {
    private var buffer: [UInt8] = []
    private var hasFailed = false
    private static let bufferSize = 1 << 16

    /// An empty buffer.
    public init() {}

    /// Writes text to standard output.
    public func write(_ text: String) {
        buffer += text.utf8
        if buffer.count >= StandardOutput.bufferSize { send() }
    }

    /// Writes text to standard error, after all that was written to standard output before.
    public func complain(_ text: String) {
        send()
        _ = StandardOutput.send(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Sends what is left; false where something could not be written, to a full disk perhaps.
    public func flush() -> Bool {
        send()
        return !hasFailed
    }

    private func send() {
        if !StandardOutput.send(buffer, to: STDOUT_FILENO) { hasFailed = true }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
}
