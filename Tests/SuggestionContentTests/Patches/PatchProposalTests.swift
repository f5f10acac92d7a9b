import StableMapping
import SuggestionContent
import Testing

@Suite("Proposals in a model's answer")
struct PatchProposalTests {
    private let code = """
        import math

        LIMIT = 100


        def pay(order):
            return transfer(order["account"], order["amount"])


        # Decides.
        def main(order=None):
            if order is None:
                return "unknown"
            if order["amount"] > LIMIT:
                return "declined"
            return pay(order)

        """

    private func base(_ code: String? = nil, document: String = "# Refund\n\nOld.\n") throws -> PatchBase {
        let process = try #require(ProcessID("3f2a90c1-7b1e-4f7e-9a55-0d6f0a9e2b11"))
        let text = code ?? self.code
        let request = MappingRequest(process: process, version: 1, program: ProgramFacts(text))
        let mapping = try MappingEngine.next(after: nil, request).mapping
        return PatchBase(
            process: process,
            version: 1,
            contentHash: "abc",
            code: text,
            document: document,
            mapping: mapping
        )
    }

    private func proposal(_ answer: String, _ base: PatchBase? = nil, redactor: Redactor = Redactor()) throws
        -> PatchProposal?
    {
        PatchProposal(in: answer, base: try base ?? self.base(), redactor: redactor)
    }

