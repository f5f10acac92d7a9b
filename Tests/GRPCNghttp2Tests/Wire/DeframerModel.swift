import DequeModule

@testable import GRPCNghttp2

/// What a deframer has made of a stream.
struct Deframed: Equatable {
    var messages: [[UInt8]] = []
    var error: TransportError.Code?
    var partialByteCount = 0

    /// Feeds `stream` to the deframer, cut at these positions.
    init(_ stream: [UInt8], cutAt cuts: [Int] = [], maxMessageBytes: Int) {
        var deframer = MessageDeframer(maxMessageBytes: maxMessageBytes)
        var output: Deque<MessageBytes> = []
        var start = 0
        for end in cuts + [stream.count] {
            stream[start..<end].withUnsafeBytes { chunk in
                do throws(TransportError) {
                    try deframer.append(chunk, to: &output)
                } catch {
                    self.error = error.code
                }
            }
            start = end
        }
        messages = output.map(\.framed)
        partialByteCount = deframer.partialByteCount
    }

    /// The same by the shortest way, which has the whole stream before it.
    init(modelOf stream: [UInt8], maxMessageBytes: Int) {
        var rest = stream[...]
        while rest.count >= 5 {
            let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
            if rest[rest.startIndex] > 1 {
                error = .protocolViolation
            } else if length > maxMessageBytes {
                error = .limitExceeded
            }
            guard error == nil else {
                partialByteCount = 5
                return
            }
            guard rest.count >= 5 + length else { break }
            messages.append(Array(rest.prefix(5 + length)))
            rest = rest.dropFirst(5 + length)
        }
        partialByteCount = rest.count
    }
}
