/// One instruction of the register machine. Sixteen bytes.
///
/// `a`, `b` and `c` are registers of the frame unless the operation says otherwise; where an operation reads a
/// register, a negative number means a constant of the code: -1 is the first. Jumps have their target in `c`.
struct Instruction {
    var operation: Operation
    var flag: UInt8 = 0
    var extra: UInt16 = 0
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
}

/// What an instruction does.
enum Operation: UInt8 {
    // Moving values.
    /// a = b
    case move
    /// a = b, and b becomes empty: for temporaries, which spares counting references.
    case take
    /// a becomes empty.
    case clear
    /// a = variable b of the module
    case loadGlobal
    /// variable a of the module = b
    case storeGlobal
    case deleteGlobal
    /// a = what name b means where the program defines no such name
    case loadOuter
    /// a = contents of the cell in register b
    case loadCell
    /// Contents of the cell in register a = b
    case storeCell
    case deleteCell
    /// a = a new cell that holds the value of b
    case makeCell
    /// a = contents of the function's captured cell b
    case loadFree
    case storeFree
    /// Raises UnboundLocalError where a is empty; b is the variable's name.
    case checkBound
    /// Empties a, or raises where it is empty; b is the variable's name.
    case deleteLocal

    // Operators.
    case add, subtract, multiply, floorDivide, modulo
    /// a = b operator c, the operator in the flag
    case binary
    /// a = b operator= c
    case binaryInPlace
    case unary
    /// a = b comparison c, the comparison in the flag
    case compare
    case not

    // Jumps.
    case jump
    /// Jumps backwards to c; a is what the turn costs in steps.
    case jumpBack
    case jumpIf, jumpIfNot
    /// Jumps where "a comparison b" is not what `extra` says; the comparison is in the flag.
    case compareAndJump
    case jumpIfUnbound
    /// Jumps to entry a of jump table b.
    case jumpTable

    // Parts of objects.
    /// a = b.name, the name in c
    case attribute
    case storeAttribute
    /// Raises where a has no attribute c: CPython looks a method up before it evaluates the arguments.
    case requireAttribute
    case deleteAttribute
    /// a = b[c]
    case index
    /// a[b] = c
    case storeIndex
    case deleteIndex
    /// a = slice(b, b + 1, b + 2)
    case makeSlice
    /// Registers a… = the elements of b, exactly c of them.
    case unpack
    /// As `unpack`, with c before and `extra` after a starred one.
    case unpackStarred

    // Making objects from registers b…, c of them.
    case makeList, makeTuple, makeSet, makeDict, joinStrings
    case listAppend, listExtend, setAdd, setUpdate
    /// a = the set a of constants in the order that CPython's compiler gives it: it makes a frozen set, then another one
    /// from that, which a display copies and a loop (flag) goes over.
    case refineSet
    /// a[b] = c for a fresh dictionary
    case dictSet
    /// a[b] = b + 1, a[b + 2] = b + 3, …, c pairs of them
    case dictFill
    /// a.update(b); the flag says that b are keyword arguments, none of which may come twice.
    case dictUpdate
    /// a = tuple(a), a list that nobody else knows
    case listToTuple
    /// a = format(b, c), the conversion in the flag
    case formatValue

    // Functions.
    /// a = a(a + 1…), b of them by position; `extra` is the number, from 1, of a table of keyword names, whose values follow.
    case call
    /// As `call` for the method c of the object in a.
    case callMethod
    /// a = a(*a + 1, **a + 2)
    case callSpread
    case `return`
    /// a = function from code b; defaults in a…, c of them, `extra` keyword-only ones after them.
    case makeFunction
    /// a = generator that runs the function in a over the iterator b
    case makeGenerator
    case yield

    // Iteration.
    /// a = iter(b)
    case iterate
    /// a = next(b), or jump to c
    case next

    // Exceptions.
    /// raise a from b; the flag says which are there.
    case raise
    /// Raises the exception in a again as it is.
    case reraise
    /// Makes the exception in a the handled one.
    case enterHandler
    /// As `enterHandler` where a `finally` runs without exception.
    case enterFinally
    /// Leaves handlers until a are left.
    case leaveHandlers
    /// a = whether exception b is of the type c
    case exceptionMatches
    case assertionFailed

    // Modules.
    /// a = module named b
    case importModule
    /// a = name c of module b
    case importName

    // Patterns.
    /// a = whether b is a sequence of c elements; the flag says "or more".
    case matchSequence
    /// a = whether b is a mapping of at least c entries
    case matchMapping
    /// a = b[c] or empty
    case matchKey
    /// a = a copy of mapping b without the keys in c…, `extra` of them
    case matchRest
    /// a = whether b is of class c; a + 1… = its `extra` positional parts
    case matchClass
    /// a = b.name or empty, the name in c
    case matchAttribute

    /// Notes the value of a for the watch b.
    case record
}
