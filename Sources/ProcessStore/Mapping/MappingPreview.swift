internal import FoundationEssentials
internal import GrimoireAPI
internal import SPySyntax
internal import ServiceKit
internal import StableMapping

/// What a mapping would become if code were stored: the same engine, the same request, nothing written. A pure value.
struct MappingPreview: Sendable {
    /// Violations of an answer.
    static let violations = 50

    private let request: Grimoire_V1_ValidateProcessRequest
    /// The process; one that nobody has where there is none yet.
    private let process: UUID
    private let head: ProcessStore.MappedHead?

    /// - Parameters:
    ///   - request: Code and entries.
    ///   - process: The process whose next version this would be; nil for a new one.
    ///   - head: Its latest version.
    init(
        _ request: Grimoire_V1_ValidateProcessRequest,
        process: UUID?,
        head: ProcessStore.MappedHead?
    ) {
        self.request = request
        self.process = process ?? UUID()
        self.head = head
    }

    /// What it costs, as bytes of text.
    var size: Int {
        request.spyCode.utf8.count + (head?.version.bytes ?? 0)
            + request.stableMapping.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }

    /// Adds the report, and what the process's compatibility forbids.
    ///
    /// - Throws: `ServiceError` (INVALID_ARGUMENT) where keys are none or entries too many.
    func fill(
        _ response: inout Grimoire_V1_ValidateProcessResponse,
        _ program: ProgramFacts
    ) throws -> MappingOutcome {
        let change = MappingChange(
            program: program,
            code: request.spyCode,
            given: request.stableMapping,
            replaces: request.replaceMapping
        )
        let policy = head?.policy ?? MappingPolicy()
        let previous = try head?.version.version()
        let outcome = try change.outcome(
            of: process,
            version: (previous?.state.version ?? 0) + 1,
            after: previous,
            deriving: policy.derives
        )
        response.mappingReport = MappingReportForm.message(outcome, withIDs: head != nil)
        if let previous {
            let violations = policy.compatibility.violations(from: previous.state, to: outcome.state)
            response.mappingViolations = violations.prefix(Self.violations).map(\.message)
            response.mappingViolationsTruncated = violations.count > Self.violations
        }
        return outcome
    }

    /// The mapping's facts with their places, in the order of the text.
    func facts(of outcome: MappingOutcome, in program: ProgramFacts) -> [DryRun.Fact] {
        let entries = outcome.state.entries
        let meanings = program.meanings(of: entries.compactMap(\.fact))
        return entries.compactMap { entry in
            guard let fact = entry.fact, case .one(let place) = meanings[fact] else { return nil }
            let isKnown = head != nil || entry.origin == .given
            return DryRun.Fact(key: entry.key, id: isKnown ? entry.factID : "", range: place.range)
        }.sorted { ($0.range.start, $0.range.end, $0.key) < ($1.range.start, $1.range.end, $1.key) }
    }
}
