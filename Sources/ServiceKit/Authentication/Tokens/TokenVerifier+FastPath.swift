internal import FoundationEssentials
internal import GRPCNghttp2

extension TokenVerifier {
    /// The caller of a raw call whose token has been verified before and still holds; nil where the call has to take the
    /// ordinary way: to be verified, or to be told what is wrong.
    func recentCaller(of call: RawUnaryCall) -> Caller? {
        let token = call.withOnlyHeader("authorization") { recentToken($0) }
        guard let token = token ?? nil else { return nil }
        guard call.withHeader("grimoire-organization", { _ in true }) != nil else {
            return try? token.caller(named: nil)
        }
        let named = call.withOnlyHeader("grimoire-organization") { UUID(text: $0) }
        guard let organization = named ?? nil else { return nil }
        return try? token.caller(in: organization)
    }

    private func recentToken(_ field: UnsafeBufferPointer<UInt8>) -> VerifiedToken? {
        let (generation, now) = (keys.generation, now())
        return withRecentTokens { recent in
            if let known = recent.find(field, generation: generation, now: now) { return known }
            guard
                let token = try? AuthenticationInterceptor.bearerToken(
                    inField: String(decoding: field, as: UTF8.self)
                ),
                let known = knownToken(token, generation: generation, now: now)
            else { return nil }
            recent.add(field, known, generation: generation)
            return known
        }
    }
}
