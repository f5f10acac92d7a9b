internal import GrimoireAPI
internal import SPySandbox
internal import SPySyntax
internal import SwiftProtobuf

/// A run of a program in the sandbox, in the API's words.
enum DryRun {
    /// Steps where the request does not say.
    static let defaultSteps: Int32 = 1_000_000
    /// Steps at most.
    static let stepLimit: Int32 = 10_000_000
    /// Bytes of arguments, and of all actions' results together.
    static let argumentBytes = 65_536
    /// Actions that are given results.
    static let actionResults = 1_000
    /// Bytes that a program's values may take.
    private static let memoryBytes = 32 << 20
    /// Bytes of output and of recorded values.
    private static let outputBytes = 256 << 10
    /// Recorded calls that are shown.
    private static let shownActions = 1_000

    /// Facts that are shown.
    private static let shownFacts = 500

    /// A fact of the mapping, whose values are noted.
    struct Fact: Sendable {
        let key: String
        /// May be empty.
        let id: String
        /// Where it stands; several may stand in one place.
        let range: SourceRange
    }

    /// Runs `program`; it has been accepted.
    static func run(
        _ program: ParseResult,
        _ request: Grimoire_V1_ValidateProcessRequest.DryRun,
        facts: [Fact] = [],
        stop: StopRequest
    ) -> Grimoire_V1_DryRunResult {
        var sandbox = Sandbox()
        sandbox.limits.steps = Int(request.maxSteps == 0 ? defaultSteps : request.maxSteps)
        sandbox.limits.memoryBytes = memoryBytes
        sandbox.limits.outputBytes = outputBytes
        sandbox.actions = request.actionResults.mapValues(ActionStub.returns)
        sandbox.otherActions = .returns("null")
        let shown = facts.prefix(shownFacts)
        // Each place is watched once.
        var places: [SourceRange: Int] = [:]
        for fact in shown where places[fact.range] == nil {
            places[fact.range] = sandbox.watches.count
            sandbox.watches.append(fact.range)
        }
        let call =
            request.entryPoint.isEmpty
            ? nil
            : Sandbox.Call(
                request.entryPoint,
                arguments: request.arguments.isEmpty ? "[]" : request.arguments
            )
        let outcome = sandbox.run(program, calling: call, stop: stop)
        var result = message(outcome)
        result.facts = shown.compactMap { fact in
            guard let place = places[fact.range] else { return nil }
            let values = outcome.watched[place]
            return .with {
                $0.key = fact.key
                $0.factID = fact.id
                $0.values = values.values
                $0.count = Int64(values.count)
            }
        }
        result.factsTruncated = facts.count > shown.count
        return result
    }

    private static func message(_ outcome: Outcome) -> Grimoire_V1_DryRunResult {
        .with {
            $0.succeeded = outcome.isSuccess
            $0.result = outcome.result?.json ?? ""
            $0.output = outcome.output
            $0.steps = Int64(outcome.steps)
            $0.actions = outcome.actions.prefix(shownActions).map { action in
                .with {
                    $0.name = action.name
                    $0.arguments = action.arguments
                    $0.namedArguments = Dictionary(
                        action.keywords.map { ($0.name, $0.value) },
                        uniquingKeysWith: { $1 }
                    )
                    $0.line = Int32(action.line)
                }
            }
            if let error = outcome.error {
                $0.error = .with {
                    $0.kind = error.kind.rawValue
                    $0.type = error.type
                    $0.message = error.message
                    $0.line = Int32(error.line ?? 0)
                    $0.traceback = error.traceback.map { entry in
                        .with {
                            $0.function = entry.function
                            $0.line = Int32(entry.line)
                        }
                    }
                }
            }
        }
    }
}
