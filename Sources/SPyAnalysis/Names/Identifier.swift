/// Questions about the text of a name.
enum Identifier {
    /// Whether a name has two underscores on both sides and something between them.
    static func isDunder(_ name: some StringProtocol) -> Bool {
        let bytes = name.utf8
        return bytes.count > 4 && bytes.starts(with: "__".utf8) && bytes.suffix(2).elementsEqual("__".utf8)
    }

    /// Whether an attribute leads from a value to the code or the variables that made it.
    static func isFrameAttribute(_ name: some StringProtocol) -> Bool {
        frameAttributes.contains(String(name))
    }

    /// Those attributes.
    static let frameAttributes: Set<String> = [
        "ag_await", "ag_code", "ag_frame", "ag_running", "co_cellvars", "co_code", "co_consts", "co_filename",
        "co_flags", "co_freevars", "co_names", "co_varnames", "cr_await", "cr_code", "cr_frame", "cr_origin",
        "cr_running", "f_back", "f_builtins", "f_code", "f_globals", "f_lasti", "f_lineno", "f_locals",
        "f_trace",
        "func_closure", "func_code", "func_defaults", "func_dict", "func_globals", "gi_code", "gi_frame",
        "gi_running", "gi_suspended", "gi_yieldfrom", "im_class", "im_func", "im_self", "mro", "tb_frame",
        "tb_lasti", "tb_lineno", "tb_next",
    ]
}
