internal import SPySyntax

/// Texts as their bytes: Unicode calls texts equal that are not.
extension String {
    /// Whether both are the same, byte by byte.
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isSame = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                UnsafeRawBufferPointer(left).hasSameBytes(as: UnsafeRawBufferPointer(right))
            }
        }
        // Only texts that are not Swift's own lack contiguous bytes.
        return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
    }

    /// Whether all characters are ASCII's.
    var isASCII: Bool {
        let bits = utf8.withContiguousStorageIfAvailable { $0.reduce(0 as UInt8) { $0 | $1 } }
        return (bits ?? utf8.reduce(0) { $0 | $1 }) < 0x80
    }
}
