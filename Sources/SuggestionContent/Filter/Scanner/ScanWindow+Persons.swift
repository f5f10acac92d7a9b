extension ScanWindow {
    /// One to five words with capitals: `Ada Lovelace`, `J. R. von Neumann`, `O'Brien-Smith`.
    ///
    /// A single word counts in quotes, behind a title, and at the end of a line. Words that processes are
    /// made of are no names.
    mutating func personName(from start: Int, _ quote: UInt8, _ context: FieldContext, leastWords: Int)
        -> Range<Int>?
    {
        var place = start
        var last = start
        var words = 0
        while words < 5 {
            let end = nameEnd(from: place)
            guard end > place, end - place <= 24 else { break }
            let word = bytes[place..<min(end, bytes.count)]
            if NameWords.areNone(word) {
                guard self[place].isKind(.lower) else { return nil }
                break
            }
            if words > 0, NameWords.areParticles(word) {
                words += 1
            } else {
                guard self[place].isKind([.upper, .other]) else { break }
                // Constants and abbreviations: ORDER_1, VIP.
                if word.count > 3, word.allSatisfy({ $0.isKind(.upper) }), quote == 0 { break }
                words += 1
                last = end
            }
            place = end
            if self[place] == "." { place += 1 }
            if self[place] == "," && self[place + 1] == " " && words == 1 && quote != 0 { place += 1 }
            guard self[place] == " " else { break }
            place += 1
        }
        guard last - start >= 2, words >= leastWords, !self[last].isKind([.digit, .underscore]) else {
            return nil
        }
        guard self[last] != "(", self[last] != "[", self[last] != ".", quote == 0 || self[last] == quote
        else {
            // `Mr Smith.` ends a sentence, `Order.id` is a name in a program.
            if self[last] == ".", !self[last + 1].isKind(.alphanumeric), quote == 0 {
                return finish(start, last, words, quote, context)
            }
            return nil
        }
        return finish(start, last, words, quote, context)
    }

    private mutating func finish(
        _ start: Int,
        _ last: Int,
        _ words: Int,
        _ quote: UInt8,
        _ context: FieldContext
    ) -> Range<Int>? {
        if words == 1 {
            let isTitle = context.gap.sign == 0 || context.gap.sign == UInt8(ascii: "i")
            let next = self[last]
            guard quote != 0 || isTitle || next == 0 || next.isKind(.line) || ",;.|<".utf8.contains(next)
            else {
                return nil
            }
            // `patient = Patient` and `employee: Employee` in a program.
            guard context.gap.sign != UInt8(ascii: "=") || quote != 0 else { return nil }
        }
        return start..<last
    }

    /// Letters, with apostrophes and hyphens between them.
    private mutating func nameEnd(from start: Int) -> Int {
        var place = start
        while place - start < 26 {
            let byte = self[place]
            if byte.isKind([.letter, .other]) {
                place += 1
            } else if byte == "'" || byte == "-", place > start, self[place + 1].isKind([.letter, .other]) {
                place += 1
            } else {
                break
            }
        }
        return place
    }

    /// What follows "address": up to the end of the line or quote, with a number and a word with a capital in
    /// it.
    mutating func postalAddress(from start: Int, _ quote: UInt8) -> Range<Int>? {
        var place = start
        var last = start
        var hasDigit = false
        var hasCapital = false
        var letters = 0
        while place - start < 160 {
            let byte = self[place]
            if byte == 0 || byte.isKind(.line) || byte == "<" || byte == "|" || byte == ";" || byte == "\\" {
                break
            }
            if quote != 0 ? byte == quote : "\"()[]{}=@".utf8.contains(byte) { break }
            // The end of a sentence: a full stop behind a word in small letters, and then a space.
            if byte == ".", quote == 0, letters > 3,
                self[place + 1] == " " || self[place + 1] == 0 || self[place + 1].isKind(.line)
            {
                if !hasStreetAbbreviation(before: place) { break }
            }
            if byte.isKind(.digit) { hasDigit = true }
            if byte.isKind(.upper), !self[place + 1].isKind(.upper) { hasCapital = true }
            letters = byte.isKind([.lower, .other]) ? letters + 1 : 0
            place += 1
            if !byte.isKind(.blank) { last = place }
        }
        if quote == 0 { while last > start, ",.".utf8.contains(self[last - 1]) { last -= 1 } }
        guard hasDigit, hasCapital, last - start >= 8, self[start].isKind([.digit, .upper, .other]),
            looksLikeAddress(start..<last)
        else { return nil }
        return start..<last
    }

    private func hasStreetAbbreviation(before place: Int) -> Bool {
        for ending: StaticString in ["str", "Str", "St", "Ave", "Rd", "Blvd", "Dr", "Apt", "No"] {
            let length = ending.utf8CodeUnitCount
            guard place >= length else { continue }
            if (0..<length).allSatisfy({ bytes[place - length + $0] == ending.utf8Start[$0] }) { return true }
        }
        return false
    }

    /// A house number before or behind a word with a capital, and more than one word.
    private func looksLikeAddress(_ range: Range<Int>) -> Bool {
        let words = bytes[range].split(whereSeparator: { $0.isKind(.blank) || $0 == "," })
        guard words.count >= 2, !words.contains(where: { $0.count > 40 }) else { return false }
        let numbers = words.indices.filter { index in
            let word = words[index]
            return word.count <= 6 && word.first?.isKind(.digit) == true
        }
        return numbers.contains { index in
            let neighbours = [index - 1, index + 1].filter(words.indices.contains)
            return neighbours.contains {
                words[$0].first?.isKind([.upper, .other]) == true && words[$0].count > 2
            }
        }
    }

    /// A street with its number and a postcode, without a word before them.
    mutating func address(at index: Int) -> ContentScanner.Match? {
        guard bytes[index].isKind(.digit) else { return nil }
        let number = end(of: .alphanumeric, from: index, limit: 6)
        guard number - index <= 5, self[number] == " ", self[number + 1].isKind(.upper) else { return nil }
        var place = number + 1
        var words = 0
        while words < 4 {
            let end = end(of: .letter, from: place, limit: 20)
            guard end - place >= 2, self[place].isKind(.upper) else { return nil }
            let word = bytes[place..<min(end, bytes.count)]
            if words > 0, NameWords.areStreets(word) {
                return .init(kind: .address, value: index..<end)
            }
            words += 1
            guard self[end] == " " else { return nil }
            place = end + 1
        }
        return nil
    }
}

