import LiteLLM

/// What is asked of the decoder for every stream, by the tests and by `scripts/fuzz`.
enum FuzzEntry {
    static let lineBytes = 64
    static let eventBytes = 100

    /// Promises that do not hold for an input, whose first byte says how it is cut; a crash says so by itself.
    static func violations(in input: [UInt8]) -> [String] {
        let stream = Array(input.dropFirst())
        let model = Model(stream)
        var violations: [String] = []
        for step in [1, 2, 3, Int(input.first ?? 0) + 1, stream.count + 1] {
            var decoder = EventStreamDecoder(lineBytes: lineBytes, eventBytes: eventBytes)
            var events: [ServerSentEvent] = []
            var isRefused = false
            var start = 0
            while start < stream.count, !isRefused {
                let end = min(start + step, stream.count)
                do throws(EventStreamError) {
                    try decoder.decode(Array(stream[start..<end]), into: &events)
                } catch {
                    isRefused = true
                }
                start = end
            }
            if events != model.events { violations.append("in pieces of \(step): other events") }
            if isRefused != model.isRefused { violations.append("in pieces of \(step): other refusal") }
        }
        return violations
    }

    /// The events of a whole stream, by the letter of HTML 9.2.6.
    private struct Model {
        var events: [ServerSentEvent] = []
        var isRefused = false
        private var data: [UInt8] = []
        private var type = ""

        init(_ stream: [UInt8]) {
            var line: [UInt8] = []
            var index = 0
            var isFirst = true
            while index < stream.count, !isRefused {
                let byte = stream[index]
                index += 1
                guard byte == 0x0a || byte == 0x0d else {
                    line.append(byte)
                    isRefused = line.count > lineBytes
                    continue
                }
                if byte == 0x0d, index < stream.count, stream[index] == 0x0a { index += 1 }
                if isFirst, line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
                isFirst = false
                take(line)
                line = []
            }
        }

        private mutating func take(_ line: [UInt8]) {
            if line.isEmpty {
                // The buffer ends with a line feed, which is not part of the event.
                if !data.isEmpty { events.append(ServerSentEvent(type: type, data: Array(data.dropLast()))) }
                (data, type) = ([], "")
                return
            }
            var parts = line.split(separator: 0x3a, maxSplits: 1, omittingEmptySubsequences: false)[...]
            let name = String(decoding: parts.removeFirst(), as: UTF8.self)
            var value = parts.first.map { Array($0) } ?? []
            if value.first == 0x20 { value.removeFirst() }
            if name == "event" { type = String(decoding: value, as: UTF8.self) }
            if name == "data" {
                isRefused = data.count + value.count > eventBytes
                if !isRefused { data += value + [0x0a] }
            }
        }
    }
}
