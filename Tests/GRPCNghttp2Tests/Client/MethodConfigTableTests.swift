import GRPCCore
import Testing

@testable import GRPCNghttp2

@Suite struct MethodConfigTableTests {
    private func config(_ names: [(String, String)], timeout: Int) -> MethodConfig {
        MethodConfig(
            names: names.map { MethodConfig.Name(service: $0.0, method: $0.1) },
            timeout: .seconds(timeout)
        )
    }

    @Test func theMethodGoesBeforeItsServiceAndThatBeforeTheDefault() throws {
        let table = try MethodConfigTable(
            ServiceConfig(methodConfig: [
                config([("", "")], timeout: 1), config([("a.S", "")], timeout: 2),
                config([("a.S", "M"), ("b.S", "M")], timeout: 3),
            ])
        )
        func timeout(_ service: String, _ method: String) -> Duration? {
            table[MethodDescriptor(fullyQualifiedService: service, method: method)]?.timeout
        }
        #expect(timeout("a.S", "M") == .seconds(3))
        #expect(timeout("b.S", "M") == .seconds(3))
        #expect(timeout("a.S", "N") == .seconds(2))
        #expect(timeout("b.S", "N") == .seconds(1))
        #expect(timeout("", "N") == .seconds(1))
    }

    @Test func anEmptyConfigurationSaysNothing() throws {
        let table = try MethodConfigTable()
        #expect(table[MethodDescriptor(fullyQualifiedService: "a", method: "b")] == nil)
        #expect(table.retryThrottle == nil)
        #expect(table.policy == .pickFirst(shuffles: false))
    }

    @Test func theFirstPolicyThatIsKnownIsUsedAndNoneIsAnError() throws {
        var unknown = ServiceConfig.LoadBalancingConfig.roundRobin
        unknown.roundRobin = nil
        let both = ServiceConfig(loadBalancingConfig: [
            unknown, .roundRobin, .pickFirst(shuffleAddressList: true),
        ])
        #expect(try MethodConfigTable(both).policy == .roundRobin)
        let first = ServiceConfig(loadBalancingConfig: [.pickFirst(shuffleAddressList: true), .roundRobin])
        #expect(try MethodConfigTable(first).policy == .pickFirst(shuffles: true))
        #expect(throws: TransportError.self) {
            try MethodConfigTable(ServiceConfig(loadBalancingConfig: [unknown]))
        }
    }

    @Test func aNameThatAppearsTwiceIsNamedInTheError() {
        for (names, text) in [
            ([("a.S", "M")], "a.S/M"), ([("a.S", "")], "the default of a.S"),
            ([("", "")], "the default of all methods"),
        ] {
            let twice = ServiceConfig(methodConfig: [config(names, timeout: 1), config(names, timeout: 2)])
            let error = #expect(throws: TransportError.self) { try MethodConfigTable(twice) }
            #expect(error?.message.contains(text) == true)
        }
        let once = ServiceConfig(methodConfig: [config([("a", "b"), ("a", "b")], timeout: 1)])
        #expect(throws: TransportError.self) { try MethodConfigTable(once) }
    }

    @Test func negativeTimesAndSizesAreRefused() {
        let name = MethodConfig.Name(service: "a", method: "b")
        for bad in [
            MethodConfig(names: [name], timeout: .seconds(-1)),
            MethodConfig(names: [name], maxRequestMessageBytes: -1),
            MethodConfig(names: [name], maxResponseMessageBytes: -1),
        ] {
            #expect(throws: TransportError.self) { try MethodConfigTable(ServiceConfig(methodConfig: [bad])) }
        }
    }

    @Test func aThrottleOutsideItsBoundsIsAnErrorAndNoTrap() throws {
        var throttling = try ServiceConfig.RetryThrottling(maxTokens: 10, tokenRatio: 0.1)
        let throttle = try #require(
            try MethodConfigTable(ServiceConfig(retryThrottling: throttling)).retryThrottle
        )
        #expect(throttle.maxTokens == 10)
        #expect(throttle.tokenRatio == 0.1)
        for (tokens, ratio) in [(0, 0.1), (1_001, 0.1), (10, 0.0001), (10, .nan), (10, .infinity)] {
            throttling.maxTokens = tokens
            throttling.tokenRatio = ratio
            let config = ServiceConfig(retryThrottling: throttling)
            #expect(throws: TransportError.self) { try MethodConfigTable(config) }
        }
    }
}
