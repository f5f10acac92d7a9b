/// The machine that runs one program: registers, frames, and what the program may use.
///
/// Calls between functions of the program do not recurse in Swift: their frames stand in an array, their registers on
/// one stack of values. Only code of the sandbox that calls back (`sorted` with a key, `map`) starts the loop again,
/// within bounds of its own. Belongs to one thread and one run.
final class Machine {
    let meter: Meter
    let limits: ExecutionLimits
    let guardian = StackGuard()
    let names: NameTable
    /// Variables of the module.
    var globals: UnsafeMutablePointer<Value>
    let globalCount: Int
    let globalNames: [String]
    /// Names that are not variables of the program, by index in ``names``, as they were resolved.
    var outer: [Value] = []
    var actions: ActionRecorder
    var watches: WatchRecorder
    var output: [UInt8] = []

    // MARK: Frames

    var frames: UnsafeMutablePointer<Frame>
    var frameCount = 0
    let frameLimit: Int
    private(set) var stack: UnsafeMutablePointer<Value>
    let stackEnd: UnsafeMutablePointer<Value>
    /// Up to here the registers are initialized.
    var highWater: UnsafeMutablePointer<Value>
    /// The exceptions that are being handled; nothing for a `finally` that runs without one.
    var handled: [ExceptionObject?] = []
    /// The exception object that travels as an ``EngineError`` with an empty type name.
    var pending: ExceptionObject?
    /// Whether the pending exception is raised again where it was caught, which leaves its traceback as it is.
    var isRaisedAgain = false
    /// Where a run was when a budget or somebody stopped it, innermost first.
    var haltTraceback: [TracebackEntry] = []
    /// How often code of the sandbox stands in itself through callbacks.
    var nativeDepth = 0

    var typeObjects: [ObjectIdentifier: TypeObject] = [:]
    var modules: [String: ModuleObject] = [:]
    var methodCache: [MethodSlot] = []
    var characters: [StringObject?] = Array(repeating: nil, count: 128)
    let emptyText: StringObject
    let emptyTuple: TupleObject
    /// What `id` said.
    var identities = Identities()
    /// State of the module's generator of random numbers and other things modules keep.
    var moduleState = ModuleState()

    /// Declared last, because it must be destroyed last: objects give their bytes back to it.
    let heap: Heap

    static let registerLimit = 1 << 18
    /// More frames than this are never allowed, whatever the limits say.
    static let largestFrameLimit = 10_000

    init(
        heap: Heap,
        limits: ExecutionLimits,
        names: NameTable,
        globalNames: [String],
        actions: ActionRecorder,
        watches: WatchRecorder
    ) {
        self.heap = heap
        meter = heap.meter
        self.limits = limits
        self.names = names
        self.actions = actions
        self.watches = watches
        globalCount = globalNames.count
        self.globalNames = globalNames
        globals = .allocate(capacity: max(globalCount, 1))
        globals.initialize(repeating: .unbound, count: max(globalCount, 1))
        frameLimit = min(max(limits.depth, 1), Self.largestFrameLimit)
        frames = .allocate(capacity: frameLimit + 1)
        stack = .allocate(capacity: Self.registerLimit)
        stackEnd = stack + Self.registerLimit
        highWater = stack
        emptyText = StringObject(.empty, heap)
        emptyTuple = TupleObject([], heap)
    }

    deinit {
        globals.deinitialize(count: max(globalCount, 1))
        globals.deallocate()
        stack.deinitialize(count: highWater - stack)
        stack.deallocate()
        frames.deallocate()
    }

    /// Drops all values, cycles included.
    func tearDown() {
        for index in 0..<globalCount { globals[index] = .unbound }
        (stack).update(repeating: .unbound, count: highWater - stack)
        outer = []
        pending = nil
        handled = []
        moduleState = ModuleState()
        identities = Identities()
        modules = [:]
        typeObjects = [:]
        heap.tearDown()
    }

    /// The first register that no frame uses.
    var top: UnsafeMutablePointer<Value> {
        frameCount == 0 ? stack : frames[frameCount - 1].base + frames[frameCount - 1].code.registerCount
    }
}

/// One active call of a function of the program.
struct Frame {
    unowned(unsafe) var code: Code
    /// Held by a register of the caller, or by who called.
    unowned(unsafe) var function: FunctionObject?
    var base: UnsafeMutablePointer<Value>
    /// Where it goes on, while it is not the innermost frame.
    var next: Int
    /// How many exceptions were being handled when it began.
    var handledCount: Int
    /// Whether the loop that runs it ends with it.
    var isEntry: Bool
}
