/// Every distinct name of a program once, found by hash; keywords and the names the parser asks for come first.
///
/// The seed is random per process, so that a program cannot be made whose names all collide.
struct NameTable: ~Copyable {
    private var slots: UnsafeMutablePointer<UInt32>
    private var mask: Int
    private var hashes: Buffer<UInt32>
    /// Spans of ``pool``.
    private(set) var spans: Buffer<SourceRange>
    /// Always has eight bytes of slack after the last name, so that names can be compared by words.
    private(set) var pool: Buffer<UInt8>

    private static let seed = UInt64.random(in: 1...UInt64.max) | 1
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    static let match = Name(rawValue: 35)
    static let `case` = Name(rawValue: 36)
    static let underscore = Name(rawValue: 37)
    static let debug = Name(rawValue: 38)
    static let print = Name(rawValue: 39)
    static let exec = Name(rawValue: 40)
    static let star = Name(rawValue: 41)
    static let future = Name(rawValue: 42)

    private static let wellKnown: [StaticString] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
        "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
        "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
        "match", "case", "_", "__debug__", "print", "exec", "*", "__future__",
    ]

    init() {
        mask = 255
        slots = .allocate(capacity: 256)
        slots.initialize(repeating: UInt32.max, count: 256)
        hashes = Buffer(capacity: 128)
        spans = Buffer(capacity: 128)
        pool = Buffer(capacity: 1024)
        for text in Self.wellKnown {
            var padded = Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
            padded.append(contentsOf: [0, 0, 0, 0, 0, 0, 0, 0])
            _ = padded.withUnsafeBufferPointer { intern($0.baseAddress!, count: text.utf8CodeUnitCount) }
        }
    }

    /// Stands in for a table while that is lent to another lexer; holds nothing, not even keywords.
    init(placeholder: Void) {
        mask = 0
        slots = .allocate(capacity: 1)
        slots.initialize(to: UInt32.max)
        hashes = Buffer(capacity: 0)
        spans = Buffer(capacity: 0)
        pool = Buffer(capacity: 0)
    }

    deinit {
        slots.deallocate()
    }

    var count: Int { spans.count }

    /// The index of a name; eight bytes after it must be readable.
    @inline(__always)
    mutating func intern(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt32 {
        let hash = Self.hash(bytes, count: count)
        var slot = Int(hash) & mask
        while true {
            let id = slots[slot]
            if id == UInt32.max { return insert(bytes, count: count, hash: hash, slot: slot) }
            if hashes[Int(id)] == hash, isEqual(spans[Int(id)], bytes, count) { return id }
            slot = (slot + 1) & mask
        }
    }

    mutating func intern(_ bytes: [UInt8]) -> UInt32 {
        let padded = bytes + [0, 0, 0, 0, 0, 0, 0, 0]
        return padded.withUnsafeBufferPointer { intern($0.baseAddress!, count: bytes.count) }
    }

    func text(of name: Name) -> String {
        let span = spans[name.index]
        let bytes = UnsafeBufferPointer(start: pool.base + Int(span.start), count: span.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    @inline(__always)
    private static func word(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
        UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
    }

    @inline(__always)
    private static func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt32 {
        var hash = seed ^ UInt64(truncatingIfNeeded: count)
        var next = bytes
        var left = count
        while left > 8 {
            hash = (hash ^ word(next)) &* multiplier
            hash ^= hash >> 32
            next += 8
            left -= 8
        }
        let tail = word(next) & (UInt64.max >> UInt64(64 - 8 * left))
        hash = (hash ^ tail) &* multiplier
        return UInt32(truncatingIfNeeded: hash >> 32) ^ UInt32(truncatingIfNeeded: hash >> 15)
    }

    @inline(__always)
    private func isEqual(_ span: SourceRange, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard span.count == count else { return false }
        var own = UnsafePointer(pool.base + Int(span.start))
        var other = bytes
        var left = count
        while left > 8 {
            guard Self.word(own) == Self.word(other) else { return false }
            own += 8
            other += 8
            left -= 8
        }
        return (Self.word(own) ^ Self.word(other)) & (UInt64.max >> UInt64(64 - 8 * left)) == 0
    }

    @inline(never)
    private mutating func insert(_ bytes: UnsafePointer<UInt8>, count: Int, hash: UInt32, slot: Int) -> UInt32
    {
        let id = UInt32(spans.count)
        // The slack of the last name is overwritten by the next.
        let start = max(pool.count - 8, 0)
        pool.truncate(to: start)
        for index in 0..<count { pool.append(bytes[index]) }
        for _ in 0..<8 { pool.append(0) }
        spans.append(SourceRange(start: UInt32(start), end: UInt32(start + count)))
        hashes.append(hash)
        slots[slot] = id
        if spans.count * 2 > mask { rehash() }
        return id
    }

    private mutating func rehash() {
        let size = (mask + 1) * 4
        let grown = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
        grown.initialize(repeating: UInt32.max, count: size)
        for id in 0..<spans.count {
            var slot = Int(hashes[id]) & (size - 1)
            while grown[slot] != UInt32.max { slot = (slot + 1) & (size - 1) }
            grown[slot] = UInt32(id)
        }
        slots.deallocate()
        slots = grown
        mask = size - 1
    }
}
