import Foundation
import Testing

@testable import ProcessStore

/// A document as the column keeps it.
@Suite struct DocumentTextTests {
    private static let documents: [ProcessContent.Document] = [
        .init(format: "text/plain", text: "", attributes: [:]),
        .init(
            format: "text/markdown",
            text: "# Orders\n\n\"Two\" \\ three\t\u{1}\u{7F}\r\n",
            attributes: [:]
        ),
        .init(
            format: "text/markdown",
            text: "Caf\u{E9} \u{1F600} \u{2028}",
            attributes: ["owner": "Anna \"A\""]
        ),
        .init(format: "", text: "x", attributes: ["a": "", "b\n": "c", "": "d"], isDerived: true),
    ]

    @Test(arguments: documents)
    func aDocumentIsReadAsItWasWritten(_ document: ProcessContent.Document) throws {
        let json = try #require(ContentCoding.json(document))
        #expect(try ContentCoding.document(json) == document)
    }

    @Test func whoeverWroteADocumentIsSaidOnlyWhereNobodyDid() throws {
        let fields = try Self.documents.map { document in
            let json = try #require(ContentCoding.json(document))
            let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
            return try #require(object as? [String: Any]).keys.sorted()
        }
        #expect(fields.dropLast().allSatisfy { $0 == ["attributes", "format", "text"] })
        #expect(fields.last == ["attributes", "derived", "format", "text"])
    }
}
