internal import FoundationEssentials
internal import GRPCNghttp2

extension TokenVerifier {
    /// The caller of a raw call whose token has been verified before and still holds; nil where the call has to take the
    /// ordinary way: to be verified, or to be told what is wrong.
    func recentCaller(of call: RawUnaryCall) -> Caller? {
        let token = call.withOnlyHeader("authorization") { recentToken($0) }
        guard let token = token ?? nil else { return nil }
        let named = call.withHeader("grimoire-organization") { UUID(text: $0) }
        switch named {
        // The call names none.
        case .none: return try? token.caller(named: nil)
        case .some(.some(let organization)): return try? token.caller(in: organization)
        case .some(.none): return nil
        }
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
