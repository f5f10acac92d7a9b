internal import FoundationEssentials
internal import ServiceKit

/// The place where a list goes on, as a text for clients to hand back unchanged.
///
/// A checksum over the place and over what was asked for finds a token that was changed or belongs to another list.
/// It is no secret: what a token can reach, its bearer can reach without it.
enum PageToken {
    /// - Parameters:
    ///   - place: The place.
    ///   - scope: What the list is of: the same text is asked of `place(_:scope:)`.
    static func make(_ place: String, scope: String) -> String {
        Data("\(place).\(checksum(place, scope))".utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// The place, nil where the token was not made for this scope.
    static func place(_ token: String, scope: String) -> String? {
        var base64 = token.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64), let text = String(validating: data, as: UTF8.self),
            let dot = text.lastIndex(of: ".")
        else { return nil }
        let place = String(text[..<dot])
        return text[text.index(after: dot)...] == checksum(place, scope) ? place : nil
    }

    /// FNV-1a, 64 bits.
    private static func checksum(_ place: String, _ scope: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(place)\u{0}\(scope)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}

extension ListPlace {
    /// For a page token. A name comes last: it may hold anything.
    var text: String {
        switch key {
        case .instant(let instant): "t/\(id.text)/\(instant.microseconds)"
        case .name(let name): "n/\(id.text)/\(name)"
        }
    }

    /// From a page token's text.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let id = UUID(uuidString: String(parts[1])) else { return nil }
        switch parts[0] {
        case "t":
            guard let microseconds = Int64(parts[2]) else { return nil }
            self.init(key: .instant(Instant(microseconds: microseconds)), id: id)
        case "n": self.init(key: .name(String(parts[2])), id: id)
        default: return nil
        }
    }
}
