internal import Crypto

/// Puts a text between two lines that the text cannot hold: they carry a number made of its hash.
///
/// A text that holds its own hash cannot be made; one that holds the number of another block by knowing that
/// block is looked for, and the other block's number is drawn again. The same texts always get the same
/// numbers, which keeps providers' prompt caches warm.
struct DataFence {
    let label: String
    let content: String

    /// Blocks one after the other.
    ///
    /// - Parameters:
    ///   - parts: The blocks.
    ///   - others: Texts that stand in the same prompt, and must not hold a block's number either.
    static func join(_ parts: [DataFence], besides others: [String]) -> String {
        let texts = parts.map(\.content) + others
        var numbers = parts.map { $0.number(attempt: 0) }
        var attempt = 0
        // Ends: a text of n bytes holds at most n numbers, and each round draws others for those that are
        // held.
        while true {
            let held = texts.reduce(into: Set<UInt64>()) {
                $0.formUnion(DataFence.held(Set(numbers), in: $1))
            }
            guard !held.isEmpty else { break }
            attempt += 1
            for index in parts.indices where held.contains(numbers[index]) {
                numbers[index] = parts[index].number(attempt: attempt)
            }
        }
        return zip(parts, numbers).map { $0.fenced($1) }.joined(separator: "\n\n")
    }

    private func fenced(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        let marker = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        return "<<<DATA \(marker) \(label)>>>\n\(content)\n<<<END \(marker)>>>"
    }

    private func number(attempt: Int) -> UInt64 {
        let digest = SHA256.hash(data: Array("\(attempt)\u{0}\(label)\u{0}\(content)".utf8))
        return digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Which of some numbers stand in a text, as 16 hexadecimal digits of either case.
    private static func held(_ numbers: Set<UInt64>, in text: String) -> Set<UInt64> {
        var found: Set<UInt64> = []
        var value: UInt64 = 0
        var digits = 0
        for byte in text.utf8 {
            guard byte.isKind(.hex) else {
                digits = 0
                continue
            }
            let digit =
                byte.isKind(.digit) ? byte - UInt8(ascii: "0") : byte.lowercased - UInt8(ascii: "a") + 10
            value = value << 4 | UInt64(digit)
            digits += 1
            if digits >= 16, numbers.contains(value) { found.insert(value) }
        }
        return found
    }
}
