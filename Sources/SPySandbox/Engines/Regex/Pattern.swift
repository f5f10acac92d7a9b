/// A compiled regular expression of Python's `re`.
struct Pattern: Sendable {
    let text: Text
    /// All flags in force, with `unicode` unless the pattern is for ASCII.
    let flags: PatternFlags
    /// Groups besides the whole match.
    let groupCount: Int
    /// Names of groups in the order of the pattern.
    let groupNames: [(name: Text, index: Int)]
    private let program: PatternProgram

    /// `re.compile`.
    init(_ text: Text, flags: PatternFlags = [], _ meter: Meter) throws(EngineError) {
        var parser = try PatternParser(text, flags: flags, meter)
        let nodes = try parser.parse()
        var compiler = PatternCompiler(groupWidths: parser.widths, meter)
        self.text = text
        self.flags = parser.flags
        groupCount = parser.groupCount - 1
        groupNames = parser.names
        program = try compiler.compile(nodes, parser.flags)
    }

    enum Mode: Sendable {
        /// `match`: at the position given.
        case start
        /// `fullmatch`: at the position given and up to the end.
        case full
        /// `search`: anywhere behind the position given.
        case anywhere
    }

    /// Where the groups of a match stand in its text.
    struct Match: Equatable, Sendable {
        /// By number, the whole match first; nothing for a group that took no part.
        var groups: [Range<Int>?]
        /// The number of the group that closed last.
        var lastIndex: Int?

        var range: Range<Int> { groups[0] ?? 0..<0 }
    }

    /// The first match between two positions, which are clipped to the text.
    func match(
        _ subject: Text,
        from start: Int = 0,
        to end: Int = .max,
        _ mode: Mode,
        _ meter: Meter
    ) throws(EngineError) -> Match? {
        try match(subject, from: start, to: end, mode, mustAdvance: false, meter)
    }

    fileprivate func match(
        _ subject: Text,
        from start: Int,
        to end: Int,
        _ mode: Mode,
        mustAdvance: Bool,
        _ meter: Meter
    ) throws(EngineError) -> Match? {
        let end = min(max(end, 0), subject.count)
        let start = min(max(start, 0), subject.count)
        guard start <= end else { return nil }
        switch subject.storage {
        case .ascii(let units): return try run(units, start, end, mode, mustAdvance, meter)
        case .wide(let units): return try run(units, start, end, mode, mustAdvance, meter)
        }
    }

    private func run<Unit: FixedWidthInteger & UnsignedInteger>(
        _ units: [Unit],
        _ start: Int,
        _ end: Int,
        _ mode: Mode,
        _ mustAdvance: Bool,
        _ meter: Meter
    ) throws(EngineError) -> Match? {
        try units.withUnsafeBufferPointer { units throws(EngineError) in
            var matcher = PatternMatcher(program, units, end: end, meter)
            defer { matcher.finish() }
            let demand = PatternMatcher<Unit>.Demand(isFull: mode == .full, mustAdvance: mustAdvance)
            let registers =
                mode == .anywhere
                ? try matcher.search(from: start, demand) : try matcher.match(at: start, demand)
            return registers.map(found)
        }
    }

    private func found(_ registers: [Int]) -> Match {
        let groups = (0...groupCount).map { index -> Range<Int>? in
            let (first, last) = (registers[2 * index], registers[2 * index + 1])
            return first >= 0 && last >= first ? first..<last : nil
        }
        let last = registers[program.lastGroupRegister]
        return Match(groups: groups, lastIndex: last > 0 ? last : nil)
    }
}

extension Pattern {
    /// All matches from left to right, as `finditer`, `findall`, `sub` and `split` see them: an empty match may follow
    /// another match, but not another empty one at the same place.
    ///
    /// One match at a time, so that a program can run between them.
    struct Scanner: Sendable {
        private let pattern: Pattern
        private let subject: Text
        private let end: Int
        private var position: Int
        private var mustAdvance = false

        init(_ pattern: Pattern, _ subject: Text, from start: Int = 0, to end: Int = .max) {
            self.pattern = pattern
            self.subject = subject
            self.end = min(max(end, 0), subject.count)
            position = min(max(start, 0), subject.count)
        }

        mutating func next(_ meter: Meter) throws(EngineError) -> Match? {
            try meter.charge(steps: 1)
            let match = try pattern.match(
                subject,
                from: position,
                to: end,
                .anywhere,
                mustAdvance: mustAdvance,
                meter
            )
            guard let match else {
                position = end + 1
                return nil
            }
            mustAdvance = match.range.isEmpty
            position = match.range.upperBound
            return match
        }
    }

    /// `split`; groups come between the parts, nothing for one that took no part.
    func split(_ subject: Text, limit: Int = 0, _ meter: Meter) throws(EngineError) -> [Text?] {
        var parts: [Text?] = []
        var scanner = Scanner(self, subject)
        var (position, count) = (0, 0)
        while limit <= 0 || count < limit, let match = try scanner.next(meter) {
            parts.append(try part(subject, position..<match.range.lowerBound, meter))
            for range in match.groups.dropFirst() {
                guard let range else {
                    parts.append(nil)
                    continue
                }
                parts.append(try part(subject, range, meter))
            }
            position = match.range.upperBound
            count += 1
        }
        parts.append(try part(subject, position..<subject.count, meter))
        return parts
    }

    private func part(_ subject: Text, _ range: Range<Int>, _ meter: Meter) throws(EngineError) -> Text {
        try meter.charge(bytes: 64 + range.count * (subject.isASCII ? 1 : 4))
        return subject.slice(range)
    }

    /// `subn` with a replacement template: the new text and the number of replacements. For a replacement that is a
    /// function, scan and join the pieces.
    func substitute(
        _ template: ReplacementTemplate,
        in subject: Text,
        limit: Int = 0,
        _ meter: Meter
    ) throws(EngineError) -> (text: Text, count: Int) {
        var builder = TextBuilder(capacity: subject.count)
        var scanner = Scanner(self, subject)
        var (position, count) = (0, 0)
        try meter.charge(bytes: subject.byteCount)
        while limit <= 0 || count < limit, let match = try scanner.next(meter) {
            builder.append(subject, position..<match.range.lowerBound)
            builder.append(try template.expand(match, subject, meter))
            position = match.range.upperBound
            count += 1
        }
        builder.append(subject, position..<subject.count)
        return (builder.finish(), count)
    }

    /// `re.escape`.
    static func escape(_ text: Text, _ meter: Meter) throws(EngineError) -> Text {
        let special = Set("()[]{}?*+-|^$\\.&~# \t\n\r\u{0B}\u{0C}".unicodeScalars.map(\.value))
        return try text.translated(meter) { point in
            special.contains(point) ? .text(Text(codePoints: [0x5C, point])) : nil
        }
    }
}