/// Words in and around names of persons.
enum NameWords {
    static func areParticles(_ word: ArraySlice<UInt8>) -> Bool { contains(particles, word) }

    static func areNone(_ word: ArraySlice<UInt8>) -> Bool { contains(none, word) }

    static func areStreets(_ word: ArraySlice<UInt8>) -> Bool { contains(streets, word) }

    private static func contains(_ words: Set<UInt64>, _ word: ArraySlice<UInt8>) -> Bool {
        var hash = WordHash()
        for byte in word { hash.add(byte.lowercased) }
        return words.contains(hash.value)
    }

    private static func hashes(_ words: String) -> Set<UInt64> {
        Set(words.split(whereSeparator: { $0 == " " || $0 == "\n" }).map { WordHash($0).value })
    }

    private static let particles = hashes(
        "von van de der den del della di da dos du la le bin ibn al el zu ter"
    )

    private static let streets = hashes(
        "street road avenue lane boulevard drive court place square terrace crescent"
    )

    /// What processes, documents and programs are made of.
    private static let none = hashes(
        """
        access account action active address admin administrator agreement amount annual api application applicant
        approval approved approver assessment assigned audit authorization automatic bank batch billing board branch
        budget business candidate care case category centre center change check checklist city claim class client code
        committee company compliance confirmed contact contract council corp corporation country create credit customer daily
        data database date days declined decision default delivery department departments details director discharge
        document documents does each eligible email emergency employee employees enrolled enters entry error every
        exit external false feedback field fields file finance first flow for form forms free from full fulfilment
        general get gets group has head health help hiring history hospital human identification identity if inactive
        inc incident information input insurance intake internal interview invoice is issue item job key label
        last law leave legal level limited list llc loan login ltd management manager managers may medical
        member membership message must name names need needs new next no none not note notes notification null number
        object office officer onboarding once operations optional order orders organisation organization other
        owner page partner patient pay payment pending person personal personnel phone plan policy portal position
        premium primary procedure process product profile project protection provided public purchase quality record
        records refund region registered registration rejected remarks report request requests required requirements
        resource resources resident response result review reviewer role rule safety sales satisfaction schedule
        school score screen search section security select self send senior service services session shall shipping
        should sign signs since sms source staff standard start state status step steps str string student submits
        submitted supervisor supplier support survey system table task team teams technical template terms text the
        then ticket time title total training transfer treatment true type unit unknown update upload user users
        value vendor verification version via visit was when where which will with workflow works yes zone gmbh ag
        """
    )
}
