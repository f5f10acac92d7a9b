/// The program and the document that an answer proposes, before anything is checked.
struct ProposedContent {
    private(set) var code: String?
    private(set) var document: String?
    private(set) var refusals: [String] = []

    var isEmpty: Bool { code == nil && document == nil && refusals.isEmpty }

    init(in answer: String, base: PatchBase, redactor: Redactor) {
        var program = base.code
        var isChanged = false
        for block in FencedBlock.blocks(in: answer) {
            let text = redactor.restore(block.text)
            switch block.language {
            case "document", "markdown", "md": takeDocument(block, text, base)
            case "diff", "patch": takeDiff(block, text, base, &program, &isChanged)
            case "spy", "python", "py", "python3":
                guard block.isClosed else {
                    refusals.append("The answer broke off within the code at its line \(block.line).")
                    continue
                }
                switch ProgramEdit.change(program, by: text) {
                case .whole(let text), .functions(let text):
                    program = text
                    isChanged = true
                case .example: break
                case .unclear(let reason): refusals.append(reason)
                }
            default: break
            }
        }
        if isChanged { code = program }
    }

    private mutating func takeDocument(_ block: FencedBlock, _ text: String, _ base: PatchBase) {
        // A short block of Markdown shows something; a document of its own is marked so or begins with a
        // heading.
        guard block.language == "document" || text.hasPrefix("# ") else { return }
        guard block.isClosed else {
            refusals.append("The answer broke off within the document at its line \(block.line).")
            return
        }
        document = text
    }

    private mutating func takeDiff(
        _ block: FencedBlock,
        _ text: String,
        _ base: PatchBase,
        _ program: inout String,
        _ isChanged: inout Bool
    ) {
        guard block.isClosed else {
            refusals.append("The answer broke off within the patch at its line \(block.line).")
            return
        }
        do throws(PatchProblem) {
            let diff = try UnifiedDiff(parsing: text)
            if diff.name.hasSuffix(".md") {
                document = try diff.apply(to: document ?? base.document)
            } else {
                program = try diff.apply(to: program)
                isChanged = true
            }
        } catch {
            refusals.append(error.description)
        }
    }
}
