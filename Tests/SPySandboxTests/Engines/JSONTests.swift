import Testing

@testable import SPySandbox

struct JSONTests {
    @Test func `documents are read and refused as in CPython on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("jsons"), atLeast: 500, answer: answer)
    }

    @Test func `documents are read and refused as in CPython on new cases`() throws {
        EngineCases.check(try EngineCases.generated("jsons", seed: 31, count: 20_000), answer: answer)
    }

    @Test func `nesting without end raises as in CPython instead of crashing`() {
        let error = EngineError.raise(
            "RecursionError",
            "maximum recursion depth exceeded while decoding a JSON array from a unicode string"
        )
        #expect(throws: error) { try JSONParser.parse(Text(String(repeating: "[", count: 100_000)), Meter()) }
    }

    @Test func `a document larger than memory allows names the budget`() throws {
        let text = try Text("[").concatenated(with: Text("0,").repeated(100_000, Meter()), Meter())
        #expect(throws: EngineError.budgetExceeded(.init(budget: .memory, limit: 1 << 20))) {
            try JSONParser.parse(text, Meter(limits: .init(bytes: 1 << 20)))
        }
    }

    private func answer(_ fields: [String]) throws -> String {
        let meter = Meter()
        switch fields[0] {
        case "read": return try shown(JSONParser.parse(Text(unescaping: fields[1]), meter)).escaped
        case "ascii": return try JSONText.string(Text(unescaping: fields[1]), meter).escaped
        case "unicode":
            return try JSONText.string(Text(unescaping: fields[1]), ensureASCII: false, meter).escaped
        default:
            return try JSONText.float(FloatText.parseHex(fields[1].utf8), allowNaN: fields[0] == "float")
        }
    }

    private func shown(_ value: JSONValue) throws -> Text {
        switch value {
        case .null: return "null"
        case .bool(let bool): return bool ? "true" : "false"
        case .integer(let integer): return Text(try integer.decimalText(Meter()))
        case .float(let float): return Text(try JSONText.float(float))
        case .literal(let text, _): return text
        case .string(let text): return try JSONText.string(text, Meter())
        case .array(let items):
            return Text("[" + (try items.map { try shown($0).string }.joined(separator: ",")) + "]")
        case .object(let members):
            var names: [Text] = []
            var values: [Text: JSONValue] = [:]
            for member in members {
                if values.updateValue(member.value, forKey: member.name) == nil { names.append(member.name) }
            }
            let parts = try names.map { name in
                try JSONText.string(name, Meter()).string + ":" + shown(values[name] ?? .null).string
            }
            return Text("{" + parts.joined(separator: ",") + "}")
        }
    }
}
