import Foundation
import SuggestionContent
import Testing

@Suite("The content filter on planted and on clean texts")
struct ContentFilterTests {
    @Test("There are at least 200 planted values of at least 20 kinds, each in its text")
    func corpus() throws {
        let planted = try FilterCorpus.planted()
        #expect(planted.count >= 200)
        #expect(Set(planted.map(\.kind)).count >= 20)
        for item in planted { #expect(item.text.contains(item.value), "\(item)") }
        #expect(try FilterCorpus.clean().count >= 200)
    }

    @Test("None of the planted values survives, not even half of one")
    func planted() throws {
        for item in try FilterCorpus.planted() {
            let redacted = ContentFilter().redact(item.text)
            let rest = item.text.replacing(item.value, with: "")
            #expect(
                survivor(of: item.value, in: redacted.text, besides: rest) == nil,
                "\(item): \(redacted.text)"
            )
        }
    }

    @Test("Nearly all planted values are recognised as what they are")
    func kinds() throws {
        let planted = try FilterCorpus.planted()
        let wrong = planted.filter { item in
            !ContentFilter().redact(item.text).findings.contains { $0.kind.rawValue == item.kind }
        }
        #expect(wrong.count * 20 <= planted.count, "\(wrong.map(\.description))")
    }

    @Test("Fewer than 2 in 100 clean texts have something taken out")
    func clean() throws {
        let texts = try FilterCorpus.clean()
        let alarms = texts.flatMap { text in
            ContentFilter().redact(text).findings.prefix(1).map { finding in
                "\(finding.kind): \(String(decoding: Array(text.utf8)[finding.range], as: UTF8.self))"
            }
        }
        #expect(alarms.count * 100 < texts.count * 2, "\(alarms.count) of \(texts.count): \(alarms)")
    }

    @Test("The processes and programs of the repository pass as they are")
    func repository() throws {
        for (name, code) in try Programs.all() {
            // One program is about regular expressions for e-mail addresses, and has some.
            let findings = ContentFilter().redact(code).findings.filter {
                $0.kind != .email || name.hasPrefix("Fixtures")
            }
            #expect(findings.isEmpty, "\(name): \(findings)")
        }
    }

    @Test("Nearly all documents of the repository pass as they are, paragraph by paragraph")
    func documents() throws {
        let paragraphs = try Programs.documents().flatMap { $0.components(separatedBy: "\n\n") }.filter {
            $0.utf8.count >= 120
        }
        let alarms = paragraphs.flatMap { paragraph in
            ContentFilter().redact(paragraph).findings.prefix(1).map { finding in
                "\(finding.kind): \(String(decoding: Array(paragraph.utf8)[finding.range], as: UTF8.self))"
            }
        }
        #expect(paragraphs.count >= 200)
        // Reports to Mr Müller go, in three versions of a document, and rightly so.
        let wrong = alarms.filter { $0 != "personName: Müller" }
        #expect(wrong.count * 100 < paragraphs.count * 2, "\(wrong.count) of \(paragraphs.count): \(wrong)")
    }

    /// A part of a value, at least half of it and at least four bytes, that stands in a text and not in what
    /// is around the value.
    private func survivor(of value: String, in text: String, besides rest: String) -> String? {
        let bytes = Array(value.utf8)
        let length = max(4, (bytes.count + 1) / 2)
        guard bytes.count >= length else { return text.contains(value) ? value : nil }
        // Of a long one, windows of 24 bytes are enough to tell.
        let window = min(length, 24)
        for start in stride(from: 0, through: bytes.count - window, by: 1) {
            let part = String(decoding: bytes[start..<start + window], as: UTF8.self)
            if text.contains(part), !rest.contains(part), !isLabel(part) { return part }
        }
        return nil
    }

    /// The first line of a key is no secret.
    private func isLabel(_ part: String) -> Bool { part.contains("-----") || part.contains("PRIVATE KEY") }
}
