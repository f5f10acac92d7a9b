internal import FoundationEssentials
public import GRPCCore
public import GrimoireAPI
internal import SPyAnalysis
internal import SPySandbox
internal import ServiceKit
internal import StableMapping

extension ProcessManagerService {
    /// See Protos/grimoire/v1/process_manager.proto.
    public func validateProcess(
        request: Grimoire_V1_ValidateProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_ValidateProcessResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        validator.spyCode(request.spyCode)
        validator.mapping(request.stableMapping)
        if request.hasDryRun { validator.dryRun(request.dryRun) }
        let process = request.hasProcessID ? validator.process(request.processID) : nil
        try validator.finish()
        var head: ProcessStore.MappedHead?
        if let process { head = try await store.mappedHead(of: process, organization: caller.organizationID) }
        let preview = MappingPreview(request, process: process, head: head)
        let stop = StopRequest()
        return try await withTaskCancellationHandler {
            // A run takes its time whatever the length of the code.
            let bytes = request.hasDryRun ? Int.max : preview.size
            return try await store.workshop.run(bytes: bytes) {
                let review = CodeReview(request.spyCode)
                var response = review.response
                guard review.analysis.isAccepted else { return response }
                let program = ProgramFacts(review.parsed)
                let outcome = try preview.fill(&response, program)
                if request.hasDryRun {
                    let facts = preview.facts(of: outcome, in: program)
                    response.dryRun = DryRun.run(review.parsed, request.dryRun, facts: facts, stop: stop)
                }
                return response
            }
        } onCancel: {
            stop.stop()
        }
    }
}

extension RequestValidator {
    mutating func dryRun(_ run: Grimoire_V1_ValidateProcessRequest.DryRun) {
        text(run.entryPoint, "dry_run.entry_point", characters: RequestLimits.runNameCharacters)
        text(run.arguments, "dry_run.arguments", bytes: DryRun.argumentBytes)
        if !run.arguments.isEmpty, !Self.isJSON(run.arguments, isContainer: true) {
            reject("dry_run.arguments", "must be a JSON array or a JSON object.", "INVALID_JSON")
        }
        if !(0...DryRun.stepLimit).contains(run.maxSteps) {
            reject("dry_run.max_steps", "must be from 1 to \(DryRun.stepLimit), or absent.", "OUT_OF_RANGE")
        }
        if run.actionResults.count > DryRun.actionResults {
            reject(
                "dry_run.action_results",
                "must have at most \(DryRun.actionResults) entries; it has \(run.actionResults.count).",
                "TOO_MANY"
            )
            return
        }
        if run.actionResults.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count })
            > DryRun.argumentBytes
        {
            reject(
                "dry_run.action_results",
                "must have at most \(DryRun.argumentBytes) bytes together.",
                "TOO_LONG"
            )
            return
        }
        for (name, value) in run.actionResults where !Self.isJSON(value, isContainer: false) {
            reject("dry_run.action_results[\"\(name.prefix(100))\"]", "must be JSON.", "INVALID_JSON")
        }
    }

    private static func isJSON(_ text: String, isContainer: Bool) -> Bool {
        guard let value = try? JSONDecoder().decode(AnyJSON.self, from: Data(text.utf8)) else { return false }
        return value.isContainer || !isContainer
    }
}

/// Any JSON value, of which only the outermost form is wanted.
private struct AnyJSON: Decodable {
    let isContainer: Bool

    private struct AnyKey: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if (try? decoder.container(keyedBy: AnyKey.self)) != nil {
            isContainer = true
        } else {
            isContainer = (try? decoder.unkeyedContainer()) != nil
        }
    }
}
