/// The attributes that a format string for `str.format` reaches for.
///
/// Every brace is taken as the beginning of a field, also the doubled ones that mean a brace: what is nested in a
/// specification is read once more by Python, so that what counts as doubled depends on the depth. No field is missed
/// this way, and text such as `{{0.__class__}}` has no honest use.
struct FormatFields {
    private let format: ArraySlice<UInt8>
    /// For each byte the place of the next `]`, so that indexes are skipped at once.
    private var nextClose: [Int]
    /// Places read already: fields that share an end are read to it once, which keeps the time linear.
    private var isRead: [Bool]
    private var found: [Substring] = []

    /// Attribute names in the fields of a format string, also in fields within format specifications.
    static func attributes(in format: ArraySlice<UInt8>) -> [Substring] {
        guard format.contains(UInt8(ascii: "{")), format.contains(UInt8(ascii: ".")) else { return [] }
        var fields = FormatFields(format)
        for index in format.indices where format[index] == UInt8(ascii: "{") {
            fields.readField(from: index + 1)
        }
        return fields.found
    }

    private init(_ format: ArraySlice<UInt8>) {
        self.format = format
        nextClose = Array(repeating: format.endIndex, count: format.count)
        isRead = Array(repeating: false, count: format.count)
        var close = format.endIndex
        for index in format.indices.reversed() {
            if format[index] == UInt8(ascii: "]") { close = index }
            nextClose[index - format.startIndex] = close
        }
    }

    /// Reads `name.attribute[index].attribute` up to `!`, `:`, a brace or the end.
    private mutating func readField(from start: Int) {
        var index = start
        while index < format.endIndex, !isRead[index - format.startIndex] {
            isRead[index - format.startIndex] = true
            switch format[index] {
            case UInt8(ascii: "!"), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "}"): return
            case UInt8(ascii: "["): index = nextClose[index - format.startIndex] + 1
            case UInt8(ascii: "."):
                var end = index + 1
                while end < format.endIndex, !isEnd(format[end]) { end += 1 }
                found.append(Substring(decoding: format[(index + 1)..<end], as: UTF8.self))
                index = end
            default: index += 1
            }
        }
    }

    private func isEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "!"), UInt8(ascii: ":"), UInt8(ascii: "{"),
            UInt8(ascii: "}"):
            true
        default: false
        }
    }
}
