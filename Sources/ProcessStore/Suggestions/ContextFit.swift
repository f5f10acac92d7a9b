internal import GrimoireAPI
internal import SwiftProtobuf

extension Grimoire_V1_GetSuggestionContextResponse {
    /// What an answer may take, in bytes: below what gRPC's messages may (4 MiB), so that the largest process can be chatted about.
    static let maxBytes = 4 * 1_024 * 1_024 - 4_096
    /// What is left of a long changelog where there is no room, in characters.
    private static let shortChangelog = 200

    /// Leaves out what matters least until the answer fits: the end of the last change, which says so (`truncated`); of the best-rated
    /// suggestions the worst; changelogs but for their beginnings, which end with an ellipsis; the oldest exchanges. The process
    /// stays whole.
    ///
    /// Costs time in proportion to the answer, some times over.
    ///
    /// - Throws: What SwiftProtobuf says of texts that it cannot encode.
    mutating func fit(into limit: Int = maxBytes) throws {
        var excess = try byteCount() - limit
        guard excess > 0 else { return }
        if hasLastChange {
            lastChange.document = []
            lastChange.code = []
            lastChange.mapping = []
            lastChange.truncated = true
            excess = try byteCount() - limit
        }
        try Self.drop(&excess, from: &rated, isFirst: false)
        if excess > 0 {
            for index in process.versionHistory.indices {
                let changelog = process.versionHistory[index].changelog
                guard changelog.unicodeScalars.count > Self.shortChangelog else { continue }
                let beginning = changelog.unicodeScalars.prefix(Self.shortChangelog)
                process.versionHistory[index].changelog = String(beginning) + "…"
            }
            excess = try byteCount() - limit
        }
        try Self.drop(&excess, from: &session, isFirst: true)
    }

    /// Drops the first or the last ones until nothing is too much, or nothing is left.
    private static func drop(
        _ excess: inout Int,
        from suggestions: inout [Grimoire_V1_Suggestion],
        isFirst: Bool
    ) throws {
        while excess > 0, let next = isFirst ? suggestions.first : suggestions.last {
            let bytes: [UInt8] = try next.serializedBytes()
            excess -= bytes.count
            if isFirst { suggestions.removeFirst() } else { suggestions.removeLast() }
        }
    }

    private func byteCount() throws -> Int {
        let bytes: [UInt8] = try serializedBytes()
        return bytes.count
    }
}
