internal import SuggestionContent

/// Between a program's fingerprint and the column of its version. Lines are left out: nobody compares by them.
///
/// A byte 1 for the form, then for each function its hash (32 bytes) and its name, then a mark, then each action's name;
/// names are UTF-8 with their length before them in two bytes, the most significant first.
enum FingerprintCoding {
    private static let form: UInt8 = 1
    private static let hashBytes = 32
    /// Characters of a name that are kept of a function, and that an action may have to be kept: what an index takes.
    static let nameCharacters = RequestLimits.runNameCharacters

    /// The fingerprint as far as it is stored: names as long as they are kept, one function for each hash.
    static func stored(_ fingerprint: ProgramFingerprint) -> ProgramFingerprint {
        var seen: Set<[UInt8]> = []
        let functions = fingerprint.functions.filter { seen.insert($0.hash).inserted }
        return ProgramFingerprint(
            functions: functions.map { .init(name: short($0.name), line: 0, hash: $0.hash) },
            actions: fingerprint.actions.filter { $0.unicodeScalars.count <= nameCharacters }
        )
    }

    private static func short(_ name: String) -> String {
        // Bytes are counted first: they are there, characters must be gone through.
        guard name.utf8.count > nameCharacters else { return name }
        return String(String.UnicodeScalarView(name.unicodeScalars.prefix(nameCharacters)))
    }

    /// The column's bytes.
    static func bytes(_ fingerprint: ProgramFingerprint) -> [UInt8] {
        var bytes: [UInt8] = [form]
        append(fingerprint.functions.count, to: &bytes)
        for function in fingerprint.functions {
            bytes += function.hash
            append(function.name, to: &bytes)
        }
        append(fingerprint.actions.count, to: &bytes)
        for action in fingerprint.actions { append(action, to: &bytes) }
        return bytes
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(text.utf8.count, to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        precondition(
            number <= UInt16.max,
            "fingerprints have at most 200 entries of each kind, names at most 255 characters"
        )
        bytes += [UInt8(number >> 8), UInt8(number & 0xFF)]
    }

    /// The fingerprint in a column's bytes; nil where they are none.
    static func fingerprint(_ bytes: [UInt8]) -> ProgramFingerprint? {
        var rest = bytes[...]
        guard rest.popFirst() == form, let functionCount = number(&rest) else { return nil }
        var functions: [ProgramFingerprint.Function] = []
        for _ in 0..<functionCount {
            guard rest.count >= hashBytes else { return nil }
            let hash = Array(rest.prefix(hashBytes))
            rest = rest.dropFirst(hashBytes)
            guard let name = text(&rest) else { return nil }
            functions.append(.init(name: name, line: 0, hash: hash))
        }
        guard let actionCount = number(&rest) else { return nil }
        var actions: [String] = []
        for _ in 0..<actionCount {
            guard let action = text(&rest) else { return nil }
            actions.append(action)
        }
        return rest.isEmpty ? ProgramFingerprint(functions: functions, actions: actions) : nil
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
        return Int(high) << 8 | Int(low)
    }

    private static func text(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let count = number(&rest), rest.count >= count else { return nil }
        let text = String(validating: rest.prefix(count), as: UTF8.self)
        rest = rest.dropFirst(count)
        return text
    }
}
