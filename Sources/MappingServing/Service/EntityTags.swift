/// `If-None-Match` (RFC 9110, section 13.1.2).
enum EntityTags {
    /// Whether one of the tags in a request is this one, compared weakly; `*` is any.
    static func match(_ fields: some Sequence<String>, _ tag: String) -> Bool {
        for field in fields {
            for part in field.split(separator: ",") {
                var candidate = part.drop { $0 == " " || $0 == "\t" }
                while let last = candidate.last, last == " " || last == "\t" { candidate.removeLast() }
                if candidate.hasPrefix("W/") { candidate = candidate.dropFirst(2) }
                if candidate == "*" || candidate == tag { return true }
            }
        }
        return false
    }
}
