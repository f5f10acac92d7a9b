internal import FoundationEssentials
internal import Postgres

/// In which order processes are listed.
enum ListOrder: String, Sendable, CaseIterable {
    case updatedNewest = "updated_at desc"
    case updatedOldest = "updated_at"
    case createdNewest = "created_at desc"
    case createdOldest = "created_at"
    case name = "name"
    case nameBackwards = "name desc"

    /// What is compared; each has an index with the organization before it and the ID behind it.
    var expression: String {
        switch self {
        case .updatedNewest, .updatedOldest: "updated_at"
        case .createdNewest, .createdOldest: "created_at"
        case .name, .nameBackwards: "name COLLATE \"C\""
        }
    }

    var isDescending: Bool {
        switch self {
        case .updatedNewest, .createdNewest, .nameBackwards: true
        case .updatedOldest, .createdOldest, .name: false
        }
    }

    /// The value of a process by which it stands where it does.
    func key(of listing: ProcessListing) -> ListPlace.Key {
        switch self {
        case .updatedNewest, .updatedOldest: .instant(listing.process.updatedAt)
        case .createdNewest, .createdOldest: .instant(listing.process.createdAt)
        case .name, .nameBackwards: .name(listing.name)
        }
    }
}

/// A place in the list of processes: the last one that was shown.
struct ListPlace: Sendable, Equatable {
    /// By what it stands there.
    enum Key: Sendable, Equatable {
        case instant(Instant)
        case name(String)
    }

    let key: Key
    let id: UUID
}

/// What a list of processes is of.
struct ListFilter: Sendable {
    /// The beginning of the names; empty for all.
    var namePrefix = ""
    /// Words that the latest versions have; empty for all.
    var words = ""
    var order = ListOrder.updatedNewest
}

extension Queries {
    /// Processes after a place.
    static func list(_ filter: ListFilter, after place: ListPlace?, limit: Int) -> PostgresStatement {
        var parameters: [PostgresParameter] = [.int8(Int64(limit))]
        func parameter(_ value: PostgresParameter) -> String {
            parameters.append(value)
            return "$\(parameters.count)"
        }
        var sql = """
            SELECT id, name, description, latest_version, created_at AS process_created_at, updated_at,
                   created_by AS process_created_by, compatibility, derive_mapping

            """
        // Every name that begins so lies in this range of bytes, and only those do.
        var names: (first: String, past: String)?
        if !filter.namePrefix.isEmpty {
            let prefix = parameter(.text(filter.namePrefix))
            names = (prefix, "\(prefix) || chr(1114111)")
        }
        let last = place.map { place in
            switch place.key {
            case .instant(let instant): (key: parameter(.instant(instant)), id: parameter(.uuid(place.id)))
            case .name(let name): (key: parameter(.text(name)), id: parameter(.uuid(place.id)))
            }
        }
        let order = filter.order
        let direction = order.isDescending ? "DESC" : "ASC"
        let end = " ORDER BY \(order.expression) \(direction), id \(direction) LIMIT $1"
        if let names, filter.words.isEmpty, order == .updatedNewest {
            let last = last ?? (key: "'infinity'", id: "'ffffffff-ffff-ffff-ffff-ffffffffffff'")
            sql +=
                "FROM grimoire_list_named(\(names.first), \(names.past), \(last.key), \(last.id), $1::int4)"
            return PostgresStatement(sql + end, parameters)
        }
        if filter.words.isEmpty {
            sql +=
                "FROM processes WHERE organization_id = (SELECT grimoire_organization()) AND deleted_at IS NULL"
        } else {
            let words = SearchWords.normalized(filter.words)
            sql += "FROM grimoire_search(grimoire_query(\(parameter(.text(words))))) WHERE true"
        }
        if let names {
            sql += " AND name COLLATE \"C\" >= \(names.first) AND name COLLATE \"C\" < \(names.past)"
        }
        if let last {
            let comparison = order.isDescending ? "<" : ">"
            sql += " AND (\(order.expression), id) \(comparison) (\(last.key), \(last.id))"
        }
        return PostgresStatement(sql + end, parameters)
    }
}
