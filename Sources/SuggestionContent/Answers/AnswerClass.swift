/// What an answer is and what it is about, by rules: the same answer always gets the same.
///
/// **Type**: what the client asked for, where it did. Otherwise by words of the message: another way is asked
/// for (*alternative, instead, another way, differently, other option*) → alternative; something is to be
/// judged (*check, validate, verify, is it correct, review, what is wrong, does it*) → validation; else
/// improvement.
///
/// **Category**: a proposed document makes it `documentation`. Otherwise each category counts its words
/// (``words``): those in the message three times, those in the answer's prose once, at most ten; and what
/// proposed code adds counts: `try`, `except`, `raise` and `finally` four for `error_handling`. The highest
/// count wins; among equals the first of security, error_handling, performance, documentation. Where none
/// reaches two, it is `code`.
public struct AnswerClass: Sendable, Hashable {
    /// The `suggestion_type`.
    public let type: SuggestionType
    /// The `category`.
    public let category: SuggestionCategory

    /// Classifies an answer.
    ///
    /// - Parameters:
    ///   - answer: What the model said.
    ///   - message: What was asked.
    ///   - asked: The type in the request's context, where there is one.
    ///   - proposal: What the answer proposes.
    public init(answer: String, message: String, asked: SuggestionType? = nil, proposal: PatchProposal? = nil)
    {
        type = asked ?? AnswerClass.type(of: message)
        category = AnswerClass.category(answer, message, proposal)
    }

    /// The type that a message asks for.
    public static func type(of message: String) -> SuggestionType {
        let text = WordList(message)
        if text.count(of: alternativeWords) > 0 { return .alternative }
        if text.count(of: validationWords) > 0 { return .validation }
        return .improvement
    }

    private static let alternativeWords = PhraseSet([
        "alternative", "alternatives", "instead", "another way", "other way", "different way", "differently",
        "other option", "other options", "alternatively",
    ])

    private static let validationWords = PhraseSet([
        "check", "validate", "validation", "verify", "is it correct", "is this correct", "is it right",
        "is this right",
        "review", "what is wrong", "what's wrong", "does it", "does this", "audit", "any mistakes",
        "any bugs", "any errors",
    ])

    /// The words that count for a category, in small letters.
    public static let words: [SuggestionCategory: [String]] = [
        .security: [
            "security", "secure", "secret", "secrets", "password", "passwords", "permission", "permissions",
            "authorization", "authorisation", "authentication", "injection", "unvalidated", "untrusted",
            "privilege",
            "privacy", "personal data", "fraud", "four eyes", "leak", "leaks", "sanitize", "hard-coded",
        ],
        .errorHandling: [
            "exception", "exceptions", "error", "errors", "fail", "fails", "failed", "failure", "failures",
            "retry",
            "retries", "timeout", "time-out", "timed out", "fallback", "compensation", "compensate",
            "rollback", "undo",
            "recover", "recovery", "except", "escalate", "escalation", "deadline",
        ],
        .performance: [
            "performance", "slow", "slower", "fast", "faster", "speed", "latency", "batch", "batches",
            "parallel",
            "cache", "caching", "efficient", "optimize", "optimise", "duration", "throughput", "scale",
            "scalability",
            "one by one", "per item", "cost", "costs",
        ],
        .documentation: [
            "documentation", "document", "docstring", "docstrings", "comment", "comments", "describe",
            "description",
            "explain", "explains", "wording", "readme", "manual",
        ],
    ]

    private static let order: [(SuggestionCategory, PhraseSet)] =
        [.security, .errorHandling, .performance, .documentation].map { ($0, PhraseSet(words[$0] ?? [])) }

    private static func category(
        _ answer: String,
        _ message: String,
        _ proposal: PatchProposal?
    ) -> SuggestionCategory {
        if proposal?.document != nil, proposal?.code == nil { return .documentation }
        let asked = WordList(message)
        let said = WordList(FencedBlock.prose(of: answer))
        var best: (category: SuggestionCategory, points: Int) = (.code, 1)
        for (category, words) in order {
            var points = asked.count(of: words) * 3 + min(said.count(of: words), 10)
            if category == .errorHandling, let patch = proposal?.patch, addsHandling(patch) { points += 4 }
            if points > best.points { best = (category, points) }
        }
        return best.category
    }

    private static func addsHandling(_ patch: String) -> Bool {
        patch.utf8.split(separator: 0x0A).contains { line in
            guard line.first == UInt8(ascii: "+") else { return false }
            let text = line.dropFirst().drop { $0 == 0x20 }
            return ["try:", "except ", "except:", "raise ", "finally:"].contains {
                text.starts(with: $0.utf8)
            }
        }
    }

    /// A text as words in small letters, to count phrases in.
    private struct WordList {
        private let words: [String]
        private static let maximumWords = 20_000

        init(_ text: String) {
            let letters = text.lowercased().utf8.prefix(256 << 10).split {
                !($0.isKind([.alphanumeric, .hyphen, .other]) || $0 == UInt8(ascii: "'"))
            }
            words = letters.prefix(WordList.maximumWords).map { String(decoding: $0, as: UTF8.self) }
        }

        func count(of phrases: PhraseSet) -> Int {
            var count = 0
            for (index, word) in words.enumerated() {
                if phrases.single.contains(word) { count += 1 }
                for phrase in phrases.longer[word] ?? []
                where words[index...].starts(with: phrase) { count += 1 }
            }
            return count
        }
    }

    /// Words, and phrases of several words.
    private struct PhraseSet: Sendable {
        private(set) var single: Set<String> = []
        /// By their first words.
        private(set) var longer: [String: [[String]]] = [:]

        init(_ phrases: [String]) {
            for phrase in phrases {
                let words = phrase.split(separator: " ").map(String.init)
                if words.count == 1 {
                    single.insert(phrase)
                } else {
                    longer[words[0], default: []].append(words)
                }
            }
        }
    }
}
