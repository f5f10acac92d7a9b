/// A pattern as instructions for the backtracking matcher.
///
/// Everything that backtracking must undo lives in one array of registers: the bounds of groups, the number of the last
/// group closed, the counters of loops, the places where lookarounds began.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case character(UInt32)
        case any
        case anyButNewline
        case set(Int)
        case anchor(PatternNode.Anchor, isASCII: Bool)
        case backreference(Int, CaseFolding)
        /// Goes on at the first place and, should that fail, at the second.
        case split(Int, Int)
        case jump(Int)
        /// Notes the position; an odd register in the range of groups closes one.
        case save(Int)
        case repeatOne(Int)
        case beginLoop(Int)
        case continueLoop(Int)
        /// The body of a lazy loop, tried after what follows it failed.
        case enterLoop(Int)
        /// Steps back by a fixed width for a lookbehind, and notes position and stack in registers.
        case beginLook(register: Int, back: Int)
        case endLook(register: Int)
        /// The last place is where to go on when the body fails.
        case beginNegatedLook(register: Int, back: Int, next: Int)
        case endNegatedLook(register: Int)
        case beginAtomic(register: Int)
        case endAtomic(register: Int)
        case conditional(group: Int, otherwise: Int)
        case accept
    }

    /// A loop over something that is not one character.
    struct Loop: Sendable {
        var min: Int
        var max: Int
        var isLazy: Bool
        var body: Int
        var exit: Int
        /// Holds the count, and behind it the position where the last round began.
        var register: Int
    }

    /// A loop over one character of a class.
    struct SingleLoop: Sendable {
        enum Item: Sendable {
            case character(UInt32)
            case any
            case anyButNewline
            case set(Int)
        }

        var item: Item
        var min: Int
        var max: Int
        var greed: PatternNode.Greed
    }

    var instructions: [Instruction] = []
    var classes: [CharacterClass] = []
    var loops: [Loop] = []
    var singleLoops: [SingleLoop] = []
    /// Where to go on behind each of them.
    var singleLoopExits: [Int] = []
    var registerCount = 0
    var groupCount: Int
    /// What the first character must be, where that is known.
    var first: SingleLoop.Item?

    /// The register of the last group closed.
    var lastGroupRegister: Int { 2 * groupCount }
}
