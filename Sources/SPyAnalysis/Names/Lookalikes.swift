/// Letters of other alphabets that look like Latin ones.
enum Lookalikes {
    /// What a name looks like where it has such letters and nothing else beyond ASCII.
    static func latin(_ name: String) -> String? {
        guard name.utf8.contains(where: { $0 >= 0x80 }) else { return nil }
        var result = ""
        for scalar in name.unicodeScalars {
            if scalar.isASCII {
                result.unicodeScalars.append(scalar)
            } else if let twin = twins[scalar] {
                result.unicodeScalars.append(twin)
            } else {
                return nil
            }
        }
        return result
    }

    private static let twins: [Unicode.Scalar: Unicode.Scalar] = {
        let cyrillic = zip(
            "авсԁеіјӏорԛѕһԝхуАВСЕНІЈКМОРЅТХУ".unicodeScalars,
            "abcdeijlopqshwxyABCEHIJKMOPSTXY".unicodeScalars
        )
        let greek = zip("αιοντυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ".unicodeScalars, "aiovtuABEZHIKMNOPTYX".unicodeScalars)
        return Dictionary(Array(cyrillic) + Array(greek), uniquingKeysWith: { first, _ in first })
    }()
}
