internal import Crypto

/// Puts a text between two lines that the text cannot hold: they carry a number made of its hash.
///
/// A text that holds its own hash cannot be made; one that holds the number of another block by knowing that
/// block is looked for, and the other block's number is drawn again. The same texts always get the same
/// numbers, which keeps providers' prompt caches warm.
///
/// What of that takes looking at all of a text is found when the block is made, so that one may be kept for many prompts.
struct DataFence {
    let label: String
    let content: String
    /// What the content takes, by ``TokenEstimate``.
    let contentTokens: Int
    private let firstNumber: UInt64
    private let holdsNumbers: Bool

    /// Costs time in proportion to the content.
    init(label: String, content: String) {
        self.label = label
        self.content = content
        contentTokens = TokenEstimate.tokens(content)
        firstNumber = Self.number(label, content, attempt: 0)
        holdsNumbers = Self.holdsNumbers(content)
    }

    /// Blocks one after the other.
    ///
    /// - Parameters:
    ///   - parts: The blocks.
    ///   - others: Texts that stand in the same prompt, and must not hold a block's number either.
    /// - Returns: All of them, and what that takes by ``TokenEstimate``, which is reckoned without looking at it once more: runs of
    ///   characters end with each line.
    static func join(_ parts: [DataFence], besides others: [String]) -> (text: String, tokens: Int) {
        let texts = parts.filter(\.holdsNumbers).map(\.content) + others
        var numbers = parts.map(\.firstNumber)
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
                numbers[index] = number(parts[index].label, parts[index].content, attempt: attempt)
            }
        }
        var (text, tokens) = ("", 0)
        for (part, number) in zip(parts, numbers) {
            let (head, tail) = part.lines(number)
            let separator = text.isEmpty ? "" : "\n\n"
            text += separator + head + part.content + tail
            tokens += TokenEstimate.tokens(separator + head) + part.contentTokens + TokenEstimate.tokens(tail)
        }
        return (text, tokens)
    }

    /// What stands before and after the content.
    private func lines(_ number: UInt64) -> (head: String, tail: String) {
        let digits = String(number, radix: 16)
        let marker = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        return ("<<<DATA \(marker) \(label)>>>\n", "\n<<<END \(marker)>>>")
    }

    private static func number(_ label: String, _ content: String, attempt: Int) -> UInt64 {
        let digest = SHA256.hash(data: Array("\(attempt)\u{0}\(label)\u{0}\(content)".utf8))
        return digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Which of some numbers stand in a text, as 16 hexadecimal digits of either case.
    private static func held(_ numbers: Set<UInt64>, in text: String) -> Set<UInt64> {
        var found: Set<UInt64> = []
        var value: UInt64 = 0
        var digits = 0
        for byte in text.utf8 {
            guard let digit = digit(byte) else {
                digits = 0
                continue
            }
            value = value << 4 | UInt64(digit)
            digits += 1
            if digits >= 16, numbers.contains(value) { found.insert(value) }
        }
        return found
    }

    /// Whether there is any such number in a text.
    private static func holdsNumbers(_ text: String) -> Bool {
        var digits = 0
        for byte in text.utf8 {
            digits = digit(byte) == nil ? 0 : digits + 1
            if digits >= 16 { return true }
        }
        return false
    }

    /// By comparing, not by a table: all of a prompt is looked through.
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
