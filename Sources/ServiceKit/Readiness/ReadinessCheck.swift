/// Something that a service needs, and how to find out whether it is there.
public struct ReadinessCheck: Sendable {
    /// What is needed, in a word: `database`.
    public let name: String
    /// Whether the service is of no use without it. Where not, `/readyz` tells of it and stays 200.
    public let isRequired: Bool
    let probe: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - name: What is needed, in a word.
    ///   - isRequired: Whether the service is of no use without it.
    ///   - probe: Returns where it is there, and throws where it is not. Its error's text goes to the log alone. After
    ///     `ReadinessMonitor.probeTime` it is not waited for any longer; it is not called again before it has returned.
    public init(_ name: String, isRequired: Bool = true, probe: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.isRequired = isRequired
        self.probe = probe
    }
}

/// What `/readyz` answers.
struct ReadinessReport: Sendable, Equatable {
    enum Phase: String, Sendable {
        case starting, serving, stopping
    }

    struct Part: Sendable, Equatable {
        let name: String
        let isRequired: Bool
        let state: String
        let isThere: Bool
    }

    let phase: Phase
    let parts: [Part]

    /// Whether calls should be sent here.
    var isReady: Bool { phase == .serving && parts.allSatisfy { $0.isThere || !$0.isRequired } }

    /// As JSON, with 200 or 503.
    var answer: HTTPAnswer {
        let checks = parts.map { part in
            "{\"name\":\(JSONText.quoted(part.name)),\"ready\":\(part.isThere),\"required\":\(part.isRequired),"
                + "\"state\":\(JSONText.quoted(part.state))}"
        }
        let status = isReady ? "ready" : phase == .serving ? "not ready" : phase.rawValue
        return HTTPAnswer(
            status: isReady ? 200 : 503,
            body: "{\"status\":\"\(status)\",\"checks\":[\(checks.joined(separator: ","))]}\n"
        )
    }
}
