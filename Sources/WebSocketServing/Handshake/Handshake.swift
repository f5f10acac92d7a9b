internal import NIOHTTP1

/// Whether a request is a handshake at all (RFC 6455, section 4.2.1). swift-nio looks only at what it needs itself.
enum Handshake {
    private static let invalid = 3
    private static let denied = 7
    private static let unavailable = 14

    /// Why it is none; nil where it is one.
    static func fault(in head: HTTPRequestHead) -> UpgradeRefusal? {
        guard head.method == .GET else {
            return UpgradeRefusal(
                405,
                code: invalid,
                "A WebSocket begins with GET.",
                headers: ["allow": "GET"]
            )
        }
        guard head.version == .http1_1 else {
            return UpgradeRefusal(400, code: invalid, "A WebSocket begins with HTTP/1.1.")
        }
        let headers = head.headers
        guard has("upgrade", "websocket", headers), has("connection", "upgrade", headers) else {
            return upgradeRequired
        }
        guard headers["sec-websocket-version"] == ["13"] else { return upgradeRequired }
        let keys = headers["sec-websocket-key"]
        guard keys.count == 1, isKey(keys[0]) else {
            return UpgradeRefusal(400, code: invalid, "Sec-WebSocket-Key is not 16 bytes in Base64.")
        }
        guard headers["host"].count == 1 else {
            return UpgradeRefusal(400, code: invalid, "Send one Host header.")
        }
        guard headers["content-length"].isEmpty, headers["transfer-encoding"].isEmpty else {
            return UpgradeRefusal(400, code: invalid, "The request that begins a WebSocket has no body.")
        }
        return nil
    }

    /// Why a page of the web may not connect; nil where it may.
    static func originFault(in head: HTTPRequestHead, _ rules: [OriginRule]) -> UpgradeRefusal? {
        let origins = head.headers["origin"]
        guard !origins.isEmpty else { return nil }
        guard origins.count == 1, rules.contains(where: { $0.allows(origins[0]) }) else {
            return UpgradeRefusal(403, code: denied, "Pages of this origin may not connect.")
        }
        return nil
    }

    /// There is no room.
    static let full = UpgradeRefusal(
        503,
        code: unavailable,
        "Too many connections are open. Try again later.",
        headers: ["retry-after": "5"]
    )

    /// The server stops, or the request cannot be answered.
    static let stopping = UpgradeRefusal(503, code: unavailable, "The server stops. Connect again.")

    private static let upgradeRequired = UpgradeRefusal(
        426,
        code: invalid,
        "This address speaks WebSocket, version 13.",
        headers: ["upgrade": "websocket", "sec-websocket-version": "13"]
    )

    private static func has(_ name: String, _ token: String, _ headers: HTTPHeaders) -> Bool {
        headers[canonicalForm: name].contains { $0.lowercased() == token }
    }

    /// 16 bytes in Base64: 22 digits, of which the last one stands for two bits, and two signs of equality.
    private static func isKey(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes.suffix(2).elementsEqual("==".utf8) else { return false }
        let digits = bytes.prefix(22).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return digits
    }
}
