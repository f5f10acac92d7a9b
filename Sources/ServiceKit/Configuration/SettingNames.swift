/// Every name by which a program's settings can be given, and what was meant by one that is none of them.
struct SettingNames: Sendable {
    private let flags: Set<String>
    private let variables: Set<String>
    private let keys: Set<String>
    /// The flags that name the configuration file.
    static let fileFlags: Set<String> = ["config", "config-file"]
    /// The variable that names it.
    static let fileVariable = "GRIMOIRE_CONFIG_FILE"
    /// How many letters may differ for a name to be taken for a slip of the pen.
    private static let typoDistance = 2

    init(_ known: [SettingDescription]) {
        flags = Set(known.map(\.flag)).union(Self.fileFlags)
        variables = Set(known.map(\.environmentName)).union([Self.fileVariable])
        keys = Set(known.map { Self.key($0.flag) })
    }

    /// Looks through a command line: `--name value` or `--name=value`, each name one of the settings, and given once.
    ///
    /// - Throws: `ConfigurationError` for the first argument that is none of it.
    func checkFlags(_ arguments: [String]) throws(ConfigurationError) {
        var index = 0
        var given: Set<String> = []
        while index < arguments.count {
            let argument = arguments[index]
            guard argument.hasPrefix("--"), argument.count > 2 else {
                throw ConfigurationError(
                    setting: argument,
                    message: "is not an option; --help lists them all.",
                    origin: .flag
                )
            }
            let name = String(argument.dropFirst(2).prefix { $0 != "=" })
            guard flags.contains(name) else {
                throw ConfigurationError(
                    setting: "--\(name)",
                    message:
                        "is not an option\(Self.hint(name, among: flags, prefix: "--")); --help lists them all.",
                    origin: .flag
                )
            }
            guard given.insert(Self.fileFlags.contains(name) ? "config" : name).inserted else {
                throw ConfigurationError(
                    setting: "--\(name)",
                    message: "is given twice: leave one of them out.",
                    origin: .flag
                )
            }
            if argument.contains("=") {
                index += 1
            } else {
                guard index + 1 < arguments.count, !arguments[index + 1].hasPrefix("--") else {
                    throw ConfigurationError(
                        setting: "--\(name)",
                        message: "needs a value; --help tells which.",
                        origin: .flag
                    )
                }
                index += 2
            }
        }
    }

    /// Looks through the environment for slips of the pen.
    ///
    /// Other names that begin with GRIMOIRE_ are left alone: those of other programs, and those that Kubernetes makes of its
    /// services' names (GRIMOIRE_PROCESSES_SERVICE_HOST).
    ///
    /// - Throws: `ConfigurationError` for a variable that is almost one of the settings'.
    func checkVariables(_ names: some Sequence<String>) throws(ConfigurationError) {
        for name in names.sorted() where name.hasPrefix("GRIMOIRE_") && !variables.contains(name) {
            guard let meant = Self.closest(to: name, among: variables) else { continue }
            throw ConfigurationError(
                setting: name,
                message: "is not a setting: \(meant) is meant, it seems.",
                origin: .environment
            )
        }
    }

    /// Looks through the keys of a file, with dots between the levels.
    ///
    /// - Throws: `ConfigurationError` for the first key that is none of the settings'.
    func checkKeys(_ keys: [String], file: String) throws(ConfigurationError) {
        for key in keys.sorted() where !self.keys.contains(key) {
            let hint = Self.hint(Self.key(key), among: self.keys, prefix: "")
            throw ConfigurationError(
                setting: key,
                message: "is not a setting\(hint); --help lists them all, with dots for the dashes.",
                origin: .file(file)
            )
        }
    }

    /// A file's name for what a flag sets.
    private static func key(_ flag: String) -> String { String(flag.map { $0 == "-" ? "." : $0 }) }

    private static func hint(_ name: String, among names: Set<String>, prefix: String) -> String {
        closest(to: name, among: names).map { " (is \(prefix)\($0) meant?)" } ?? ""
    }

    private static func closest(to name: String, among names: Set<String>) -> String? {
        names.map { (distance(Array(name.utf8), Array($0.utf8)), $0) }
            .filter { $0.0 <= typoDistance }
            .min { $0 < $1 }?.1
    }

    /// Letters added, left out, changed, or swapped with their neighbour (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard abs(left.count - right.count) <= typoDistance else { return .max }
        var rows = [Array(0...right.count)]
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
