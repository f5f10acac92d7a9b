internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import SuggestionContent
internal import SwiftProtobuf

extension ReportMaker {
    /// How many of each kind process storage takes.
    private static let reuseLimit = 200
    /// How long a name may be for process storage.
    private static let reuseCharacters = 255

    /// Where else in the organization there is what a process has.
    ///
    /// - Throws: `ServiceError`, `RPCError`.
    func reuse(
        _ process: Grimoire_V1_GetProcessResponse,
        _ fingerprint: ProgramFingerprint,
        _ credentials: Metadata
    ) async throws -> [Grimoire_V1_ReuseOpportunity] {
        let hashes = fingerprint.functions.map { Self.hexadecimal($0.hash) }
        let facts = process.stableMapping.sorted { $0.key < $1.key }
        let request = Grimoire_V1_FindReuseRequest.with {
            $0.processID = process.processID
            $0.functionHashes = Array(Set(hashes)).sorted().prefix(Self.reuseLimit).map { $0 }
            // No index has longer ones.
            let actions = fingerprint.actions.filter { $0.unicodeScalars.count <= Self.reuseCharacters }
            $0.actions = Array(actions.prefix(Self.reuseLimit))
            $0.factIds = Array(Set(facts.map(\.value))).sorted().prefix(Self.reuseLimit).map { $0 }
        }
        guard !request.functionHashes.isEmpty || !request.actions.isEmpty || !request.factIds.isEmpty else {
            return []
        }
        let response = try await records.reuse(request, credentials)
        return response.matches.map { match in
            Grimoire_V1_ReuseOpportunity.with {
                $0.kind = match.kind
                $0.processes = match.processes
                $0.uses = match.uses
                switch match.kind {
                case "function":
                    let here = fingerprint.functions.indices.filter { hashes[$0] == match.value }
                    $0.name = here.first.map { fingerprint.functions[$0].name } ?? ""
                    $0.line = here.count == 1 ? Int32(clamping: fingerprint.functions[here[0]].line) : 0
                case "fact": $0.name = facts.first { $0.value == match.value }?.key ?? match.value
                default: $0.name = match.value
                }
            }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    }
}
