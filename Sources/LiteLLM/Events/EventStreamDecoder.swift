/// Makes events of bytes, however they are cut into pieces (HTML, 9.2.5 and 9.2.6).
///
/// Lines end with CR, LF or both. Comments, and fields that nobody needs here (`id`, `retry`), are passed over. An event that
/// the end of the stream cuts off is none. What has been taken in is bounded by the limits.
public struct EventStreamDecoder: Sendable {
    /// How long a line may be, without its end, in bytes.
    public let lineBytes: Int
    /// How long an event's data may be, in bytes.
    public let eventBytes: Int

    /// The part of a line that earlier pieces had.
    private var line: [UInt8] = []
    private var isFirstLine = true
    private var lastWasCarriageReturn = false
    private var type = ""
    /// Nil while the event has no field `data`.
    private var data: [UInt8]?

    /// A decoder at the start of a stream.
    public init(lineBytes: Int = 1 << 20, eventBytes: Int = 2 << 20) {
        self.lineBytes = lineBytes
        self.eventBytes = eventBytes
    }

    /// Takes the next piece.
    ///
    /// - Parameters:
    ///   - bytes: A piece of any length.
    ///   - events: Where the events go that it completes, those before an error too.
    /// - Throws: `EventStreamError`; the stream cannot go on after it.
    public mutating func decode(
        _ bytes: [UInt8],
        into events: inout [ServerSentEvent]
    ) throws(EventStreamError) {
        var start = 0
        while start < bytes.count {
            if lastWasCarriageReturn {
                lastWasCarriageReturn = false
                if bytes[start] == Self.lineFeed {
                    start += 1
                    continue
                }
            }
            let end = Self.endOfLine(bytes, from: start)
            guard line.count + end - start <= lineBytes else { throw .lineTooLong(limit: lineBytes) }
            if end == bytes.count {
                line += bytes[start...]
                return
            }
            if line.isEmpty {
                try take(bytes[start..<end], into: &events)
            } else {
                line += bytes[start..<end]
                let whole = line
                // Memory that one long line needed is given back after it.
                line.removeAll(keepingCapacity: line.capacity <= Self.keptLineBytes)
                try take(whole[...], into: &events)
            }
            lastWasCarriageReturn = bytes[end] == Self.carriageReturn
            start = end + 1
        }
    }

    private mutating func take(
        _ line: ArraySlice<UInt8>,
        into events: inout [ServerSentEvent]
    ) throws(EventStreamError) {
        var line = line
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: Self.byteOrderMark) { line = line.dropFirst(Self.byteOrderMark.count) }
        }
        guard !line.isEmpty else { return dispatch(into: &events) }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        let name = line[..<colon]
        // A comment.
        guard !name.isEmpty else { return }
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if name.elementsEqual("data".utf8) {
            try append(value)
        } else if name.elementsEqual("event".utf8) {
            type = String(decoding: value, as: UTF8.self)
        }
    }

    private mutating func append(_ value: ArraySlice<UInt8>) throws(EventStreamError) {
        let held = data.map { $0.count + 1 } ?? 0
        guard held + value.count <= eventBytes else { throw .eventTooLarge(limit: eventBytes) }
        if data == nil {
            data = Array(value)
        } else {
            data?.append(Self.lineFeed)
            data?.append(contentsOf: value)
        }
    }

    private mutating func dispatch(into events: inout [ServerSentEvent]) {
        if let data { events.append(ServerSentEvent(type: type, data: data)) }
        type = ""
        data = nil
    }

    private static func endOfLine(_ bytes: [UInt8], from start: Int) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var index = start
            while index < bytes.count, bytes[index] != lineFeed, bytes[index] != carriageReturn { index += 1 }
            return index
        }
    }

    private static let lineFeed: UInt8 = 0x0a
    private static let carriageReturn: UInt8 = 0x0d
    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
    private static let keptLineBytes = 64 << 10
}

/// Why a stream of events cannot be decoded.
public enum EventStreamError: Error, Sendable, Equatable {
    /// A line has more bytes than allowed.
    case lineTooLong(limit: Int)
    /// An event's data has more bytes than allowed.
    case eventTooLarge(limit: Int)
}
