import GRPCCore
import Testing

@testable import GRPCNghttp2

@Suite struct RouteTableTests {
    private func method(_ service: String, _ method: String) -> MethodDescriptor {
        MethodDescriptor(fullyQualifiedService: service, method: method)
    }

    @Test func everyMethodOfManyIsFoundByItsPathAndNoOther() throws {
        let methods = (0..<500).map { method("package\($0 % 7).Service\($0 % 31)", "Method\($0)") }
        let table = RouteTable(methods: methods, raw: [])
        for method in methods {
            let route = try #require(table.route(for: "/\(method.fullyQualifiedMethod)"))
            #expect(route.descriptor == method)
            #expect(route.raw == nil)
            #expect(table.route(for: "/\(method.fullyQualifiedMethod)x") == nil)
            #expect(
                table.route(for: "/\(method.fullyQualifiedMethod.dropLast())") == nil
                    || methods.contains {
                        $0.fullyQualifiedMethod == method.fullyQualifiedMethod.dropLast()
                    }
            )
        }
    }

    @Test func aRawMethodTakesTheGeneratedOnesPlace() throws {
        let raw = RawUnaryMethod(method("test.Echo", "Say"), interceptors: []) { _ in }
        let table = RouteTable(
            methods: [method("test.Echo", "Say"), method("test.Echo", "Sing")],
            raw: [raw]
        )
        #expect(try #require(table.route(for: "/test.Echo/Say")).raw != nil)
        #expect(try #require(table.route(for: "/test.Echo/Sing")).raw == nil)
    }

    @Test func anEmptyTableFindsNothing() {
        let table = RouteTable(methods: [], raw: [])
        #expect(table.route(for: "/") == nil)
        #expect(table.route(for: "") == nil)
    }
}
