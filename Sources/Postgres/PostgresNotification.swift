internal import CLibpq

/// What someone told with NOTIFY.
public struct PostgresNotification: Sendable, Equatable {
    /// On which channel.
    public let channel: String
    /// What was told, empty where nothing was.
    public let payload: String
    /// The process number of the session that told it.
    public let senderProcess: Int32

    init(channel: String, payload: String, senderProcess: Int32) {
        self.channel = channel
        self.payload = payload
        self.senderProcess = senderProcess
    }

    /// Copies it; the caller frees libpq's.
    init(copying raw: UnsafeMutablePointer<PGnotify>) {
        channel = String(cString: raw.pointee.relname)
        payload = raw.pointee.extra.map { String(cString: $0) } ?? ""
        senderProcess = raw.pointee.be_pid
    }
}
