internal import Crypto

/// Puts a text between two lines that the text cannot hold: they carry a number made of its hash.
///
/// A text that holds its own hash cannot be made; one that holds the number of another block by knowing that block is
/// looked for, and the other block's number is drawn again. The same texts always get the same numbers, which keeps
/// providers' prompt caches warm.
struct DataFence {
    let label: String
    let content: String

    /// Blocks one after the other.
    static func join(_ parts: [DataFence], besides others: [String]) -> String {
        let texts = parts.map(\.content) + others
        return parts.map { part in part.fenced(marker(part, texts)) }.joined(separator: "\n\n")
    }

    private func fenced(_ marker: String) -> String {
        "<<<DATA \(marker) \(label)>>>\n\(content)\n<<<END \(marker)>>>"
    }

    private static func marker(_ part: DataFence, _ texts: [String]) -> String {
        var attempt = 0
        while true {
            let digest = SHA256.hash(data: Array("\(attempt)\u{0}\(part.label)\u{0}\(part.content)".utf8))
            let marker = String(Hexadecimal.text(digest).prefix(16))
            attempt += 1
            // Ends: a text of n bytes holds at most n markers, and each attempt draws another one.
            if !texts.contains(where: { $0.utf8.count >= 16 && $0.lowercased().contains(marker) }) {
                return marker
            }
        }
    }
}
