/// A block of code in a Markdown text (CommonMark 0.31, section 4.5).
public struct FencedBlock: Sendable, Hashable {
    /// The first word behind the fence, in small letters: `spy`; empty where there is none.
    public let language: String
    /// What stands between the fences, with its last line break.
    public let text: String
    /// The line of the opening fence in the whole text, from 1.
    public let line: Int
    /// Whether it has a closing fence; without one it goes to the end.
    public let isClosed: Bool

    /// The most blocks that are looked at.
    public static let maximumBlocks = 64

    /// The blocks of a text in order, at most ``maximumBlocks``. Costs time in proportion to the text.
    public static func blocks(in text: String) -> [FencedBlock] { scan(text).blocks }

    /// The text without its blocks.
    public static func prose(of text: String) -> String { scan(text).prose }

    private static func scan(_ text: String) -> (blocks: [FencedBlock], prose: String) {
        var blocks: [FencedBlock] = []
        var prose: [Substring.UTF8View] = []
        var open: (fence: Fence, line: Int, content: [Substring.UTF8View])?
        // By bytes: "\r\n" is one character, and a line break of its own here.
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if var block = open {
                if let fence = Fence(line), fence.closes(block.fence) {
                    if blocks.count < maximumBlocks {
                        blocks.append(make(block.fence, block.line, block.content, true))
                    }
                    open = nil
                } else {
                    open = nil
                    block.content.append(line)
                    open = block
                }
            } else if let fence = Fence(line) {
                open = (fence, index + 1, [])
            } else {
                prose.append(line)
            }
        }
        if let block = open, blocks.count < maximumBlocks {
            blocks.append(make(block.fence, block.line, block.content, false))
        }
        return (blocks, prose.map { String(Substring($0)) }.joined(separator: "\n"))
    }

    private static func make(_ fence: Fence, _ line: Int, _ content: [Substring.UTF8View], _ isClosed: Bool)
        -> FencedBlock
    {
        var text = ""
        for row in content {
            var row = row
            // The fence's own indentation is taken off its lines.
            var left = fence.indentation
            while left > 0, row.first == 0x20 {
                row.removeFirst()
                left -= 1
            }
            if row.last == 0x0D { row.removeLast() }
            text += String(Substring(row)) + "\n"
        }
        return FencedBlock(language: fence.language, text: text, line: line, isClosed: isClosed)
    }

    /// Three or more backquotes or tildes at the beginning of a line.
    private struct Fence {
        let mark: UInt8
        let length: Int
        let indentation: Int
        let language: String
        let hasWords: Bool

        init?(_ line: Substring.UTF8View) {
            var rest = line
            var spaces = 0
            while rest.first == 0x20, spaces < 4 {
                rest.removeFirst()
                spaces += 1
            }
            guard spaces < 4, let mark = rest.first, mark == "`" || mark == "~" else { return nil }
            let marks = rest.prefix { $0 == mark }
            guard marks.count >= 3 else { return nil }
            let words = rest.dropFirst(marks.count).split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if mark == "`", words.contains(where: { $0.contains(mark) }) { return nil }
            self.mark = mark
            length = marks.count
            indentation = spaces
            hasWords = !words.isEmpty
            language = words.first.map { String(Substring($0.prefix(32))).lowercased() } ?? ""
        }

        func closes(_ opening: Fence) -> Bool {
            mark == opening.mark && length >= opening.length && !hasWords
        }
    }
}
