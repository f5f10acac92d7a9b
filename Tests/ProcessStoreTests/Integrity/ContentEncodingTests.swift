import Crypto
import Foundation
import Testing

@testable import ProcessStore

@Suite struct ContentEncodingTests {
    private let content = ProcessContent(
        name: "Né",
        description: "",
        spyCode: "x = 1\n",
        stableMapping: ["b": "2", "a": "1"],
        document: .init(format: "text/plain", text: "T", attributes: ["k": "v"])
    )

    @Test func theBytesAreTheseForEver() {
        func text(_ text: String) -> [UInt8] {
            [0, 0, 0, 0, 0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8)
        }
        func count(_ number: UInt8) -> [UInt8] { [0, 0, 0, 0, 0, 0, 0, number] }
        var golden = Array("grimoire.content.1\n".utf8)
        golden += [0, 0, 0, 0, 0, 0, 0, 3, 0x4E, 0xC3, 0xA9] + count(0)
        golden += [1] + text("text/plain") + text("T") + count(1) + text("k") + text("v") + [0]
        golden += text("x = 1\n") + count(2) + text("a") + text("1") + text("b") + text("2")
        #expect(ContentEncoding(content).bytes == golden)
        #expect(
            ContentEncoding.hash(content).hexadecimal == Array(SHA256.hash(data: golden)).hexadecimal
        )
        // Fixed once and for all: whatever was signed must verify with every later release.
        #expect(ContentEncoding.hash(content).hexadecimal == Self.goldenHash)
    }

    private static let goldenHash = "5aed1005a4c80704c707b8f9d3fef0dbf27a599bb960e3675594d22ae5e170fa"

    @Test func everythingThatAVersionSaysChangesTheHash() {
        var hashes = [ContentEncoding.hash(content)]
        func add(_ change: (inout ProcessContent) -> Void) {
            var other = content
            change(&other)
            hashes.append(ContentEncoding.hash(other))
        }
        add { $0.name = "Ne" }
        // The same letter to Unicode, other bytes.
        add { $0.name = "Ne\u{301}" }
        add { $0.description = "d" }
        add { $0.spyCode = "x = 2\n" }
        add { $0.stableMapping["a"] = "3" }
        add { $0.stableMapping = ["a": "1"] }
        add { $0.document = nil }
        add { $0.document?.text = "" }
        add { $0.document?.format = "text/markdown" }
        add { $0.document?.attributes = [:] }
        add { $0.document?.isDerived = true }
        #expect(Set(hashes).count == hashes.count)
    }

    @Test func textsCannotRunIntoOneAnother() {
        func hash(_ name: String, _ description: String) -> [UInt8] {
            var other = content
            other.name = name
            other.description = description
            return ContentEncoding.hash(other)
        }
        #expect(hash("ab", "c") != hash("a", "bc"))
    }
}
