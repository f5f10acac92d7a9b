/// An exception.
final class ExceptionObject: Container {
    let type: PythonType
    var arguments: [Value]
    /// What `str(exception)` gives where it does not follow from the arguments.
    var message: String?
    /// What `raise … from` named.
    var cause: ExceptionObject?
    /// The exception that was being handled when this one was raised.
    var context: ExceptionObject?
    /// Whether `from` hides the context.
    var suppressesContext = false
    /// Values that programs read as attributes, such as `pos` of `json.JSONDecodeError`.
    var attributes: [String: Value] = [:]
    /// Where it went through, innermost first.
    var traceback: [TracebackEntry] = []

    init(_ type: PythonType, _ arguments: [Value], _ heap: Heap) {
        self.type = type
        self.arguments = arguments
        super.init(.exception, heap)
        heap.debit(arguments.count * 16)
        argumentBytes = arguments.count * 16
    }

    private var argumentBytes = 0

    deinit {
        heap.credit(argumentBytes)
        var held = arguments
        if let cause { held.append(.object(cause)) }
        if let context { held.append(.object(context)) }
        clear()
        heap.release(&held)
    }

    override func clear() {
        arguments = []
        cause = nil
        context = nil
        attributes = [:]
    }
}
