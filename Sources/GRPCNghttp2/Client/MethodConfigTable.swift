internal import GRPCCore

/// A service configuration as calls look into it: by method, with its defaults, checked once.
struct MethodConfigTable: Sendable {
    /// How calls are spread over servers.
    let policy: LoadBalancer.Policy
    /// One for the whole client; nil where the configuration asks for none.
    let retryThrottle: RetryThrottle?

    private let configs: [MethodConfig.Name: MethodConfig]

    /// A table of everything that `config` says.
    ///
    /// - Throws: `TransportError` where a name appears twice, a limit or time-out is negative, the throttle is outside
    ///   gRFC A6's bounds, or no load balancing policy of those listed is known.
    init(_ config: ServiceConfig = ServiceConfig()) throws(TransportError) {
        var configs: [MethodConfig.Name: MethodConfig] = [:]
        for methodConfig in config.methodConfig {
            for name in methodConfig.names {
                try Self.check(methodConfig, for: name)
                guard configs.updateValue(methodConfig, forKey: name) == nil else {
                    throw .invalidServiceConfig("\(Self.text(name)) is configured twice")
                }
            }
        }
        self.configs = configs
        policy = try Self.policy(config.loadBalancingConfig)
        retryThrottle = try config.retryThrottling.map(Self.throttle)
    }

    /// What is said of the method itself, else of its service, else of all methods.
    subscript(_ method: MethodDescriptor) -> MethodConfig? {
        // Most clients configure nothing: no name is hashed for them.
        guard !configs.isEmpty else { return nil }
        let service = method.service.fullyQualifiedService
        if service.isEmpty { return configs[MethodConfig.Name(service: "")] }
        return configs[MethodConfig.Name(service: service, method: method.method)]
            ?? configs[MethodConfig.Name(service: service)]
            ?? configs[MethodConfig.Name(service: "")]
    }

    private static func check(_ config: MethodConfig, for name: MethodConfig.Name) throws(TransportError) {
        if let timeout = config.timeout, timeout < .zero {
            throw .invalidServiceConfig("\(text(name)) has the negative time-out \(timeout)")
        }
        for limit in [config.maxRequestMessageBytes, config.maxResponseMessageBytes] {
            if let limit, limit < 0 {
                throw .invalidServiceConfig("\(text(name)) has the negative message size \(limit)")
            }
        }
    }

    private static func policy(
        _ configs: [ServiceConfig.LoadBalancingConfig]
    ) throws(TransportError) -> LoadBalancer.Policy {
        for config in configs {
            if let pickFirst = config.pickFirst { return .pickFirst(shuffles: pickFirst.shuffleAddressList) }
            if config.roundRobin != nil { return .roundRobin }
        }
        guard configs.isEmpty else {
            throw .invalidServiceConfig("no load balancing policy listed is pick_first or round_robin")
        }
        return .pickFirst(shuffles: false)
    }

    private static func throttle(_ policy: ServiceConfig.RetryThrottling) throws(TransportError)
        -> RetryThrottle
    {
        // The throttle itself traps outside these bounds.
        guard (1...1_000).contains(policy.maxTokens) else {
            throw .invalidServiceConfig(
                "retryThrottling.maxTokens is \(policy.maxTokens), not from 1 to 1000"
            )
        }
        guard policy.tokenRatio >= 0.001, policy.tokenRatio <= 1_000 else {
            throw .invalidServiceConfig(
                "retryThrottling.tokenRatio is \(policy.tokenRatio), not from 0.001 to 1000"
            )
        }
        return RetryThrottle(policy: policy)
    }

    private static func text(_ name: MethodConfig.Name) -> String {
        if name.service.isEmpty { return "the default of all methods" }
        return name.method.isEmpty ? "the default of \(name.service)" : "\(name.service)/\(name.method)"
    }
}
