/// Whether bytes that come in pieces are UTF-8 (RFC 3629; The Unicode Standard, table 3-7), however they are cut.
///
/// It tells at the first byte that cannot go on, so that a peer is not listened to until the end of a message that is wrong already.
struct UTF8Validator: Equatable {
    /// How many more bytes the character needs.
    private var missing = 0
    /// What the next of them may be: narrower after some first bytes, against overlong forms, surrogates and what lies beyond
    /// U+10FFFF.
    private var allowed: ClosedRange<UInt8> = 0x80...0xbf

    /// Whether a text may end here.
    var isComplete: Bool { missing == 0 }

    /// Takes the next bytes; false where they are no UTF-8, and then it is of no use any more. Costs time in proportion to
    /// their number.
    mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for byte in bytes {
            if missing > 0 {
                guard allowed.contains(byte) else { return false }
                missing -= 1
                allowed = 0x80...0xbf
            } else if byte >= 0x80 {
                guard begins(with: byte) else { return false }
            }
        }
        return true
    }

    private mutating func begins(with byte: UInt8) -> Bool {
        switch byte {
        case 0xc2...0xdf: missing = 1
        case 0xe0: (missing, allowed) = (2, 0xa0...0xbf)
        case 0xe1...0xec, 0xee...0xef: missing = 2
        case 0xed: (missing, allowed) = (2, 0x80...0x9f)
        case 0xf0: (missing, allowed) = (3, 0x90...0xbf)
        case 0xf1...0xf3: missing = 3
        case 0xf4: (missing, allowed) = (3, 0x80...0x8f)
        default: return false
        }
        return true
    }
}
