/// Something about a mapping that is accepted and probably not meant.
public enum MappingWarning: Hashable, Sendable, CustomStringConvertible {
    /// A given key fits no fact of the program; the entry stays as given.
    case fitsNothing(key: String)
    /// A given key fits several facts, some of which are named; the entry stays as given and names none of them.
    case fitsSeveral(key: String, candidates: [String], count: Int)
    /// Two given keys fit the same fact; the other one names it, this one stays as given.
    case sameFact(key: String, other: String)
    /// The client gave several expressions one fact ID.
    case sharedFactID(factID: String, keys: [String])
    /// A given entry is that of the version before, and its fact has another key now, which it follows.
    case followed(key: String, newKey: String)
    /// A given fact ID was another expression's, in use or retired.
    case reused(factID: String, key: String, former: String)
    /// There are more facts than a mapping may have entries; so many got no ID.
    case notDerived(count: Int)

    /// A word for programs that read warnings.
    public var code: String {
        switch self {
        case .fitsNothing: "MAPPING_FITS_NOTHING"
        case .fitsSeveral: "MAPPING_FITS_SEVERAL"
        case .sameFact: "MAPPING_SAME_FACT"
        case .sharedFactID: "MAPPING_SHARED_FACT_ID"
        case .followed: "MAPPING_ENTRY_FOLLOWED"
        case .reused: "MAPPING_FACT_ID_REUSED"
        case .notDerived: "MAPPING_NOT_DERIVED"
        }
    }

    /// The key that it is about, where it is about one.
    public var key: String? {
        switch self {
        case .fitsNothing(let key), .fitsSeveral(let key, _, _), .sameFact(let key, _), .followed(let key, _),
            .reused(_, let key, _):
            key
        case .sharedFactID(_, let keys): keys.first
        case .notDerived: nil
        }
    }

    /// A sentence that says what was found and what to do about it.
    public var description: String {
        switch self {
        case .fitsNothing(let key):
            "'\(key)' fits no name, call, condition or returned value of the code; the entry is kept as given."
        case .fitsSeveral(let key, let candidates, let count):
            "'\(key)' fits \(count) facts (\(candidates.joined(separator: ", "))\(count > candidates.count ? ", …" : "")); "
                + "write which one is meant."
        case .sameFact(let key, let other):
            "'\(key)' names the same fact as '\(other)', whose ID counts; remove one of them."
        case .sharedFactID(let factID, let keys):
            "The fact ID '\(factID)' is given to several expressions: \(keys.joined(separator: ", "))."
        case .followed(let key, let newKey):
            "'\(key)' is now '\(newKey)'; the entry followed its fact."
        case .reused(let factID, let key, let former):
            "The fact ID '\(factID)', now given to '\(key)', was that of '\(former)'."
        case .notDerived(let count):
            "\(count) facts got no ID, as a mapping has at most \(MappingLimits.entries) entries and "
                + "\(MappingLimits.derivedKeyBytes) bytes of derived keys."
        }
    }
}
