import StableMapping
import TestSupport
import Testing

/// Keys and programs that nobody would write, the same ones in every run.
@Suite("Fuzzing keys and programs")
struct FuzzTests {
    static let pieces = [
        "a", "f", "user", "::", ".", "#", "2", "#2", "if ", "while ", "return ", "(", ")", "[", "]", "{", "}",
        "\"",
        "'", "\\", " ", "\n", "\t", "=", "==", ":=", ":", ",", "+", "-", "not ", " and ", " if ", " else ",
        "lambda ",
        "*", "**", "for ", " in ", "f'{", "}'", "é", "😀", "\u{0}", "\u{FEFF}", "ｉf", "0x", "1e9", "yield ",
        "await ",
        "…", "//", "None", "...", "@", ";", "`", "$", "\r",
    ]

    @Test(
        "texts taken as keys are keys or are refused at a column inside them",
        arguments: 0..<8 as Range<UInt64>
    )
    func keys(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let real =
            (try? ExamplePrograms.processes())?.flatMap { $0.versions.flatMap(\.mapping.keys) }.sorted() ?? []
        #expect(!real.isEmpty)
        for _ in 0..<800 {
            var text = random.below(2) == 0 ? (real.randomElement(using: &random) ?? "") : ""
            for _ in 0..<random.below(8) {
                let place = text.index(text.startIndex, offsetBy: random.below(text.count + 1))
                text.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? "", at: place)
            }
            #expect(FuzzEntry.violations(inKey: text) == [])
        }
    }

    @Test("texts taken as programs keep the promises of mappings", arguments: 0..<8 as Range<UInt64>)
    func programs(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let real = try ExamplePrograms.processes()
        for _ in 0..<60 {
            let process = try #require(real.randomElement(using: &random))
            let versions = process.versions
            let before = broken(versions[random.below(3)].code, &random)
            let after = broken(versions[random.below(3)].code, &random)
            let given = versions[random.below(3)].mapping.filter { _ in random.below(3) == 0 }
            let violations = FuzzEntry.violations(inPrograms: before, after, given: given)
            #expect(violations == [], "\(before)\n---\n\(after)\n---\n\(given)")
        }
    }

    private func broken(_ code: String, _ random: inout SeededGenerator) -> String {
        var bytes = Array(code.utf8)
        for _ in 0..<random.below(12) {
            let place = random.below(bytes.count)
            switch random.below(4) {
            case 0: bytes.insert(UInt8(random.below(256)), at: place)
            case 1: bytes.remove(at: place)
            case 2:
                bytes.insert(contentsOf: (Self.pieces.randomElement(using: &random) ?? "").utf8, at: place)
            default:
                let end = min(place + random.below(200), bytes.count)
                bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
