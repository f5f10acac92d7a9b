/// Normalisation form KC of names, as Python applies it to identifiers, by the Unicode data of CPython 3.11.
enum Normalization {
    private static let decompositions: [UInt32: [UInt32]] = {
        var table: [UInt32: [UInt32]] = [:]
        for entry in entries(NormalizationData.decompositions) { table[entry[0]] = Array(entry.dropFirst()) }
        return table
    }()

    private static let compositions: [UInt64: UInt32] = {
        var table: [UInt64: UInt32] = [:]
        for entry in entries(NormalizationData.compositions) { table[pair(entry[0], entry[1])] = entry[2] }
        return table
    }()

    /// The normalised form of a name.
    static func nfkc(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var decomposed: [UInt32] = []
        for scalar in scalars { decompose(scalar.value, into: &decomposed) }
        var classes = decomposed.map(combiningClass)
        sortMarks(&decomposed, &classes)
        var text = ""
        for value in compose(decomposed, classes) {
            text.unicodeScalars.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        return text
    }

    private static func decompose(_ value: UInt32, into result: inout [UInt32]) {
        if value < 0x80 {
            result.append(value)
        } else if let parts = Hangul.decompose(value) {
            result.append(contentsOf: parts)
        } else if let parts = decompositions[value] {
            result.append(contentsOf: parts)
        } else {
            result.append(value)
        }
    }

    private static func combiningClass(_ value: UInt32) -> UInt8 {
        guard value >= 0x300, let scalar = Unicode.Scalar(value), IdentifierRules.isAssigned(scalar) else {
            return 0
        }
        return scalar.properties.canonicalCombiningClass.rawValue
    }

    /// Puts combining marks into canonical order: a stable sort of each run of marks by their class.
    private static func sortMarks(_ values: inout [UInt32], _ classes: inout [UInt8]) {
        var start = 0
        while start < values.count {
            guard classes[start] != 0 else {
                start += 1
                continue
            }
            var end = start
            while end < values.count, classes[end] != 0 { end += 1 }
            let order = (start..<end).sorted { (classes[$0], $0) < (classes[$1], $1) }
            let sortedValues = order.map { values[$0] }
            let sortedClasses = order.map { classes[$0] }
            values.replaceSubrange(start..<end, with: sortedValues)
            classes.replaceSubrange(start..<end, with: sortedClasses)
            start = end
        }
    }

    private static func compose(_ values: [UInt32], _ classes: [UInt8]) -> [UInt32] {
        var result: [UInt32] = []
        var starter: Int?
        var lastClass: UInt8 = 0
        for (value, combining) in zip(values, classes) {
            let isBlocked = starter.map { $0 + 1 < result.count && lastClass >= combining } ?? true
            let isAdjacent = starter.map { $0 + 1 == result.count } ?? false
            if let starter, isAdjacent || (!isBlocked && combining != 0),
                let composed = composition(result[starter], value)
            {
                result[starter] = composed
                continue
            }
            result.append(value)
            lastClass = combining
            if combining == 0 { starter = result.count - 1 }
        }
        return result
    }

    private static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
        Hangul.compose(first, second) ?? compositions[pair(first, second)]
    }

    private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 {
        UInt64(first) << 32 | UInt64(second)
    }

    private static func entries(_ data: StaticString) -> [[UInt32]] {
        let bytes = UnsafeBufferPointer(start: data.utf8Start, count: data.utf8CodeUnitCount)
        return bytes.split(separator: 0x3B).map { entry in
            entry.split(separator: 0x20).map { UInt32(String(decoding: $0, as: UTF8.self), radix: 16)! }
        }
    }
}

/// Hangul syllables, which are decomposed and composed by arithmetic (Unicode, section 3.12).
enum Hangul {
    private static let syllables: UInt32 = 0xAC00
    private static let leads: UInt32 = 0x1100
    private static let vowels: UInt32 = 0x1161
    private static let trails: UInt32 = 0x11A7

    static func decompose(_ value: UInt32) -> [UInt32]? {
        guard value >= syllables, value < syllables + 11172 else { return nil }
        let index = value - syllables
        let trail = index % 28
        let parts = [leads + index / 588, vowels + index % 588 / 28]
        return trail == 0 ? parts : parts + [trails + trail]
    }

    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first >= leads, first < leads + 19, second >= vowels, second < vowels + 21 {
            return syllables + ((first - leads) * 21 + second - vowels) * 28
        }
        if first >= syllables, first < syllables + 11172, (first - syllables) % 28 == 0, second > trails,
            second < trails + 28
        {
            return first + second - trails
        }
        return nil
    }
}
