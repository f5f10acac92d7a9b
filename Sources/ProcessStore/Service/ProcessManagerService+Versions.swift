internal import FoundationEssentials
public import GRPCCore
public import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

extension ProcessManagerService {
    /// See Protos/grimoire/v1/process_manager.proto.
    public func diffVersions(
        request: Grimoire_V1_DiffVersionsRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_DiffVersionsResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.process(request.processID)
        if request.hasFromVersion, request.fromVersion < 1 {
            validator.reject("from", "must be 1 or more, or absent for the one before.", "OUT_OF_RANGE")
        }
        if request.hasToVersion, request.toVersion < 1 {
            validator.reject("to", "must be 1 or more, or absent for the latest.", "OUT_OF_RANGE")
        }
        try validator.finish()
        let new = try await store.version(
            request.hasToVersion ? request.toVersion : 0,
            of: process,
            organization: caller.organizationID
        )
        // Version 1 has none before it, and does not differ from itself.
        let from = request.hasFromVersion ? request.fromVersion : max(1, new.number - 1)
        let old = try await store.version(from, of: process, organization: caller.organizationID)
        let diff = try await store.workshop.run(bytes: old.content.size + new.content.size) {
            VersionDiff(old.content, new.content)
        }
        Call.current?.concerns(new.number)
        return Grimoire_V1_DiffVersionsResponse(diff, of: process, from: old.number, to: new.number)
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func verifyVersion(
        request: Grimoire_V1_VerifyVersionRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_VerifyVersionResponse {
        let caller = try Caller.require()
        let process = try Self.process(request.processID, version: request.versionNumber)
        let verification = try await store.verify(
            version: request.versionNumber,
            of: process,
            wholeChain: request.wholeChain,
            organization: caller.organizationID
        )
        let chain = verification.chain
        return .with {
            $0.processID = process.text
            $0.versionNumber = verification.version
            $0.valid = chain.isValid
            $0.versionsChecked = chain.checked
            $0.findings = chain.findings.map { finding in
                .with {
                    $0.versionNumber = finding.version
                    $0.kind = finding.kind.rawValue
                    $0.message = finding.message
                }
            }
            $0.contentHash = chain.contentHash.hexadecimal
            $0.chainHash = chain.chainHash.hexadecimal
            $0.signingKeyID = verification.keyID
        }
    }
}

extension Grimoire_V1_DiffVersionsResponse {
    /// What changed between two versions of a process.
    init(_ diff: VersionDiff, of process: UUID, from: Int32, to: Int32) {
        self.init()
        processID = process.text
        fromVersion = from
        toVersion = to
        values = diff.values.map(\.message)
        document = diff.document.map(\.message)
        code = diff.code.map(\.message)
        mapping = diff.mapping.map(\.message)
        truncated = diff.isTruncated
    }
}

extension ValueDiff {
    var message: Grimoire_V1_ValueChange {
        .with {
            $0.kind = kind.rawValue
            $0.key = key
            $0.oldValue = old
            $0.newValue = new
        }
    }
}

extension TextDiff.Hunk {
    var message: Grimoire_V1_DiffHunk {
        .with {
            $0.fromLine = Self.first(from)
            $0.fromCount = Int32(from.count)
            $0.toLine = Self.first(to)
            $0.toCount = Int32(to.count)
            $0.lines = lines.map(\.message)
        }
    }

    /// From 1; of no lines, the line before, as diff says it.
    private static func first(_ range: Range<Int>) -> Int32 {
        Int32(range.isEmpty ? range.lowerBound : range.lowerBound + 1)
    }
}

extension TextDiff.Line {
    var message: Grimoire_V1_DiffLine {
        let hasLineFeed = text.utf8.last == UInt8(ascii: "\n")
        return .with {
            $0.kind = kind.rawValue
            $0.text = hasLineFeed ? String(decoding: text.utf8.dropLast(), as: UTF8.self) : String(text)
            $0.noLineFeed = !hasLineFeed
        }
    }
}
