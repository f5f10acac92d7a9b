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

    /// The organization's and the process' ID, 16 bytes each.
    public func withIDBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: (organization.uuid, process.uuid), body)
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
    public var headKey: String { key(Self.headName) }

    /// Its name below the process.
    public static let headName = "head"

    /// The key under which replicas of grimoire-processes share what they answer of the process as a whole.
    public var detailsKey: String { key("details") }

    /// The key under which they share a version.
    public func versionKey(_ number: Int32) -> String { key("v:\(number)") }

    /// The key of something about the process: `grimoire:1:{ORGANIZATION:PROCESS}:NAME`. In a cluster the keys of a process lie on
    /// one server, by what stands in braces.
    public func key(_ name: String) -> String {
        String(unsafeUninitializedCapacity: Self.keyStartBytes + name.utf8.count) { text in
            writeKeyStart(to: text)
            var place = Self.keyStartBytes
            for byte in name.utf8 {
                text[place] = byte
                place += 1
            }
            return place
        }
    }

    private static let keyStart: StaticString = "grimoire:1:{"

    /// How long what all keys about a process begin with is.
    public static let keyStartBytes = keyStart.utf8CodeUnitCount + 2 * UUID.textBytes + 3

    /// Writes what all keys about the process begin with to the beginning of `text`: for who reads from Redis thousands of times a
    /// second, and has no use for a string.
    ///
    /// - Precondition: There is room for ``keyStartBytes``.
    public func writeKeyStart(to text: UnsafeMutableBufferPointer<UInt8>) {
        precondition(text.count >= Self.keyStartBytes)
        var place = text.update(
            fromContentsOf: UnsafeBufferPointer(
                start: Self.keyStart.utf8Start,
                count: Self.keyStart.utf8CodeUnitCount
            )
        )
        organization.writeText(to: UnsafeMutableBufferPointer(rebasing: text[place...]))
        place += UUID.textBytes
        text[place] = UInt8(ascii: ":")
        process.writeText(to: UnsafeMutableBufferPointer(rebasing: text[(place + 1)...]))
        place += 1 + UUID.textBytes
        text[place] = UInt8(ascii: "}")
        text[place + 1] = UInt8(ascii: ":")
    }
}
