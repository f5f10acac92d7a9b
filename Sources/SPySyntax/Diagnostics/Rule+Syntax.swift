/// Rules of Python's syntax.
extension Rule {
    /// The bytes are not text in the encoding they should have.
    public static let undecodable = Rule("SPY-S001")
    /// The encoding declared is not known.
    public static let unknownEncoding = Rule("SPY-S002")
    /// The text holds a null character.
    public static let nullCharacter = Rule("SPY-S003")
    /// A character that no token begins with.
    public static let invalidCharacter = Rule("SPY-S004")
    /// A string without an end.
    public static let unterminatedString = Rule("SPY-S005")
    /// A number that is none.
    public static let invalidNumber = Rule("SPY-S006")
    /// A closing bracket that closes nothing.
    public static let unmatchedBracket = Rule("SPY-S007")
    /// An opening bracket that nothing closes.
    public static let unclosedBracket = Rule("SPY-S008")
    /// More brackets inside each other than CPython reads.
    public static let tooManyBrackets = Rule("SPY-S009")
    /// A backslash that does not end its line.
    public static let lineContinuation = Rule("SPY-S010")
    /// A line that is indented without a reason.
    public static let unexpectedIndent = Rule("SPY-S011")
    /// A block that is missing.
    public static let missingBlock = Rule("SPY-S012")
    /// A line whose indentation matches no block.
    public static let unmatchedDedent = Rule("SPY-S013")
    /// Tabs and spaces that contradict each other.
    public static let inconsistentTabs = Rule("SPY-S014")
    /// More blocks inside each other than CPython reads.
    public static let tooManyIndentations = Rule("SPY-S015")
    /// A token that does not fit.
    public static let unexpectedToken = Rule("SPY-S016")
    /// Two expressions with nothing between them.
    public static let missingOperator = Rule("SPY-S017")
    /// A header without its colon.
    public static let missingColon = Rule("SPY-S018")
    /// A conditional expression without `else`.
    public static let missingElse = Rule("SPY-S019")
    /// A keyword where a name is needed.
    public static let keywordAsName = Rule("SPY-S020")
    /// A statement of Python 2.
    public static let legacyStatement = Rule("SPY-S021")
    /// `else`, `except` and their like without what they belong to.
    public static let orphanedClause = Rule("SPY-S022")
    /// A `try` without handlers, or with handlers that contradict each other.
    public static let incompleteTry = Rule("SPY-S023")
    /// More expressions inside each other than can be read.
    public static let tooDeep = Rule("SPY-S024")
    /// Something that cannot be assigned to or deleted.
    public static let invalidTarget = Rule("SPY-S030")
    /// A star where no several values can stand.
    public static let misplacedStar = Rule("SPY-S031")
    /// Arguments in an order that is not allowed, or given twice.
    public static let argumentOrder = Rule("SPY-S032")
    /// A generator without parentheses beside other arguments.
    public static let bareGenerator = Rule("SPY-S033")
    /// Parameters in an order that is not allowed, or named twice.
    public static let parameterOrder = Rule("SPY-S034")
    /// A pattern that is none, or that contradicts itself.
    public static let invalidPattern = Rule("SPY-S035")
    /// An escape in a string that cannot be read.
    public static let invalidEscape = Rule("SPY-S040")
    /// A bytes literal with characters beyond ASCII, or joined with a string.
    public static let invalidBytes = Rule("SPY-S041")
    /// A replacement field in an f-string that cannot be read.
    public static let invalidField = Rule("SPY-S042")
    /// `return`, `yield` or `await` outside a function that can have it.
    public static let outsideFunction = Rule("SPY-S050")
    /// `break` or `continue` outside a loop.
    public static let outsideLoop = Rule("SPY-S051")
    /// `global` and `nonlocal` that contradict what the names are.
    public static let invalidScope = Rule("SPY-S052")
    /// An import that is not allowed where it stands, or names a future that does not exist.
    public static let invalidImport = Rule("SPY-S053")
    /// More loops and handlers inside each other than CPython compiles.
    public static let tooManyBlocks = Rule("SPY-S054")
    /// `:=` where the name would belong to no scope.
    public static let invalidAssignmentExpression = Rule("SPY-S055")
    /// `__debug__`, which is a constant.
    public static let assignedConstant = Rule("SPY-S056")
}
