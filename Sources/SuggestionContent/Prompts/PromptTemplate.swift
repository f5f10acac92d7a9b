internal import Crypto

/// A text with places for values: `{{name}}`.
///
/// Names are small letters and `_`. Two braces mean nothing else: a place that is not closed, a name of
/// another form and closing braces on their own are mistakes. Values are put in as they are; what they hold
/// is not looked at.
public struct PromptTemplate: Sendable, Hashable {
    /// What it is for, `chat-system`.
    public let name: String
    /// Which edition it is, from 1.
    public let version: Int
    /// SHA-256 of its text in hexadecimal: a changed text is another prompt, whatever its version says.
    public let hash: String
    /// The names of its places, each once, in the order of the text.
    public let names: [String]
    private let pieces: [Piece]

    private enum Piece: Hashable, Sendable {
        case text(String)
        case place(String)
    }

    /// Name, version and the beginning of the hash, as records of suggestions keep it:
    /// `chat-system.v1@3f2a90c1`.
    public var id: String { "\(name).v\(version)@\(hash.prefix(8))" }

    /// A template.
    ///
    /// - Throws: ``PromptError/malformed(at:)``.
    public init(name: String, version: Int, text: String) throws(PromptError) {
        self.name = name
        self.version = version
        hash = Hexadecimal.text(SHA256.hash(data: Array(text.utf8)))
        pieces = try PromptTemplate.read(text)
        var seen: [String] = []
        for case .place(let place) in pieces where !seen.contains(place) { seen.append(place) }
        names = seen
    }

    /// The text with values in its places.
    ///
    /// - Throws: ``PromptError/missing(_:)`` where a place has no value, ``PromptError/unknown(_:)`` where a
    ///   value has no place.
    public func render(_ values: [String: String] = [:]) throws(PromptError) -> String {
        if let unknown = values.keys.filter({ !names.contains($0) }).min() { throw .unknown(unknown) }
        var result = ""
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .place(let name):
                guard let value = values[name] else { throw .missing(name) }
                result += value
            }
        }
        return result
    }

    private static func read(_ text: String) throws(PromptError) -> [Piece] {
        let bytes = Array(text.utf8)
        let open = UInt8(ascii: "{")
        let close = UInt8(ascii: "}")
        var pieces: [Piece] = []
        var start = 0
        var index = 0
        while index + 1 < bytes.count {
            if bytes[index] == close, bytes[index + 1] == close { throw .malformed(at: index) }
            guard bytes[index] == open, bytes[index + 1] == open else {
                index += 1
                continue
            }
            var end = index + 2
            while end < bytes.count, bytes[end].isKind([.lower, .underscore]) { end += 1 }
            guard end > index + 2, end + 1 < bytes.count, bytes[end] == close, bytes[end + 1] == close else {
                throw .malformed(at: index)
            }
            if index > start { pieces.append(.text(String(decoding: bytes[start..<index], as: UTF8.self))) }
            pieces.append(.place(String(decoding: bytes[index + 2..<end], as: UTF8.self)))
            index = end + 2
            start = index
        }
        if start < bytes.count { pieces.append(.text(String(decoding: bytes[start...], as: UTF8.self))) }
        return pieces
    }
}

/// Why a prompt cannot be made.
public enum PromptError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Braces that are no place, at a byte of the text.
    case malformed(at: Int)
    /// A place without a value.
    case missing(String)
    /// A value without a place.
    case unknown(String)

    /// A sentence for those who write prompts.
    public var description: String {
        switch self {
        case .malformed(let place): "The braces at byte \(place) are not of the form {{name}}."
        case .missing(let name): "There is no value for {{\(name)}}."
        case .unknown(let name): "There is no {{\(name)}} in the prompt."
        }
    }
}

/// Bytes as text.
enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
