internal import CEpoll
internal import Glibc

/// What a descriptor's owner wants to be told of.
public struct Interest: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// From bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Bytes, a connection or the end can be read.
    public static let readable = Interest(rawValue: EPOLLIN.rawValue | EPOLLRDHUP.rawValue)
    /// Bytes can be written.
    public static let writable = Interest(rawValue: EPOLLOUT.rawValue)
}

/// What a descriptor is ready for.
public struct Readiness: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// From bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Bytes, a connection or the end can be read.
    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// Bytes can be written.
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has closed at least its writing side. Told whatever the interest.
    public static let hangUp = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLRDHUP.rawValue)
    /// The descriptor has an error. Told whatever the interest.
    public static let error = Readiness(rawValue: EPOLLERR.rawValue)
}
