/// A generator expression: a frame that is put aside between two values.
final class GeneratorObject: IteratorObject {
    private var function: FunctionObject?
    /// The registers, while it does not run.
    private var registers: [Value]
    private var next = 0
    private var isRunning = false
    private let registerBytes: Int

    override var type: PythonType { .generator }

    init(_ function: FunctionObject, _ iterator: Value, _ heap: Heap) {
        self.function = function
        registers = Array(repeating: .unbound, count: function.code.registerCount)
        registers[0] = iterator
        registerBytes = registers.count * 16
        super.init(heap)
        heap.debit(registerBytes)
    }

    deinit {
        heap.credit(registerBytes)
        finish()
    }

    override func clear() { finish() }

    private func finish() {
        var held = registers
        if let function { held.append(.object(function)) }
        registers = []
        function = nil
        heap.release(&held)
    }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard !isRunning else { throw .valueError("generator already executing") }
        guard let function else { return nil }
        try machine.enterNative()
        isRunning = true
        defer {
            machine.nativeDepth -= 1
            isRunning = false
        }
        do throws(EngineError) {
            let base = machine.top
            let resumed = next > 0
            try machine.resume(function, base, registers, at: next)
            registers = []
            let depth = machine.frameCount
            let value = try machine.run()
            guard machine.frameCount == depth else {
                // The frame is gone: that was its return.
                finish()
                return nil
            }
            _ = resumed
            next = machine.frames[depth - 1].next
            registers = machine.suspend()
            return value
        } catch {
            finish()
            if case .raised(let raised) = error, raised.type.isEmpty,
                machine.pending?.type === ExceptionTypes.stopIteration
            {
                machine.pending = nil
                throw .raise("RuntimeError", "generator raised StopIteration")
            }
            throw error
        }
    }
}

extension Machine {
    /// Opens a frame with registers that were put aside.
    func resume(
        _ function: FunctionObject,
        _ base: UnsafeMutablePointer<Value>,
        _ registers: [Value],
        at position: Int
    ) throws(EngineError) {
        try enter(function, base, argumentCount: 0, isEntry: true)
        for (offset, value) in registers.enumerated() { base[offset] = value }
        frames[frameCount - 1].next = position
    }

    /// Closes the innermost frame and hands out its registers.
    func suspend() -> [Value] {
        let frame = frames[frameCount - 1]
        let registers = Array(UnsafeBufferPointer(start: frame.base, count: frame.code.registerCount))
        _ = leaveFrame()
        return registers
    }
}
