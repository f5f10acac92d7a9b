/// A context while it is cut to its budget.
struct ContextDraft {
    private let parts: [ContextPart]
    private var edition: [Int]
    private let goal: DataFence
    private var history: [Exchange]
    private var historyTokens: [Int]
    private let wholeHistory: Int

    init(parts: [ContextPart], goal: String, history: [Exchange]) {
        self.parts = parts
        edition = parts.map { _ in 0 }
        self.goal = DataFence(label: "goal", content: goal)
        self.history = history
        historyTokens = history.map {
            TokenEstimate.tokens($0.message) + TokenEstimate.tokens($0.answer) + 2 * TokenEstimate.perMessage
        }
        wholeHistory = history.count
    }

    mutating func apply(_ step: TrimmingStep) {
        switch step {
        case .part(let label, let number):
            guard let index = parts.firstIndex(where: { $0.label.hasPrefix(label) }) else { return }
            edition[index] = min(number, parts[index].editions.count - 1)
        case .history(let count):
            history = Array(history.suffix(count))
            historyTokens = Array(historyTokens.suffix(count))
        }
    }

    /// What of the input is cut or missing.
    var leftOut: [String] {
        var labels = parts.indices
            .filter { parts[$0].editions[edition[$0]].content != parts[$0].editions[0].content }
            .map { parts[$0].label }
        if history.count < wholeHistory { labels.append("conversation") }
        return labels
    }

    /// About the tokens of everything but rules and request.
    var tokens: Int {
        let data = parts.indices.reduce(0) {
            $0 + parts[$1].editions[edition[$1]].contentTokens + ContextDraft.fenceTokens
        }
        return data + historyTokens.reduce(0, +) + goal.contentTokens
    }

    /// What the lines around a block take.
    private static let fenceTokens = 30
    /// What the prompt around the blocks takes.
    private static let frameTokens = TokenEstimate.tokens(frame(""))

    private static func frame(_ data: String) -> String {
        ContextBuilder.rendered(PromptLibrary.context, ["parts": data])
    }

    /// All that is sent, and what it takes beside the first and the last message.
    func messages(system: String, request: String) -> (messages: [PromptMessage], tokens: Int) {
        var fences = parts.indices.map { parts[$0].editions[edition[$0]] }
        fences.append(goal)
        fences.removeAll { $0.content.isEmpty }
        let talk = history.flatMap { [$0.message, $0.answer] }
        let data = DataFence.join(fences, besides: talk + [request])
        var messages = [PromptMessage(role: .system, content: system)]
        messages.append(PromptMessage(role: .user, content: Self.frame(data.text)))
        for exchange in history {
            messages.append(PromptMessage(role: .user, content: exchange.message))
            messages.append(PromptMessage(role: .assistant, content: exchange.answer))
        }
        messages.append(PromptMessage(role: .user, content: request))
        let tokens = TokenEstimate.perMessage + Self.frameTokens + data.tokens + historyTokens.reduce(0, +)
        return (messages, tokens)
    }
}

/// One cut.
enum TrimmingStep: CustomStringConvertible {
    /// The part whose label begins so, to its edition of that number.
    case part(String, Int)
    /// The conversation, to its last exchanges.
    case history(Int)

    var description: String {
        switch self {
        case .part(let label, let edition): "\(label) \(edition)"
        case .history(let count): "conversation \(count)"
        }
    }
}

extension ContextBuilder {
    /// First what helps least for its length, last the program. The document goes before the last two
    /// exchanges do.
    static let trimming: [TrimmingStep] = [
        .part("suggestions", 1), .part("stable mapping", 1), .part("versions", 1), .part("findings", 1),
        .history(20), .part("suggestions", 2), .part("in other", 1), .part("runs", 1), .history(10),
        .part("stable mapping", 2), .part("suggestions", 3), .part("versions", 2), .history(6),
        .part("document", 1),
        .part("findings", 2), .part("stable mapping", 3), .part("suggestions", 4), .part("in other", 2),
        .part("runs", 2), .history(4), .part("document", 2), .part("what the client", 1),
        .part("stable mapping", 4),
        .part("versions", 3), .part("in other", 3), .part("document", 3), .history(2),
        .part("description", 1),
        .part("program", 1), .part("document", 4), .part("what the client", 2), .part("runs", 3),
        .part("program", 2),
        .part("findings", 3), .part("summary", 1), .history(1), .part("document", 5), .part("program", 3),
        .part("description", 2), .part("program", 4), .part("summary", 2), .history(0), .part("program", 5),
    ]
}
