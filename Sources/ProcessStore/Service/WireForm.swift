internal import FoundationEssentials
internal import GrimoireAPI
internal import SwiftProtobuf

/// Between the store's values and the API's messages.
extension Instant {
    var timestamp: Google_Protobuf_Timestamp {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return .with {
            $0.seconds = rest < 0 ? seconds - 1 : seconds
            $0.nanos = Int32((rest < 0 ? rest + 1_000_000 : rest) * 1_000)
        }
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
        }
    }
}

extension ProcessContent {
    /// What this becomes by an update: what is left out stays.
    func applying(_ request: Grimoire_V1_UpdateProcessRequest) -> ProcessContent {
        var next = self
        if request.hasName { next.name = request.name }
        if request.hasDescription_p { next.description = request.description_p }
        next.spyCode = request.spyCode
        if request.hasProcessDocument { next.document = Document(request.processDocument) }
        if request.replaceMapping {
            next.stableMapping = request.stableMapping
        } else {
            next.stableMapping.merge(request.stableMapping) { $1 }
        }
        return next
    }
}
