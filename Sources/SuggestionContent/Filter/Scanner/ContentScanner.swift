/// The pass that finds what must not leave: from left to right, each place decided once.
///
/// A place is decided by what follows it, up to a limit, and by the one byte before it. Where that would need
/// more text than there is, the pass stops and goes on there when more has come.
struct ContentScanner {
    private(set) var numbers: PlaceholderNumbers
    private var pending: [UInt8] = []
    /// How many bytes came before ``pending``.
    private var consumed = 0
    /// The byte before ``pending``; 0 at the beginning.
    private var previous: UInt8 = 0
    private var swallowing = Swallowing.nothing
    private var findings: [SensitiveFinding] = []

    /// What is dropped because it belongs to something that was replaced already.
    private enum Swallowing: Equatable {
        case nothing
        /// Letters, digits and what stands between them in tokens.
        case token
        /// The body of a private key, up to its last line; and the length of the word at hand.
        case key(word: Int)
    }

    /// Something at a place: the value in it is replaced.
    struct Match {
        let kind: SensitiveKind
        let value: Range<Int>
        /// Whether what belongs to the value goes on behind it.
        var goesOn = GoesOn.no

        enum GoesOn {
            case no, token, key
        }
    }

    init(numbers: PlaceholderNumbers) {
        self.numbers = numbers
    }

    var pendingCount: Int { pending.count }

    mutating func append(_ text: String) {
        pending.append(contentsOf: text.utf8)
    }

    mutating func takeFindings() -> [SensitiveFinding] {
        defer { findings = [] }
        return findings
    }

    /// What is decided of the pending text, with placeholders.
    mutating func take(isLast: Bool) -> String {
        var window = ScanWindow(pending, isLast: isLast)
        var output: [UInt8] = []
        output.reserveCapacity(pending.count)
        var index = 0
        while index < pending.count {
            window.wentBeyond = false
            if swallowing != .nothing {
                let next = swallow(&window, at: index)
                if window.wentBeyond { break }
                move(to: next, from: &index)
                continue
            }
            let match = find(&window, at: index)
            if window.wentBeyond { break }
            if let match {
                output.append(contentsOf: pending[index..<match.value.lowerBound])
                replace(match, &output)
                move(to: match.value.upperBound, from: &index)
            } else {
                let next = skip(&window, at: index)
                output.append(contentsOf: pending[index..<next])
                move(to: next, from: &index)
            }
        }
        consumed += index
        pending.removeFirst(index)
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func move(to next: Int, from index: inout Int) {
        guard next > index else { return }
        previous = pending[next - 1]
        index = next
    }

    /// Something to replace that begins at a place.
    private mutating func find(_ window: inout ScanWindow, at index: Int) -> Match? {
        let byte = pending[index]
        switch byte {
        case "[":
            reservePlaceholder(&window, at: index)
            return nil
        case "-": return window.privateKey(at: index)
        case "+", "(": return window.phone(at: index, after: previous)
        default: break
        }
        guard byte.isKind(.alphanumeric) else { return nil }
        if !previous.isKind(.alphanumeric) {
            return window.token(at: index, after: previous) ?? window.field(at: index, after: previous)
                ?? window.number(at: index, after: previous) ?? window.email(at: index, after: previous)
                ?? window.address(at: index) ?? window.randomString(at: index, after: previous)
        }
        // customerPassword
        if previous.isKind([.lower, .digit]), byte.isKind(.upper) {
            return window.field(at: index, after: previous)
        }
        return nil
    }

    /// Where the next place is that may begin something: nothing does within a word of small letters and
    /// digits.
    private func skip(_ window: inout ScanWindow, at index: Int) -> Int {
        var next = index + 1
        if pending[index].isKind([.lower, .digit]) {
            while next < pending.count, pending[next].isKind([.lower, .digit]) { next += 1 }
        }
        return next
    }

    private mutating func replace(_ match: Match, _ output: inout [UInt8]) {
        let value = String(decoding: pending[match.value], as: UTF8.self)
        let placeholder = numbers.placeholder(match.kind, value)
        output.append(contentsOf: placeholder.utf8)
        let range = match.value.lowerBound + consumed..<match.value.upperBound + consumed
        findings.append(SensitiveFinding(kind: match.kind, range: range, placeholder: placeholder))
        switch match.goesOn {
        case .no: break
        case .token: swallowing = .token
        case .key: swallowing = .key(word: 0)
        }
    }

    /// A placeholder that the text has already keeps its number.
    private mutating func reservePlaceholder(_ window: inout ScanWindow, at index: Int) {
        guard window.has("[REDACTED:", at: index) else { return }
        var end = index + 10
        while end - index < 60, window[end].isKind([.lower, .digit, .hyphen]) { end += 1 }
        guard window[end] == "]", !window.wentBeyond else { return }
        let parts = pending[index + 10..<end].split(separator: UInt8(ascii: "-"))
        guard let last = parts.last, let number = Int(String(decoding: last, as: UTF8.self)),
            number < 1 << 30,
            let kind = SensitiveKind(
                rawValue: String(
                    decoding: Array(parts.dropLast().joined(separator: [UInt8(ascii: "-")])),
                    as: UTF8.self
                )
            )
        else { return }
        numbers.reserve(kind, number)
    }

    /// Where what is dropped goes on or has ended.
    private mutating func swallow(_ window: inout ScanWindow, at index: Int) -> Int {
        guard case .key(let word) = swallowing else {
            if pending[index].isKind([.alphanumeric, .underscore, .hyphen, .dot, .base64]) {
                return index + 1
            }
            swallowing = .nothing
            return index
        }
        switch pending[index] {
        case "-" where window.has("-----END ", at: index):
            let end = window.end(of: [.upper, .blank], from: index + 9, limit: 40)
            let next = window.end(of: .hyphen, from: end, limit: 5)
            // Where the line is not whole yet, it is looked at again.
            if !window.wentBeyond { swallowing = .nothing }
            return next
        // A word of prose is shorter than a line of a key.
        case " " where (1..<20).contains(word):
            swallowing = .nothing
            return index
        case ":", ",", " ", "\t", "\r", "\n", "\\", "-", "\"":
            swallowing = .key(word: 0)
            return index + 1
        case let byte where byte.isKind([.alphanumeric, .base64]):
            swallowing = .key(word: word + 1)
            return index + 1
        default:
            swallowing = .nothing
            return index
        }
    }
}
