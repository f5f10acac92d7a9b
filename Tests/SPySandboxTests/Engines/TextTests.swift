import Testing

@testable import SPySandbox

struct TextTests {
    @Test func `methods give CPython's answers on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("texts"), atLeast: 900, answer: answer)
    }

    @Test func `methods give CPython's answers on new cases`() throws {
        EngineCases.check(try EngineCases.generated("texts", seed: 3, count: 20_000), answer: answer)
    }

    @Test func `every code point has the properties of Unicode 14`() throws {
        let meter = Meter(limits: .init(steps: .max, bytes: .max))
        EngineCases.check(try EngineCases.generated("characters", seed: 0, count: 0)) { fields in
            let point = UInt32(fields[0], radix: 16)!
            let text = Text(codePoint: point)
            let sigma = Text(codePoints: [97, 0x3A3, point])
            let inner = Text(codePoints: [97, 0x3A3, point, 97])
            let flags: [Bool] = try [
                text.isSpace(meter), text.isAlpha(meter), text.isDecimal(meter), text.isDigit(meter),
                text.isNumeric(meter), text.isUpper(meter), text.isLower(meter), text.isTitle(meter),
                text.isPrintable(meter), text.isIdentifier(meter),
                Text(codePoints: [97, point]).isIdentifier(meter),
                sigma.lower(meter)[1] == 0x3C3, inner.lower(meter)[1] == 0x3C3,
            ]
            let mapped = try [
                text.upper(meter), text.lower(meter), text.title(meter), text.casefold(meter),
                text.swapcase(meter),
            ]
            let names = mapped.map { $0.codePoints.map { String($0, radix: 16) }.joined(separator: ",") }
            return flags.map { $0 ? "1" : "0" }.joined() + " " + names.joined(separator: " ")
        }
    }

    @Test func `repeating a text beyond memory names the budget before anything is allocated`() {
        let limit = EngineError.budgetExceeded(.init(budget: .memory, limit: 256 << 20))
        #expect(throws: limit) { try Text("a").repeated(1_000_000_000_000, Meter()) }
        #expect(throws: limit) { try Text("a").rightJustified(.max, Meter()) }
        #expect(throws: limit) { try Text("a\t").expandingTabs(.max / 8, Meter()) }
    }

    @Test func `a needle that makes searching quadratic spends the steps`() throws {
        let meter = Meter(limits: .init(steps: 10_000))
        let hay = try Text("a").repeated(1_000_000, meter)
        let needle = try Text("ba").concatenated(with: Text("a").repeated(50_000, meter), meter)
        #expect(throws: EngineError.budgetExceeded(.init(budget: .steps, limit: 10_000))) {
            for _ in 0..<10_000 { _ = try hay.find(needle, meter) }
        }
    }

    private func answer(_ fields: [String]) throws -> String {
        let meter = Meter()
        let text = Text(unescaping: fields[1])
        switch fields[0] {
        case "upper", "lower", "title", "capitalize", "swapcase", "casefold", "repr", "ascii":
            return try changed(fields[0], text, meter).escaped
        case "find", "rfind", "index", "rindex", "count", "startswith", "endswith":
            return try searched(fields, text, meter)
        case "split", "rsplit", "splitsep", "rsplitsep", "splitlines", "partition", "rpartition":
            return list(try divided(fields, text, meter), isTuple: fields[0].hasSuffix("partition"))
        case "int": return try text.integer(base: Int(fields[2])!, meter).decimalText(meter)
        case "float": return FloatText.repr(try text.float(meter))
        case "less":
            let other = Text(unescaping: fields[2])
            return (text < other ? "True" : "False") + (text == other ? " True" : " False")
        case let name where name.hasPrefix("is"): return try predicate(name, text, meter) ? "True" : "False"
        default: return try built(fields, text, meter).escaped
        }
    }

    private func changed(_ name: String, _ text: Text, _ meter: Meter) throws -> Text {
        switch name {
        case "upper": return try text.upper(meter)
        case "lower": return try text.lower(meter)
        case "title": return try text.title(meter)
        case "capitalize": return try text.capitalize(meter)
        case "swapcase": return try text.swapcase(meter)
        case "casefold": return try text.casefold(meter)
        case "repr": return try text.repr(meter)
        default: return try text.asciiRepr(meter)
        }
    }

    private func predicate(_ name: String, _ text: Text, _ meter: Meter) throws -> Bool {
        switch name {
        case "isspace": return try text.isSpace(meter)
        case "isalpha": return try text.isAlpha(meter)
        case "isdecimal": return try text.isDecimal(meter)
        case "isdigit": return try text.isDigit(meter)
        case "isnumeric": return try text.isNumeric(meter)
        case "isalnum": return try text.isAlnum(meter)
        case "isprintable": return try text.isPrintable(meter)
        case "isidentifier": return try text.isIdentifier(meter)
        case "isupper": return try text.isUpper(meter)
        case "islower": return try text.isLower(meter)
        default: return try text.isTitle(meter)
        }
    }

    private func searched(_ fields: [String], _ text: Text, _ meter: Meter) throws -> String {
        let (needle, from:start, to:end) = (Text(unescaping: fields[2]), Int(fields[3]), Int(fields[4]))
        switch fields[0] {
        case "find": return "\(try text.find(needle, from: start, to: end, meter))"
        case "rfind": return "\(try text.rfind(needle, from: start, to: end, meter))"
        case "index": return "\(try text.index(needle, from: start, to: end, meter))"
        case "rindex": return "\(try text.rindex(needle, from: start, to: end, meter))"
        case "count": return "\(try text.count(of: needle, from: start, to: end, meter))"
        case "startswith": return text.starts(with: needle, from: start, to: end) ? "True" : "False"
        default: return text.ends(with: needle, from: start, to: end) ? "True" : "False"
        }
    }

    private func divided(_ fields: [String], _ text: Text, _ meter: Meter) throws -> [Text] {
        switch fields[0] {
        case "split": return try text.split(limit: Int(fields[2])!, meter)
        case "rsplit": return try text.splitFromEnd(limit: Int(fields[2])!, meter)
        case "splitlines": return try text.lines(keepingEnds: fields[2] == "True", meter)
        case "splitsep":
            return try text.split(separator: Text(unescaping: fields[2]), limit: Int(fields[3])!, meter)
        case "rsplitsep":
            return try text.splitFromEnd(
                separator: Text(unescaping: fields[2]),
                limit: Int(fields[3])!,
                meter
            )
        case "partition":
            let parts = try text.partition(Text(unescaping: fields[2]), meter)
            return [parts.0, parts.1, parts.2]
        default:
            let parts = try text.partitionFromEnd(Text(unescaping: fields[2]), meter)
            return [parts.0, parts.1, parts.2]
        }
    }

    private func built(_ fields: [String], _ text: Text, _ meter: Meter) throws -> Text {
        let others = fields.dropFirst(2).map { Text(unescaping: $0) }
        switch fields[0] {
        case "replace": return try text.replacing(others[0], with: others[1], limit: Int(fields[4]), meter)
        case "strip", "lstrip", "rstrip":
            let set = fields[2] == "None" ? nil : others[0].slice(1..<others[0].count)
            return try text.stripped(
                fields[0] == "strip" ? .both : fields[0] == "lstrip" ? .left : .right,
                of: set,
                meter
            )
        case "center": return try text.centered(Int(fields[2])!, fill: others[1], meter)
        case "ljust": return try text.leftJustified(Int(fields[2])!, fill: others[1], meter)
        case "rjust": return try text.rightJustified(Int(fields[2])!, fill: others[1], meter)
        case "zfill": return try text.zeroFilled(Int(fields[2])!, meter)
        case "expandtabs": return try text.expandingTabs(Int(fields[2])!, meter)
        case "slice":
            return try text.slice(
                Slice(start: Int(fields[2]), stop: Int(fields[3]), step: Int(fields[4])),
                meter
            )
        case "join": return try text.join(others, meter)
        case "mul": return try text.repeated(Int(fields[2])!, meter)
        case "removeprefix": return text.removingPrefix(others[0])
        case "removesuffix": return text.removingSuffix(others[0])
        case "translate":
            let pairs = try Text.translationTable(from: others[0], to: others[1], deleting: others[2])
            let table = Dictionary(pairs) { $1 }
            return try text.translated(meter) { table[$0] }
        default: return try text.concatenated(with: others[0], meter)
        }
    }
}

