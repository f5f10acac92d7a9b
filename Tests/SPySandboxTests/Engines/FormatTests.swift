import Testing

@testable import SPySandbox

struct FormatTests {
    @Test func `format and percent give CPython's answers on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("formats"), atLeast: 900, answer: answer)
    }

    @Test func `format and percent give CPython's answers on new cases`() throws {
        EngineCases.check(try EngineCases.generated("formats", seed: 5, count: 20_000), answer: answer)
    }

    @Test func `a field is numbered, named and followed as in CPython`() throws {
        var parser = FieldParser("{}{}-{:{}}")
        var positions: [FieldParser.Root] = []
        while let part = try parser.next() {
            guard let field = part.field else { continue }
            positions.append(try parser.root(of: field))
            guard field.specIsTemplate else { continue }
            var nested = try parser.nested(field.spec)
            if let inner = try nested.next()?.field { positions.append(try nested.root(of: inner)) }
            parser.resume(after: nested)
        }
        #expect(positions == [.position(0), .position(1), .position(2), .position(3)])
        let field = FieldParser.Field(name: "who.name[3][key]", spec: .empty, specIsTemplate: false)
        #expect(try parser.root(of: field) == .name("who"))
        #expect(try FieldParser.steps(of: field) == [.attribute("name"), .index(3), .key("key")])
    }

    @Test(arguments: [
        ("{}{0}", "cannot switch from automatic field numbering to manual field specification"),
        ("{0}{}", "cannot switch from manual field specification to automatic field numbering"),
        ("{0[]}", "Empty attribute in format string"), ("{0.}", "Empty attribute in format string"),
        ("{0[0]x}", "Only '.' or '[' may follow ']' in format field specifier"),
        ("{0!q}", "Unknown conversion specifier q"), ("{0!é}", "Unknown conversion specifier \\xe9"),
        ("{99999999999999999999}", "Too many decimal digits in format string"),
        ("{:{:{}}}", "Max string recursion exceeded"),
    ]) func `a wrong field is refused in CPython's words`(template: String, message: String) {
        let answer = outcome {
            var parser = FieldParser(Text(template))
            try Self.walk(&parser)
            return "accepted"
        }
        #expect(answer == Text("ValueError: \(message)").escaped)
    }

    private static func walk(_ parser: inout FieldParser) throws {
        while let part = try parser.next() {
            guard let field = part.field else { continue }
            _ = try parser.root(of: field)
            _ = try FieldParser.steps(of: field)
            _ = try FieldParser.checkedConversion(of: field)
            guard field.specIsTemplate else { continue }
            var nested = try parser.nested(field.spec)
            try walk(&nested)
            parser.resume(after: nested)
        }
    }

    @Test func `a width or precision beyond memory names the budget`() {
        let limit = EngineError.budgetExceeded(.init(budget: .memory, limit: 256 << 20))
        #expect(throws: limit) { try Format.integer(1, "999999999999", Meter()) }
        #expect(throws: limit) { try Format.float(1, ".2147483647f", Meter()) }
    }

    private func answer(_ fields: [String]) throws -> String {
        let meter = Meter()
        let template = Text(unescaping: fields[2])
        switch fields[0] {
        case "int": return try Format.integer(integer(fields[1]), template, meter).escaped
        case "float": return try Format.float(FloatText.parseHex(fields[1].utf8), template, meter).escaped
        case "str": return try Format.text(Text(unescaping: fields[1]), template, meter).escaped
        case "fields": return try described(template)
        case "%int": return try percent(template, .integer(integer(fields[1]))).escaped
        case "%float": return try percent(template, .float(FloatText.parseHex(fields[1].utf8))).escaped
        case "%str": return try percent(template, .text(Text(unescaping: fields[1]))).escaped
        default: return try percent(template, .integer(7)).escaped
        }
    }

    private func percent(_ template: Text, _ argument: PrintfParser.Directive.Argument) throws -> Text {
        var parser = PrintfParser(template)
        var result = Text.empty
        while let part = try parser.next() {
            switch part {
            case .literal(let text): try result.append(text, Meter())
            case .directive(let directive):
                var argument = argument
                if case .text = try directive.wanted(), case .integer = argument { argument = .text("7") }
                try result.append(directive.render(argument, width: 7, precision: 7, Meter()), Meter())
            }
        }
        return result
    }

    private func described(_ template: Text) throws -> String {
        var parser = FieldParser(template)
        var parts: [String] = []
        func repr(_ text: Text) throws -> String { try text.repr(Meter()).escaped }
        while let part = try parser.next() {
            let field = try part.field.map { field in
                let conversion = try field.conversion.map { try repr(Text(codePoint: $0)) } ?? "None"
                return "\(try repr(field.name)) \(try repr(field.spec)) \(conversion)"
            }
            parts.append("\(try repr(part.literal)) \(field ?? "None None None")")
        }
        return parts.joined(separator: "; ")
    }
}
