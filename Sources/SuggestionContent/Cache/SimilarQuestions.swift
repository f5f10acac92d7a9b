/// Questions by their embeddings, to find one that asks nearly the same; the oldest goes where there are too
/// many.
///
/// Looks at all questions of a scope: costs time in proportion to their number, at most ``capacity``, and
/// their dimensions.
public struct SimilarQuestions<Answer: Sendable>: Sendable {
    /// The most questions that are kept, over all scopes.
    public let capacity: Int
    /// The least cosine similarity that counts as the same question, above 0 and at most 1.
    public let threshold: Float
    private var entries: [Entry] = []
    /// Where the next one goes once it is full.
    private var next = 0

    private struct Entry: Sendable {
        let scope: [UInt8]
        /// Of length 1.
        let direction: [Float]
        let answer: Answer
    }

    /// The most dimensions of an embedding; longer ones are not kept.
    public static var maximumDimensions: Int { 4_096 }

    /// No questions yet.
    public init(capacity: Int, threshold: Float) {
        precondition(
            capacity > 0 && threshold > 0 && threshold <= 1,
            "capacity and threshold of similar questions"
        )
        self.capacity = capacity
        self.threshold = threshold
    }

    /// How many questions are kept.
    public var count: Int { entries.count }

    /// Keeps a question. One without a direction (zero, not finite, too long) is not kept.
    ///
    /// - Parameters:
    ///   - embedding: The embedding of its message.
    ///   - scope: ``QuestionKey/scope``.
    ///   - answer: What it leads to.
    public mutating func insert(_ embedding: [Float], scope: [UInt8], answer: Answer) {
        guard let direction = SimilarQuestions.direction(embedding) else { return }
        let entry = Entry(scope: scope, direction: direction, answer: answer)
        if entries.count < capacity {
            entries.append(entry)
        } else {
            entries[next] = entry
            next = (next + 1) % capacity
        }
    }

    /// The nearest question of the same scope and its similarity, where that reaches the threshold.
    public func nearest(to embedding: [Float], scope: [UInt8]) -> (answer: Answer, similarity: Float)? {
        guard let direction = SimilarQuestions.direction(embedding) else { return nil }
        var best: (answer: Answer, similarity: Float)?
        for entry in entries where entry.scope == scope && entry.direction.count == direction.count {
            var product: Float = 0
            for index in direction.indices { product += direction[index] * entry.direction[index] }
            if product >= max(threshold, best?.similarity ?? -1) { best = (entry.answer, min(product, 1)) }
        }
        return best
    }

    /// The embedding with length 1.
    private static func direction(_ embedding: [Float]) -> [Float]? {
        guard !embedding.isEmpty, embedding.count <= maximumDimensions else { return nil }
        let square = embedding.reduce(Float(0)) { $0 + $1 * $1 }
        guard square.isFinite, square > 0 else { return nil }
        let length = square.squareRoot()
        return embedding.map { $0 / length }
    }
}
