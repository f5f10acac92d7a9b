internal import Glibc

/// What the event loop could not do, and what the kernel said.
public struct EventLoopError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Equatable {
        /// The kernel refused a call: out of descriptors, memory, threads, or a descriptor that epoll cannot watch.
        case system
        /// The loop or executor has been shut down.
        case shutDown
        /// The offload executor's queue is full.
        case queueFull
    }

    /// What kind of failure it is.
    public let code: Code
    /// The call that failed or was refused, in words.
    public let message: String
    /// The `errno` of a refused system call, 0 otherwise.
    public let errorNumber: Int32

    /// One line for a log.
    public var description: String {
        errorNumber == 0
            ? message : "\(message): \(String(cString: strerror(errorNumber))) (errno \(errorNumber))"
    }

    static func system(_ call: String, _ errorNumber: Int32 = errno) -> EventLoopError {
        EventLoopError(code: .system, message: call, errorNumber: errorNumber)
    }
}