/// Python's repr of a list or tuple of texts.
func list(_ items: [Text], isTuple: Bool = false) -> String {
    let inner = items.map { (try? $0.repr(Meter()).escaped) ?? "?" }.joined(separator: ", ")
    return isTuple ? "(\(inner))" : "[\(inner)]"
}

extension Text {
    /// Reads what Python's `unicode_escape` wrote.
    init(unescaping field: String) {
        var points: [UInt32] = []
        var rest = Array(field.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let kind = rest.popFirst() else {
                points.append(scalar.value)
                continue
            }
            switch kind {
            case "n": points.append(10)
            case "t": points.append(9)
            case "r": points.append(13)
            case "x", "u", "U":
                let width = kind == "x" ? 2 : kind == "u" ? 4 : 8
                points.append(UInt32(rest.prefix(width).map(String.init).joined(), radix: 16)!)
                rest.removeFirst(width)
            default: points.append(kind.value)
            }
        }
        self.init(codePoints: points)
    }

    /// Writes as Python's `unicode_escape` does.
    var escaped: String {
        codePoints.map { point in
            switch point {
            case 92: return "\\\\"
            case 9: return "\\t"
            case 10: return "\\n"
            case 13: return "\\r"
            case 32..<127: return String(Unicode.Scalar(UInt8(point)))
            case 0..<256: return "\\x" + Text.hex(point, width: 2)
            case 256..<0x10000: return "\\u" + Text.hex(point, width: 4)
            default: return "\\U" + Text.hex(point, width: 8)
            }
        }.joined()
    }
}
