/// Finds what CPython's compiler refuses in a tree that its grammar accepts.
struct Checker {
    static func check(_ tree: Tree) -> [Diagnostic] { [] }
}
