import Testing

@testable import GRPCNghttp2

@Suite struct GRPCTimeoutTests {
    private static func parse(_ text: String) -> Duration? {
        Array(text.utf8).withUnsafeBufferPointer(GRPCTimeout.parse)
    }

    @Test(arguments: [
        ("1S", Duration.seconds(1)), ("100m", .milliseconds(100)), ("250u", .microseconds(250)),
        ("7n", .nanoseconds(7)), ("2M", .seconds(120)), ("3H", .seconds(10_800)), ("0S", .zero),
        ("00000001S", .seconds(1)), ("99999999H", .seconds(359_999_996_400)),
    ])
    func digitsAndAUnitAreATimeOut(text: String, expected: Duration) {
        #expect(Self.parse(text) == expected)
    }

    @Test(arguments: [
        "", "S", "1", "12", "1s", "1h", "-1S", "+1S", "1.5S", " 1S", "1S ", "1 S", "123456789S", "000000001S",
        "1SS", "x1S", "1\u{0}S", "\u{661}S",
    ])
    func allElseIsNone(text: String) {
        #expect(Self.parse(text) == nil)
    }

    @Test(arguments: [
        (Duration.seconds(1), "1000000u"), (.milliseconds(99), "99000000n"), (.milliseconds(100), "100000u"),
        (.nanoseconds(1), "1n"), (.seconds(100), "100000m"), (.seconds(99_999_999), "99999999S"),
        (.seconds(100_000_000), "1666667M"), (.zero, "1n"), (.seconds(-5), "1n"),
        (Duration(secondsComponent: 0, attosecondsComponent: 1), "1n"),
        (Duration(secondsComponent: .max, attosecondsComponent: 0), "99999999H"),
    ])
    func timeOutsAreSentInTheFinestUnitThatHoldsThem(duration: Duration, expected: String) {
        #expect(String(decoding: GRPCTimeout.encode(duration), as: UTF8.self) == expected)
    }

    @Test func whatIsSentIsReadAsThatOrAShadeLonger() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let attoseconds = Int64.random(in: 0..<1_000_000_000_000_000_000, using: &generator)
            let seconds = Int64.random(
                in: 0...(1 << Int64.random(in: 0...38, using: &generator)),
                using: &generator
            )
            let duration = Duration(secondsComponent: seconds, attosecondsComponent: attoseconds)
            let read = try #require(GRPCTimeout.encode(duration).withUnsafeBufferPointer(GRPCTimeout.parse))
            #expect(read >= duration)
            #expect(read - duration <= duration / 1_000 + .nanoseconds(1), "\(duration)")
        }
    }
}
