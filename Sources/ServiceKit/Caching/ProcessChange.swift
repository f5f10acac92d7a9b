public import FoundationEssentials

/// Something of a process has changed: it has a new version, was deleted or restored. What services tell each other through
/// Redis, so that they forget what they know of it.
public struct ProcessChange: Hashable, Sendable {
    /// Whose process it is.
    public let organization: UUID
    /// Which.
    public let process: UUID

    /// A change.
    public init(organization: UUID, process: UUID) {
        self.organization = organization
        self.process = process
    }

    /// By ``hashNumber``.
    public func hash(into hasher: inout Hasher) { hasher.combine(hashNumber) }

    /// What is hashed: of the process alone, since its ID is as good as random, and hardly any two organizations have the same.
    public var hashNumber: UInt64 {
        withUnsafeBytes(of: process.uuid) { bytes in
            let low = bytes.loadUnaligned(as: UInt64.self)
            return low ^ bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).byteSwapped
        }
    }

    /// Where changes are published. The number is that of the message's form.
    public static let channel = "grimoire:1:changes"

    /// The change in a message; nil where it is none of ours.
    public init?(message: [UInt8]) {
        let parts = message.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2,
            let organization = parts[0].withContiguousStorageIfAvailable({ UUID(text: $0) }) ?? nil,
            let process = parts[1].withContiguousStorageIfAvailable({ UUID(text: $0) }) ?? nil
        else { return nil }
        self.init(organization: organization, process: process)
    }

    /// The message.
    public var message: String { "\(organization.text) \(process.text)" }

    /// The key under which replicas of grimoire-mappings share what the process's latest version is.
    public var headKey: String { key("head") }

    /// The key under which replicas of grimoire-processes share what they answer of the process as a whole.
    public var detailsKey: String { key("details") }

    /// The key under which they share a version.
    public func versionKey(_ number: Int32) -> String { key("v:\(number)") }

    /// The key of something about the process: `grimoire:1:{ORGANIZATION:PROCESS}:NAME`. In a cluster the keys of a process lie on
    /// one server, by what stands in braces.
    public func key(_ name: String) -> String {
        let start: StaticString = "grimoire:1:{"
        let fixed = start.utf8CodeUnitCount + 2 * UUID.textBytes + 3
        // Written at once, without the strings of an interpolation: a read from Redis makes two of them.
        return String(unsafeUninitializedCapacity: fixed + name.utf8.count) { text in
            var place = 0
            func append(_ byte: UInt8) {
                text[place] = byte
                place += 1
            }
            func append(_ id: UUID) {
                id.writeText(to: UnsafeMutableBufferPointer(rebasing: text[place...]))
                place += UUID.textBytes
            }
            start.withUTF8Buffer { $0.forEach(append) }
            append(organization)
            append(UInt8(ascii: ":"))
            append(process)
            append(UInt8(ascii: "}"))
            append(UInt8(ascii: ":"))
            name.utf8.forEach(append)
            return place
        }
    }
}
