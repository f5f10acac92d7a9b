/// A secret that begins with letters of its own, as its issuer documents.
struct TokenFormat: Sendable {
    let kind: SensitiveKind
    let prefix: [UInt8]
    let body: ByteKind
    /// Bytes after the prefix.
    let length: ClosedRange<Int>
    /// Whether a digit has to be among them: long names of lower-case words have none.
    let needsDigit: Bool

    /// A token is looked at as far as this.
    static let maximumLength = 512

    private init(
        _ kind: SensitiveKind,
        _ prefix: String,
        _ body: ByteKind,
        _ length: ClosedRange<Int>,
        needsDigit: Bool = false
    ) {
        self.kind = kind
        self.prefix = Array(prefix.utf8)
        self.body = body
        self.length = length
        self.needsDigit = needsDigit
    }

    /// The formats by the first byte of their prefixes, longer prefixes first.
    static let byFirst: [[TokenFormat]] = (0...255).map { first in
        all.filter { Int($0.prefix[0]) == first }.sorted { $0.prefix.count > $1.prefix.count }
    }

    private static let name: ByteKind = [.alphanumeric, .underscore, .hyphen]
    private static let long = maximumLength

    private static let all: [TokenFormat] =
        ["AKIA", "ASIA", "ABIA", "ACCA"].map { TokenFormat(.awsKey, $0, [.upper, .digit], 16...16) }
        + ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map {
            TokenFormat(.repositoryToken, $0, .alphanumeric, 30...long)
        }
        + ["github_pat_"].map { TokenFormat(.repositoryToken, $0, .word, 22...long) }
        + ["glpat-", "gldt-", "glrt-", "glptt-"].map {
            TokenFormat(.repositoryToken, $0, name, 18...long, needsDigit: true)
        }
        + ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-", "xoxe-"].map {
            TokenFormat(.slackToken, $0, [.alphanumeric, .hyphen], 12...long, needsDigit: true)
        }
        + ["hooks.slack.com/services/"].map {
            TokenFormat(.slackToken, $0, [.alphanumeric, .base64], 20...long)
        }
        + ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"].map {
            TokenFormat(.stripeKey, $0, [.alphanumeric, .base64], 16...long)
        }
        + ["sk-proj-", "sk-ant-", "sk-or-", "sk-svcacct-", "sk-admin-"].map {
            TokenFormat(.modelKey, $0, name, 20...long, needsDigit: true)
        }
        + ["sk-", "pplx-", "xai-", "gsk_", "hf_", "r8_"].map {
            TokenFormat(.modelKey, $0, .alphanumeric, 28...long, needsDigit: true)
        } + google + services

    private static let google: [TokenFormat] = [
        TokenFormat(.gcpKey, "AIza", name, 30...60),
        TokenFormat(.gcpKey, "GOCSPX-", name, 20...60),
        TokenFormat(.gcpKey, "ya29.", [name, .dot], 20...long, needsDigit: true),
    ]

    private static let services: [TokenFormat] = [
        TokenFormat(.serviceToken, "SG.", [name, .dot], 40...long),
        TokenFormat(.serviceToken, "npm_", .alphanumeric, 30...long),
        TokenFormat(.serviceToken, "pypi-", name, 50...long),
        TokenFormat(.serviceToken, "dckr_pat_", name, 20...long),
        TokenFormat(.serviceToken, "shpat_", .hex, 32...64),
        TokenFormat(.serviceToken, "shpss_", .hex, 32...64),
        TokenFormat(.serviceToken, "shpca_", .hex, 32...64),
        TokenFormat(.serviceToken, "SK", .hex, 32...32, needsDigit: true),
        TokenFormat(.serviceToken, "key-", .hex, 32...32, needsDigit: true),
        TokenFormat(.serviceToken, "dop_v1_", .hex, 40...128),
        TokenFormat(.serviceToken, "sq0atp-", name, 20...60),
        TokenFormat(.serviceToken, "sq0csp-", name, 30...60),
        TokenFormat(.serviceToken, "lin_api_", .alphanumeric, 30...60),
        TokenFormat(.serviceToken, "secret_", .alphanumeric, 40...60, needsDigit: true),
        TokenFormat(.serviceToken, "ntn_", .alphanumeric, 40...60),
        TokenFormat(.serviceToken, "rubygems_", .hex, 40...64),
        TokenFormat(.serviceToken, "hvs.", name, 20...long),
        TokenFormat(.serviceToken, "NRAK-", .alphanumeric, 24...40),
        TokenFormat(.serviceToken, "glsa_", .word, 32...60),
        TokenFormat(.serviceToken, "PMAK-", [.alphanumeric, .hyphen], 40...80),
        TokenFormat(.serviceToken, "figd_", name, 30...60),
        TokenFormat(.serviceToken, "ATATT3", [name, .base64], 40...long),
        TokenFormat(.privateKey, "AGE-SECRET-KEY-1", [.upper, .digit], 40...80),
    ]
}

