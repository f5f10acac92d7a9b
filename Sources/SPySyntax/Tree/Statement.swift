/// A statement, one case for each that Python's grammar has. Trivial to copy.
public enum Statement: Sendable, BitwiseCopyable {
    /// Text that could not be understood; only in trees that come with errors.
    case invalid
    /// An expression whose value is dropped.
    case expression(ExpressionID)
    /// `a = b = value`
    case assignment(targets: ExpressionList, value: ExpressionID)
    /// `target += value`
    case augmentedAssignment(target: ExpressionID, BinaryOperator, value: ExpressionID)
    /// `target: annotation = value`; simple where the target is a name without parentheses.
    case annotatedAssignment(
        target: ExpressionID,
        annotation: ExpressionID,
        value: ExpressionID?,
        isSimple: Bool
    )
    /// `return value`
    case `return`(ExpressionID?)
    /// `del a, b`
    case delete(ExpressionList)
    /// `pass`
    case pass
    /// `break`
    case `break`
    /// `continue`
    case `continue`
    /// `raise exception from cause`
    case raise(exception: ExpressionID?, cause: ExpressionID?)
    /// `assert test, message`
    case assert(test: ExpressionID, message: ExpressionID?)
    /// `import a.b as c, d`
    case importModules(ImportedNameList)
    /// `from ..module import a as b, c`; the level counts the dots, `*` is a name like any other.
    case importNames(module: Name?, names: ImportedNameList, level: UInt32)
    /// `global a, b`
    case global(NameList)
    /// `nonlocal a, b`
    case nonlocal(NameList)
    /// `if test: … else: …`; an `elif` is an `if` alone in `otherwise`.
    case `if`(test: ExpressionID, body: StatementList, otherwise: StatementList)
    /// `while test: … else: …`
    case `while`(test: ExpressionID, body: StatementList, otherwise: StatementList)
    /// `for target in iterable: … else: …`
    case `for`(ForLoop)
    /// `with a as b, c: …`
    case with(WithItemList, body: StatementList, isAsync: Bool)
    /// `match subject: case …`
    case match(subject: ExpressionID, MatchCaseList)
    /// `try: … except …: … else: … finally: …`
    case `try`(TryStatement)
    /// `def name(parameters) -> result: …`
    case functionDefinition(FunctionDefinition)
    /// `class name(bases, keywords): …`
    case classDefinition(ClassDefinition)
}

/// `for target in iterable: body else: otherwise`, with `async` before it or not.
public struct ForLoop: Sendable, BitwiseCopyable {
    /// What is assigned to on each turn.
    public let target: ExpressionID
    /// What is iterated over.
    public let iterable: ExpressionID
    /// The body.
    public let body: StatementList
    /// What runs where no `break` ended the loop.
    public let otherwise: StatementList
    /// Whether it is `async for`.
    public let isAsync: Bool
}

/// `try: body except …: … else: otherwise finally: finally`.
public struct TryStatement: Sendable, BitwiseCopyable {
    /// What is tried.
    public let body: StatementList
    /// The `except` clauses.
    public let handlers: ExceptHandlerList
    /// What runs where nothing was raised.
    public let otherwise: StatementList
    /// What runs in any case.
    public let finally: StatementList
    /// Whether the handlers are `except*`.
    public let isGroup: Bool
}

/// `def name(parameters) -> returns: body`.
public struct FunctionDefinition: Sendable, BitwiseCopyable {
    /// The function's name.
    public let name: Name
    /// Where the name stands.
    public let nameRange: SourceRange
    /// The parameters.
    public let parameters: ParameterList
    /// The body.
    public let body: StatementList
    /// What stands after `@` in the lines before it; not part of the statement's range.
    public let decorators: ExpressionList
    @usableFromInline let returnsWord: UInt32
    /// Whether it is `async def`.
    public let isAsync: Bool

    init(
        name: Name,
        nameRange: SourceRange,
        parameters: ParameterList,
        body: StatementList,
        decorators: ExpressionList,
        returns: ExpressionID?,
        isAsync: Bool
    ) {
        self.name = name
        self.nameRange = nameRange
        self.parameters = parameters
        self.body = body
        self.decorators = decorators
        returnsWord = returns?.rawValue ?? absent
        self.isAsync = isAsync
    }

    /// The annotation after `->`.
    @inlinable public var returns: ExpressionID? { ExpressionID(optional: returnsWord) }
}

/// `class name(bases, keywords): body`.
public struct ClassDefinition: Sendable, BitwiseCopyable {
    /// The class's name.
    public let name: Name
    /// Where the name stands.
    public let nameRange: SourceRange
    /// Positional arguments of the header.
    public let bases: ExpressionList
    /// Keyword arguments of the header.
    public let keywords: KeywordList
    /// The body.
    public let body: StatementList
    /// What stands after `@` in the lines before it; not part of the statement's range.
    public let decorators: ExpressionList
}
