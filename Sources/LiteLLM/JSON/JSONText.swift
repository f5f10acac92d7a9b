internal import FoundationEssentials

/// A JSON value as its text, sent as it is: the order of its keys is kept, which matters where a model follows a schema.
public struct JSONText: Sendable, Equatable {
    /// The text's bytes.
    public let bytes: [UInt8]

    /// Takes a text that is JSON.
    ///
    /// Costs time in proportion to its length.
    ///
    /// - Throws: `LiteLLMError` (invalidRequest) where it is none.
    public init(_ text: String) throws(LiteLLMError) {
        bytes = Array(text.utf8)
        do {
            _ = try JSONDecoder().decode(AnyJSON.self, from: Data(bytes))
        } catch {
            throw LiteLLMError(.invalidRequest, "a text that should be JSON is none")
        }
    }
}

/// Any JSON, of which nothing is kept.
private struct AnyJSON: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            for key in object.allKeys { _ = try object.decode(AnyJSON.self, forKey: key) }
        } else if var array = try? decoder.unkeyedContainer() {
            while !array.isAtEnd { _ = try array.decode(AnyJSON.self) }
        }
        // Anything else is a scalar, which the decoder has read already.
    }
}
