internal import SPyAnalysis
internal import SPySyntax

extension Analysis {
    var json: JSON {
        var places = PositionFinder(source)
        func place(_ range: SourceRange) -> JSON {
            let start = places.position(at: range.start)
            return .object([("line", .integer(start.line)), ("column", .integer(start.column))])
        }
        return .object([
            (
                "size",
                .object([
                    ("bytes", .integer(size.bytes)), ("lines", .integer(size.lines)),
                    ("nodes", .integer(size.nodes)),
                    ("nesting", .integer(size.nesting)),
                ])
            ),
            ("module", module.json(place)),
            ("functions", .array(functions.map { $0.json(place) })),
            (
                "actions",
                .array(
                    actions.map { action in
                        .object([
                            ("name", .string(action.name)), ("calls", .array(action.calls.map(place))),
                            ("mentions", .array(action.mentions.map(place))),
                        ])
                    }
                )
            ),
            (
                "modules",
                .array(
                    modules.map { module in
                        .object([
                            ("name", .string(module.name)), ("imports", .array(module.imports.map(place))),
                            ("members", .array(module.members.map(JSON.string))),
                        ])
                    }
                )
            ),
            (
                "calls",
                .array(
                    calls.map { call in
                        .object(
                            [("caller", .string(call.caller))] + call.callee.members
                                + [("places", .array(call.ranges.map(place)))]
                        )
                    }
                )
            ),
        ])
    }
}

extension FunctionReport {
    fileprivate func json(_ place: (SourceRange) -> JSON) -> JSON {
        .object([
            ("path", .string(path)),
            ("place", place(nameRange)),
            ("parameters", .array(parameters.map(JSON.string))),
            ("statements", .integer(statementCount)),
            ("cyclomatic_complexity", .integer(cyclomaticComplexity)),
            ("cognitive_complexity", .integer(cognitiveComplexity)),
            ("recursive", .boolean(isRecursive)),
        ])
    }
}

extension Call.Callee {
    /// `function`, `action`, `builtin` or `member`, and the name.
    var members: [(String, JSON)] {
        switch self {
        case .function(let path): [("kind", .string("function")), ("callee", .string(path))]
        case .action(let name): [("kind", .string("action")), ("callee", .string(name))]
        case .builtin(let name): [("kind", .string("builtin")), ("callee", .string(name))]
        case .member(let module, let name):
            [("kind", .string("member")), ("callee", .string("\(module).\(name)"))]
        }
    }
}
