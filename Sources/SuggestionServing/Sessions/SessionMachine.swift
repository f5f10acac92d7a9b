internal import DequeModule

/// What a chat's session decides: which number a piece has, what is kept for whoever comes back, and that there is one question
/// at a time. A value without a clock.
///
/// A session is idle until a question begins, and answering until the answer's last piece. A client that has lost its connection
/// says which piece it saw last; what came after it is sent again where it is still kept, and it hears the rest of an answer that is
/// still under way.
struct SessionMachine {
    /// Why a client cannot go on where it was.
    enum ResumeFault: Error, Equatable {
        /// It has seen a piece that this session never sent: another replica did, or the session has expired.
        case unknown
        /// What it has missed is no longer kept; the oldest that is has this number.
        case forgotten(oldest: Int64)
    }

    private let replayBytes: Int
    private var replay: Deque<ChatPiece> = []
    private var bytes = 0
    /// The last number given.
    private(set) var lastSequence: Int64
    /// Whether a question is being answered.
    private(set) var isAnswering = false
    /// Which question is being answered, or was the last one.
    private(set) var turn: Int64 = 0

    /// - Parameters:
    ///   - replayBytes: How much is kept. The last piece is kept in any case.
    ///   - lastSequence: What an earlier life of the session ended with.
    init(replayBytes: Int, lastSequence: Int64 = 0) {
        self.replayBytes = replayBytes
        self.lastSequence = lastSequence
    }

    /// What is kept, oldest first.
    var kept: [ChatPiece] { Array(replay) }

    /// A question comes; false where another one is being answered.
    mutating func begin() -> Bool {
        guard !isAnswering else { return false }
        isAnswering = true
        turn += 1
        return true
    }

    /// A piece of the answer gets its number, and is kept. The last one ends the answer.
    mutating func add(_ content: ChatPieceContent) -> ChatPiece {
        lastSequence += 1
        let piece = ChatPiece(
            sequence: lastSequence,
            text: content.text,
            suggestionType: content.suggestionType,
            metadata: content.metadata,
            isFinal: content.isFinal
        )
        keep(piece)
        if content.isFinal { isAnswering = false }
        return piece
    }

    /// A question ended without a last piece: it was refused before there was anything to say. Nothing for one that has had its last
    /// piece: another one may be answered by now.
    mutating func abandon(_ turn: Int64) {
        if turn == self.turn { isAnswering = false }
    }

    /// What another replica had kept of this session, where it went further than this one has. Where it has not told all of what it
    /// may have sent, since it went in the middle of an answer, nothing is kept of what was before: a client would miss the rest.
    ///
    /// - Parameter last: The last number that it may have given.
    /// - Precondition: Not within an answer that has a piece.
    mutating func adopt(_ pieces: [ChatPiece], last: Int64) {
        guard last > lastSequence else { return }
        replay = []
        bytes = 0
        if pieces.last?.sequence == last { for piece in pieces { keep(piece) } }
        lastSequence = last
    }

    /// What came after a piece.
    ///
    /// - Throws: Why that cannot be told.
    func pieces(after sequence: Int64) throws(ResumeFault) -> [ChatPiece] {
        guard sequence <= lastSequence else { throw .unknown }
        guard sequence < lastSequence else { return [] }
        guard let oldest = replay.first?.sequence else { throw .unknown }
        guard sequence >= oldest - 1 else { throw .forgotten(oldest: oldest) }
        return Array(replay.drop { $0.sequence <= sequence })
    }

    private mutating func keep(_ piece: ChatPiece) {
        replay.append(piece)
        bytes += piece.byteCount
        while bytes > replayBytes, replay.count > 1, let oldest = replay.popFirst() {
            bytes -= oldest.byteCount
        }
    }
}
