internal import GRPCCore

/// What a request's header block asks for, checked against gRPC's "Requests" (PROTOCOL-HTTP2.md).
enum RequestHead {
    /// A call to be made.
    struct Call {
        let route: RouteTable.Route
        /// How its messages are compressed.
        let encoding: Encoding
        /// Whether the answer's messages may be compressed with gzip.
        let acceptsGzip: Bool
        /// How long the caller waits, where it says so.
        let timeout: Duration?
    }

    /// A request that is answered without a call.
    struct Refusal: Equatable {
        var httpStatus = 200
        let code: Status.Code
        let message: String
        /// Whether the answer lists the encodings that are spoken.
        var listsEncodings = false
        /// An `allow` header of RFC 9110, section 10.2.1.
        var allowsOnlyPost = false
    }

    enum Encoding { case identity, gzip }

    case call(Call)
    case refusal(Refusal)

    /// - Parameter last: The route of the request before on this connection, tried first.
    static func read(_ fields: borrowing HeaderBlock, routes: RouteTable, last: RouteTable.Route?)
        -> RequestHead
    {
        guard fields.withValue(of: ":method", { $0.elementsEqual("POST".utf8) }) == true else {
            return .refusal(
                Refusal(
                    httpStatus: 405,
                    code: .internalError,
                    message: "A gRPC request is a POST.",
                    allowsOnlyPost: true
                )
            )
        }
        guard fields.withValue(of: "content-type", isGRPC) == true else {
            return .refusal(
                Refusal(
                    httpStatus: 415,
                    code: .internalError,
                    message: "The content-type of a gRPC request is application/grpc."
                )
            )
        }
        let found = fields.withValue(of: ":path") { path in
            if let last, last.matches(path) { return RouteTable.Route?.some(last) }
            return routes.route(for: path)
        }
        guard case .some(.some(let route)) = found else {
            return .refusal(
                Refusal(code: .unimplemented, message: "This server has no such method.")
            )
        }
        var encoding = Encoding.identity
        if let named = fields.withValue(of: "grpc-encoding", { Self.encoding($0) }) {
            guard let named else {
                return .refusal(
                    Refusal(
                        code: .unimplemented,
                        message: "The message encoding is not supported: use identity or gzip.",
                        listsEncodings: true
                    )
                )
            }
            encoding = named
        }
        var timeout: Duration?
        if let parsed = fields.withValue(of: "grpc-timeout", { GRPCTimeout.parse($0) }) {
            guard let parsed else {
                return .refusal(
                    Refusal(
                        code: .invalidArgument,
                        message: "grpc-timeout is 1 to 8 digits and one of H, M, S, m, u, n."
                    )
                )
            }
            timeout = parsed
        }
        return .call(
            Call(
                route: route,
                encoding: encoding,
                acceptsGzip: fields.withValue(of: "grpc-accept-encoding", listsGzip) ?? false,
                timeout: timeout
            )
        )
    }

    /// `application/grpc`, alone or followed by `+` or `;`.
    private static func isGRPC(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        let name = "application/grpc".utf8
        guard value.starts(with: name) else { return false }
        return value.count == name.count || value[name.count] == UInt8(ascii: "+")
            || value[name.count] == UInt8(ascii: ";")
    }

    private static func encoding(_ value: UnsafeBufferPointer<UInt8>) -> Encoding? {
        if value.elementsEqual("identity".utf8) { return .identity }
        if value.elementsEqual("gzip".utf8) { return .gzip }
        return nil
    }

    static func listsGzip(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        value.split(separator: UInt8(ascii: ",")).contains { part in
            part.drop { $0 == UInt8(ascii: " ") }.elementsEqual("gzip".utf8)
        }
    }
}
