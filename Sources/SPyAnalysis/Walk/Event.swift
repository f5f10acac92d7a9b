internal import SPySyntax

/// One step of a program, in the order in which things happen.
///
/// The walk flattens the tree into a tape of these, so that everything that follows the flow of a program is one loop
/// with a stack of its own, however deep the program nests.
enum Event {
    /// A name is read, bound or unbound; an index into the occurrences.
    case occurrence(Int)
    /// A scope begins or ends.
    case scopeBegin(Int), scopeEnd(Int)
    /// A statement begins; the offset is where its block ends.
    case statement(StatementID, blockEnd: UInt32)

    /// The value at hand decides something: from here there is a state where it is true and one where it is false.
    case decide(Certainty)
    /// Operands of `and` and `or`, each of them decided.
    case operandsBegin(BooleanOperator), operandsNext(BooleanOperator), operandsEnd(BooleanOperator)
    /// `not` of what was decided.
    case negate
    /// What was decided does not matter after all.
    case merge
    /// What follows happens only where it is true, and what does not follow does not matter: conditions of comprehensions.
    case assume

    /// `if`, `elif`, `else`, conditional expressions and cases: begin after the first decision, again after the next.
    case branchBegin, branchNext, branchAgain, branchEnd

    /// A loop: before its condition, before its body, after its body, after its `else`. The index is into the loops.
    case loopBegin(Int), loopBody(Int), loopElse(Int), loopEnd(Int)
    case `break`, `continue`, `return`, raise

    /// `try`: before the body, after `else`, before and after each handler, after all of them, after `finally`.
    case tryBegin(Int), handlersBegin, handlerBegin, handlerEnd, finallyBegin, tryEnd
    /// The statements of `finally` begin or are over.
    case finallyBody(isInside: Bool)

    /// `assert`: after the condition is decided, and after the message.
    case assertFailure, assertEnd

    /// What is known about a condition without running the program.
    enum Certainty {
        case open
        case always
        case never
    }
}

/// Where in the occurrences and the source a loop stands.
struct Loop {
    let range: SourceRange
    /// From the loop's keyword to the end of its condition or iterable.
    let headRange: SourceRange
    /// The condition, or what is iterated over.
    let test: ExpressionID
    let isWhile: Bool
    /// The occurrences of the condition.
    var condition = 0..<0
    /// The occurrences of target and body.
    var body = 0..<0
    /// The occurrences of condition, target and body.
    var whole = 0..<0

    enum Part {
        case condition, body, whole
    }

    /// A part begins or ends at an index into the occurrences.
    mutating func mark(_ part: Part, _ isEnd: Bool, at place: Int) {
        switch part {
        case .condition: condition = (isEnd ? condition.lowerBound : place)..<place
        case .body: body = (isEnd ? body.lowerBound : place)..<place
        case .whole: whole = (isEnd ? whole.lowerBound : place)..<place
        }
    }
}

/// Where in the occurrences the parts of a `try` statement stand.
struct TryBlock {
    /// The body.
    var body = 0..<0
    /// The body, the handlers and `else`.
    var guarded = 0..<0

    enum Part {
        case body, guarded
    }

    /// A part begins or ends at an index into the occurrences.
    mutating func mark(_ part: Part, _ isEnd: Bool, at place: Int) {
        switch part {
        case .body: body = (isEnd ? body.lowerBound : place)..<place
        case .guarded: guarded = (isEnd ? guarded.lowerBound : place)..<place
        }
    }
}
