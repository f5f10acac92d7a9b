internal import CEpoll
internal import Glibc

extension EventLoop {
    /// Watches a descriptor, level-triggered. On the loop's thread only.
    ///
    /// - Parameters:
    ///   - descriptor: Non-blocking, and not registered with this loop already.
    ///   - interest: What to be told of. A hang-up and an error are told in any case.
    ///   - handler: Called on the loop's thread. It may register, cancel and change interests.
    /// - Throws: `EventLoopError` where epoll refuses the descriptor.
    public func register(
        _ descriptor: Int32,
        interest: Interest,
        _ handler: @escaping (Readiness) -> Void
    ) throws(EventLoopError) -> Registration {
        requireCurrent("register")
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = UInt32(registrations.count)
            registrations.append(nil)
            generations.append(0)
        }
        let registration = Registration(
            loop: self,
            descriptor: descriptor,
            slot: slot,
            interest: interest,
            handler: handler
        )
        guard control(EPOLL_CTL_ADD, registration) == 0 else {
            let reason = errno
            freeSlots.append(slot)
            throw .system("epoll_ctl for descriptor \(descriptor)", reason)
        }
        registrations[Int(slot)] = registration
        return registration
    }

    func updateInterest(of registration: Registration) {
        requireCurrent("interest")
        let result = control(EPOLL_CTL_MOD, registration)
        precondition(result == 0, "descriptor \(registration.descriptor) was closed before it was cancelled")
    }

    func deregister(_ registration: Registration) {
        requireCurrent("cancel")
        // A descriptor that its owner closed too early has left epoll by itself.
        _ = control(EPOLL_CTL_DEL, registration)
        let slot = Int(registration.slot)
        registrations[slot] = nil
        generations[slot] &+= 1
        freeSlots.append(registration.slot)
    }

    private func control(_ operation: Int32, _ registration: Registration) -> Int32 {
        var event = epoll_event()
        event.events = registration.interest.rawValue
        event.data.u64 = UInt64(generations[Int(registration.slot)]) << 32 | UInt64(registration.slot)
        return epoll_ctl(epoll, operation, registration.descriptor, &event)
    }
}
