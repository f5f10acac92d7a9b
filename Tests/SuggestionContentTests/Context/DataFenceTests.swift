import Testing

@testable import SuggestionContent

@Suite("Lines around data")
struct DataFenceTests {
    /// The numbers of the blocks of a text, in their order.
    private static func numbers(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("<<<DATA ") }
            .map { String($0.dropFirst(8).prefix(16)) }
    }

    @Test("The same block has the same number each time, unless a text beside it holds that, in either case")
    func numbersAreDrawnAgain() throws {
        let block = DataFence(label: "document", content: "Pay the order.")
        let number = try #require(Self.numbers(DataFence.join([block], besides: []).text).first)
        #expect(Self.numbers(DataFence.join([block], besides: ["0\(number.dropLast())"]).text) == [number])
        for holding in ["I know \(number)!", "00\(number.uppercased())00"] {
            let beside = Self.numbers(DataFence.join([block], besides: [holding]).text)
            #expect(beside.count == 1 && beside != [number])
            let other = DataFence(label: "description", content: holding)
            let both = DataFence.join([other, block], besides: []).text
            #expect(Self.numbers(both).count == 2 && !Self.numbers(both).contains(number))
            #expect(both.hasPrefix("<<<DATA ") && both.contains("description>>>\n\(holding)\n<<<END "))
        }
    }

    @Test(
        "What it takes is reckoned as if all of it had been looked at",
        arguments: [
            "", "a", "12", "words and 1234 digits", "\n\n  \n", "ä€😀", "<<<", "end\n", "    indented",
        ]
    )
    func tokens(_ content: String) {
        let blocks = ["first", "second part", content].map { DataFence(label: $0, content: content + $0) }
        for count in 0...3 {
            let (text, tokens) = DataFence.join(Array(blocks.prefix(count)), besides: [])
            #expect(tokens == TokenEstimate.tokens(text))
        }
    }
}
