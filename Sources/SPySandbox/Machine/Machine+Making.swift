/// Making values.
extension Machine {
    /// A string that is charged here.
    func string(_ text: Text) throws(EngineError) -> Value {
        try meter.charge(bytes: text.byteCount)
        try meter.charge(steps: text.byteCount / 64)
        return .object(StringObject(text, heap))
    }

    func string(_ string: String) throws(EngineError) -> Value { try self.string(Text(string)) }

    /// A string that an engine makes. Whatever the engine charged, what stays charged are the bytes of the result.
    @inline(__always)
    func text(_ body: () throws(EngineError) -> Text) throws(EngineError) -> Value {
        let before = meter.bytesHeld
        do throws(EngineError) {
            let text = try body()
            meter.refund(bytes: max(meter.bytesHeld - before, 0))
            try meter.charge(bytes: text.byteCount)
            // Who makes a text has copied it at least once.
            try meter.charge(steps: text.byteCount / 64)
            return .object(StringObject(text, heap))
        } catch {
            meter.refund(bytes: max(meter.bytesHeld - before, 0))
            throw error
        }
    }

    /// Several texts that an engine makes; what it charged is given back, and the strings are charged one by one.
    func texts(_ body: () throws(EngineError) -> [Text]) throws(EngineError) -> [Value] {
        let before = meter.bytesHeld
        let texts = try body()
        meter.refund(bytes: max(meter.bytesHeld - before, 0))
        var values: [Value] = []
        values.reserveCapacity(texts.count)
        for text in texts { values.append(try string(text)) }
        return values
    }

    /// An integer or another value that an engine makes; only an integer's own bytes stay charged.
    func measured(_ body: () throws(EngineError) -> Value?) throws(EngineError) -> Value? {
        let before = meter.bytesHeld
        let value = try body()
        guard let result = value else { return nil }
        let object = result.object(.integer, as: IntegerObject.self)
        let own = object.map { $0.value.byteCount + Object.overhead } ?? 0
        let excess = meter.bytesHeld - before - own
        if excess > 0 { meter.refund(bytes: excess) } else if excess < 0 { heap.debit(-excess) }
        return value
    }

    /// A string of one character.
    func character(_ codePoint: UInt32) throws(EngineError) -> Value {
        guard codePoint < 128 else { return try string(Text(codePoint: codePoint)) }
        if let known = characters[Int(codePoint)] { return .object(known) }
        let text = Text(codePoint: codePoint)
        try meter.charge(bytes: 1)
        let made = StringObject(text, heap)
        characters[Int(codePoint)] = made
        return .object(made)
    }

    func tuple(_ items: [Value]) -> Value {
        .object(items.isEmpty ? emptyTuple : TupleObject(items, heap))
    }

    func list(_ items: [Value]) throws(EngineError) -> Value {
        let list = ListObject(heap)
        try list.reserve(items.count)
        for item in items { try list.append(item) }
        return .object(list)
    }

    /// An integer of any size, in place where it fits; call it within ``measured(_:)``.
    func integer(_ value: BigInteger) -> Value {
        if let small = value.asInt { return .int(small) }
        return .object(IntegerObject(value, heap))
    }

    func type(_ type: PythonType) -> Value {
        if let known = typeObjects[ObjectIdentifier(type)] { return .object(known) }
        let made = TypeObject(type, heap)
        typeObjects[ObjectIdentifier(type)] = made
        return .object(made)
    }

    /// An error that carries an exception object.
    func raising(_ exception: ExceptionObject) -> EngineError {
        pending = exception
        return .raised(EngineError.Exception(type: "", message: "", position: nil))
    }

    /// `KeyError(key)`, whose message is the key's `repr`.
    func keyError(_ key: Value) -> EngineError {
        raising(ExceptionObject(ExceptionTypes.keyError, [key], heap))
    }

    /// The exception object of an error that a program can catch; nothing for budgets and stops.
    func exception(of error: EngineError) -> ExceptionObject? {
        guard case .raised(let raised) = error else { return nil }
        if raised.type.isEmpty, let pending {
            self.pending = nil
            return pending
        }
        let type = ExceptionTypes[raised.type]
        let text = Text(raised.message)
        heap.debit(text.byteCount)
        let exception = ExceptionObject(type, [.object(StringObject(text, heap))], heap)
        if let position = raised.position { attachPosition(position, raised.message, to: exception) }
        if type.isSubtype(of: ExceptionTypes.keyError) { exception.message = raised.message }
        attachSignal(raised.message, to: exception)
        if type === ExceptionTypes.stopIteration, raised.message.isEmpty { exception.arguments = [] }
        return exception
    }

    /// Exceptions of `decimal` carry a list with the class of their signal, and not its text.
    private func attachSignal(_ message: String, to exception: ExceptionObject) {
        let prefix = "[<class 'decimal."
        guard message.hasPrefix(prefix), message.hasSuffix("'>]"),
            let signal = ExceptionTypes.byName["decimal.\(message.dropFirst(prefix.count).dropLast(3))"]
        else { return }
        let list = ListObject(heap)
        do throws(EngineError) { try list.append(self.type(signal)) } catch { return }
        exception.arguments = [.object(list)]
    }

    /// `pos` and `msg`, and for JSON `lineno` and `colno`, which stand behind the message: `…: line 1 column 2 (char 1)`.
    private func attachPosition(_ position: Int, _ message: String, to exception: ExceptionObject) {
        exception.attributes["pos"] = .int(position)
        let words = message.split(separator: " ")
        guard let mark = words.lastIndex(of: "line") ?? words.lastIndex(of: "at") else { return }
        if words[mark] == "line", mark + 3 < words.count {
            exception.attributes["lineno"] = Int(words[mark + 1]).map { .int($0) }
            exception.attributes["colno"] = Int(words[mark + 3]).map { .int($0) }
        } else if words[mark] == "at" {
            // A pattern of several lines: "… at position 5 (line 2, column 2)".
            let place = words[mark...].dropFirst(3).compactMap { Int($0.filter(\.isNumber)) }
            exception.attributes["lineno"] = .int(place.first ?? 1)
            exception.attributes["colno"] = .int(place.last ?? position + 1)
        }
        var bare = words[..<mark].joined(separator: " ")
        if bare.hasSuffix(":") { bare.removeLast() }
        let text = Text(bare)
        heap.debit(text.byteCount)
        exception.attributes["msg"] = .object(StringObject(text, heap))
    }
}
