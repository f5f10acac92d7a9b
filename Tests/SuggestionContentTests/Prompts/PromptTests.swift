import Foundation
import SuggestionContent
import Testing

@Suite("Prompts")
struct PromptTests {
    private static let golden = Programs.folder.appendingPathComponent("Prompts/Golden")

    /// Values for the places of each prompt, as the golden files have them.
    private static let values: [String: [String: String]] = [
        "chat-system": ["task": SuggestionType.improvement.task],
        "context": ["parts": "<<<DATA 0123456789abcdef name>>>\nRefund\n<<<END 0123456789abcdef>>>"],
        "analysis": [
            "section": "pattern", "limit": "12",
            "meaning":
                "How the process is built: order of steps, decisions and who takes them, exceptions and what undoes a step, "
                + "steps that document and program do not have in common.",
        ],
        "insights": [
            "section": "reliability", "limit": "12", "runs": "1234", "from": "2026-10-30", "to": "2026-11-29",
            "meaning": "How often runs succeed, over the versions, and what explains it.",
        ],
        "plan": ["limit": "12", "steps": "12"],
        "compaction": ["words": "250"],
    ]

    @Test("Each prompt's rendered form is what its golden file says", arguments: PromptLibrary.all)
    func golden(_ prompt: PromptTemplate) throws {
        let file = PromptTests.golden.appendingPathComponent("\(prompt.name).v\(prompt.version).txt")
        let expected = try String(contentsOf: file, encoding: .utf8)
        let rendered = try prompt.render(PromptTests.values[prompt.name] ?? [:])
        #expect(rendered == expected, "\(prompt.id)")
    }

    @Test("Every golden file belongs to a prompt, and every prompt has a name of its own")
    func complete() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: PromptTests.golden.path).sorted()
        #expect(files == PromptLibrary.all.map { "\($0.name).v\($0.version).txt" }.sorted())
        #expect(Set(PromptLibrary.all.map(\.id)).count == PromptLibrary.all.count)
    }

    @Test("The hash is that of the file, so that a changed file is another prompt")
    func hash() throws {
        for prompt in PromptLibrary.all {
            let source = Programs.folder.deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent(
                    "Sources/SuggestionContent/Prompts/\(prompt.name).v\(prompt.version).prompt"
                )
            let text = try String(contentsOf: source, encoding: .utf8)
            let again = try PromptTemplate(name: prompt.name, version: prompt.version, text: text)
            #expect(again == prompt)
            let changed = try PromptTemplate(name: prompt.name, version: prompt.version, text: text + " ")
            #expect(changed.hash != prompt.hash)
        }
    }

    @Test("A missing value and an unknown one are mistakes")
    func names() throws {
        let prompt = try PromptTemplate(name: "t", version: 1, text: "a {{b}} c {{d_e}} {{b}}")
        #expect(prompt.names == ["b", "d_e"])
        #expect(throws: PromptError.missing("d_e")) { try prompt.render(["b": "1"]) }
        #expect(throws: PromptError.unknown("x")) { try prompt.render(["b": "1", "d_e": "2", "x": "3"]) }
        let rendered = try prompt.render(["b": "{{d_e}}", "d_e": "2"])
        #expect(rendered == "a {{d_e}} c 2 {{d_e}}", "values are not looked at again")
    }

    @Test(
        "Braces that are no place are mistakes",
        arguments: [
            "{{", "}}", "a {{b", "{{B}}", "{{ b }}", "{{}}", "{{b}", "x}} {{b}}", "{{b1}}", "{{{b}}}",
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: PromptError.self) { try PromptTemplate(name: "t", version: 1, text: text) }
    }

    @Test("Single braces are text", arguments: ["", "{", "}", "{b}", "a { b } c", "{\"a\": 1}"])
    func single(_ text: String) throws {
        let rendered = try PromptTemplate(name: "t", version: 1, text: text).render()
        #expect(rendered == text)
    }
}
