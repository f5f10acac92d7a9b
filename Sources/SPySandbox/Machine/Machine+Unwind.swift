extension Machine {
    /// Leaves frames until one catches the error; nothing if one did, otherwise the error for who runs the loop.
    func unwind(_ error: EngineError) -> EngineError? {
        guard let exception = exception(of: error) else {
            noteHalt()
            while !leaveFrame() {}
            return error
        }
        var isRaisedAgain = self.isRaisedAgain
        self.isRaisedAgain = false
        if !isRaisedAgain { noteContext(exception) }
        while true {
            let frame = frames[frameCount - 1]
            if !isRaisedAgain { note(frame, in: exception) }
            isRaisedAgain = false
            if let handler = handler(of: frame) {
                let depth = frame.handledCount + Int(handler.handlerDepth)
                if handled.count > depth { handled.removeLast(handled.count - depth) }
                frame.base[Int(handler.register)] = .object(exception)
                frames[frameCount - 1].next = Int(handler.target)
                return nil
            }
            if leaveFrame() { return raising(exception) }
        }
    }

    /// The innermost handler around the place where a frame stands.
    private func handler(of frame: Frame) -> Code.HandlerEntry? {
        let position = Int32(frame.next - 1)
        return frame.code.handlers.first { $0.start <= position && position < $0.end }
    }

    private func noteContext(_ exception: ExceptionObject) {
        guard exception.context == nil, let current = currentException, current !== exception else { return }
        // A chain must not lead back to the exception itself.
        var link: ExceptionObject? = current
        var length = 0
        while let exceptionInChain = link, length < 64 {
            if exceptionInChain === exception { return }
            link = exceptionInChain.context
            length += 1
        }
        exception.context = current
    }

    /// The exception that is being handled.
    var currentException: ExceptionObject? {
        for exception in handled.reversed() { if let exception { return exception } }
        return nil
    }

    /// Notes the frames that a budget or a stop ends, down to the entry.
    private func noteHalt() {
        var position = frameCount - 1
        while position >= 0, haltTraceback.count < 2_000 {
            haltTraceback.append(entry(frames[position]))
            if frames[position].isEntry { return }
            position -= 1
        }
    }

    private func entry(_ frame: Frame) -> TracebackEntry {
        TracebackEntry(line: Int(frame.code.lines[max(frame.next - 1, 0)]), function: frame.code.name)
    }

    private func note(_ frame: Frame, in exception: ExceptionObject) {
        guard exception.traceback.count < 2_000 else { return }
        let position = max(frame.next - 1, 0)
        var line = Int(frame.code.lines[position])
        for entry in frame.code.comprehensions
        where entry.start <= Int32(position) && Int32(position) < entry.end {
            exception.traceback.append(TracebackEntry(line: line, function: entry.name))
            line = Int(entry.line)
        }
        exception.traceback.append(TracebackEntry(line: line, function: frame.code.name))
    }
}
