/// What a client types to search, in a form that PostgreSQL takes whatever it is.
///
/// `websearch_to_tsquery` reads each hyphen that stands where a word is expected as a denial, and keeps those that it has not
/// come to the word of on a stack of 32 (STACKDEPTH in tsquery.c): a line of hyphens, such as people copy from documents, is an
/// error of its own kind there. Of several denials before a word, one is enough.
enum SearchWords {
    /// The words with one hyphen where several stood, also with spaces or operators, which the search ignores, between them.
    static func normalized(_ words: String) -> String {
        var kept = String.UnicodeScalarView()
        var isDenying = false
        for scalar in words.unicodeScalars {
            if scalar == "-" {
                if isDenying { continue }
                isDenying = true
            } else if !scalar.properties.isWhitespace, !ignored.contains(scalar) {
                isDenying = false
            }
            kept.append(scalar)
        }
        return String(kept)
    }

    /// What `websearch_to_tsquery` passes over where a word is expected.
    private static let ignored: Set<Unicode.Scalar> = ["!", "&", "|", "(", ")"]
}
