extension ScanWindow {
    /// A number that is personal by its form: card, account, social security, telephone; or a Telegram bot's
    /// token.
    mutating func number(at index: Int, after previous: UInt8) -> ContentScanner.Match? {
        guard !previous.isKind([.underscore, .dot, .hyphen, .base64]) || previous == "=" || previous == "/"
        else {
            return nil
        }
        if bytes[index].isKind(.upper) { return iban(at: index) }
        guard bytes[index].isKind(.digit) else { return nil }
        return card(at: index) ?? socialSecurity(at: index) ?? botToken(at: index)
            ?? americanPhone(at: index, from: index)
    }

    /// Two letters, two check digits, up to 30 letters and digits, in groups of four or not; the remainder by
    /// 97 is 1.
    mutating func iban(at index: Int) -> ContentScanner.Match? {
        guard self[index].isKind(.upper), self[index + 1].isKind(.upper), self[index + 2].isKind(.digit),
            self[index + 3].isKind(.digit)
        else { return nil }
        var characters: [UInt8] = []
        var place = index
        var last = index
        while characters.count <= 34 {
            let byte = self[place]
            if byte.isKind([.upper, .digit]) {
                characters.append(byte)
                place += 1
                last = place
            } else if byte == " ", self[place + 1].isKind([.upper, .digit]), characters.count % 4 == 0 {
                place += 1
            } else {
                break
            }
        }
        // What follows may be a word in capitals that is no part of it: shorter ones are tried too.
        while characters.count >= 15 {
            if characters.count <= 34, ScanWindow.hasIBANCheck(characters),
                characters.filter({ $0.isKind(.digit) }).count >= 8
            {
                return .init(kind: .iban, value: index..<last)
            }
            guard let space = bytes[index..<min(last, bytes.count)].lastIndex(of: UInt8(ascii: " ")) else {
                break
            }
            characters.removeLast(last - space - 1)
            last = space
        }
        return nil
    }

    private static func hasIBANCheck(_ characters: [UInt8]) -> Bool {
        var remainder = 0
        for byte in characters[4...] + characters[..<4] {
            if byte.isKind(.digit) {
                remainder = (remainder * 10 + Int(byte - UInt8(ascii: "0"))) % 97
            } else {
                remainder = (remainder * 100 + Int(byte - UInt8(ascii: "A")) + 10) % 97
            }
        }
        return remainder == 1
    }

    /// 13 to 19 digits of a known issuer, in groups or not, with the right check digit.
    private mutating func card(at index: Int) -> ContentScanner.Match? {
        var digits: [Int] = []
        var place = index
        var last = index
        var groups = 0
        while digits.count <= 19 {
            let byte = self[place]
            if byte.isKind(.digit) {
                digits.append(Int(byte - UInt8(ascii: "0")))
                place += 1
                last = place
            } else if byte == " " || byte == "-", self[place + 1].isKind(.digit), groups < 5 {
                groups += 1
                place += 1
            } else {
                break
            }
        }
        guard (13...19).contains(digits.count), !self[last].isKind(.word), groups == 0 || groups >= 2,
            ScanWindow.isCard(digits)
        else { return nil }
        return .init(kind: .paymentCard, value: index..<last)
    }

