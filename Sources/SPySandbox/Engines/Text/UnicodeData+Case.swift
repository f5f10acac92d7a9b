/// Case mappings of single code points, some of which give several.
extension UnicodeData {
    static func upper(_ point: UInt32) -> [UInt32] {
        if point < 128 { return [isLower(point) ? point - 32 : point] }
        return mapped(point, \.uppercaseMapping)
    }

    static func lower(_ point: UInt32) -> [UInt32] {
        if point < 128 { return [isUpper(point) ? point + 32 : point] }
        return mapped(point, \.lowercaseMapping)
    }

    static func title(_ point: UInt32) -> [UInt32] {
        if point < 128 { return upper(point) }
        return mapped(point, \.titlecaseMapping)
    }

    /// Full case folding. Swift has no table of it, but it is the lower case of the upper case with a few exceptions.
    static func folded(_ point: UInt32) -> [UInt32] {
        if point < 128 { return lower(point) }
        switch point {
        case 0x13F8...0x13FD: return [point - 8]
        case 0xAB70...0xABBF: return [point - 0xAB70 + 0x13A0]
        case 0x1E9E: return [0x73, 0x73]
        case 0x1FBE: return [0x3B9]
        default: break
        }
        guard let scalar = scalar(point) else { return [point] }
        let upper = upper(point)
        guard scalar.properties.changesWhenCaseFolded || upper.count > 1 else { return [point] }
        return upper.flatMap(lower)
    }

    /// The first code point of the lower case and of the upper case, as `re.IGNORECASE` compares them.
    static func simpleLower(_ point: UInt32) -> UInt32 {
        if point < 128 { return isUpper(point) ? point + 32 : point }
        // U+0130 is the one character whose full and simple lower case differ.
        return point == 0x130 ? 0x69 : lower(point)[0]
    }

    private static func mapped(_ point: UInt32, _ mapping: KeyPath<Unicode.Scalar.Properties, String>)
        -> [UInt32]
    {
        guard let scalar = scalar(point) else { return [point] }
        let result = scalar.properties[keyPath: mapping].unicodeScalars.map(\.value)
        // Some characters got a partner only after version 14.
        return result.allSatisfy { self.scalar($0) != nil } ? result : [point]
    }
}
