import GRPCCore
import Testing

@testable import GRPCNghttp2

/// Which header blocks begin a call, and what the others are answered.
@Suite struct RequestHeadTests {
    private static let descriptor = MethodDescriptor(fullyQualifiedService: "test.Echo", method: "Say")
    private let routes = RouteTable(methods: [Self.descriptor], raw: [])

    /// A request as gRPC has it, with `changes` to its fields; nil takes one away.
    private func read(_ changes: [String: String?] = [:]) -> RequestHead {
        var fields: [(String, String)] = [
            (":method", "POST"), (":scheme", "http"), (":path", "/test.Echo/Say"),
            (":authority", "localhost"),
            ("te", "trailers"), ("content-type", "application/grpc"),
        ]
        fields.removeAll { changes.keys.contains($0.0) }
        for case (let name, let value?) in changes { fields.append((name, value)) }
        return RequestHead.read(HeaderBlock(fields), routes: routes, last: nil)
    }

    private func call(_ changes: [String: String?] = [:]) throws -> RequestHead.Call {
        guard case .call(let call) = read(changes) else { throw NotACall() }
        return call
    }

    private func refusal(_ changes: [String: String?]) throws -> RequestHead.Refusal {
        guard case .refusal(let refusal) = read(changes) else { throw NotARefusal() }
        return refusal
    }

    private struct NotACall: Error {}
    private struct NotARefusal: Error {}

    @Test func aRequestByTheBookIsACall() throws {
        let call = try call()
        #expect(call.route.descriptor == Self.descriptor)
        #expect(call.encoding == .identity)
        #expect(!call.acceptsGzip)
        #expect(call.timeout == nil)
    }

    @Test(arguments: ["GET", "PUT", "post", "POST ", ""])
    func anythingButAPostIs405(method: String) throws {
        let refusal = try refusal([":method": method])
        #expect(refusal.httpStatus == 405)
        #expect(refusal.allowsOnlyPost)
    }

    @Test(arguments: [
        "text/html", "application/json", "application/grpc-web", "application/grpcx", "application/gRPC", "",
    ])
    func anotherContentTypeIs415(type: String) throws {
        #expect(try refusal(["content-type": type]).httpStatus == 415)
    }

    @Test func noContentTypeIs415() throws {
        #expect(try refusal(["content-type": nil]).httpStatus == 415)
    }

    @Test(arguments: ["application/grpc+proto", "application/grpc+json", "application/grpc;charset=utf-8"])
    func subtypesAndParametersAreGRPC(type: String) throws {
        _ = try call(["content-type": type])
    }

    @Test(arguments: [
        "/test.Echo/Said", "/test.Echo/", "/", "", "test.Echo/Say", "/test.echo/say", "/test.Echo/Say/",
    ])
    func aPathThatIsNoMethodIsUnimplemented(path: String) throws {
        let refusal = try refusal([":path": path])
        #expect(refusal.code == .unimplemented)
        #expect(refusal.httpStatus == 200)
    }

    @Test func theRouteBeforeIsTakenForTheSamePathAlone() throws {
        let other = MethodDescriptor(fullyQualifiedService: "test.Echo", method: "Sing")
        let routes = RouteTable(methods: [Self.descriptor, other], raw: [])
        let last = try #require(routes.route(for: other))
        guard
            case .call(let call) = RequestHead.read(
                HeaderBlock([
                    (":method", "POST"), (":path", "/test.Echo/Say"), ("content-type", "application/grpc"),
                ]),
                routes: routes,
                last: last
            )
        else { throw NotACall() }
        #expect(call.route.descriptor == Self.descriptor)
    }

    @Test func encodingsAreReadAndOthersRefusedWithAList() throws {
        #expect(try call(["grpc-encoding": "gzip"]).encoding == .gzip)
        #expect(try call(["grpc-encoding": "identity"]).encoding == .identity)
        for unknown in ["br", "GZIP", "gzip,identity", ""] {
            let refusal = try refusal(["grpc-encoding": unknown])
            #expect(refusal.code == .unimplemented)
            #expect(refusal.listsEncodings)
        }
    }

    @Test(arguments: [
        ("gzip", true), ("identity,gzip", true), ("identity, deflate, gzip", true), ("identity", false),
        ("", false),
        ("xgzip", false), ("gzipped", false),
    ])
    func gzipIsAcceptedWhereItIsListed(list: String, accepts: Bool) throws {
        #expect(try call(["grpc-accept-encoding": list]).acceptsGzip == accepts)
    }

    @Test func timeoutsAreReadAndWrongOnesRefused() throws {
        #expect(try call(["grpc-timeout": "250m"]).timeout == .milliseconds(250))
        #expect(try call(["grpc-timeout": "0S"]).timeout == .zero)
        for wrong in ["", "S", "-1S", "123456789S", "1s", "1.5S"] {
            #expect(try refusal(["grpc-timeout": wrong]).code == .invalidArgument)
        }
    }
}

extension RouteTable {
    func route(for path: String) -> Route? {
        Array(path.utf8).withUnsafeBufferPointer { route(for: $0) }
    }

    fileprivate func route(for method: MethodDescriptor) -> Route? {
        route(for: "/\(method.fullyQualifiedMethod)")
    }
}
