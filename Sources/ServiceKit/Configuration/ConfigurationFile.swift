internal import FoundationEssentials

/// The names that a JSON configuration file uses, with dots between the levels.
///
/// The values themselves are read by swift-configuration, which does not say what it found beside them.
struct ConfigurationFile: Sendable {
    /// Keys with a text, a number, true or false.
    let scalars: [String]
    /// Keys with a list or null, which no setting is.
    let others: [String]
    /// How deep objects may lie in one another.
    private static let maxDepth = 16

    /// - Throws: What the decoder has to say of bytes that are no JSON object.
    init(json: Data) throws {
        let root = try JSONDecoder().decode([String: Node].self, from: json)
        var scalars: [String] = []
        var others: [String] = []
        func walk(_ nodes: [String: Node], _ prefix: String) {
            for (name, node) in nodes {
                switch node {
                case .object(let inner): walk(inner, prefix + name + ".")
                case .scalar: scalars.append(prefix + name)
                case .other: others.append(prefix + name)
                }
            }
        }
        walk(root, "")
        self.scalars = scalars
        self.others = others
    }

    private enum Node: Decodable {
        case object([String: Node]), scalar, other

        init(from decoder: any Decoder) throws {
            guard decoder.codingPath.count <= ConfigurationFile.maxDepth else {
                self = .other
                return
            }
            if let inner = try? [String: Node](from: decoder) {
                self = .object(inner)
                return
            }
            let value = try decoder.singleValueContainer()
            let isScalar =
                (try? value.decode(String.self)) != nil || (try? value.decode(Double.self)) != nil
                || (try? value.decode(Bool.self)) != nil
            self = isScalar ? .scalar : .other
        }
    }
}
