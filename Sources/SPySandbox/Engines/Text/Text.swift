/// A Python `str`: a sequence of code points with constant-time indexing.
///
/// Text that is all ASCII, nearly all of it in practice, takes a byte per character; any other takes four. The form
/// follows from the content, so equal texts have equal storage. Lone surrogates, which Python has and Swift's `String`
/// has not, are ordinary elements.
struct Text: Sendable {
    enum Storage: Equatable, Sendable {
        case ascii([UInt8])
        /// At least one code point is beyond ASCII.
        case wide([UInt32])
    }

    private(set) var storage: Storage

    static let empty = Text(ascii: [])

    /// Takes bytes that are all below 128.
    init(ascii: [UInt8]) {
        storage = .ascii(ascii)
    }

    /// Takes code points of any kind and stores them in the right form.
    init(codePoints: some Collection<UInt32>) {
        if codePoints.allSatisfy({ $0 < 128 }) {
            storage = .ascii(codePoints.map { UInt8(truncatingIfNeeded: $0) })
        } else {
            storage = .wide(Array(codePoints))
        }
    }

    init(_ string: String) {
        var string = string
        let ascii = string.withUTF8 { bytes in bytes.allSatisfy { $0 < 128 } ? Array(bytes) : nil }
        if let ascii {
            storage = .ascii(ascii)
        } else {
            storage = .wide(string.unicodeScalars.map(\.value))
        }
    }

    /// One character.
    init(codePoint: UInt32) {
        storage = codePoint < 128 ? .ascii([UInt8(codePoint)]) : .wide([codePoint])
    }

    @inline(__always)
    var count: Int {
        switch storage {
        case .ascii(let units): return units.count
        case .wide(let units): return units.count
        }
    }

    var isEmpty: Bool { count == 0 }
    var isASCII: Bool { if case .ascii = storage { true } else { false } }
    /// Bytes that the characters take, for a meter.
    var byteCount: Int { isASCII ? count : count * 4 }

    /// The code point at a position from 0.
    @inline(__always)
    subscript(_ index: Int) -> UInt32 {
        switch storage {
        case .ascii(let units): return UInt32(units[index])
        case .wide(let units): return units[index]
        }
    }

    /// The code points as a new array.
    var codePoints: [UInt32] {
        switch storage {
        case .ascii(let units): return units.map(UInt32.init)
        case .wide(let units): return units
        }
    }

    /// The text for the world outside, where a lone surrogate becomes U+FFFD.
    var string: String {
        switch storage {
        case .ascii(let units): return String(decoding: units, as: UTF8.self)
        case .wide(let units):
            var string = String.UnicodeScalarView()
            for unit in units { string.append(Unicode.Scalar(unit) ?? "\u{FFFD}") }
            return String(string)
        }
    }

    /// Whether some code point is half of a surrogate pair, which no encoding can write.
    var hasSurrogates: Bool {
        guard case .wide(let units) = storage else { return false }
        return units.contains { $0 & 0xFFFF_F800 == 0xD800 }
    }

    /// Appends in place; the storage grows geometrically as long as nobody else holds it.
    mutating func append(_ other: Text, _ meter: Meter) throws(EngineError) {
        try meter.charge(bytes: other.byteCount)
        try meter.charge(steps: other.count / 64)
        switch (storage, other.storage) {
        case (.ascii(var units), .ascii(let more)):
            storage = .ascii([])
            units += more
            storage = .ascii(units)
        case (.wide(var units), .wide(let more)):
            storage = .ascii([])
            units += more
            storage = .wide(units)
        case (.wide(var units), .ascii(let more)):
            storage = .ascii([])
            for unit in more { units.append(UInt32(unit)) }
            storage = .wide(units)
        case (.ascii(let units), .wide(let more)):
            try meter.charge(bytes: units.count * 3)
            storage = .wide(units.map(UInt32.init) + more)
        }
    }
}

extension Text: Hashable {
    /// The same in every run and process; not CPython's, which is random.
    var stableHash: Int {
        var hash: UInt = 0xcbf2_9ce4_8422_2325
        switch storage {
        case .ascii(let units): for unit in units { hash = (hash ^ UInt(unit)) &* 0x100_0000_01b3 }
        case .wide(let units): for unit in units { hash = (hash ^ UInt(unit)) &* 0x100_0000_01b3 }
        }
        let mixed = Int(truncatingIfNeeded: (hash ^ hash >> 29) & 0x1FFF_FFFF_FFFF_FFFF)
        return mixed
    }

    func hash(into hasher: inout Hasher) {
        switch storage {
        case .ascii(let units): units.withUnsafeBytes { hasher.combine(bytes: $0) }
        case .wide(let units): units.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }
}

extension Text: Comparable {
    /// By code points, as Python compares.
    static func < (left: Text, right: Text) -> Bool {
        switch (left.storage, right.storage) {
        case (.ascii(let left), .ascii(let right)): return left.lexicographicallyPrecedes(right)
        case (.wide(let left), .wide(let right)): return left.lexicographicallyPrecedes(right)
        case (.ascii(let left), .wide(let right)):
            return left.lazy.map(UInt32.init).lexicographicallyPrecedes(right)
        case (.wide(let left), .ascii(let right)):
            return left.lexicographicallyPrecedes(right.lazy.map(UInt32.init))
        }
    }
}

extension Text: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self.init(value) }
}
