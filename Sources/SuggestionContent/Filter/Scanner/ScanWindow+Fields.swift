extension ScanWindow {
    /// A value behind words that say what it is.
    mutating func field(at index: Int, after previous: UInt8) -> ContentScanner.Match? {
        guard bytes[index].isKind(.letter) else { return nil }
        var hash = WordHash()
        var place = index
        var candidates: [(label: FieldLabel, end: Int)] = []
        for count in 1...FieldLabel.maximumWords {
            guard let end = wordEnd(from: place) else { break }
            if count > 1 { hash.add(0x20) }
            for offset in place..<end { hash.add(bytes[offset].lowercased) }
            guard FieldLabel.beginnings.contains(hash.value) else { break }
            if let label = FieldLabel.byWords[hash.value] { candidates.append((label, end)) }
            guard let next = nextWord(after: end) else { break }
            place = next
        }
        // The longest label that has a value: `account number`, else `account`.
        for candidate in candidates.reversed() {
            guard let gap = separator(after: candidate.end, isLoose: candidate.label.isLoose) else {
                continue
            }
            let context = FieldContext(
                labelStart: index,
                labelEnd: candidate.end,
                previous: previous,
                gap: gap
            )
            guard let match = value(of: candidate.label, context) else { continue }
            return match
        }
        return nil
    }

    /// Where a word of a label ends: letters of one case, or small ones behind a capital.
    private mutating func wordEnd(from start: Int) -> Int? {
        let limit = FieldLabel.maximumWordLength + 1
        let upper = end(of: .upper, from: start, limit: limit)
        var place = upper
        if upper - start <= 1 {
            place = end(of: .lower, from: upper, limit: limit)
        } else if self[upper].isKind(.lower) {
            // APIKey: the last capital begins the next word.
            place = upper - 1
        }
        guard place > start, place - start < limit else { return nil }
        return place
    }

    /// Where the next word of a label begins: behind one separator, or at once where it has a capital.
    private mutating func nextWord(after end: Int) -> Int? {
        var place = end
        if self[place] == "'", self[place + 1] == "s" { place += 2 }
        switch self[place] {
        case " ", "_", "-", ".":
            place += 1
            // No. 5
            if self[place] == " " { place += 1 }
        default: break
        }
        return self[place].isKind(.letter) && (place > end || self[place].isKind(.upper)) ? place : nil
    }

    /// Between a label and its value: nothing where no value follows.
    private mutating func separator(after end: Int, isLoose: Bool) -> FieldGap? {
        var place = self.end(of: .digit, from: end, limit: 2)
        // "password": , ["password"] =
        if self[place] == "\"" || self[place] == "'" || self[place] == "`" || self[place] == "*" {
            place = self.end(of: self[place], from: place, limit: 2)
            if self[place] == "]" || self[place] == ")" { place += 1 }
        }
        if self[place] == " ", self[place + 1] == "(" {
            // Date of birth (dd.mm.yyyy):
            var close = place + 2
            while close - place < 24, self[close] != ")", !self[close].isKind(.line), self[close] != 0 {
                close += 1
            }
            if self[close] == ")" { place = close + 1 }
        }
        // Tel.:
        if self[place] == ".", self[place + 1] == ":" { place += 1 }
        let afterLabel = place
        place = self.end(of: .blank, from: place, limit: 8)
        let hasBlank = place > afterLabel
        var sign: UInt8 = 0
        switch self[place] {
        case ":", "=", ">", "|", "#", "\t":
            sign = self[place]
            place += 1
            while ":=>*".utf8.contains(self[place]), place - afterLabel < 12 { place += 1 }
        case "i" where hasBlank && self[place + 1] == "s" && self[place + 2] == " ",
            "w" where hasBlank && has("was ", at: place):
            sign = UInt8(ascii: "i")
            place += self[place] == "i" ? 2 : 3
        case "-" where hasBlank && self[place + 1] == " ": place += 1
        case ".", ",": place += isLoose ? 1 : 0
        default: break
        }
        guard sign != 0 || (isLoose && place > end) else { return nil }
        let beforeValue = place
        place = self.end(of: .blank, from: place, limit: 8)
        return FieldGap(sign: sign, valueStart: place, hasBlanks: hasBlank || place > beforeValue)
    }

    private mutating func end(of byte: UInt8, from start: Int, limit: Int) -> Int {
        var place = start
        while place - start < limit, self[place] == byte { place += 1 }
        return place
    }
}

/// What stands between a label and its value.
struct FieldGap {
    /// `:`, `=`, `i` for "is", 0 for nothing, or another sign.
    let sign: UInt8
    let valueStart: Int
    let hasBlanks: Bool
}

/// Where a label stands, and what is around it.
struct FieldContext {
    let labelStart: Int
    let labelEnd: Int
    /// The byte before the label.
    let previous: UInt8
    let gap: FieldGap
}
