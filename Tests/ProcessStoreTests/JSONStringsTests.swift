import Foundation
import TestSupport
import Testing

@testable import ProcessStore

/// Objects of strings, read as Foundation reads them.
@Suite struct JSONStringsTests {
    private static func read(_ json: [UInt8]) throws -> [String: String] {
        try json.withUnsafeBytes { bytes in
            var reader = JSONStrings(bytes)
            var found: [String: String] = [:]
            try reader.object { reader, key in
                let value = try reader.string()
                let name = reader.withBytes(key) { String(decoding: $0, as: UTF8.self) }
                let text = reader.withBytes(value) { String(decoding: $0, as: UTF8.self) }
                // jsonb has no key twice.
                guard found.updateValue(text, forKey: name) == nil else { throw JSONStrings.Unexpected() }
            }
            guard reader.isAtEnd() else { throw JSONStrings.Unexpected() }
            return found
        }
    }

    private static func read(_ json: String) throws -> [String: String] { try read(Array(json.utf8)) }

    private static func foundations(_ json: [UInt8]) -> [String: String]? {
        try? JSONDecoder().decode([String: String].self, from: Data(json))
    }

    @Test(arguments: [
        ("{}", [:]), (" { } \n", [:]), (#"{"a":"b"}"#, ["a": "b"]),
        (#"{ "a" : "b" , "c":"" }"#, ["a": "b", "c": ""]),
        (#"{"\"\\\/\b\f\n\r\t":"\u0041\u00e9\u20ac"}"#, ["\"\\/\u{8}\u{c}\n\r\t": "Aé€"]),
        (#"{"x":"before \ud83d\ude00 after"}"#, ["x": "before 😀 after"]), (#"{"é😀":"ü"}"#, ["é😀": "ü"]),
    ])
    func anObjectOfStringsIsRead(json: String, expected: [String: String]) throws {
        #expect(try Self.read(json) == expected)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[]", "{]", "null", "{\"a\"}", "{\"a\":}", "{\"a\":1}", "{\"a\":null}",
        "{\"a\":\"b\"",
        "{\"a\":\"b}", "{\"a\":\"b\",}", "{,}", "{\"a\":\"b\"} x", "{a:\"b\"}", #"{"a":"\"}"#, #"{"a":"\x"}"#,
        #"{"a":"\u12"}"#, #"{"a":"\u12g4"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\ud83dx"}"#,
        #"{"a":"\ud83d\u0041"}"#,
        #"{"a":"\ude00"}"#, #"{"a":{"b":"c"}}"#, #"{"a":["b"]}"#,
    ])
    func whatIsNoneIsAnError(json: String) {
        #expect(throws: JSONStrings.Unexpected.self) { try Self.read(json) }
    }

    @Test(arguments: ["x", "!", "#", "[", "]", "\u{7f}", "é", "😀"])
    func whatEndsAStringOrARunIsSeenAtEveryPlace(filler: String) throws {
        for count in 0..<20 {
            let plain = String(repeating: filler, count: count)
            for (written, meant) in [
                (plain, plain), (plain + #"\""#, plain + "\""),
                (plain + #"\\n"# + plain, plain + "\\n" + plain),
            ] {
                #expect(try Self.read("{\"\(written)\":\"\(written)\"}") == [meant: meant])
                #expect(throws: JSONStrings.Unexpected.self) { try Self.read("{\"a\":\"\(written)") }
            }
        }
    }

    private static func boolean(_ json: String) -> Bool? {
        Array(json.utf8).withUnsafeBytes { bytes in
            var reader = JSONStrings(bytes)
            guard let value = try? reader.boolean(), reader.isAtEnd() else { return nil }
            return value
        }
    }

    @Test func truthIsRead() {
        #expect(Self.boolean("true") == true)
        #expect(Self.boolean(" false ") == false)
        for json in ["", "t", "tru", "True", "0", "\"true\"", "truefalse"] {
            #expect(Self.boolean(json) == nil)
        }
    }

    @Test func whateverFoundationWritesIsReadTheSame() throws {
        var random = SeededGenerator(seed: 5)
        let scalars: [Unicode.Scalar] = [
            "a", "\"", "\\", "/", "\n", "\u{1}", "\u{7f}", "é", "€", "😀", " ", "{", ",", "\u{301}",
        ]
        for _ in 0..<2_000 {
            func text() -> String {
                var text = String.UnicodeScalarView()
                for _ in 0..<Int.random(in: 0...12, using: &random) {
                    text.append(scalars[Int.random(in: 0..<scalars.count, using: &random)])
                }
                return String(text)
            }
            var object: [String: String] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &random) { object[text()] = text() }
            let json = try JSONEncoder().encode(object)
            let read = try Self.read(Array(json))
            #expect(read == object)
        }
    }

    @Test func ofDamagedJSONNothingIsReadThatFoundationReadsOtherwise() throws {
        var random = SeededGenerator(seed: 6)
        let whole = Array(#"{"key \u00e9":"va\\lue \ud83d\ude00","b":"c\n","":"\/"}"#.utf8)
        var agreed = 0
        for _ in 0..<30_000 {
            var json = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: json.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: json[place] = UInt8.random(in: 0x20...0x7e, using: &random)
                case 1: json.remove(at: place)
                default: json.insert(UInt8.random(in: 0x20...0x7e, using: &random), at: place)
                }
            }
            guard let read = try? Self.read(json) else { continue }
            guard let expected = Self.foundations(json) else { continue }
            #expect(read == expected)
            agreed += 1
        }
        #expect(agreed > 1_000)
    }
}
