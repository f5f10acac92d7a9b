/// A piece of an answer, as both transports send it.
struct ChatPiece: Sendable, Equatable {
    /// From 1 within the session.
    var sequence: Int64
    /// What is to be appended to the text so far.
    var text: String
    /// improvement, alternative or validation.
    var suggestionType: String
    /// Beside the sequence.
    var metadata: [String: String]
    /// The answer ends here.
    var isFinal: Bool

    /// The same for a client that did not name the session: it learns the name, to go on in it.
    func naming(_ session: SessionKey) -> ChatPiece {
        var piece = self
        piece.metadata["session_id"] = session.name
        return piece
    }

    /// About what it takes in memory.
    var byteCount: Int {
        metadata.reduce(Self.overhead + text.utf8.count) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }

    private static let overhead = 128
}

/// What a piece says before it has its number.
struct ChatPieceContent: Sendable, Equatable {
    var text = ""
    var suggestionType: String
    var metadata: [String: String] = [:]
    var isFinal = false
}
