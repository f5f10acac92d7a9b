import SPySyntax
import Testing

@Suite("Tree layout")
struct TreeLayoutTests {
    @Test("expressions take 16 bytes")
    func expressionSize() {
        #expect(MemoryLayout<Expression>.stride == 16)
    }

    @Test("statements take at most 32 bytes")
    func statementSize() {
        #expect(MemoryLayout<Statement>.stride <= 32)
    }
}