    @Test("A function in a block replaces that function, and everything else stays as it is")
    func function() throws {
        let answer = """
            Guard the payment:

            ```spy
            def pay(order):
                try:
                    return transfer(order["account"], order["amount"])
                except ValueError:
                    return escalate(order)
            ```

            That is all.
            """
        let found = try #require(try proposal(answer))
        let expected = code.replacing(
            "    return transfer(order[\"account\"], order[\"amount\"])\n",
            with: """
                    try:
                        return transfer(order["account"], order["amount"])
                    except ValueError:
                        return escalate(order)

                """
        )
        #expect(found.code == expected)
        #expect(found.baseContentHash == "abc" && found.isOffered && found.refusals.isEmpty)
        #expect(try UnifiedDiff(parsing: found.patch).apply(to: code) == expected)
        let validation = try #require(found.validation)
        #expect(
            validation.isAccepted && validation.dryRun.status == .succeeded
                && validation.dryRun.entry == "main"
        )
        let effect = try #require(found.mappingEffect)
        #expect(effect.retiredCount == 0 && effect.addedCount >= 1 && effect.keptCount >= 4)
        #expect(effect.added.contains("pay::escalate(order)"))
        #expect(Set(found.metadata.keys) == ["patch", "base_content_hash", "validation", "mapping_effect"])
    }

    @Test(
        "A whole program replaces all; a new function comes behind the one before it; an import comes to the imports"
    )
    func shapes() throws {
        let whole = "x = 1\ndef main():\n    return x\n"
        #expect(try proposal("```python\n\(whole)```")?.code == whole)
        let added =
            "import json\n\ndef pay(order):\n    return book(order)\n\ndef book(order):\n    return json.dumps(order)\n"
        let text = try #require(try proposal("```spy\n\(added)```")?.code)
        #expect(text.hasPrefix("import math\nimport json\n\nLIMIT = 100\n"))
        #expect(
            text.contains(
                "    return book(order)\n\n\ndef book(order):\n    return json.dumps(order)\n\n\n# Decides.\ndef main("
            )
        )
    }

    @Test("Several blocks are made one after the other, and a diff is applied exactly")
    func several() throws {
        let answer =
            "```spy\ndef pay(order):\n    return book(order)\n```\nand\n```diff\n@@ -3 +3 @@\n-LIMIT = 100\n+LIMIT = 200\n```\n"
        let found = try #require(try proposal(answer)?.code)
        #expect(found.contains("LIMIT = 200") && found.contains("return book(order)"))
        let misfit = try #require(try proposal("```diff\n@@ -3 +3 @@\n-LIMIT = 99\n+LIMIT = 200\n```\n"))
        #expect(!misfit.isOffered && misfit.patch.isEmpty && misfit.metadata["patch"] == nil)
        #expect(misfit.refusals == ["Hunk 1 of the patch does not fit: its lines do not stand in the text."])
    }

    @Test(
        "Code that breaks security rules, has errors or breaks off is reported and not offered",
        arguments: [
            ("import os\ndef main():\n    return os.getcwd()\n", "SPY-X001"),
            ("def main():\n    return eval('1')\n", "SPY-X002"),
            ("def main(:\n    return 1\n", "SPY-S"),
            ("class A:\n    pass\ndef main():\n    return 1\n", "SPY-U001"),
        ]
    )
    func refused(_ example: (code: String, rule: String)) throws {
        let found = try #require(try proposal("```spy\n\(example.code)```\n"))
        #expect(!found.isOffered && found.code == nil && found.mappingEffect == nil)
        #expect(found.refusals.count == 1 && found.refusals[0].contains(example.rule), "\(found.refusals)")
        let json = try #require(found.metadata["validation"])
        #expect(json.hasPrefix("{\"offered\": false, \"refusals\": [") && json.contains(example.rule))
        #expect(found.metadata["patch"] == nil && found.metadata["base_content_hash"] == nil)
    }

    @Test("A block that the answer broke off in is not offered")
    func brokenOff() throws {
        let found = try #require(try proposal("```spy\ndef pay(order):\n    return 1\n"))
        #expect(!found.isOffered && found.refusals == ["The answer broke off within the code at its line 1."])
    }

    @Test(
        "Examples, other languages and answers without code propose nothing",
        arguments: [
            "No code.", "```\nx = 1\n```", "```spy\norder[\"amount\"]\n```", "```json\n{}\n```",
            "```python\nLIMIT = 5\n```", "`def f(): pass`", "",
            "```markdown\n- a list\n```", "```sql\nselect 1\n```",
        ]
    )
    func nothing(_ answer: String) throws {
        #expect(try proposal(answer) == nil)
    }

    @Test(
        "A function that the program does not have is refused with its name, as nobody can tell where it goes"
    )
    func unclear() throws {
        let found = try #require(try proposal("```spy\ndef other(x):\n    return act(x)\n```"))
        #expect(!found.isOffered && found.refusals.first?.contains("'other'") == true)
    }

    @Test("A document is a patch on the document")
    func document() throws {
        let found = try #require(try proposal("```document\n# Refund\n\nNew.\n```\n"))
        #expect(found.document == "# Refund\n\nNew.\n" && found.code == nil && found.validation == nil)
        #expect(found.patch.hasPrefix("--- a/process_document.md\n+++ b/process_document.md\n"))
        #expect(try UnifiedDiff(parsing: found.patch).apply(to: "# Refund\n\nOld.\n") == found.document)
        let same = try proposal("```document\n# Refund\n\nOld.\n```\n")
        #expect(same?.isOffered != true)
    }

    @Test("What was redacted comes back in what is proposed")
    func restored() throws {
        let base = try self.base("def main():\n    return send_email(\"ada@example.org\")\n")
        var redactor = Redactor()
        _ = redactor.redact(base.code)
        let answer = "```spy\ndef main():\n    return send_email(\"[REDACTED:email-1]\", copy=True)\n```"
        let found = try #require(try proposal(answer, base, redactor: redactor))
        #expect(found.code == "def main():\n    return send_email(\"ada@example.org\", copy=True)\n")
    }

    @Test(
        "A secret or placeholder that the present program does not have keeps a proposal from being offered",
        arguments: [
            ("KEY = \"AKIAIOSFODNN7EXAMPLE\"", "(aws-key)"), ("password = \"hunter2!\"", "(password)"),
            ("mail = \"[REDACTED:email-7]\"", "placeholder"),
        ]
    )
    func leaked(_ example: (line: String, reason: String)) throws {
        let answer = "```spy\n\(example.line)\ndef main():\n    return act(1)\n```\n"
        let found = try #require(try proposal(answer))
        #expect(!found.isOffered && found.refusals.count == 1 && found.refusals[0].contains(example.reason))
        let same = try #require(
            try proposal(answer, base("\(example.line)\ndef main():\n    return act(2)\n"))
        )
        #expect(same.isOffered, "what is there already may stay")
        let document = try #require(try proposal("```document\n# New\n\n\(example.line)\n```"))
        #expect(!document.isOffered)
    }

    @Test(
        "An answer that went through the filter of its prompt loses nothing of the program and gives away nothing"
    )
    func filtered() throws {
        let base = try self.base("def main():\n    return send_email(\"ada@example.org\")\n")
        var redactor = Redactor()
        _ = redactor.redact(base.code)
        let answer =
            "```spy\ndef main():\n    return send_email([\"[REDACTED:email-1]\", \"eve@example.org\"])\n```"
        var filter = StreamingFilter(after: redactor)
        let text = filter.append(answer) + filter.finish()
        #expect(text.contains("[REDACTED:email-1]") && text.contains("[REDACTED:email-2]"))
        let found = try #require(try proposal(text, base, redactor: redactor))
        #expect(!found.isOffered, "the address that the model made up is not put in the place of Ada's")
        let raw = try #require(try proposal(answer, base, redactor: redactor)?.code)
        #expect(raw.contains("\"ada@example.org\", \"eve@example.org\""))
    }

    @Test("A program that never ends is offered with a dry run that says so")
    func exhausted() throws {
        let found = try #require(
            try proposal(
                "```spy\nx = 0\ndef main():\n    y = 1\n    while y > 0:\n        y += 1\n    return y\n```"
            )
        )
        #expect(found.isOffered && found.validation?.dryRun.status == .exhausted)
    }

    @Test("Facts that go are listed with their IDs, those that move with both keys")
    func effect() throws {
        let base = try self.base()
        let changed = code.replacing("LIMIT = 100", with: "MAXIMUM = 100").replacing(
            "> LIMIT",
            with: "> MAXIMUM"
        )
        .replacing("    if order is None:\n        return \"unknown\"\n", with: "")
        let effect = try #require(try proposal("```spy\n\(changed)```", base)?.mappingEffect)
        #expect(effect.retired.map(\.key) == ["main::if order is None"])
        #expect(effect.retired.allSatisfy { base.mapping[$0.key] == $0.factID })
        #expect(effect.moved.contains { $0.oldKey == "LIMIT" && $0.key == "MAXIMUM" })
        #expect(effect.json.hasPrefix("{\"kept\": ") && effect.json.contains("\"old_key\": \"LIMIT\""))
    }
}
