/// One value that two versions do not have alike.
struct ValueDiff: Sendable, Equatable {
    /// What became of it.
    enum Kind: String, Sendable {
        case added
        case removed
        case changed
    }

    let kind: Kind
    let key: String
    let old: String
    let new: String

    /// What differs between two dictionaries, in the order of the keys' bytes.
    static func between(_ old: [String: String], _ new: [String: String]) -> [ValueDiff] {
        var found: [ValueDiff] = []
        for (key, value) in old {
            if let other = new[key] {
                if !value.utf8.elementsEqual(other.utf8) {
                    found.append(ValueDiff(kind: .changed, key: key, old: value, new: other))
                }
            } else {
                found.append(ValueDiff(kind: .removed, key: key, old: value, new: ""))
            }
        }
        for (key, value) in new where old[key] == nil {
            found.append(ValueDiff(kind: .added, key: key, old: "", new: value))
        }
        return found.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
