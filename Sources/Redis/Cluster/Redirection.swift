/// A cluster's word that another server has a key (Redis Cluster specification, "MOVED redirection" and "ASK redirection").
enum Redirection: Equatable {
    /// From now on.
    case moved(HashSlot, RedisEndpoint)
    /// This once: the slot is on its way there, and this key has gone already.
    case ask(RedisEndpoint)

    /// Nil for every other answer, and for a word that names nobody.
    ///
    /// - Parameters:
    ///   - answer: What a server answered.
    ///   - endpoint: Which server, meant where a host is missing.
    init?(_ answer: RedisValue, from endpoint: RedisEndpoint) {
        // The hot path: most answers are no errors.
        guard case .error(let error) = answer else { return nil }
        let kind = error.kind
        guard kind == "MOVED" || kind == "ASK" else { return nil }
        let words = error.message.utf8.split(separator: UInt8(ascii: " "))
        guard words.count == 3, let slot = Int(Substring(words[1])).flatMap({ HashSlot($0) }) else {
            return nil
        }
        // An IPv6 address has colons of its own, and no brackets here.
        guard let colon = words[2].lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(Substring(words[2][words[2].index(after: colon)...])), port > 0
        else { return nil }
        let host = String(Substring(words[2][..<colon]))
        guard host != "?" else { return nil }
        let target = RedisEndpoint(host: host.isEmpty ? endpoint.host : host, port: port)
        self = kind == "MOVED" ? .moved(slot, target) : .ask(target)
    }
}
