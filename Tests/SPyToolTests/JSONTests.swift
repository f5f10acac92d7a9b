import SPyTool
import Testing

@Suite("JSON lines")
struct JSONTests {
    @Test("keep the order of members")
    func order() {
        let value = JSON.object([
            ("b", .integer(1)), ("a", .array([.null, .boolean(true)])), ("c", .object([])),
        ])
        #expect(value.line == #"{"b": 1, "a": [null, true], "c": {}}"#)
    }

    @Test("stay on one line whatever text is in them")
    func escapes() {
        let text = "\"\\\n\r\t\u{0}\u{1B}\u{7F}\u{2028}ä𝓮"
        #expect(JSON.string(text).line == #""\"\\\n\r\t\u0000\u001b\u007f\u2028ä𝓮""#)
    }
}
