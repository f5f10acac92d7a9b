internal import SPySyntax

extension Machine {
    /// Runs the innermost frame, which is an entry, to its end; the result.
    ///
    /// A failure looks for a handler in this frame and those it called; without one it leaves with the frame gone.
    func run() throws(EngineError) -> Value {
        var code = frames[frameCount - 1].code
        var instructions = code.instructions
        var registers = frames[frameCount - 1].base
        var constants = code.constantsEnd
        var pc = frames[frameCount - 1].next

        @inline(__always) func at(_ index: Int32) -> UnsafeMutablePointer<Value> {
            (index >= 0 ? registers : constants) + Int(index)
        }
        @inline(__always) func reload() {
            let frame = frames + (frameCount - 1)
            code = frame.pointee.code
            instructions = code.instructions
            registers = frame.pointee.base
            constants = code.constantsEnd
            pc = frame.pointee.next
        }

        while true {
            do throws(EngineError) {
                while true {
                    let instruction = instructions[pc]
                    pc &+= 1
                    let a = registers + Int(instruction.a)
                    switch instruction.operation {
                    case .move: a.pointee = at(instruction.b).pointee
                    case .take:
                        let source = registers + Int(instruction.b)
                        if a != source {
                            let value = source.move()
                            source.initialize(to: .unbound)
                            a.pointee = value
                        }
                    case .clear: a.pointee = .unbound
                    case .loadGlobal:
                        let slot = globals + Int(instruction.b)
                        if case .unbound = slot.pointee {
                            a.pointee = try outerValue(instruction.c)
                        } else {
                            a.pointee = slot.pointee
                        }
                    case .storeGlobal: globals[Int(instruction.a)] = at(instruction.b).pointee
                    case .loadOuter: a.pointee = try outerValue(instruction.b)
                    case .loadCell:
                        let value = cell(registers[Int(instruction.b)]).value
                        if case .unbound = value { throw unboundLocal(instruction.c) }
                        a.pointee = value
                    case .storeCell: cell(a.pointee).value = at(instruction.b).pointee
                    case .makeCell:
                        let value = registers[Int(instruction.b)]
                        a.pointee = .object(CellObject(value, heap))
                    case .loadFree:
                        let value = frames[frameCount - 1].function!.cells[Int(instruction.b)].value
                        if case .unbound = value { throw unboundFree(instruction.c) }
                        a.pointee = value
                    case .storeFree:
                        frames[frameCount - 1].function!.cells[Int(instruction.a)].value =
                            at(instruction.b).pointee
                    case .checkBound: if case .unbound = a.pointee { throw unboundLocal(instruction.b) }

                    case .add:
                        let (left, right) = (at(instruction.b), at(instruction.c))
                        if case .int(let x) = left.pointee, case .int(let y) = right.pointee {
                            let (sum, overflow) = x.addingReportingOverflow(y)
                            if !overflow {
                                a.pointee = .int(sum)
                                continue
                            }
                        } else if case .float(let x) = left.pointee, case .float(let y) = right.pointee {
                            a.pointee = .float(x + y)
                            continue
                        }
                        a.pointee = try binary(.add, left.pointee, right.pointee)
                    case .subtract:
                        let (left, right) = (at(instruction.b), at(instruction.c))
                        if case .int(let x) = left.pointee, case .int(let y) = right.pointee {
                            let (difference, overflow) = x.subtractingReportingOverflow(y)
                            if !overflow {
                                a.pointee = .int(difference)
                                continue
                            }
                        } else if case .float(let x) = left.pointee, case .float(let y) = right.pointee {
                            a.pointee = .float(x - y)
                            continue
                        }
                        a.pointee = try binary(.subtract, left.pointee, right.pointee)
                    case .multiply:
                        let (left, right) = (at(instruction.b), at(instruction.c))
                        if case .int(let x) = left.pointee, case .int(let y) = right.pointee {
                            let (product, overflow) = x.multipliedReportingOverflow(by: y)
                            if !overflow {
                                a.pointee = .int(product)
                                continue
                            }
                        } else if case .float(let x) = left.pointee, case .float(let y) = right.pointee {
                            a.pointee = .float(x * y)
                            continue
                        }
                        a.pointee = try binary(.multiply, left.pointee, right.pointee)
                    case .floorDivide:
                        let (left, right) = (at(instruction.b), at(instruction.c))
                        if case .int(let x) = left.pointee, case .int(let y) = right.pointee, y > 0 {
                            let quotient = x / y
                            a.pointee = .int(x % y < 0 ? quotient &- 1 : quotient)
                            continue
                        }
                        a.pointee = try binary(.floorDivide, left.pointee, right.pointee)
                    case .modulo:
                        let (left, right) = (at(instruction.b), at(instruction.c))
                        if case .int(let x) = left.pointee, case .int(let y) = right.pointee, y > 0 {
                            let rest = x % y
                            a.pointee = .int(rest < 0 ? rest &+ y : rest)
                            continue
                        }
                        a.pointee = try binary(.modulo, left.pointee, right.pointee)
                    case .binary:
                        let operation = BinaryOperator(rawValue: instruction.flag)!
                        a.pointee = try binary(
                            operation,
                            at(instruction.b).pointee,
                            at(instruction.c).pointee
                        )
                    case .binaryInPlace:
                        let right = at(instruction.c)
                        let operation = BinaryOperator(rawValue: instruction.flag)!
                        if case .int(let x) = a.pointee, case .int(let y) = right.pointee {
                            if operation == .add {
                                let (sum, overflow) = x.addingReportingOverflow(y)
                                if !overflow {
                                    a.pointee = .int(sum)
                                    continue
                                }
                            } else if operation == .subtract {
                                let (difference, overflow) = x.subtractingReportingOverflow(y)
                                if !overflow {
                                    a.pointee = .int(difference)
                                    continue
                                }
                            }
                        }
                        try binaryInPlace(operation, a, right)
                    case .unary:
                        a.pointee = try unary(
                            UnaryOperator(rawValue: instruction.flag)!,
                            at(instruction.b).pointee
                        )
                    case .compare:
                        let comparison = ComparisonOperator(rawValue: instruction.flag)!
                        a.pointee = .bool(try compare(comparison, at(instruction.b), at(instruction.c)))
                    case .not: a.pointee = .bool(!(try isTrue(at(instruction.b).pointee)))

                    case .jump: pc = Int(instruction.c)
                    case .jumpBack:
                        try meter.charge(steps: Int(instruction.a))
                        try heap.check()
                        pc = Int(instruction.c)
                    case .jumpIf: if try isTrue(at(instruction.a).pointee) { pc = Int(instruction.c) }
                    case .jumpIfNot: if !(try isTrue(at(instruction.a).pointee)) { pc = Int(instruction.c) }
                    case .compareAndJump:
                        let comparison = ComparisonOperator(rawValue: instruction.flag)!
                        let holds = try compare(comparison, at(instruction.a), at(instruction.b))
                        if holds == (instruction.extra == 1) { pc = Int(instruction.c) }
                    case .jumpIfUnbound: if case .unbound = a.pointee { pc = Int(instruction.c) }
                    case .jumpTable:
                        if case .int(let number) = a.pointee {
                            pc = Int(code.jumpTables[Int(instruction.b)][number])
                        }

                    case .index:
                        let (object, key) = (at(instruction.b), at(instruction.c))
                        if case .int(let index) = key.pointee, let list = object.pointee.list,
                            index >= 0, index < list.count
                        {
                            a.pointee = list.base[index]
                        } else if let dict = object.pointee.dict, let value = try dict.get(key.pointee) {
                            a.pointee = value
                        } else {
                            a.pointee = try subscripted(object.pointee, key.pointee)
                        }
                    case .storeIndex:
                        let (object, key) = (at(instruction.a), at(instruction.b))
                        if case .int(let index) = key.pointee, let list = object.pointee.list,
                            index >= 0, index < list.count
                        {
                            list.base[index] = at(instruction.c).pointee
                        } else if let dict = object.pointee.dict {
                            try dict.set(key.pointee, at(instruction.c).pointee)
                        } else {
                            try setItem(object.pointee, key.pointee, at(instruction.c).pointee)
                        }
                    case .listAppend: try unsafeList(a.pointee).append(at(instruction.b).pointee)
                    case .dictSet:
                        try unsafeDict(a.pointee).set(at(instruction.b).pointee, at(instruction.c).pointee)

                    case .iterate:
                        frames[frameCount - 1].next = pc
                        a.pointee = .object(try iterator(at(instruction.b).pointee))
                    case .next:
                        let iterator = unsafeIterator(registers[Int(instruction.b)])
                        if iterator.isRange {
                            let range = unsafeDowncast(iterator, to: RangeIterator.self)
                            if let value = range.advance() {
                                a.pointee = .int(value)
                            } else {
                                pc = Int(instruction.c)
                            }
                        } else {
                            frames[frameCount - 1].next = pc
                            if let value = try iterator.next(self) {
                                a.pointee = value
                            } else {
                                pc = Int(instruction.c)
                            }
                        }

                    case .call:
                        if let function = a.pointee.object(.function, as: FunctionObject.self),
                            function.code.isSimple, function.code.positionalCount == Int(instruction.b),
                            instruction.extra == 0
                        {
                            frames[frameCount - 1].next = pc
                            try enter(function, a + 1, argumentCount: Int(instruction.b))
                            reload()
                        } else {
                            frames[frameCount - 1].next = pc
                            let names =
                                instruction.extra == 0 ? [] : code.keywordNames[Int(instruction.extra) - 1]
                            let arguments = Arguments(a + 1, count: Int(instruction.b), names: names)
                            if let function = a.pointee.object(.function, as: FunctionObject.self) {
                                try bind(function, arguments)
                                reload()
                            } else {
                                a.pointee = try call(a.pointee, arguments)
                            }
                        }
                    case .callMethod:
                        frames[frameCount - 1].next = pc
                        let names =
                            instruction.extra == 0 ? [] : code.keywordNames[Int(instruction.extra) - 1]
                        let arguments = Arguments(a + 1, count: Int(instruction.b), names: names)
                        let receiver = a.pointee
                        if let method = method(receiver, instruction.c) {
                            a.pointee = try method(self, receiver, arguments)
                        } else {
                            let callee = try attribute(receiver, names: instruction.c)
                            a.pointee = callee
                            if let function = callee.object(.function, as: FunctionObject.self) {
                                try bind(function, arguments)
                                reload()
                            } else {
                                a.pointee = try call(callee, arguments)
                            }
                        }
                    case .callSpread:
                        frames[frameCount - 1].next = pc
                        if try callSpread(a) { reload() }
                    case .return:
                        let result = at(instruction.a).pointee
                        if leaveFrame() { return result }
                        // The callee stood in the register before its arguments, and gives it to the result.
                        (registers - 1).pointee = result
                        reload()
                    case .yield:
                        let result = at(instruction.a).pointee
                        frames[frameCount - 1].next = pc
                        return result

                    default:
                        frames[frameCount - 1].next = pc
                        try perform(instruction, a, registers, constants, code)
                    }
                }
            } catch {
                frames[frameCount - 1].next = pc
                if let failure = unwind(error) { throw failure }
                reload()
            }
        }
    }

    @inline(__always)
    private func cell(_ value: Value) -> CellObject {
        guard case .object(let object) = value else { preconditionFailure("a cell register without a cell") }
        return unsafeDowncast(object, to: CellObject.self)
    }

    @inline(__always)
    func unsafeList(_ value: Value) -> ListObject {
        guard let list = value.list else { preconditionFailure("a list under construction is gone") }
        return list
    }

    @inline(__always)
    func unsafeDict(_ value: Value) -> DictObject {
        guard let dict = value.dict else { preconditionFailure("a dictionary under construction is gone") }
        return dict
    }

    @inline(__always)
    private func unsafeIterator(_ value: Value) -> IteratorObject {
        guard case .object(let object) = value else { preconditionFailure("a loop without an iterator") }
        return unsafeDowncast(object, to: IteratorObject.self)
    }
}
