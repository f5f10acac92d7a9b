import SuggestionContent
import Testing

@Suite("Blocks of code in Markdown")
struct FencedBlockTests {
    @Test(
        "Blocks are found as CommonMark says",
        arguments: [
            ("```spy\nx\n```", ["spy|x\n|1|true"]),
            ("a\n\n~~~ Python  extra\nx\n~~~\nb", ["python|x\n|3|true"]),
            ("````\n```\n````", ["|```\n|1|true"]),
            ("```\nx\n~~~\n```", ["|x\n~~~\n|1|true"]),
            ("  ```spy\n  x\n    y\n  ```", ["spy|x\n  y\n|1|true"]), ("    ```\n    x\n", []),
            ("```spy\nx", ["spy|x\n|1|false"]), ("```a`b\nx\n```", ["||3|false"]), ("``\nx\n``", []),
            ("```spy\r\nx\r\n```\r\n", ["spy|x\n|1|true"]),
            ("```spy\nx\n```\n```diff\n-y\n```", ["spy|x\n|1|true", "diff|-y\n|4|true"]), ("", []),
            ("```\n```", ["||1|true"]),
        ]
    )
    func blocks(_ example: (text: String, blocks: [String])) {
        let found = FencedBlock.blocks(in: example.text).map {
            "\($0.language)|\($0.text)|\($0.line)|\($0.isClosed)"
        }
        #expect(found == example.blocks)
    }

    @Test("The prose is what is left")
    func prose() {
        #expect(FencedBlock.prose(of: "a\n```\nb\n```\nc") == "a\nc")
    }
}
