/// What a name means that no program defines.
enum Builtins {
    /// Functions, types, constants and exceptions that programs may use: those that the sandbox has.
    static let allowed = set(
        """
        Ellipsis abs all any ascii bin bool bytes callable chr dict divmod enumerate
        filter float format frozenset hasattr hash hex id int isinstance issubclass iter len list map max min next
        oct ord pow print range repr reversed round set slice sorted str sum tuple zip
        ArithmeticError AssertionError AttributeError BaseException BlockingIOError
        BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError
        ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError EncodingWarning EnvironmentError
        Exception FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit
        IOError ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError
        KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError
        NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError
        RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration
        SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError
        UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning
        ValueError Warning ZeroDivisionError
        """
    )

    /// Those that reach out of a program.
    static let forbidden = set(
        """
        eval exec compile open input __import__ globals locals vars getattr setattr delattr breakpoint type object
        super memoryview
        """
    )

    /// Those that serve what SPy does not have: classes, asynchronous code, the interactive prompt, and a few kinds of
    /// values.
    static let missing = set(
        """
        BaseExceptionGroup ExceptionGroup NotImplemented aiter anext bytearray classmethod complex copyright credits
        dir exit help license property quit staticmethod
        """
    )

    /// Whether CPython has a builtin of that name.
    static func contains(_ name: String) -> Bool {
        allowed.contains(name) || forbidden.contains(name) || missing.contains(name)
    }

    private static func set(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init))
    }
}
