internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// Between the store's values and the API's messages.
extension Instant {
    /// The time now.
    static var now: Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }

    var timestamp: Google_Protobuf_Timestamp {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return .with {
            $0.seconds = rest < 0 ? seconds - 1 : seconds
            $0.nanos = Int32((rest < 0 ? rest + 1_000_000 : rest) * 1_000)
        }
    }
}

extension Google_Protobuf_Timestamp {
    /// Whole microseconds; nil where it is outside of what the API's Timestamp may be.
    var instant: Instant? {
        guard (-62_135_596_800...253_402_300_799).contains(seconds), (0..<1_000_000_000).contains(nanos)
        else { return nil }
        return Instant(microseconds: seconds * 1_000_000 + Int64(nanos) / 1_000)
    }
}

extension Google_Protobuf_Duration {
    /// From microseconds.
    init(microseconds: Int64) {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        self = .with {
            $0.seconds = seconds
            $0.nanos = Int32(rest) * 1_000
        }
    }

    /// Whole microseconds; nil where it is negative or longer than a run may be.
    var microseconds: Int64? {
        guard (0...RequestLimits.periodDays * 86_400).contains(seconds), (0..<1_000_000_000).contains(nanos)
        else {
            return nil
        }
        return seconds * 1_000_000 + Int64(nanos) / 1_000
    }
}

extension VersionSummary {
    var message: Grimoire_V1_ProcessVersion {
        .with {
            $0.versionNumber = number
            $0.createdAt = createdAt.timestamp
            $0.createdBy = createdBy.text
            $0.changelog = changelog
            $0.name = name
        }
    }
}

extension ProcessListing {
    var message: Grimoire_V1_ProcessSummary {
        .with {
            $0.processID = process.id.text
            $0.name = name
            $0.description_p = description
            $0.versionNumber = process.latestVersion
            $0.createdAt = process.createdAt.timestamp
            $0.updatedAt = process.updatedAt.timestamp
            $0.createdBy = process.createdBy.text
        }
    }
}

extension ProcessContent.Document {
    init(_ message: Grimoire_V1_ProcessDocument) {
        self.init(
            format: message.format.isEmpty ? RequestLimits.documentFormats[0] : message.format,
            text: message.text,
            attributes: message.attributes
        )
    }

    var message: Grimoire_V1_ProcessDocument {
        .with {
            $0.format = format
            $0.text = text
            $0.attributes = attributes
            $0.derived = isDerived
        }
    }
}

extension ProcessContent {
    /// What a request to make a process says, but for the mapping; `outline` stands in for a document.
    init(_ request: Grimoire_V1_CreateProcessRequest, outline: @autoclosure () -> Document) {
        let isGiven = request.hasProcessDocument && !request.processDocument.derived
        self.init(
            name: request.name,
            description: request.description_p,
            spyCode: request.spyCode,
            stableMapping: [:],
            document: isGiven ? Document(request.processDocument) : outline()
        )
    }

    /// What this becomes by an update, but for the mapping: what is left out stays, and a derived document follows the code.
    /// Outlining is left out where nobody needs it.
    func applying(
        _ request: Grimoire_V1_UpdateProcessRequest,
        outline: @autoclosure () -> Document
    ) -> ProcessContent {
        var next = self
        if request.hasName { next.name = request.name }
        if request.hasDescription_p { next.description = request.description_p }
        next.spyCode = request.spyCode
        if request.hasProcessDocument {
            next.document = request.processDocument.derived ? outline() : Document(request.processDocument)
        } else if document?.isDerived ?? true, !spyCode.utf8.elementsEqual(request.spyCode.utf8) {
            next.document = outline()
        }
        return next
    }
}
