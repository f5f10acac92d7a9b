/// A function that a program defined: compiled code with the defaults and cells of its definition.
final class FunctionObject: Container {
    let code: Code
    /// Defaults of the last positional parameters.
    private(set) var defaults: [Value]
    /// Defaults of the keyword-only parameters, in their order; unbound where there is none.
    private(set) var keywordDefaults: [Value]
    private(set) var cells: [CellObject]

    init(_ code: Code, defaults: [Value], keywordDefaults: [Value], cells: [CellObject], _ heap: Heap) {
        self.code = code
        self.defaults = defaults
        self.keywordDefaults = keywordDefaults
        self.cells = cells
        super.init(.function, heap)
    }

    deinit {
        var held = defaults + keywordDefaults + cells.map { .object($0) }
        clear()
        heap.release(&held)
    }

    override func clear() {
        defaults = []
        keywordDefaults = []
        cells = []
    }
}

/// A variable that an inner function shares with the function around it.
final class CellObject: Container {
    var value: Value

    init(_ value: Value, _ heap: Heap) {
        self.value = value
        super.init(.cell, heap)
    }

    deinit {
        var held = [value]
        value = .unbound
        heap.release(&held)
    }

    override func clear() { value = .unbound }
}

/// Code of the sandbox that programs call: a builtin function or a function of a module.
typealias NativeFunction = @Sendable (Machine, Arguments) throws(EngineError) -> Value
/// A method of a built-in type; the second argument is the object.
typealias NativeMethod = @Sendable (Machine, Value, Arguments) throws(EngineError) -> Value

/// A builtin function.
final class BuiltinObject: Object {
    let name: String
    let function: NativeFunction

    init(_ name: String, _ heap: Heap, _ function: @escaping NativeFunction) {
        self.name = name
        self.function = function
        super.init(.builtin, heap)
    }
}

/// `object.method` before it is called.
final class BoundMethodObject: Container {
    private(set) var receiver: Value
    let name: String
    let method: NativeMethod

    init(_ receiver: Value, _ name: String, _ method: @escaping NativeMethod, _ heap: Heap) {
        self.receiver = receiver
        self.name = name
        self.method = method
        super.init(.boundMethod, heap)
    }

    deinit {
        var held = [receiver]
        receiver = .none
        heap.release(&held)
    }

    override func clear() { receiver = .none }
}

/// `functools.partial`.
final class PartialObject: Container {
    private(set) var function: Value
    private(set) var arguments: [Value]
    private(set) var keywords: [(name: String, value: Value)]

    init(_ function: Value, _ arguments: [Value], _ keywords: [(name: String, value: Value)], _ heap: Heap) {
        self.function = function
        self.arguments = arguments
        self.keywords = keywords
        super.init(.partial, heap)
        heap.debit((arguments.count + keywords.count) * 32)
    }

    deinit {
        heap.credit((arguments.count + keywords.count) * 32)
        var held = arguments + keywords.map(\.value) + [function]
        clear()
        heap.release(&held)
    }

    override func clear() {
        function = .none
        arguments = []
        keywords = []
    }
}

/// Something that the run-time provides and the program calls; here it answers from what the caller gave.
final class ActionObject: Object {
    /// The name, dotted where the program reached it through attributes.
    let name: String

    init(_ name: String, _ heap: Heap) {
        self.name = name
        super.init(.action, heap)
    }
}

/// An imported module.
final class ModuleObject: Object {
    let name: String
    let members: [String: Value]

    init(_ name: String, _ members: [String: Value], _ heap: Heap) {
        self.name = name
        self.members = members
        super.init(.module, heap)
    }
}

/// A live view of a dictionary: `keys()`, `values()` or `items()`.
final class DictViewObject: Container {
    enum Part { case keys, values, items }

    private(set) var dict: DictObject?
    let part: Part

    init(_ dict: DictObject, _ part: Part, _ heap: Heap) {
        self.dict = dict
        self.part = part
        super.init(.dictView, heap)
    }

    override func clear() { dict = nil }
}
