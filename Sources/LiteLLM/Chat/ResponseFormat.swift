/// Which form the answer is to have.
public enum ResponseFormat: Sendable, Equatable {
    /// Any text.
    case text
    /// Some JSON object.
    case jsonObject
    /// JSON that follows a schema, under a name of letters, digits, `_` and `-`.
    case jsonSchema(name: String, schema: JSONText)

    func write(to json: inout JSONWriter) {
        guard self != .text else { return }
        json.key("response_format")
        json.object { json in
            json.key("type")
            switch self {
            case .text: json.string("text")
            case .jsonObject: json.string("json_object")
            case .jsonSchema(let name, let schema):
                json.string("json_schema")
                json.key("json_schema")
                json.object { json in
                    json.key("name")
                    json.string(name)
                    json.key("strict")
                    json.bool(true)
                    json.key("schema")
                    json.text(schema)
                }
            }
        }
    }
}
