internal import GrimoireAPI
internal import StableMapping
internal import SwiftProtobuf

/// The engine's report in the API's words, within its limits.
struct MappingReportForm {
    /// Entries of each list of an answer.
    static let listEntries = 500
    /// Bytes of all lists of an answer together.
    static let listBytes = 256 << 10

    /// Characters of a sentence that names keys.
    static let sentenceCharacters = 1_000

    private var room = Self.listBytes
    private var isTruncated = false

    /// The message of a report; `withIDs` false leaves out the IDs of derived entries.
    static func message(_ outcome: MappingOutcome, withIDs: Bool = true) -> Grimoire_V1_MappingReport {
        var form = MappingReportForm()
        let report = outcome.report
        return .with {
            // What a client may have to act upon is the first to find room.
            $0.warnings = form.warnings(report.warnings)
            $0.unmatched = form.entries(report.unmatched)
            $0.retired = form.entries(report.retired)
            $0.moved = form.moves(report.moved)
            $0.restored = form.entries(report.restored)
            $0.given = form.entries(report.given)
            $0.derived = form.entries(report.derived, withIDs: withIDs)
            $0.counts = counts(outcome)
            $0.truncated = form.isTruncated
        }
    }

    private static func counts(_ outcome: MappingOutcome) -> Grimoire_V1_MappingCounts {
        let report = outcome.report
        return .with {
            $0.entries = Int32(outcome.state.entries.count)
            $0.given = Int32(report.given.count)
            $0.derived = Int32(report.derived.count)
            $0.carried = Int32(report.carried.count)
            $0.moved = Int32(report.moved.count)
            $0.restored = Int32(report.restored.count)
            $0.retired = Int32(report.retired.count)
            $0.unmatched = Int32(report.unmatched.count)
            $0.warnings = Int32(report.warnings.count)
        }
    }

    private mutating func entries(
        _ items: [MappingReport.Item],
        withIDs: Bool = true
    ) -> [Grimoire_V1_MappingEntry] {
        fitting(items, size: { $0.key.utf8.count + $0.factID.utf8.count }).map { item in
            withIDs ? item.message : .with { $0.key = item.key }
        }
    }

    private mutating func moves(_ moves: [MappingReport.Move]) -> [Grimoire_V1_MovedEntry] {
        fitting(moves, size: { $0.oldKey.utf8.count + $0.key.utf8.count + $0.factID.utf8.count }).map(
            \.message
        )
    }

    private mutating func warnings(_ warnings: [MappingWarning]) -> [Grimoire_V1_MappingWarning] {
        fitting(warnings.map(\.message), size: { $0.key.utf8.count + $0.message.utf8.count })
    }

    private mutating func fitting<Item>(_ items: [Item], size: (Item) -> Int) -> [Item] {
        var shown: [Item] = []
        for item in items.prefix(Self.listEntries) {
            guard size(item) <= room else { break }
            room -= size(item)
            shown.append(item)
        }
        isTruncated = isTruncated || shown.count < items.count
        return shown
    }
}

extension String {
    /// At most so many characters, with an ellipsis where some are missing.
    func shortened(to limit: Int) -> String {
        guard utf8.count > limit, unicodeScalars.count > limit else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(limit))) + "…"
    }
}

extension MappingReport.Item {
    var message: Grimoire_V1_MappingEntry {
        .with {
            $0.key = key
            $0.factID = factID
        }
    }
}

extension MappingReport.Move {
    var message: Grimoire_V1_MovedEntry {
        .with {
            $0.oldKey = oldKey
            $0.key = key
            $0.factID = factID
        }
    }
}

extension MappingWarning {
    var message: Grimoire_V1_MappingWarning {
        .with {
            $0.kind = code
            $0.key = key ?? ""
            $0.message = description.shortened(to: MappingReportForm.sentenceCharacters)
        }
    }
}

extension MappingCompatibility.Violation {
    var message: Grimoire_V1_MappingViolation {
        .with {
            $0.message = description.shortened(to: MappingReportForm.sentenceCharacters)
            switch self {
            case .removed(let key, let factID):
                $0.kind = "REMOVED"
                $0.oldKey = key
                $0.oldFactID = factID
            case .retargeted(let change):
                $0.kind = "RETARGETED"
                $0.oldKey = change.oldKey
                $0.key = change.key
                $0.oldFactID = change.oldFactID
                $0.factID = change.factID
            }
        }
    }
}

extension MappingEvolution.Retarget {
    var message: Grimoire_V1_RetargetedEntry {
        .with {
            $0.oldKey = oldKey
            $0.key = key
            $0.oldFactID = oldFactID
            $0.factID = factID
        }
    }
}
