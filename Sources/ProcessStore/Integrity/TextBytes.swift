/// Texts as their bytes: Unicode calls texts equal, and in order, that hash differently.
extension String {
    /// Whether both are the same, byte by byte.
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isSame = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
        }
        // Only texts that are not Swift's own lack contiguous bytes.
        return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
    }

    /// Whether it comes before another one in the order of their bytes.
    func precedesInBytes(_ other: String) -> Bool {
        let precedes = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in left.lexicographicallyPrecedes(right) }
        }
        return (precedes ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }
}
