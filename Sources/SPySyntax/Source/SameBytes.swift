/// Comparing bytes by words: element by element, it takes ten times as long.
extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes.
    package func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset + 8 <= count {
            let (one, two) = (
                loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            )
            guard one == two else { return false }
            offset += 8
        }
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset += 1
        }
        return true
    }
}

extension ArraySlice<UInt8> {
    /// Whether both hold the same bytes.
    package func hasSameBytes(as other: ArraySlice<UInt8>) -> Bool {
        count == other.count
            && withUnsafeBytes { one in other.withUnsafeBytes { other in one.hasSameBytes(as: other) } }
    }
}
