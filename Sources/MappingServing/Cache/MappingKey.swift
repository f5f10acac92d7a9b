internal import FoundationEssentials
internal import ServiceKit

/// A process of one organization: everything that is cached is cached for the organization that asked.
typealias ProcessKey = ProcessChange

/// One answer that never changes: the mapping of a version, or what became of it between two versions.
struct MappingKey: Hashable, Sendable {
    /// Which answer about a version it is.
    enum Kind: Hashable, Sendable {
        /// Its mapping.
        case mapping
        /// What became of the facts from that version on.
        case evolution(from: Int32)
    }

    let process: ProcessKey
    let kind: Kind
    /// The version, from 1. In a question, 0 is the latest.
    let version: Int32

    /// One number of all of it: IDs are as good as random, and the hasher is seeded.
    func hash(into hasher: inout Hasher) {
        let from: Int32
        switch kind {
        case .mapping: from = 0
        case .evolution(let version): from = version
        }
        let versions = UInt64(UInt32(bitPattern: version)) << 32 | UInt64(UInt32(bitPattern: from))
        hasher.combine(process.hashNumber ^ versions)
    }

    /// The same of another version.
    func at(_ version: Int32) -> MappingKey { MappingKey(process: process, kind: kind, version: version) }

    /// Whether it is a question that the process's latest version answers.
    var isLatest: Bool { version == 0 }

    /// Where it lies in Redis, below its process.
    var sharedName: String {
        switch kind {
        case .mapping: "m:\(version)"
        case .evolution(let from): "e:\(from):\(version)"
        }
    }

    /// Where it lies in Redis.
    var sharedKey: String { process.key(sharedName) }
}
