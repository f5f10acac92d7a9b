/// Python's `is…` methods.
extension Text {
    func isSpace(_ meter: Meter) throws(EngineError) -> Bool { try all(meter, UnicodeData.isSpace) }
    func isAlpha(_ meter: Meter) throws(EngineError) -> Bool { try all(meter, UnicodeData.isAlpha) }
    func isDecimal(_ meter: Meter) throws(EngineError) -> Bool { try all(meter, UnicodeData.isDecimal) }
    func isDigit(_ meter: Meter) throws(EngineError) -> Bool { try all(meter, UnicodeData.isDigit) }
    func isNumeric(_ meter: Meter) throws(EngineError) -> Bool { try all(meter, UnicodeData.isNumeric) }
    func isAlnum(_ meter: Meter) throws(EngineError) -> Bool { try all(meter, UnicodeData.isAlphanumeric) }
    /// True for the empty text too.
    func isPrintable(_ meter: Meter) throws(EngineError) -> Bool {
        if isEmpty { return true }
        return try all(meter) { $0 == 32 || UnicodeData.isPrintable($0) }
    }

    func isIdentifier(_ meter: Meter) throws(EngineError) -> Bool {
        guard !isEmpty, UnicodeData.isIdentifierStart(self[0]) else { return false }
        return try all(meter, UnicodeData.isIdentifierPart)
    }

    func isUpper(_ meter: Meter) throws(EngineError) -> Bool {
        var isCased = false
        return try all(meter) { point in
            if UnicodeData.isLower(point) || UnicodeData.isTitle(point) { return false }
            if UnicodeData.isUpper(point) { isCased = true }
            return true
        } && isCased
    }

    func isLower(_ meter: Meter) throws(EngineError) -> Bool {
        var isCased = false
        return try all(meter) { point in
            if UnicodeData.isUpper(point) || UnicodeData.isTitle(point) { return false }
            if UnicodeData.isLower(point) { isCased = true }
            return true
        } && isCased
    }

    func isTitle(_ meter: Meter) throws(EngineError) -> Bool {
        var (isCased, isInWord) = (false, false)
        return try all(meter) { point in
            if UnicodeData.isUpper(point) || UnicodeData.isTitle(point) {
                if isInWord { return false }
                (isCased, isInWord) = (true, true)
            } else if UnicodeData.isLower(point) {
                if !isInWord { return false }
                isCased = true
            } else {
                isInWord = false
            }
            return true
        } && isCased
    }

    /// Whether there are characters and all of them satisfy the predicate.
    private func all(_ meter: Meter, _ predicate: (UInt32) -> Bool) throws(EngineError) -> Bool {
        // Beyond ASCII each character is looked up in tables.
        try meter.charge(steps: isASCII ? count / 16 : count)
        switch storage {
        case .ascii(let units): return !units.isEmpty && units.allSatisfy { predicate(UInt32($0)) }
        case .wide(let units): return units.allSatisfy(predicate)
        }
    }
}
