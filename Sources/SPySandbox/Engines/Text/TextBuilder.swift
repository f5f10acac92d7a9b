/// Collects code points into a text, in bytes until the first one beyond ASCII.
struct TextBuilder {
    private var narrow: [UInt8] = []
    private var wide: [UInt32] = []
    private var isWide = false

    init(capacity: Int = 0) {
        if capacity > 0 { narrow.reserveCapacity(capacity) }
    }

    var count: Int { isWide ? wide.count : narrow.count }

    @inline(__always)
    mutating func append(_ codePoint: UInt32) {
        if isWide {
            wide.append(codePoint)
        } else if codePoint < 128 {
            narrow.append(UInt8(truncatingIfNeeded: codePoint))
        } else {
            widen()
            wide.append(codePoint)
        }
    }

    mutating func append(_ string: String) {
        for scalar in string.unicodeScalars { append(scalar.value) }
    }

    mutating func append(_ text: Text) {
        switch text.storage {
        case .ascii(let units):
            if isWide { wide.append(contentsOf: units.lazy.map(UInt32.init)) } else { narrow += units }
        case .wide(let units):
            widen()
            wide += units
        }
    }

    mutating func append(_ text: Text, _ range: Range<Int>) {
        switch text.storage {
        case .ascii(let units):
            if isWide {
                wide.append(contentsOf: units[range].lazy.map(UInt32.init))
            } else {
                narrow += units[range]
            }
        case .wide(let units):
            for unit in units[range] { append(unit) }
        }
    }

    mutating func append(repeating codePoint: UInt32, count: Int) {
        for _ in 0..<max(count, 0) { append(codePoint) }
    }

    consuming func finish() -> Text {
        isWide ? Text(codePoints: wide) : Text(ascii: narrow)
    }

    private mutating func widen() {
        guard !isWide else { return }
        isWide = true
        wide = narrow.map(UInt32.init)
        narrow = []
    }
}
