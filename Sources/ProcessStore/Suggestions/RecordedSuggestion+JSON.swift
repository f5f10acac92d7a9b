internal import ServiceKit

/// The columns of JSON, written past the general encoder, which takes five times as long.
extension RecordedSuggestion {
    /// The column `input_context`.
    func inputJSON() -> String {
        typealias Key = Input.CodingKeys
        var object = ObjectText(bytes: input.message.utf8.count)
        object.add(Key.message, input.message)
        object.add(Key.promptVersion, input.promptVersion)
        object.add(Key.baseContentHash, input.baseContentHash)
        return object.finish()
    }

    /// The column `ai_response`.
    func responseJSON() -> String {
        typealias Key = Response.CodingKeys
        var object = ObjectText(bytes: response.answer.utf8.count + response.patch.utf8.count)
        object.add(Key.answer, response.answer)
        object.add(Key.category, response.category)
        object.add(Key.patch, response.patch)
        object.add(Key.model, response.model)
        object.add(Key.callID, response.callID)
        object.add(Key.promptTokens, literal: response.promptTokens)
        object.add(Key.completionTokens, literal: response.completionTokens)
        // A request with another cost than a finite one was refused: there is a number in JSON for it.
        object.add(Key.costUSD, literal: response.costUSD)
        object.add(Key.isCached, literal: response.isCached)
        object.add(Key.error, response.error)
        object.add(Key.durationMilliseconds, literal: response.durationMilliseconds)
        return object.finish()
    }
}

/// An object of JSON while it is written.
private struct ObjectText {
    /// Names and small values, about, and what escapes may add to short texts.
    private static let smallBytes = 512

    private var bytes: [UInt8] = []

    /// - Parameter count: Of the texts that may be long.
    init(bytes count: Int) {
        bytes.reserveCapacity(count + Self.smallBytes)
        bytes.append(UInt8(ascii: "{"))
    }

    mutating func add(_ key: some CodingKey, _ text: String) {
        add(key)
        JSONText.append(text, to: &bytes)
    }

    /// A number or a truth value, which JSON writes as Swift does.
    mutating func add(_ key: some CodingKey, literal: some CustomStringConvertible) {
        add(key)
        bytes += literal.description.utf8
    }

    private mutating func add(_ key: some CodingKey) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        JSONText.append(key.stringValue, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    consuming func finish() -> String {
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }
}
