/// Secrets that a proposal would bring in, and placeholders that stand for nothing in it.
enum LeakedValue {
    /// Why a proposed text is not offered; nothing where it brings in neither.
    ///
    /// - Parameters:
    ///   - text: The proposed text, with its placeholders put back.
    ///   - present: The text that it stands for.
    ///   - name: What it is called in the sentence.
    static func reason(in text: String, besides present: String, _ name: String) -> String? {
        let known = placeholders(present)
        if placeholders(text).contains(where: { !known.contains($0) }) {
            return "The proposed \(name) holds a placeholder that stands for nothing in the present one."
        }
        var redactor = Redactor()
        let old = Set(redactor.redact(present).findings.map(\.placeholder))
        let new = redactor.redact(text).findings.filter { $0.kind.isSecret && !old.contains($0.placeholder) }
        guard !new.isEmpty else { return nil }
        let kinds = Set(new.map(\.kind.rawValue)).sorted().joined(separator: ", ")
        return "The proposed \(name) holds a secret that the present one does not have (\(kinds))."
    }

    private static func placeholders(_ text: String) -> Set<[UInt8]> {
        let opening = Array(PlaceholderNumbers.opening.utf8)
        let bytes = Array(text.utf8)
        var found: Set<[UInt8]> = []
        for index in bytes.indices where bytes[index] == opening[0] && bytes[index...].starts(with: opening) {
            if let end = bytes[index...].prefix(64).firstIndex(of: UInt8(ascii: "]")) {
                found.insert(Array(bytes[index...end]))
            }
        }
        return found
    }
}
