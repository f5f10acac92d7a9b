import InteropSupport
import Testing

@Suite("gRPC's interoperability tests pass between transports", .serialized)
struct InteroperabilityTests {
    @Test(arguments: TransportPair.all, InteropCase.allCases)
    func `a case of gRPC's descriptions passes`(pair: TransportPair, interopCase: InteropCase) async throws {
        try await pair.run(interopCase.rawValue) { try await $0.run(interopCase) }
    }

    @Test(arguments: TransportPair.all, FurtherCase.allCases)
    func `a further case passes`(pair: TransportPair, furtherCase: FurtherCase) async throws {
        try await pair.run(furtherCase.rawValue) { try await $0.run(furtherCase) }
    }
}
