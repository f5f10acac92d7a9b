import Testing

@testable import SPySandbox

struct MeterTests {
    @Test func `a charge beyond the steps names the budget and its limit`() throws {
        let meter = Meter(limits: .init(steps: 10))
        try meter.charge(steps: 10)
        #expect(throws: EngineError.budgetExceeded(.init(budget: .steps, limit: 10))) {
            try meter.charge(steps: 1)
        }
    }

    @Test func `bytes come back when refunded and never exceed the limit`() throws {
        let meter = Meter(limits: .init(bytes: 100))
        try meter.charge(bytes: 60)
        #expect(throws: EngineError.budgetExceeded(.init(budget: .memory, limit: 100))) {
            try meter.charge(bytes: 41)
        }
        meter.refund(bytes: 1_000)
        #expect(meter.bytesHeld == 0)
    }

    @Test func `a stop asked for on another thread ends the run at its next charge`() async {
        let signal = StopSignal()
        let meter = Meter(stop: signal)
        await Task.detached { signal.request() }.value
        #expect(throws: EngineError.stopped) { try meter.charge(steps: 1) }
    }
}
