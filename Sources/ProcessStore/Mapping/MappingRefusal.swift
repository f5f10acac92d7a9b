internal import ServiceKit
internal import StableMapping

/// How the engine's refusals are told to a client. Details travel as one header, which many clients take up to 8 KiB only.
enum MappingRefusal {
    /// Facts that are named as breaking the compatibility.
    static let violations = 50
    /// Bytes of the details together.
    static let detailBytes = 4_096
    /// For programs.
    static let incompatible = "MAPPING_INCOMPATIBLE"

    /// As many of `entries` as may be told; the first always.
    static func shown<Entry>(_ entries: [Entry], limit: Int, size: (Entry) -> Int) -> [Entry] {
        var bytes = 0
        let fitting = entries.prefix(limit).prefix {
            bytes += size($0)
            return bytes <= detailBytes
        }
        return Array(fitting.isEmpty ? entries.prefix(1) : fitting)
    }
}

extension ServiceError {
    /// INVALID_ARGUMENT, with a violation for each key.
    init(_ error: MappingError) {
        switch error {
        case .invalidKeys(let problems, let count):
            let all = problems.map { problem in
                FieldViolation(
                    RequestValidator.mappingField(problem.key),
                    "is no key of a mapping: \(problem.reason) (column \(problem.column)). A key is \(KeyProblem.form).",
                    reason: "INVALID_KEY"
                )
            }
            let shown = MappingRefusal.shown(all, limit: RequestLimits.violations) {
                2 * $0.field.utf8.count + $0.description.utf8.count + $0.reason.utf8.count
            }
            let first = shown.first.map { "\($0.field) \($0.description)" } ?? error.description
            let rest = count > 1 ? " (and \(count - 1) more, see details)" : ""
            self.init(.invalid(shown), message: first + rest)
        case .tooManyEntries(let count):
            self = .invalid([
                FieldViolation(
                    "stable_mapping",
                    "must have at most \(MappingLimits.entries) entries, with those given earlier; it would have \(count).",
                    reason: "TOO_MANY"
                )
            ])
        case .versionOrder:
            self.init(
                .internal,
                message: "Something went wrong here; the log has the cause.",
                cause: error.description
            )
        }
    }

    /// FAILED_PRECONDITION, with the facts that break a process's compatibility.
    static func incompatible(_ violations: [MappingCompatibility.Violation]) -> ServiceError {
        let all = violations.map {
            PreconditionViolation(
                subject: $0.subject,
                description: $0.description.shortened(to: MappingReportForm.sentenceCharacters)
            )
        }
        let shown = MappingRefusal.shown(all, limit: MappingRefusal.violations) {
            $0.subject.utf8.count + $0.description.utf8.count + MappingRefusal.incompatible.utf8.count
        }
        let rest = all.count > 1 ? " (And \(all.count - 1) more, see details.)" : ""
        return ServiceError(
            .failedPrecondition(reason: MappingRefusal.incompatible, violations: shown),
            message: """
                The process's compatibility is BACKWARD: \(all.first?.description ?? "")\(rest) Keep what \
                is lost, or set compatibility to NONE.
                """
        )
    }
}

extension MappingCompatibility.Violation {
    /// The key whose fact it is about.
    fileprivate var subject: String {
        switch self {
        case .removed(let key, _): RequestValidator.mappingField(key)
        case .retargeted(let change): RequestValidator.mappingField(change.key)
        }
    }
}

extension RequestValidator {
    /// How violations name an entry.
    static func mappingField(_ key: String) -> String { "stable_mapping[\"\(key.prefix(100))\"]" }
}
