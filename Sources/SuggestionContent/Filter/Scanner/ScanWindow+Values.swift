extension ScanWindow {
    /// A value of the form that its label says, at the place where it should stand.
    mutating func value(of label: FieldLabel, _ context: FieldContext) -> ContentScanner.Match? {
        var start = context.gap.valueStart
        var quote: UInt8 = 0
        // f"…" and b"…" are strings too.
        if self[start].isKind(.lower), self[start + 1] == "\"" || self[start + 1] == "'" { start += 1 }
        // Quotes within a string of JSON have a backslash before them.
        if self[start] == "\\", self[start + 1] == "\"" { start += 1 }
        if "\"'`".utf8.contains(self[start]) {
            quote = self[start]
            start += 1
        }
        switch label.value {
        case .password, .key, .credentials:
            // What has a form of its own is called by it.
            if self[start].isKind(.alphanumeric), let match = token(at: start, after: 0) { return match }
        default: break
        }
        let range: Range<Int>? =
            switch label.value {
            case .password: password(from: start, quote, context, isKey: false)
            case .key: password(from: start, quote, context, isKey: true)
            case .credentials: credentials(from: start, context)
            case .name: personName(from: start, quote, context, leastWords: 1)
            case .fullName: personName(from: start, quote, context, leastWords: context.gap.sign == 0 ? 2 : 1)
            case .date: date(from: start)
            case .address: postalAddress(from: start, quote)
            case .ipAddress: ipAddress(from: start).map { start..<$0 }
            case .telephone:
                telephone(from: self[start] == "+" ? start + 1 : start, digits: 7...15).map { start..<$0 }
            case .code(let digits, let length): code(from: start, digits, length)
            }
        guard let range, !range.isEmpty else { return nil }
        // What is longer than is looked at goes on as letters and digits do.
        let isLong = range.count >= ScanWindow.maximumPassword
        return .init(kind: label.kind, value: range, goesOn: isLong ? .token : .no)
    }

    /// Letters, digits and single separators, with enough digits among them.
    private mutating func code(from start: Int, _ digits: ClosedRange<Int>, _ length: Int) -> Range<Int>? {
        var place = start
        var last = start
        var count = 0
        while place - start <= length {
            let byte = self[place]
            if byte.isKind([.upper, .digit]) || (byte.isKind(.lower) && last == place && place > start) {
                if byte.isKind(.digit) { count += 1 }
                place += 1
                last = place
            } else if " -./".utf8.contains(byte), last == place, place > start,
                self[place + 1].isKind([.upper, .digit])
            {
                // A word behind it is no part of the code.
                if byte == " ", !hasDigitInWord(from: place + 1) { break }
                place += 1
            } else {
                break
            }
        }
        guard digits.contains(count), last - start <= length, !self[last].isKind([.word, .other]) else {
            return nil
        }
        return start..<last
    }

    private mutating func hasDigitInWord(from start: Int) -> Bool {
        var place = start
        while place - start < 24, self[place].isKind(.alphanumeric) {
            if self[place].isKind(.digit) { return true }
            place += 1
        }
        return false
    }

    /// `1980-02-03`, `03.02.1980`, `2/3/80`, `3 February 1980`, `February 3rd, 1980`.
    private mutating func date(from start: Int) -> Range<Int>? {
        var place = start
        var numbers: [Int] = []
        var hasMonth = false
        while place - start < 32 {
            let byte = self[place]
            if byte.isKind(.digit) {
                let end = end(of: .digit, from: place, limit: 5)
                guard end - place <= 4, end - place != 3 else { return nil }
                numbers.append(end - place)
                place = end
                if numbers.count < 3,
                    has("st", at: place) || has("nd", at: place) || has("rd", at: place)
                        || has("th", at: place)
                {
                    place += 2
                }
                if numbers.count + (hasMonth ? 1 : 0) == 3 { break }
            } else if byte.isKind(.letter), !hasMonth, let end = month(from: place) {
                hasMonth = true
                place = end
            } else if has("on ", at: place), place == start {
                return date(from: place + 3)
            } else {
                return nil
            }
            var gap = 0
            while gap < 2, ". -/,".utf8.contains(self[place + gap]) { gap += 1 }
            guard gap > 0 else { return nil }
            place += gap
        }
        guard numbers.count + (hasMonth ? 1 : 0) == 3, !self[place].isKind(.word) else { return nil }
        return start..<place
    }

    private mutating func month(from start: Int) -> Int? {
        let end = end(of: .letter, from: start, limit: 10)
        guard end - start >= 3 else { return nil }
        let names: [StaticString] = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "okt", "dez",
            "mai",
        ]
        for name in names where hasAnyCase(name, at: start) { return self[end] == "." ? end + 1 : end }
        return nil
    }

    /// The scheme of an `Authorization` header stays, what follows it goes.
    private mutating func credentials(from start: Int, _ context: FieldContext) -> Range<Int>? {
        var place = start
        let isHeader = !hasAnyCase("bearer", at: context.labelStart)
        if isHeader {
            for scheme: StaticString in ["bearer ", "basic ", "token ", "apikey "]
            where hasAnyCase(scheme, at: place) {
                place = end(of: .blank, from: place + scheme.utf8CodeUnitCount, limit: 4)
            }
        }
        let run: ByteKind = [.alphanumeric, .underscore, .hyphen, .dot, .base64]
        let end = end(of: run, from: place, limit: 1_024)
        guard end - place >= (isHeader ? 8 : 16), !isTemplate(place..<end) else { return nil }
        let value = bytes[place..<min(end, bytes.count)]
        guard
            value.contains(where: { $0.isKind(.digit) }) || (isHeader && value.contains { $0.isKind(.upper) })
        else { return nil }
        return place..<end
    }
}
