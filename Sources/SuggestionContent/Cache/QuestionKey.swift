internal import Crypto
internal import SPySyntax

/// Under what an answer is remembered: two questions with one key may have one answer.
///
/// Equal are: the organization; the program's canonical form (formatting and comments make no difference; of
/// text that is no program, the text); document, mapping and the rest of the context; prompt version and
/// model; and the message, whatever its case, white space and punctuation at its end.
public struct QuestionKey: Hashable, Sendable, CustomStringConvertible {
    /// SHA-256 over all of it, 32 bytes.
    public let digest: [UInt8]
    /// SHA-256 over all but the message: what a similar question must have in common.
    public let scope: [UInt8]

    /// A key.
    ///
    /// - Parameters:
    ///   - organization: Whose question it is.
    ///   - process: Which process it is about.
    ///   - code: The program.
    ///   - document: The process document.
    ///   - mapping: The stable mapping.
    ///   - others: What else the answer depends on, in a fixed order: earlier exchanges, figures, suggestion
    ///     type.
    ///   - promptVersion: ``ContextBuilder/promptVersion(for:)``.
    ///   - model: The model asked for.
    ///   - message: What is asked.
    public init(
        organization: String,
        process: String,
        code: String,
        document: String,
        mapping: [String: String],
        others: [String] = [],
        promptVersion: String,
        model: String,
        message: String
    ) {
        self.init(
            content: ContentKey(
                organization: organization,
                process: process,
                code: code,
                document: document,
                mapping: mapping
            ),
            others: others,
            promptVersion: promptVersion,
            model: model,
            message: message
        )
    }

    /// A key about contents whose own key is known already. Costs time in proportion to `others` and the message.
    public init(
        content: ContentKey,
        others: [String] = [],
        promptVersion: String,
        model: String,
        message: String
    ) {
        self.init(
            content: content,
            others: others,
            promptVersion: promptVersion,
            model: model,
            normalised: QuestionKey.normalised(message)
        )
    }

    /// A key about contents whose own key is known already, and a message as ``normalised(_:)`` makes it. Costs time in proportion to
    /// both `others` and the message.
    public init(
        content: ContentKey,
        others: [String] = [],
        promptVersion: String,
        model: String,
        normalised message: String
    ) {
        var hasher = SHA256()
        hasher.add(["question.v2", promptVersion, model, String(others.count)] + others)
        hasher.update(data: content.digest)
        scope = Array(hasher.finalize())
        hasher.add([message])
        digest = Array(hasher.finalize())
    }

    /// The digest in hexadecimal.
    public var description: String { Hexadecimal.text(digest) }

    /// A message in small letters, with single spaces, without punctuation at its end.
    ///
    /// Code in it is only evened out in its white space and case: two programs that differ in nothing else
    /// ask the same.
    public static func normalised(_ message: String) -> String {
        quicklyNormalised(message) ?? slowlyNormalised(message)
    }

    /// Nil where the message is not in ASCII alone.
    private static func quicklyNormalised(_ message: String) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.utf8.count)
        for byte in message.utf8 {
            switch byte {
            // Whitespace, as Unicode has it.
            case 0x09...0x0D, 0x20: if let last = bytes.last, last != 0x20 { bytes.append(0x20) }
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
            case ..<0x80: bytes.append(byte)
            default: return nil
            }
        }
        while let last = bytes.last, ".?!,;: ".utf8.contains(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Of any message; what ``quicklyNormalised(_:)`` makes of those in ASCII.
    static func slowlyNormalised(_ message: String) -> String {
        let words = message.lowercased().unicodeScalars.split(whereSeparator: { $0.properties.isWhitespace })
        var text = words.map { String($0) }.joined(separator: " ")
        while let last = text.unicodeScalars.last, ".?!…,;: ".unicodeScalars.contains(last) {
            text.unicodeScalars.removeLast()
        }
        return text
    }
}

/// What of a process an answer depends on: organization, process, canonical form of the program, document and mapping, as one hash.
///
/// To be made once for a version and kept: the program is parsed for it.
public struct ContentKey: Hashable, Sendable {
    /// SHA-256 over all of it, 32 bytes.
    let digest: [UInt8]

    /// A key. Costs time in proportion to the process.
    public init(
        organization: String,
        process: String,
        code: String,
        document: String,
        mapping: [String: String]
    ) {
        let parsed = parse(code)
        let program = parsed.isValid ? parsed.tree.printed() : code
        var hasher = SHA256()
        hasher.add([
            "content.v1", organization, process, parsed.isValid ? "program" : "text", program, document,
            String(mapping.count),
        ])
        for (key, value) in mapping.sorted(by: { $0.key < $1.key }) { hasher.add([key, value]) }
        digest = Array(hasher.finalize())
    }
}

extension SHA256 {
    /// Each field with its length before it, so that no two lists of fields have the same bytes.
    fileprivate mutating func add(_ fields: [String]) {
        for var field in fields {
            withUnsafeBytes(of: UInt64(field.utf8.count).littleEndian) { update(bufferPointer: $0) }
            field.withUTF8 { update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
    }
}
