extension Parser {
    /// Parameters of a function up to `)`, or of a lambda up to `:`; the end is left to the caller.
    mutating func parseParameters(isLambda: Bool) throws(SyntaxFailure) -> ParameterList {
        let end: TokenKind = isLambda ? .colon : .rightParenthesis
        if kind == end { return .empty }
        let mark = scratch.count
        var state = ParameterState()
        while kind != end {
            if state.isComplete {
                throw fail(
                    .parameterOrder,
                    at: current.range,
                    "No parameter can follow the one with '**'.",
                    hint: "Move it before."
                )
            }
            switch kind {
            case .slash: try parseSlash(&state, mark)
            case .star: try parseStarParameter(&state, isLambda, end)
            case .doubleStar:
                advance()
                try refuseBareStar(&state)
                try parseParameter(.variadicKeyword, isLambda, &state)
                state.isComplete = true
            default: try parseParameter(state.hasStar ? .keywordOnly : .regular, isLambda, &state)
            }
            guard take(.comma) else { break }
        }
        try refuseBareStar(&state)
        if kind == .comma { throw failUnexpected("a parameter") }
        return list(from: mark, of: Parameter.self)
    }

    private struct ParameterState {
        var hasSlash = false
        var hasStar = false
        var hasDefault = false
        /// After a bare `*` a parameter must follow; where the star stands.
        var bareStar: SourceRange?
        /// After `**`.
        var isComplete = false
    }

    private mutating func refuseBareStar(_ state: inout ParameterState) throws(SyntaxFailure) {
        guard let range = state.bareStar else { return }
        throw fail(
            .parameterOrder,
            at: range,
            "A parameter must follow the bare '*'.",
            hint: "Name it: the '*' says that what follows is given by name only."
        )
    }

    private mutating func parseSlash(_ state: inout ParameterState, _ mark: Int) throws(SyntaxFailure) {
        guard scratch.count > mark, !state.hasSlash, !state.hasStar else {
            throw fail(
                .parameterOrder,
                at: current.range,
                "'/' stands once, after at least one parameter and before any '*'."
            )
        }
        state.hasSlash = true
        var word = mark + 1
        while word < scratch.count {
            scratch[word] = Parameter.Kind.positionalOnly.rawValue
            word += Parameter.wordCount
        }
        advance()
    }

    private mutating func parseStarParameter(
        _ state: inout ParameterState,
        _ isLambda: Bool,
        _ end: TokenKind
    ) throws(SyntaxFailure) {
        if state.hasStar {
            throw fail(.parameterOrder, at: current.range, "'*' stands only once among parameters.")
        }
        state.hasStar = true
        let range = current.range
        advance()
        if kind == .name || kind.isKeyword {
            try parseParameter(.variadic, isLambda, &state)
        } else {
            state.bareStar = range
        }
    }

    private mutating func parseParameter(
        _ parameterKind: Parameter.Kind,
        _ isLambda: Bool,
        _ state: inout ParameterState
    ) throws(SyntaxFailure) {
        let parameterStart = start
        guard kind == .name else { throw failName("of a parameter") }
        let name = current.value
        advance()
        state.bareStar = nil
        var annotation: ExpressionID?
        if !isLambda, take(.colon) {
            annotation =
                kind == .star && parameterKind == .variadic ? try parseStarred() : try parseExpression()
        }
        let parameterEnd = previousEnd
        var defaultValue: ExpressionID?
        if kind == .equal {
            if parameterKind == .variadic || parameterKind == .variadicKeyword {
                throw fail(
                    .parameterOrder,
                    at: current.range,
                    "A parameter with '\(parameterKind == .variadic ? "*" : "**")' cannot have a default."
                )
            }
            advance()
            guard kind.canBeginExpression else { throw failUnexpected("a default after '='") }
            defaultValue = try parseExpression()
            if parameterKind == .regular { state.hasDefault = true }
        } else if parameterKind == .regular, state.hasDefault {
            report(
                .parameterOrder,
                at: SourceRange(start: parameterStart, end: parameterEnd),
                "A parameter without a default cannot follow one with a default.",
                hint: "Give it a default, or move it before."
            )
        }
        scratch.append(name)
        scratch.append(parameterKind.rawValue)
        scratch.append(annotation?.rawValue ?? absent)
        scratch.append(defaultValue?.rawValue ?? absent)
        scratch.append(parameterStart)
        scratch.append(parameterEnd)
    }
}
