extension Units {
    /// The first occurrence of a needle that is not empty, at or after `start` and ending by `end`.
    ///
    /// Compares the last character first and skips by it (Horspool); the work done is charged, since a hostile needle
    /// can make it quadratic.
    static func find<Unit: FixedWidthInteger & UnsignedInteger>(
        _ needle: [Unit],
        in hay: [Unit],
        from start: Int,
        to end: Int,
        _ meter: Meter
    ) throws(EngineError) -> Int? {
        let length = needle.count
        guard length <= end - start else { return nil }
        try meter.charge(steps: length / 64)
        let last = needle[length - 1]
        // How far the last character may move when it matches but the rest does not.
        let skip = length - 1 - (needle[..<(length - 1)].lastIndex(of: last) ?? -1)
        var position = start
        var charged = start
        var compared = 0
        while position + length <= end {
            guard let found = firstIndex(of: last, in: hay, from: position + length - 1, to: end) else {
                try meter.charge(steps: (end - charged) / 64)
                return nil
            }
            position = found - length + 1
            var index = 0
            while index < length - 1, hay[position + index] == needle[index] { index += 1 }
            compared += index
            if compared + position - charged > 4_096 {
                try meter.charge(steps: (compared + position - charged) / 64)
                (compared, charged) = (0, position)
            }
            if index == length - 1 { return position }
            position += skip
        }
        try meter.charge(steps: (compared + position - charged) / 64)
        return nil
    }

    /// The last occurrence of a needle that is not empty.
    static func findLast<Unit: FixedWidthInteger & UnsignedInteger>(
        _ needle: [Unit],
        in hay: [Unit],
        from start: Int,
        to end: Int,
        _ meter: Meter
    ) throws(EngineError) -> Int? {
        let length = needle.count
        var position = end - length
        var compared = 0
        while position >= start {
            var index = 0
            while index < length, hay[position + index] == needle[index] { index += 1 }
            if index == length { return position }
            compared += index + 1
            if compared > 4_096 {
                try meter.charge(steps: compared / 64)
                compared = 0
            }
            position -= 1
        }
        try meter.charge(steps: compared / 64)
        return nil
    }

    @inline(__always)
    private static func firstIndex<Unit: Equatable>(
        of unit: Unit,
        in hay: [Unit],
        from start: Int,
        to end: Int
    ) -> Int? {
        hay.withUnsafeBufferPointer { hay in
            var position = start
            while position < end {
                if hay[position] == unit { return position }
                position += 1
            }
            return nil
        }
    }
}
