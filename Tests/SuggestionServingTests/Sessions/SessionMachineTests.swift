import Testing

@testable import SuggestionServing

private func content(_ text: String, isFinal: Bool = false) -> ChatPieceContent {
    ChatPieceContent(text: text, suggestionType: "improvement", isFinal: isFinal)
}

/// Why a client cannot go on.
private func fault(
    _ body: () throws(SessionMachine.ResumeFault) -> [ChatPiece]
) -> SessionMachine.ResumeFault? {
    do throws(SessionMachine.ResumeFault) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

@Suite("What a session decides")
struct SessionMachineTests {
    private var machine = SessionMachine(replayBytes: 10_000)

    @Test("Pieces are numbered from 1, over all answers of the session")
    mutating func numbers() {
        #expect(machine.begin() == true)
        #expect(machine.add(content("a")).sequence == 1)
        #expect(machine.add(content("b", isFinal: true)).sequence == 2)
        #expect(machine.begin() == true)
        #expect(machine.add(content("c")).sequence == 3)
    }

    @Test("There is one question at a time, until the last piece or until it is given up")
    mutating func oneQuestion() {
        #expect(machine.begin() == true)
        #expect(machine.begin() == false)
        _ = machine.add(content("a"))
        #expect(machine.isAnswering)
        _ = machine.add(content("b", isFinal: true))
        #expect(machine.begin() == true)
        machine.abandon(machine.turn)
        #expect(machine.begin() == true)
    }

    @Test("What came after a piece is told, all of it after 0, nothing after the last")
    mutating func replay() throws {
        for letter in ["a", "b", "c"] { _ = machine.add(content(letter)) }
        try #expect(machine.pieces(after: 0).map(\.text) == ["a", "b", "c"])
        try #expect(machine.pieces(after: 2).map(\.text) == ["c"])
        try #expect(machine.pieces(after: 3).isEmpty)
    }

    @Test("A piece that was never sent is unknown, also to a new session")
    mutating func unknown() {
        #expect(fault { () throws(SessionMachine.ResumeFault) in try machine.pieces(after: 1) } == .unknown)
        _ = machine.add(content("a"))
        #expect(fault { () throws(SessionMachine.ResumeFault) in try machine.pieces(after: 2) } == .unknown)
    }

    @Test("What no longer fits is forgotten, the oldest first, and that is told")
    func forgets() throws {
        var machine = SessionMachine(replayBytes: 1_000)
        for _ in 0..<10 { _ = machine.add(content(String(repeating: "x", count: 200))) }
        let oldest = try #require(machine.kept.first?.sequence)
        #expect(oldest > 1 && machine.kept.last?.sequence == 10)
        #expect(machine.kept.reduce(0) { $0 + $1.byteCount } <= 1_000)
        #expect(
            fault { () throws(SessionMachine.ResumeFault) in try machine.pieces(after: oldest - 2) }
                == .forgotten(oldest: oldest)
        )
        try #expect(machine.pieces(after: oldest - 1).count == 11 - Int(oldest))
    }

    @Test("The last piece is kept, however large it is")
    func largePiece() throws {
        var machine = SessionMachine(replayBytes: 100)
        _ = machine.add(content(String(repeating: "x", count: 5_000)))
        try #expect(machine.pieces(after: 0).count == 1)
    }

    @Test("A question that has had its last piece gives up nothing: another one may be answered by now")
    mutating func abandonsItsOwn() {
        #expect(machine.begin() == true)
        let first = machine.turn
        _ = machine.add(content("a", isFinal: true))
        #expect(machine.begin() == true)
        machine.abandon(first)
        #expect(machine.isAnswering)
        machine.abandon(machine.turn)
        #expect(!machine.isAnswering)
    }

    @Test("What another replica kept is taken over where it went further")
    mutating func adopts() throws {
        _ = machine.add(content("own", isFinal: true))
        var other = SessionMachine(replayBytes: 10_000)
        for letter in ["own", "b", "c"] { _ = other.add(content(letter, isFinal: letter == "c")) }
        machine.adopt(other.kept, last: 3)
        #expect(machine.lastSequence == 3)
        try #expect(machine.pieces(after: 1).map(\.text) == ["b", "c"])
        machine.adopt([], last: 0)
        machine.adopt(Array(other.kept.prefix(1)), last: 1)
        #expect(machine.lastSequence == 3)
        try #expect(machine.pieces(after: 1).map(\.text) == ["b", "c"])
    }

    @Test(
        "After a replica that went within an answer, numbers begin behind those it may have given, and what it sent is unknown"
    )
    mutating func takesOver() throws {
        for letter in ["a", "b"] { _ = machine.add(content(letter)) }
        machine.adopt(machine.kept, last: 100)
        #expect(fault { () throws(SessionMachine.ResumeFault) in try machine.pieces(after: 2) } == .unknown)
        #expect(machine.begin() == true)
        #expect(machine.add(content("c", isFinal: true)).sequence == 101)
        try #expect(machine.pieces(after: 100).map(\.text) == ["c"])
        #expect(
            fault { () throws(SessionMachine.ResumeFault) in try machine.pieces(after: 50) }
                == .forgotten(oldest: 101)
        )
    }
}
