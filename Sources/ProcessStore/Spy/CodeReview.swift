internal import GRPCCore
internal import GRPCProtobuf
internal import GrimoireAPI
internal import SPyAnalysis
internal import SPySyntax
internal import ServiceKit
internal import SwiftProtobuf

/// What SPy's rules say of some code, in the API's words.
struct CodeReview: Sendable {
    /// Diagnostics of an answer.
    static let diagnosticLimit = 200
    /// Diagnostics in the details of an error. Details travel as one header, which many clients take up to 8 KiB only.
    static let errorDiagnosticLimit = 20
    /// Bytes of these diagnostics together.
    static let errorDetailBytes = 4_096
    /// Characters of a source line that are shown.
    static let sourceLineCharacters = 200

    /// The program, for what comes after.
    let parsed: ParseResult
    /// Everything that is known of it.
    let analysis: Analysis

    /// Looks at code.
    ///
    /// - Parameter depth: How much to say of it. What is only warned of, nobody learns where code is written.
    init(_ code: String, depth: AnalysisDepth = .warnings) {
        parsed = parse(code)
        analysis = analyze(parsed, depth: depth)
    }

    /// Throws where the code is refused: INVALID_ARGUMENT, with a SpyDiagnostic for each error.
    func requireAccepted() throws {
        guard !analysis.isAccepted else { return }
        let errors = analysis.diagnostics.filter { $0.severity == .error }
        let shown = errors.prefix(Self.errorDiagnosticLimit).map(message)
        guard let first = shown.first else { return }
        let rest = errors.count > 1 ? " (and \(errors.count - 1) more, see details)" : ""
        let sentence =
            "spy_code is not SPy: line \(first.line), column \(first.column): \(first.message)\(rest)"
        var violation = ErrorDetails.BadRequest.FieldViolation(field: "spy_code", description: sentence)
        violation.reason = first.rule
        var details: [ErrorDetails] = [.badRequest(violations: [violation])]
        var bytes = sentence.utf8.count * 2
        for diagnostic in shown {
            let packed = try Google_Protobuf_Any(message: diagnostic)
            bytes += packed.value.count + packed.typeURL.utf8.count
            guard bytes <= Self.errorDetailBytes else { break }
            details.append(.any(packed))
        }
        throw GoogleRPCStatus(code: .invalidArgument, message: sentence, details: details)
    }

    /// What `ValidateProcess` answers, but for the dry run.
    var response: Grimoire_V1_ValidateProcessResponse {
        .with {
            $0.valid = analysis.isAccepted
            $0.diagnostics = analysis.diagnostics.prefix(Self.diagnosticLimit).map(message)
            $0.truncated = analysis.diagnostics.count > Self.diagnosticLimit
            $0.actions = analysis.actions.map(\.name)
            $0.modules = analysis.modules.map(\.name)
            $0.functions = analysis.functions.map(\.path)
        }
    }

    private func message(_ diagnostic: Diagnostic) -> Grimoire_V1_SpyDiagnostic {
        let source = analysis.source
        let start = source.position(at: diagnostic.range.start)
        let end = source.position(at: max(diagnostic.range.start, diagnostic.range.end))
        return .with {
            $0.rule = diagnostic.rule.rawValue
            $0.severity = diagnostic.severity.rawValue
            $0.message = diagnostic.message
            $0.hint = diagnostic.hint ?? ""
            $0.line = Int32(start.line)
            $0.column = Int32(start.column)
            $0.endLine = Int32(end.line)
            $0.endColumn = Int32(end.column)
            $0.sourceLine = String(
                String.UnicodeScalarView(
                    source.line(start.line).unicodeScalars.prefix(Self.sourceLineCharacters)
                )
            )
        }
    }
}
