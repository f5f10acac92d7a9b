internal import SPySyntax

/// Augmented assignment: what can change itself does.
extension Machine {
    func binaryInPlace(
        _ operation: BinaryOperator,
        _ target: UnsafeMutablePointer<Value>,
        _ right: UnsafeMutablePointer<Value>
    ) throws(EngineError) {
        if operation == .add, target.pointee.kind == .string, let other = right.pointee.string {
            return try appendInPlace(target, other, right)
        }
        if case .object(let object) = target.pointee, try changeInPlace(operation, object, right.pointee) {
            return
        }
        do throws(EngineError) {
            target.pointee = try binary(operation, target.pointee, right.pointee)
        } catch {
            if case .raised(let raised) = error, raised.type == "TypeError",
                raised.message.hasPrefix("unsupported operand type(s) for")
            {
                throw unsupported(operation, target.pointee, right.pointee, inPlace: true)
            }
            throw error
        }
    }

    /// `text += other`: in place where nobody else holds the text, so that building a string in a loop is linear.
    private func appendInPlace(
        _ target: UnsafeMutablePointer<Value>,
        _ other: StringObject,
        _ right: UnsafeMutablePointer<Value>
    ) throws(EngineError) {
        guard case .object(var object) = target.move() else { return }
        target.initialize(to: .none)
        if isKnownUniquelyReferenced(&object) {
            let string = unsafeDowncast(object, to: StringObject.self)
            string.hash = -1
            defer { target.pointee = .object(object) }
            try string.text.append(other.text, meter)
        } else {
            target.pointee = .object(object)
            let string = unsafeDowncast(object, to: StringObject.self)
            if other.text.isEmpty { return }
            target.pointee = try text { () throws(EngineError) in
                try string.text.concatenated(with: other.text, meter)
            }
        }
    }

    /// Whether the object changed itself.
    private func changeInPlace(
        _ operation: BinaryOperator,
        _ object: Object,
        _ right: Value
    ) throws(EngineError) -> Bool {
        switch (object.kind, operation) {
        case (.list, .add):
            try extend(unsafeDowncast(object, to: ListObject.self), right)
            return true
        case (.list, .multiply):
            guard let count = right.smallInteger, let result = try repeated(.object(object), count)?.list
            else { return false }
            let list = unsafeDowncast(object, to: ListObject.self)
            try list.replace(0..<list.count, with: result.array)
            return true
        case (.deque, .add):
            let deque = unsafeDowncast(object, to: DequeObject.self)
            for value in try array(right) { try deque.append(value) }
            return true
        case (.dict, .bitOr):
            let dict = unsafeDowncast(object, to: DictObject.self)
            if dict.flavor == .counter { return try Counters.inPlace(operation, dict, right, self) }
            try DictMethods.update(self, dict, right)
            return true
        case (.dict, _):
            let dict = unsafeDowncast(object, to: DictObject.self)
            return dict.flavor == .counter ? try Counters.inPlace(operation, dict, right, self) : false
        case (.set, _):
            let set = unsafeDowncast(object, to: SetObject.self)
            if set.isFrozen { return false }
            return try SetAlgebra.inPlace(operation, set, right, self)
        default: return false
        }
    }
}
