/// A type that programs can name or meet: its name, and the type it derives from.
final class PythonType: Sendable {
    /// As `type(x).__name__` gives it.
    let name: String
    /// The module before the name in `repr`, empty for builtins.
    let module: String
    let parent: PythonType?
    /// A second type that it derives from, as some exceptions do.
    let otherParent: PythonType?

    init(
        _ name: String,
        module: String = "",
        _ parent: PythonType? = PythonType.object,
        and otherParent: PythonType? = nil
    ) {
        self.name = name
        self.module = module
        self.parent = parent
        self.otherParent = otherParent
    }

    var qualifiedName: String { module.isEmpty ? name : "\(module).\(name)" }

    /// As error messages name it: types that CPython implements in C are named with their module.
    var messageName: String {
        switch module {
        case "datetime", "decimal", "re", "itertools", "functools": qualifiedName
        case "collections" where name != "Counter": qualifiedName
        default: name
        }
    }

    func isSubtype(of other: PythonType) -> Bool {
        var type: PythonType? = self
        while let current = type {
            if current === other || current.otherParent?.isSubtype(of: other) == true { return true }
            type = current.parent
        }
        return false
    }

    var isException: Bool { isSubtype(of: .baseException) }
}

extension PythonType {
    static let object = PythonType("object", nil)
    static let noneType = PythonType("NoneType")
    static let ellipsisType = PythonType("ellipsis")
    static let int = PythonType("int")
    static let bool = PythonType("bool", PythonType.int)
    static let float = PythonType("float")
    static let str = PythonType("str")
    static let bytes = PythonType("bytes")
    static let list = PythonType("list")
    static let tuple = PythonType("tuple")
    static let dict = PythonType("dict")
    static let set = PythonType("set")
    static let frozenset = PythonType("frozenset")
    static let range = PythonType("range")
    static let slice = PythonType("slice")
    static let type = PythonType("type")
    static let function = PythonType("function")
    static let builtinFunction = PythonType("builtin_function_or_method")
    static let method = PythonType("method")
    static let module = PythonType("module")
    static let cell = PythonType("cell")
    static let generator = PythonType("generator")
    static let enumerate = PythonType("enumerate")
    static let zip = PythonType("zip")
    static let map = PythonType("map")
    static let filter = PythonType("filter")
    static let reversed = PythonType("reversed")
    static let action = PythonType("action")
    static let dictKeys = PythonType("dict_keys")
    static let dictValues = PythonType("dict_values")
    static let dictItems = PythonType("dict_items")
    static let property = PythonType("property")
    static let ordered = PythonType("OrderedDict", module: "collections", PythonType.dict)
    static let counter = PythonType("Counter", module: "collections", PythonType.dict)
    static let defaultDict = PythonType("defaultdict", module: "collections", PythonType.dict)
    static let deque = PythonType("deque", module: "collections")
    static let pattern = PythonType("Pattern", module: "re")
    static let match = PythonType("Match", module: "re")
    static let decimal = PythonType("Decimal", module: "decimal")
    static let decimalContext = PythonType("Context", module: "decimal")
    static let date = PythonType("date", module: "datetime")
    static let time = PythonType("time", module: "datetime")
    static let datetime = PythonType("datetime", module: "datetime", PythonType.date)
    static let timedelta = PythonType("timedelta", module: "datetime")
    static let tzinfo = PythonType("tzinfo", module: "datetime")
    static let timezone = PythonType("timezone", module: "datetime", PythonType.tzinfo)
    static let random = PythonType("Random", module: "random")
    static let partial = PythonType("partial", module: "functools")
    static let cachedFunction = PythonType("_lru_cache_wrapper", module: "functools")

    static let baseException = PythonType("BaseException")
}

/// A type as a value: `int`, `ValueError`.
final class TypeObject: Object {
    let type: PythonType
    /// What a call of a built-in type does.
    let constructor: NativeFunction?

    init(_ type: PythonType, _ heap: Heap) {
        self.type = type
        constructor = Constructors.table[ObjectIdentifier(type)]
        super.init(.type, heap)
    }
}

/// What `collections.namedtuple` returns.
final class NamedTupleTypeObject: Container {
    let type: PythonType
    let fields: [String]
    /// Defaults of the last fields.
    private(set) var defaults: [Value]

    init(_ name: String, _ fields: [String], _ defaults: [Value], _ heap: Heap) {
        type = PythonType(name, PythonType.tuple)
        self.fields = fields
        self.defaults = defaults
        super.init(.namedTupleType, heap)
        heap.debit(fields.count * 32)
    }

    deinit {
        heap.credit(fields.count * 32)
        var held = defaults
        defaults = []
        heap.release(&held)
    }

    override func clear() { defaults = [] }
}
