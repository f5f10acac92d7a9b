internal import SPySyntax

extension Compiler {
    /// What a pattern binds, noted until the whole pattern has matched.
    struct Captures {
        var order: [Name] = []
        var registers: [Name: Int32] = [:]
        /// Where each is bound: in several places where there are alternatives.
        var ranges: [Name: [SourceRange]] = [:]
    }

    func match(_ subject: ExpressionID, _ cases: MatchCaseList) throws(CompileError) {
        let value = builder.newTemporary()
        try expression(subject, into: value)
        let end = builder.newLabel()
        let before = bound
        for matchCase in tree[cases] {
            let next = builder.newLabel()
            let mark = builder.top
            moveTo(matchCase.range)
            var captures = Captures()
            try pattern(matchCase.pattern, value, next, &captures)
            for name in captures.order {
                let register = captures.registers[name]!
                store(name, from: register)
                for range in captures.ranges[name]! { record(range, register) }
            }
            if let condition = matchCase.guardCondition { try jump(unless: condition, to: next) }
            builder.release(to: mark)
            try statements(matchCase.body)
            builder.jump(.jump, to: end)
            builder.place(next)
            bound = before
        }
        builder.place(end)
    }

    private func pattern(
        _ id: PatternID,
        _ subject: Int32,
        _ fail: CodeBuilder.Label,
        _ captures: inout Captures
    ) throws(CompileError) {
        let range = tree.range(of: id)
        try checkDepth(range)
        switch tree[id] {
        case .invalid: throw CompileError("The program has syntax errors.", range)
        case .value(let value):
            let wanted = try operand(value)
            test(.equal, subject, wanted, fail)
        case .none: test(.is, subject, builder.constant(.none), fail)
        case .boolean(let flag): test(.is, subject, builder.constant(.bool(flag)), fail)
        case .sequence(let patterns): try sequence(tree[patterns], subject, fail, &captures)
        case .mapping(let items, let rest): try mapping(tree[items], rest, range, subject, fail, &captures)
        case .typed(let type, let patterns, let keywords):
            try typed(type, tree[patterns], tree[keywords], subject, fail, &captures)
        case .star(let name): if let name { capture(name, subject, range, &captures) }
        case .capture(let name): capture(name, subject, range, &captures)
        case .wildcard: break
        case .alias(let inner, let name):
            try pattern(inner, subject, fail, &captures)
            capture(name, subject, range, &captures)
        case .alternatives(let patterns): try alternatives(tree[patterns], subject, fail, &captures)
        }
    }

    private func test(
        _ comparison: ComparisonOperator,
        _ left: Int32,
        _ right: Int32,
        _ fail: CodeBuilder.Label
    ) {
        builder.jump(.compareAndJump, a: left, b: right, flag: comparison.rawValue, extra: 0, to: fail)
    }

    private func capture(
        _ name: Name,
        _ subject: Int32,
        _ range: SourceRange,
        _ captures: inout Captures
    ) {
        captures.ranges[name, default: []].append(range)
        if captures.registers[name] == nil {
            captures.order.append(name)
            captures.registers[name] = builder.newTemporary()
        }
        builder.emit(.move, a: captures.registers[name]!, b: subject)
    }

    private func sequence(
        _ patterns: NodeElements<PatternID>,
        _ subject: Int32,
        _ fail: CodeBuilder.Label,
        _ captures: inout Captures
    ) throws(CompileError) {
        let star = patterns.firstIndex { if case .star = tree[$0] { true } else { false } }
        let matches = builder.newTemporary()
        let count = Int32(star == nil ? patterns.count : patterns.count - 1)
        builder.emit(.matchSequence, a: matches, b: subject, c: count, flag: star == nil ? 0 : 1)
        builder.jump(.jumpIfNot, a: matches, to: fail)
        let base = builder.newTemporaries(patterns.count)
        if let star {
            builder.emit(
                .unpackStarred,
                a: base,
                b: subject,
                c: Int32(star),
                extra: UInt16(patterns.count - star - 1)
            )
        } else if !patterns.isEmpty {
            builder.emit(.unpack, a: base, b: subject, c: Int32(patterns.count))
        }
        for (offset, inner) in patterns.enumerated() {
            try pattern(inner, base + Int32(offset), fail, &captures)
        }
    }

    private func mapping(
        _ items: NodeElements<MappingPatternItem>,
        _ rest: Name?,
        _ range: SourceRange,
        _ subject: Int32,
        _ fail: CodeBuilder.Label,
        _ captures: inout Captures
    ) throws(CompileError) {
        let matches = builder.newTemporary()
        builder.emit(.matchMapping, a: matches, b: subject, c: Int32(items.count))
        builder.jump(.jumpIfNot, a: matches, to: fail)
        let keys = builder.newTemporaries(items.count)
        let values = builder.newTemporaries(items.count)
        for (offset, item) in items.enumerated() {
            try expression(item.key, into: keys + Int32(offset))
            let value = values + Int32(offset)
            builder.emit(.matchKey, a: value, b: subject, c: keys + Int32(offset))
            builder.jump(.jumpIfUnbound, a: value, to: fail)
        }
        for (offset, item) in items.enumerated() {
            try pattern(item.pattern, values + Int32(offset), fail, &captures)
        }
        if let rest {
            let others = builder.newTemporary()
            builder.emit(.matchRest, a: others, b: subject, c: keys, extra: UInt16(items.count))
            capture(rest, others, range, &captures)
        }
    }

    private func typed(
        _ type: ExpressionID,
        _ patterns: NodeElements<PatternID>,
        _ keywords: NodeElements<ClassPatternKeyword>,
        _ subject: Int32,
        _ fail: CodeBuilder.Label,
        _ captures: inout Captures
    ) throws(CompileError) {
        let type = try operand(type)
        let base = builder.newTemporaries(patterns.count + 1)
        builder.emit(.matchClass, a: base, b: subject, c: type, extra: UInt16(patterns.count))
        builder.jump(.jumpIfNot, a: base, to: fail)
        for (offset, inner) in patterns.enumerated() {
            try pattern(inner, base + 1 + Int32(offset), fail, &captures)
        }
        for keyword in keywords {
            let value = builder.newTemporary()
            builder.emit(.matchAttribute, a: value, b: subject, c: nameIndex(keyword.name))
            builder.jump(.jumpIfUnbound, a: value, to: fail)
            try pattern(keyword.pattern, value, fail, &captures)
        }
    }

    private func alternatives(
        _ patterns: NodeElements<PatternID>,
        _ subject: Int32,
        _ fail: CodeBuilder.Label,
        _ captures: inout Captures
    ) throws(CompileError) {
        let end = builder.newLabel()
        for (index, inner) in patterns.enumerated() {
            let isLast = index == patterns.count - 1
            let next = isLast ? fail : builder.newLabel()
            try pattern(inner, subject, next, &captures)
            if !isLast {
                builder.jump(.jump, to: end)
                builder.place(next)
            }
        }
        builder.place(end)
    }
}
