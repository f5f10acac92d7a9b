/// The exceptions of CPython 3.11 that the subset can raise or name, with their hierarchy.
enum ExceptionTypes {
    private static let tree: [(name: String, parent: String)] = [
        ("Exception", "BaseException"), ("KeyboardInterrupt", "BaseException"),
        ("SystemExit", "BaseException"),
        ("GeneratorExit", "BaseException"),
        ("ArithmeticError", "Exception"), ("FloatingPointError", "ArithmeticError"),
        ("OverflowError", "ArithmeticError"), ("ZeroDivisionError", "ArithmeticError"),
        ("AssertionError", "Exception"), ("AttributeError", "Exception"), ("BufferError", "Exception"),
        ("EOFError", "Exception"), ("ImportError", "Exception"), ("ModuleNotFoundError", "ImportError"),
        ("LookupError", "Exception"), ("IndexError", "LookupError"), ("KeyError", "LookupError"),
        ("MemoryError", "Exception"), ("NameError", "Exception"), ("UnboundLocalError", "NameError"),
        ("OSError", "Exception"), ("BlockingIOError", "OSError"), ("ChildProcessError", "OSError"),
        ("ConnectionError", "OSError"), ("BrokenPipeError", "ConnectionError"),
        ("ConnectionAbortedError", "ConnectionError"), ("ConnectionRefusedError", "ConnectionError"),
        ("ConnectionResetError", "ConnectionError"), ("FileExistsError", "OSError"),
        ("FileNotFoundError", "OSError"), ("InterruptedError", "OSError"), ("IsADirectoryError", "OSError"),
        ("NotADirectoryError", "OSError"), ("PermissionError", "OSError"), ("ProcessLookupError", "OSError"),
        ("TimeoutError", "OSError"), ("ReferenceError", "Exception"), ("RuntimeError", "Exception"),
        ("NotImplementedError", "RuntimeError"), ("RecursionError", "RuntimeError"),
        ("StopIteration", "Exception"), ("StopAsyncIteration", "Exception"), ("SyntaxError", "Exception"),
        ("IndentationError", "SyntaxError"), ("TabError", "IndentationError"), ("SystemError", "Exception"),
        ("TypeError", "Exception"), ("ValueError", "Exception"), ("UnicodeError", "ValueError"),
        ("UnicodeDecodeError", "UnicodeError"), ("UnicodeEncodeError", "UnicodeError"),
        ("UnicodeTranslateError", "UnicodeError"), ("Warning", "Exception"), ("BytesWarning", "Warning"),
        ("DeprecationWarning", "Warning"), ("EncodingWarning", "Warning"), ("FutureWarning", "Warning"),
        ("ImportWarning", "Warning"), ("PendingDeprecationWarning", "Warning"),
        ("ResourceWarning", "Warning"),
        ("RuntimeWarning", "Warning"), ("SyntaxWarning", "Warning"), ("UnicodeWarning", "Warning"),
        ("UserWarning", "Warning"),
    ]

    /// Those of modules, by the name that engines raise them with.
    private static let ofModules: [(name: String, module: String, parent: String)] = [
        ("error", "re", "Exception"), ("JSONDecodeError", "json.decoder", "ValueError"),
        ("StatisticsError", "statistics", "ValueError"),
        ("DecimalException", "decimal", "ArithmeticError"),
        ("Inexact", "decimal", "decimal.DecimalException"),
        ("InvalidOperation", "decimal", "decimal.DecimalException"),
        ("ConversionSyntax", "decimal", "decimal.InvalidOperation"),
        ("DivisionByZero", "decimal", "decimal.DecimalException"),
        ("DivisionUndefined", "decimal", "decimal.InvalidOperation"),
        ("DivisionImpossible", "decimal", "decimal.InvalidOperation"),
        ("InvalidContext", "decimal", "decimal.InvalidOperation"),
        ("Rounded", "decimal", "decimal.DecimalException"),
        ("Clamped", "decimal", "decimal.DecimalException"),
        ("Subnormal", "decimal", "decimal.DecimalException"), ("Overflow", "decimal", "decimal.Inexact"),
        ("Underflow", "decimal", "decimal.Inexact"),
        ("FloatOperation", "decimal", "decimal.DecimalException"),
    ]

    private static let secondParents = [
        "decimal.DivisionByZero": "ZeroDivisionError", "decimal.DivisionUndefined": "ZeroDivisionError",
        "decimal.FloatOperation": "TypeError",
    ]

    /// By the name a program or an engine uses: `KeyError`, `re.error`, `decimal.InvalidOperation`.
    static let byName: [String: PythonType] = {
        var types = ["BaseException": PythonType.baseException]
        for (name, parent) in tree { types[name] = PythonType(name, types[parent]) }
        for (name, module, parent) in ofModules {
            types["\(module == "json.decoder" ? "json" : module).\(name)"] = PythonType(
                name,
                module: module,
                types[parent],
                and: secondParents["\(module).\(name)"].flatMap { types[$0] }
            )
        }
        types["json.decoder.JSONDecodeError"] = types["json.JSONDecodeError"]
        types["EnvironmentError"] = types["OSError"]
        types["IOError"] = types["OSError"]
        return types
    }()

    /// The names that are builtins.
    static let builtinNames: [String] = ["BaseException", "EnvironmentError", "IOError"] + tree.map(\.name)

    static subscript(name: String) -> PythonType { byName[name] ?? byName["RuntimeError"]! }

    static let exception = ExceptionTypes["Exception"]
    static let keyError = ExceptionTypes["KeyError"]
    static let stopIteration = ExceptionTypes["StopIteration"]
}
