internal import Postgres
internal import SuggestionContent

/// What a version changes in `process_functions` and `process_actions`: nothing, where only other parts of it changed.
struct ReuseDelta: Sendable, Equatable {
    /// Functions that are new or have another name, by hash.
    private(set) var functions: [(hash: String, name: String)] = []
    /// Hashes that the version does not have any more.
    private(set) var lostFunctions: [String] = []
    /// Actions that are new.
    private(set) var actions: [String] = []
    /// Actions that the version does not call any more.
    private(set) var lostActions: [String] = []

    /// Nothing.
    init() {}

    /// From one stored fingerprint to the next; nil is that of a process of which nothing is known. Costs time in proportion
    /// to both.
    init(from old: ProgramFingerprint?, to new: ProgramFingerprint) {
        let before = Self.names(old)
        let after = Self.names(new)
        functions = after.filter { before[$0.key] != $0.value }.map {
            (hash: $0.key.hexadecimal, name: $0.value)
        }
        .sorted { $0.hash < $1.hash }
        lostFunctions = before.keys.filter { after[$0] == nil }.map(\.hexadecimal).sorted()
        let (had, has) = (Set(old?.actions ?? []), Set(new.actions))
        actions = has.subtracting(had).sorted()
        lostActions = had.subtracting(has).sorted()
    }

    private static func names(_ fingerprint: ProgramFingerprint?) -> [[UInt8]: String] {
        Dictionary(
            (fingerprint?.functions ?? []).map { ($0.hash, $0.name) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    static func == (left: ReuseDelta, right: ReuseDelta) -> Bool {
        left.functions.elementsEqual(right.functions, by: ==) && left.lostFunctions == right.lostFunctions
            && left.actions == right.actions && left.lostActions == right.lostActions
    }
}

extension ReuseDelta {
    /// What writes the changes, from `head (id, created)`, as further parts of a statement whose organization is $10: empty
    /// where nothing changes, so that the statement is the one of an update that does not touch the code.
    ///
    /// - Parameter parameters: Those of the statement so far; more are added.
    func parts(_ parameters: inout [PostgresParameter]) -> String {
        func parameter(_ values: [String]) -> String {
            parameters.append(.textArray(values))
            return "$\(parameters.count)"
        }
        var parts = ""
        if !functions.isEmpty {
            let (hashes, names) = (parameter(functions.map(\.hash)), parameter(functions.map(\.name)))
            parts += """
                functions AS (
                    INSERT INTO process_functions (organization_id, hash, process_created_at, process_id, name)
                    SELECT $10, decode(function.hash, 'hex'), head.created, head.id, function.name
                    FROM head, unnest(\(hashes), \(names)) AS function (hash, name)
                    ON CONFLICT (organization_id, hash, process_created_at, process_id)
                    DO UPDATE SET name = excluded.name
                ),
                """
        }
        if !lostFunctions.isEmpty {
            // decode() may say what it is given: row-level security lets it be compared with no row that the index has not found
            // already. As an array, which is made once, it is what the index looks for.
            parts += """
                lost_functions AS (
                    DELETE FROM process_functions f USING head
                    WHERE f.organization_id = $10 AND f.hash = ANY (
                            ARRAY(SELECT decode(lost, 'hex') FROM unnest(\(parameter(lostFunctions))) AS lost))
                        AND f.process_created_at = head.created AND f.process_id = head.id
                ),
                """
        }
        if !actions.isEmpty {
            parts += """
                actions AS (
                    INSERT INTO process_actions (organization_id, action, process_created_at, process_id)
                    SELECT $10, action.name, head.created, head.id
                    FROM head, unnest(\(parameter(actions))) AS action (name)
                    ON CONFLICT DO NOTHING
                ),
                """
        }
        if !lostActions.isEmpty {
            parts += """
                lost_actions AS (
                    DELETE FROM process_actions a USING head, unnest(\(parameter(lostActions))) AS lost (name)
                    WHERE a.organization_id = $10 AND a.action = lost.name
                        AND a.process_created_at = head.created AND a.process_id = head.id
                ),
                """
        }
        return parts
    }
}
