/// Builds the `repr` of a value with parts.
struct ReprBuilder {
    let machine: Machine
    private var builder = TextBuilder()
    /// The containers around the current place: one that comes again is cut short.
    private var open: [Object] = []
    private var charged = 0

    init(machine: Machine) { self.machine = machine }

    consuming func finish() -> Text { builder.finish() }

    mutating func append(_ value: Value) throws(EngineError) {
        try machine.meter.charge(steps: 1)
        let size = builder.count
        if size - charged > 4096 {
            // The builder's memory counts while it grows; it is settled when the text becomes a value.
            try machine.meter.charge(bytes: size - charged)
            try machine.meter.charge(steps: (size - charged) / 16)
            charged = size
        }
        if let simple = try machine.simpleRepr(value) {
            builder.append(simple)
            return
        }
        guard case .object(let object) = value else { return }
        if open.contains(where: { $0 === object }) {
            builder.append(recursionMark(object))
            return
        }
        guard machine.guardian.hasRoom, open.count < Nesting.limit else {
            throw Nesting.exceeded(" while getting the repr of an object")
        }
        open.append(object)
        defer { open.removeLast() }
        try appendParts(object)
    }

    private func recursionMark(_ object: Object) -> String {
        switch object.kind {
        case .list: "[...]"
        case .tuple: "(...)"
        case .dict: unsafeDowncast(object, to: DictObject.self).flavor == .plain ? "{...}" : "..."
        case .deque: "[...]"
        default: "..."
        }
    }

    private mutating func appendParts(_ object: Object) throws(EngineError) {
        switch object.kind {
        case .list: try append(unsafeDowncast(object, to: ListObject.self).array, "[", "]")
        case .tuple: try append(unsafeDowncast(object, to: TupleObject.self))
        case .dict: try append(unsafeDowncast(object, to: DictObject.self))
        case .set:
            let set = unsafeDowncast(object, to: SetObject.self)
            if set.count == 0 { return builder.append(set.isFrozen ? "frozenset()" : "set()") }
            try append(set.elements, set.isFrozen ? "frozenset({" : "{", set.isFrozen ? "})" : "}")
        case .slice:
            let slice = unsafeDowncast(object, to: SliceObject.self)
            try append([slice.start, slice.stop, slice.step], "slice(", ")")
        case .exception:
            let exception = unsafeDowncast(object, to: ExceptionObject.self)
            try append(exception.arguments, exception.type.name + "(", ")")
        case .dictView:
            let view = unsafeDowncast(object, to: DictViewObject.self)
            let values = try machine.array(.object(view))
            try append(values, TypeNames.type(of: object).name + "([", "])")
        case .deque:
            let deque = unsafeDowncast(object, to: DequeObject.self)
            try append(deque.array, "deque([", deque.maximum.map { "], maxlen=\($0))" } ?? "])")
        case .partial:
            let partial = unsafeDowncast(object, to: PartialObject.self)
            builder.append("functools.partial(")
            try append(partial.function)
            for value in partial.arguments {
                builder.append(", ")
                try append(value)
            }
            for (name, value) in partial.keywords {
                builder.append(", \(name)=")
                try append(value)
            }
            builder.append(")")
        default: break
        }
    }

    private mutating func append(_ values: [Value], _ start: String, _ end: String) throws(EngineError) {
        builder.append(start)
        for (index, value) in values.enumerated() {
            if index > 0 { builder.append(", ") }
            try append(value)
        }
        builder.append(end)
    }

    private mutating func append(_ tuple: TupleObject) throws(EngineError) {
        guard let type = tuple.type else {
            return try append(tuple.items, "(", tuple.count == 1 ? ",)" : ")")
        }
        builder.append(type.type.name + "(")
        for (index, (field, value)) in zip(type.fields, tuple.items).enumerated() {
            if index > 0 { builder.append(", ") }
            builder.append(field + "=")
            try append(value)
        }
        builder.append(")")
    }

    private mutating func append(_ dict: DictObject) throws(EngineError) {
        switch dict.flavor {
        case .plain: try append(dict.items, "{", "}")
        case .ordered:
            if dict.count == 0 { return builder.append("OrderedDict()") }
            builder.append("OrderedDict([")
            for (index, item) in dict.items.enumerated() {
                if index > 0 { builder.append(", ") }
                try append([item.key, item.value], "(", ")")
            }
            builder.append("])")
        case .counter:
            if dict.count == 0 { return builder.append("Counter()") }
            try append(Counters.mostCommon(dict, machine) ?? dict.items, "Counter({", "})")
        case .defaultDict:
            builder.append("defaultdict(")
            try append(dict.factory)
            builder.append(", ")
            try append(dict.items, "{", "})")
        }
    }

    private mutating func append(
        _ items: [(key: Value, value: Value)],
        _ start: String,
        _ end: String
    ) throws(EngineError) {
        builder.append(start)
        for (index, item) in items.enumerated() {
            if index > 0 { builder.append(", ") }
            try append(item.key)
            builder.append(": ")
            try append(item.value)
        }
        builder.append(end)
    }
}
