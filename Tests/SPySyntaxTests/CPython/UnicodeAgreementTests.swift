import SPySyntax
import Testing

/// Agreement with CPython 3.11 on the characters of names.
@Suite("Agreement with CPython on names", .enabled(if: CPython.isAvailable))
struct UnicodeAgreementTests {
    @Test("the same characters begin and continue names, and names normalise alike")
    func names() throws {
        let lines = try CPython.ask("characters").split(separator: "\n", omittingEmptySubsequences: false)
        let starts = lines[0].split(separator: " ").compactMap { UInt32($0) }
        let parts = lines[1].split(separator: " ").compactMap { UInt32($0) }
        #expect(Self.edges(prefix: "") == starts)
        #expect(Self.edges(prefix: "a") == parts)
        for line in lines.dropFirst(2) where !line.isEmpty {
            let fields = line.split(separator: " ")
            let scalar = try #require(UInt32(fields[0]).flatMap(Unicode.Scalar.init))
            #expect(
                Self.normalised("a\(Character(scalar))") == fields[1],
                "U+\(String(scalar.value, radix: 16))"
            )
        }
    }

    /// Code points at which acceptance changes; surrogates, which no Swift string holds, count as refused.
    private static func edges(prefix: String) -> [UInt32] {
        var edges: [UInt32] = []
        var before = false
        // One program asks about thousands of characters: one a line, and its diagnostics say which are refused.
        for base in stride(from: UInt32(0), through: 0x10FFFF, by: 0x4000) {
            let values = base..<base + 0x4000
            let text = values.map { value in
                guard value >= 0x80, let scalar = Unicode.Scalar(value) else { return "0=0\n" }
                return prefix + String(Character(scalar)) + "=0\n"
            }.joined()
            let result = parse(text)
            let refused = Set(result.diagnostics.map { result.source.lineIndex(at: $0.range.start) })
            for (line, value) in values.enumerated() where value > 0 {
                let isAccepted = value < 0x80 ? isASCIIName(value, prefix) : !refused.contains(line)
                if isAccepted != before { edges.append(value) }
                before = isAccepted
            }
        }
        return edges
    }

    /// ASCII has operators and blanks, which make other programs; only letters and digits can be in names.
    private static func isASCIIName(_ value: UInt32, _ prefix: String) -> Bool {
        let character = Character(Unicode.Scalar(UInt8(value)))
        return character == "_" || character.isLetter || (!prefix.isEmpty && character.isNumber)
    }

    private static func normalised(_ name: String) -> String {
        let tree = parse(name + " = 0").tree
        guard let statement = tree[tree.body].first, case .assignment(let targets, _) = tree[statement],
            let target = tree[targets].first, case .name(let id, _) = tree[target]
        else { return "no name" }
        return tree.string(id).utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