    private static func isCard(_ digits: [Int]) -> Bool {
        let two = digits[0] * 10 + digits[1]
        let four = two * 100 + digits[2] * 10 + digits[3]
        let isKnown =
            switch digits.count {
            case 14: two == 36 || two == 38 || (3000...3059).contains(four)
            case 15: two == 34 || two == 37
            case 16:
                digits[0] == 4 || (51...55).contains(two) || (2221...2720).contains(four) || two == 65
                    || four == 6011 || (3528...3589).contains(four) || two == 62
            case 13, 18: digits[0] == 4 && digits.count == 13
            default: digits[0] == 6
            }
        guard isKnown, Set(digits).count > 1 else { return false }
        var sum = 0
        for (offset, digit) in digits.reversed().enumerated() {
            let value = offset % 2 == 0 ? digit : digit * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// `ddd-dd-dddd`, but for what is never given out.
    private mutating func socialSecurity(at index: Int) -> ContentScanner.Match? {
        guard end(of: .digit, from: index, limit: 4) == index + 3, self[index + 3] == "-",
            end(of: .digit, from: index + 4, limit: 3) == index + 6, self[index + 6] == "-",
            end(of: .digit, from: index + 7, limit: 5) == index + 11,
            !self[index + 11].isKind([.word, .hyphen]),
            !has("000", at: index), !has("666", at: index), self[index] != "9", !has("00", at: index + 4),
            !has("0000", at: index + 7)
        else { return nil }
        return .init(kind: .socialSecurity, value: index..<index + 11)
    }

    /// Eight to ten digits, a colon, 35 letters.
    private mutating func botToken(at index: Int) -> ContentScanner.Match? {
        let colon = end(of: .digit, from: index, limit: 11)
        guard (8...10).contains(colon - index), self[colon] == ":" else { return nil }
        let end = end(of: [.word, .hyphen], from: colon + 1, limit: 40)
        guard (33...37).contains(end - colon - 1) else { return nil }
        return .init(kind: .serviceToken, value: index..<end)
    }

    /// A number that begins with `+` or `(`: the international form of E.123, or an American one.
    mutating func phone(at index: Int, after previous: UInt8) -> ContentScanner.Match? {
        guard !previous.isKind([.word, .base64]) else { return nil }
        if self[index] == "(" { return americanPhone(at: index, from: index) }
        guard self[index + 1].isKind(.digit), self[index + 1] != "0" else { return nil }
        guard let end = telephone(from: index + 1, digits: 8...15) else { return nil }
        return .init(kind: .phone, value: index..<end)
    }

    /// `(ddd) ddd-dddd`, `ddd-ddd-dddd` or `ddd.ddd.dddd`, area and exchange from 2.
    private mutating func americanPhone(at index: Int, from start: Int) -> ContentScanner.Match? {
        var place = start
        let hasBracket = self[place] == "("
        if hasBracket { place += 1 }
        guard self[place].isKind(.digit), self[place] >= UInt8(ascii: "2"),
            end(of: .digit, from: place, limit: 4) == place + 3
        else { return nil }
        place += 3
        let separator = self[place]
        if hasBracket {
            guard separator == ")" else { return nil }
            place += self[place + 1] == " " ? 2 : 1
        } else {
            guard separator == "-" || separator == "." else { return nil }
            place += 1
        }
        guard self[place] >= UInt8(ascii: "2"), end(of: .digit, from: place, limit: 4) == place + 3 else {
            return nil
        }
        let second = self[place + 3]
        guard second == "-" || second == "." || (hasBracket && second == " "),
            hasBracket || second == separator,
            end(of: .digit, from: place + 4, limit: 5) == place + 8,
            !self[place + 8].isKind([.word, .hyphen])
        else { return nil }
        return .init(kind: .phone, value: index..<place + 8)
    }

    /// Where a telephone number of so many digits ends that begins at a place: single separators between the
    /// digits.
    mutating func telephone(from start: Int, digits: ClosedRange<Int>) -> Int? {
        var place = start
        var last = start
        var count = 0
        while count <= digits.upperBound {
            let byte = self[place]
            if byte.isKind(.digit) {
                count += 1
                place += 1
                last = place
            } else if count > 0 || byte == "(",
                byte.isKind([.blank, .hyphen, .dot]) || "(/)".utf8.contains(byte)
            {
                // Two separators at most: `) `.
                let next = self[place + 1]
                let afterNext = next.isKind(.digit) ? next : self[place + 2]
                guard next.isKind(.digit) || (" (-".utf8.contains(next) && afterNext.isKind(.digit)) else {
                    break
                }
                place += next.isKind(.digit) ? 1 : 2
            } else {
                break
            }
        }
        guard digits.contains(count), !self[last].isKind([.word, .other]) else { return nil }
        return last
    }

    /// An IPv4 or IPv6 address of the public internet.
    mutating func ipAddress(from start: Int) -> Int? {
        let end = end(of: [.hex, .dot], from: start, limit: 40)
        if self[end] != ":", let last = version4(from: start) { return last }
        var place = start
        var colons = 0
        while place - start < 46, self[place].isKind(.hex) || self[place] == ":" || self[place] == "." {
            if self[place] == ":" { colons += 1 }
            place += 1
        }
        guard colons >= 2, colons <= 7, place - start >= 6, !self[place].isKind(.word) else { return nil }
        guard !has("fe80", at: start), !has("fc", at: start), !has("fd", at: start), !has("::", at: start)
        else {
            return nil
        }
        return place
    }

    private mutating func version4(from start: Int) -> Int? {
        var parts: [Int] = []
        var place = start
        while parts.count < 4 {
            let end = end(of: .digit, from: place, limit: 4)
            guard (1...3).contains(end - place) else { return nil }
            var value = 0
            for index in place..<end { value = value * 10 + Int(self[index] - UInt8(ascii: "0")) }
            guard value < 256 else { return nil }
            parts.append(value)
            place = end
            if parts.count < 4 {
                guard self[place] == "." else { return nil }
                place += 1
            }
        }
        guard !self[place].isKind(.word) else { return nil }
        switch (parts[0], parts[1]) {
        case (0, _), (10, _), (127, _), (169, 254), (192, 168), (172, 16...31), (255, _): return nil
        default: return place
        }
    }
}