extension ScanWindow {
    /// A secret with a form of its own.
    mutating func token(at index: Int, after previous: UInt8) -> ContentScanner.Match? {
        for format in TokenFormat.byFirst[Int(bytes[index])] where has(format.prefix, at: index) {
            let start = index + format.prefix.count
            let end = end(of: format.body, from: start, limit: TokenFormat.maximumLength)
            guard format.length.contains(end - start) else { continue }
            guard
                !format.needsDigit
                    || bytes[start..<min(end, bytes.count)].contains(where: { $0.isKind(.digit) })
            else { continue }
            // Where it opens a door by its path, the address before it may stay.
            let isPath = format.prefix.contains(UInt8(ascii: "/"))
            let goesOn: ContentScanner.Match.GoesOn = end - start == TokenFormat.maximumLength ? .token : .no
            return .init(kind: format.kind, value: (isPath ? start : index)..<end, goesOn: goesOn)
        }
        if bytes[index] == "e" { return webToken(at: index) }
        if bytes[index].isKind(.letter) { return urlPassword(at: index) }
        return nil
    }

    /// Header and payload of a JSON Web Token both begin with `{"`, in base64url `eyJ`.
    private mutating func webToken(at index: Int) -> ContentScanner.Match? {
        guard has("eyJ", at: index) else { return nil }
        let name: ByteKind = [.alphanumeric, .underscore, .hyphen]
        let dot = end(of: name, from: index, limit: 1_024)
        guard dot - index >= 12, self[dot] == "." else { return nil }
        let end = end(of: name, from: dot + 1, limit: 40)
        guard end - dot > 10 else { return nil }
        return .init(kind: .webToken, value: index..<end, goesOn: .token)
    }

    /// `scheme://user:password@host` (RFC 3986, section 3.2.1).
    private mutating func urlPassword(at index: Int) -> ContentScanner.Match? {
        var place = end(of: [.alphanumeric, .hyphen, .dot], from: index, limit: 24)
        if self[place] == "+" { place = end(of: .alphanumeric, from: place + 1, limit: 16) }
        guard has("://", at: place) else { return nil }
        place += 3
        let start = place
        var colon: Int?
        while place - start < 256 {
            let byte = self[place]
            switch byte {
            case "@":
                guard let colon, place - colon > 1 else { return nil }
                let value = colon + 1..<place
                return isTemplate(value) ? nil : .init(kind: .connectionPassword, value: value)
            case ":": colon = colon ?? place
            case "/" where colon == nil, "?" where colon == nil, "#" where colon == nil: return nil
            case 0...0x20, "\"", "'", "<", ">", "`": return nil
            default: break
            }
            place += 1
        }
        return nil
    }

    /// Whether a value stands for another one: `${PASSWORD}`, `{{password}}`, `<password>`, `***`, or a
    /// placeholder of ours.
    mutating func isTemplate(_ value: Range<Int>) -> Bool {
        let first = self[value.lowerBound]
        switch first {
        case "$", "{", "<": return true
        case "%": return self[value.lowerBound + 1] == "(" || self[value.lowerBound + 1] == "s"
        case "[": return has("[REDACTED", at: value.lowerBound)
        case "*", "x", "X", ".", "-", "_", "?", "#":
            for index in value where self[index] != first { return false }
            return true
        default: return false
        }
    }

    /// `-----BEGIN … PRIVATE KEY-----` (RFC 7468), and what OpenPGP calls a block of it.
    mutating func privateKey(at index: Int) -> ContentScanner.Match? {
        guard has("-----BEGIN ", at: index) else { return nil }
        let end = end(of: [.upper, .digit, .blank], from: index + 11, limit: 48)
        guard has("-----", at: end), bytes[index + 11..<end].contains(subsequence: Array("PRIVATE KEY".utf8))
        else {
            return nil
        }
        // Some of the body, so that different keys have different numbers.
        let body = self.end(of: [.alphanumeric, .base64, .line, .blank], from: end + 5, limit: 64)
        return .init(kind: .privateKey, value: index..<min(body, bytes.count), goesOn: .key)
    }
}

extension ArraySlice<UInt8> {
    /// Whether bytes stand in a row somewhere.
    func contains(subsequence: [UInt8]) -> Bool {
        guard count >= subsequence.count else { return false }
        return (startIndex...endIndex - subsequence.count).contains { self[$0...].starts(with: subsequence) }
    }
}
