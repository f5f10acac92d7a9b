/// Makes the stable mapping of a version: which expression of the program has which fact ID.
///
/// A pure function of the version before and the request: the same answer wherever and whenever it is asked, so that two
/// replicas that race for a version number agree. Fact IDs are given to an expression in four ways, in this order, and in no
/// other: the client gave it; the expression, or what it was before it moved or was renamed, had it in the version before;
/// it had it before it was removed; it is new and derived from process, expression and version. So an ID never comes to an
/// expression that is not its own, unless the client says so.
///
/// ```swift
/// let outcome = try MappingEngine.next(
///     after: MappedVersion(state: state, program: ProgramFacts(oldCode)),
///     MappingRequest(process: process, version: 2, program: ProgramFacts(newCode), given: entries)
/// )
/// ```
public enum MappingEngine {
    /// The mapping of the version after another one, or of the first.
    ///
    /// Costs time that grows with n log n of both programs, within ``MappingLimits``; next to nothing where the same is asked
    /// again for a copy of the program.
    ///
    /// - Parameters:
    ///   - previous: The version before; nothing for the first.
    ///   - request: The new version and what the client gives.
    /// - Throws: ``MappingError`` where given keys are none, or where there are too many.
    public static func next(
        after previous: MappedVersion?,
        _ request: MappingRequest
    ) throws(MappingError) -> MappingOutcome {
        if let previous, request.version <= previous.state.version {
            throw .versionOrder(request.version, after: previous.state.version)
        }
        if let outcome = previous?.repeated(by: request) { return outcome }
        let given = try keys(of: request)
        var run = MappingRun(previous, request)
        run.bindEntries()
        run.claimGiven(given)
        run.claimUnmatched()
        run.claimCarried()
        run.restore()
        run.derive()
        guard run.givenCount <= MappingLimits.entries else { throw .tooManyEntries(run.givenCount) }
        return run.finish()
    }

    /// The given keys taken apart.
    private static func keys(of request: MappingRequest) throws(MappingError) -> [String: FactKey] {
        guard request.given.count <= MappingLimits.entries else { throw .tooManyEntries(request.given.count) }
        var keys: [String: FactKey] = [:]
        var problems: [KeyProblem] = []
        for text in request.given.keys {
            do {
                keys[text] = try FactKey(text)
            } catch {
                problems.append(error)
            }
        }
        guard problems.isEmpty else {
            problems.sort { $0.key < $1.key }
            throw .invalidKeys(Array(problems.prefix(MappingLimits.reportedProblems)), count: problems.count)
        }
        return keys
    }
}
