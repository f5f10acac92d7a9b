/// Which trace a call belongs to, as W3C Trace Context carries it from service to service.
///
/// Source: W3C Trace Context, level 1 (`traceparent`, `tracestate`).
public struct TraceContext: Sendable, Equatable {
    /// The same for everything that one request causes: 32 hexadecimal digits.
    public let traceID: String
    /// This call's own part of it: 16 hexadecimal digits.
    public let spanID: String
    /// The span that asked for this one; nil where the trace begins here.
    public let parentSpanID: String?
    /// Whether someone before asked for the trace to be recorded, and what later versions put beside it.
    let flags: UInt8
    /// What tracing systems tell each other on the way; passed on as it came.
    let state: String?

    /// The longest `tracestate` that is passed on (W3C Trace Context, section 3.3.1.5).
    static let maxStateBytes = 512

    /// A trace that begins here.
    public init() {
        self.init(traceID: Self.randomID(bytes: 16), parentSpanID: nil, flags: 0, state: nil)
    }

    private init(traceID: String, parentSpanID: String?, flags: UInt8, state: String?) {
        self.traceID = traceID
        spanID = Self.randomID(bytes: 8)
        self.parentSpanID = parentSpanID
        self.flags = flags
        self.state = state
    }

    /// The next part of the trace that a caller names; a new trace where it names none, or not in the form it must have.
    ///
    /// - Parameters:
    ///   - traceparent: The header field.
    ///   - tracestate: The header fields, in their order.
    public init(traceparent: String?, tracestate: [String] = []) {
        guard let traceparent, let parent = Self.parse(traceparent) else {
            self.init()
            return
        }
        let joined = tracestate.joined(separator: ",")
        self.init(
            traceID: parent.traceID,
            parentSpanID: parent.spanID,
            flags: parent.flags,
            state: joined.isEmpty || joined.utf8.count > Self.maxStateBytes ? nil : joined
        )
    }

    /// The header field for a call that this one makes.
    public var traceparent: String { "00-\(traceID)-\(spanID)-\(Self.hex(flags))" }

    private static func parse(_ text: String) -> (traceID: String, spanID: String, flags: UInt8)? {
        let bytes = Array(text.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash else { return nil }
        let (version, trace, span, flags) = (bytes[0..<2], bytes[3..<35], bytes[36..<52], bytes[53..<55])
        guard [version, trace, span, flags].allSatisfy({ $0.allSatisfy(isLowerHex) }) else { return nil }
        // Version 00 ends here; ff is none. A later one may go on after a dash.
        let isFirst = version.elementsEqual("00".utf8)
        guard !version.elementsEqual("ff".utf8),
            isFirst ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash
        else { return nil }
        let zero = UInt8(ascii: "0")
        guard trace.contains(where: { $0 != zero }), span.contains(where: { $0 != zero }),
            let value = UInt8(String(decoding: flags, as: UTF8.self), radix: 16)
        else { return nil }
        return (
            String(decoding: trace, as: UTF8.self), String(decoding: span, as: UTF8.self),
            // Of the flags, only the first is known to version 00.
            value & 1
        )
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func randomID(bytes count: Int) -> String {
        while true {
            var digits: [UInt8] = []
            digits.reserveCapacity(count * 2)
            var bits: UInt64 = 0
            for index in 0..<count {
                if index % 8 == 0 { bits = UInt64.random(in: .min ... .max) }
                let byte = UInt8(truncatingIfNeeded: bits)
                bits >>= 8
                digits.append(hexDigits[Int(byte >> 4)])
                digits.append(hexDigits[Int(byte & 15)])
            }
            // All zeros is no ID. It has never happened.
            if digits.contains(where: { $0 != UInt8(ascii: "0") }) {
                return String(decoding: digits, as: UTF8.self)
            }
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        String(decoding: [hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]], as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}
