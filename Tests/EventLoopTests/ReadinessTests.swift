import Glibc
import Testing

@testable import EventLoop

/// Two connected sockets, both non-blocking, closed with the value's last use.
private final class SocketPair {
    let first: Int32
    let second: Int32

    init() {
        var pair: [Int32] = [0, 0]
        let result = socketpair(
            AF_UNIX,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
            0,
            &pair
        )
        precondition(result == 0, "socketpair")
        (first, second) = (pair[0], pair[1])
    }

    deinit {
        close(first)
        close(second)
    }
}

@Suite struct ReadinessTests {
    /// Runs `body` on a new loop's thread; it ends the test by calling what it is given.
    private func onLoop<Result: Sendable>(
        _ body: @escaping @Sendable (EventLoop, @escaping @Sendable (Result) -> Void) -> Void
    ) async throws -> Result {
        let loop = try EventLoop()
        try loop.start()
        let result = await withCheckedContinuation { continuation in
            loop.execute { body(loop) { continuation.resume(returning: $0) } }
        }
        await loop.shutdown()
        return result
    }

    @Test func aHandlerHearsOfWhatItIsInterestedIn() async throws {
        let heard: [Readiness] = try await onLoop { loop, done in
            let pair = SocketPair()
            var heard: [Readiness] = []
            var registration: Registration?
            registration = try? loop.register(pair.first, interest: .writable) { readiness in
                heard.append(readiness)
                if heard.count == 1 {
                    registration?.interest = .readable
                    _ = write(pair.second, "x", 1)
                } else {
                    registration?.cancel()
                    done(heard)
                }
            }
        }
        #expect(heard == [.writable, .readable])
    }

    @Test func aHangUpIsToldEvenWithoutInterest() async throws {
        let readiness: Readiness = try await onLoop { loop, done in
            let pair = SocketPair()
            var registration: Registration?
            registration = try? loop.register(pair.first, interest: []) { readiness in
                // The pair stays open as long as this handler.
                _ = pair.first
                registration?.cancel()
                done(readiness)
            }
            shutdown(pair.second, Int32(SHUT_RDWR))
        }
        #expect(!readiness.isDisjoint(with: .hangUp))
    }

    @Test func anEventOfACancelledRegistrationReachesNobody() async throws {
        let calls: Int = try await onLoop { loop, done in
            let pairs = [SocketPair(), SocketPair()]
            var registrations: [Registration] = []
            var calls = 0
            // Both are ready in one turn; whichever comes first cancels both and takes a freed slot anew.
            for pair in pairs {
                let registration = try? loop.register(pair.first, interest: .writable) { _ in
                    calls += 1
                    for registration in registrations { registration.cancel() }
                    let again = try? loop.register(pair.first, interest: .readable) { _ in calls += 100 }
                    if let again { registrations.append(again) }
                    _ = loop.schedule(after: .milliseconds(5)) {
                        for registration in registrations { registration.cancel() }
                        _ = pairs
                        done(calls)
                    }
                }
                if let registration { registrations.append(registration) }
            }
        }
        #expect(calls == 1)
    }

    @Test func jobsWithoutEndDoNotStarveASocket() async throws {
        let loop = try EventLoop()
        try loop.start()
        let spinner = Task(executorPreference: loop.taskExecutor) {
            while !Task.isCancelled { await Task.yield() }
        }
        await withCheckedContinuation { continuation in
            loop.execute {
                let pair = SocketPair()
                var registration: Registration?
                registration = try? loop.register(pair.first, interest: .readable) { _ in
                    registration?.cancel()
                    continuation.resume()
                }
                _ = write(pair.second, "x", 1)
                _ = loop.schedule(after: .seconds(60)) { _ = pair }
            }
        }
        spinner.cancel()
        await spinner.value
        await loop.shutdown()
    }

    @Test func aDescriptorThatEpollCannotWatchIsRefused() async throws {
        let message: String = try await onLoop { loop, done in
            do {
                _ = try loop.register(-1, interest: .readable) { _ in }
                done("")
            } catch {
                done("\(error)")
            }
        }
        #expect(message.contains("epoll_ctl") && message.contains("errno 9"))
    }

    @Test func tenThousandTimersFireInOrderAndCancelledOnesNever() async throws {
        let fired: [Int] = try await onLoop { loop, done in
            var fired: [Int] = []
            var timers: [Timer] = []
            for number in 0..<10_000 {
                timers.append(loop.schedule(after: .microseconds(number / 10)) { fired.append(number) })
            }
            for number in stride(from: 0, to: 10_000, by: 2) { timers[number].cancel() }
            _ = loop.schedule(after: .milliseconds(2)) { done(fired) }
        }
        #expect(fired == Array(stride(from: 1, to: 10_000, by: 2)))
    }

    @Test func theEndOfATurnComesAfterItsJobs() async throws {
        let order: [String] = try await onLoop { loop, done in
            var order: [String] = []
            loop.atEndOfTurn {
                order.append("end")
                loop.atEndOfTurn { done(order + ["next end"]) }
            }
            order.append("body")
        }
        #expect(order == ["body", "end", "next end"])
    }

    @Test func whatIsWaitedForLessComesAfterTheEndOfTheTurn() async throws {
        let order: [String] = try await onLoop { loop, done in
            var order: [String] = []
            loop.afterEndOfTurn {
                order.append("after")
                loop.afterEndOfTurn { done(order + ["next after"]) }
            }
            loop.atEndOfTurn { order.append("end") }
            order.append("body")
        }
        #expect(order == ["body", "end", "after", "next after"])
    }
}
