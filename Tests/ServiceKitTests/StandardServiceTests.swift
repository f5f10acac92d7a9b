import FoundationEssentials
import GRPCCore
import GrimoireAPI
import Testing

@testable import ServiceKit

@Suite struct StandardServiceTests {
    private func registry() -> HealthRegistry {
        HealthRegistry(services: [ServiceDescriptor(fullyQualifiedService: "a.B")])
    }

    @Test func healthTellsOfKnownServicesOnly() {
        let registry = registry()
        #expect(registry.status(of: "a.B") == .notServing)
        registry.setServing(true)
        #expect(registry.status(of: "a.B") == .serving)
        #expect(registry.status(of: "") == .serving)
        #expect(registry.status(of: "c.D") == nil)
    }

    @Test func aWatchHearsOfTheEndAndThenEnds() async {
        let registry = registry()
        registry.setServing(true)
        var watch = registry.changes(of: "a.B").makeAsyncIterator()
        #expect(await watch.next() == .serving)
        registry.setServing(false)
        #expect(await watch.next() == .notServing)
        registry.close()
        #expect(await watch.next() == .notServing)
        #expect(await watch.next() == nil)
        var late = registry.changes(of: "a.B").makeAsyncIterator()
        #expect(await late.next() == .notServing)
        #expect(await late.next() == nil)
    }

    @Test func reflectionFindsFilesBySymbolWithAllTheyImport() throws {
        let index = try DescriptorIndex(
            descriptorSet: try #require(Data(base64Encoded: DescriptorSet.base64))
        )
        let file = "grimoire/v1/process_manager.proto"
        for symbol in [
            "grimoire.v1.ProcessManager", "grimoire.v1.ProcessManager.CreateProcess",
            "grimoire.v1.CreateProcessRequest", "grimoire.v1.CreateProcessRequest.StableMappingEntry",
        ] {
            #expect(
                index.fileWithImports(defining: symbol)?.first == index.fileWithImports(named: file)?.first
            )
        }
        #expect((index.fileWithImports(named: file)?.count ?? 0) > 4)
        #expect(index.fileWithImports(defining: "grimoire.v1.Nothing") == nil)
        #expect(index.fileWithImports(named: "nothing.proto") == nil)
    }

    @Test func errorsBecomeStatusesWithTheirDetails() {
        let error = ServiceError.invalid([
            FieldViolation("name", "is required.", reason: "REQUIRED"),
            FieldViolation("spy_code", "is required.", reason: "REQUIRED"),
        ])
        #expect(error.rpcErrorCode == .invalidArgument)
        #expect(error.rpcErrorMessage == "name is required. (and 1 more, see details)")
        #expect(!Array(error.rpcErrorMetadata[binaryValues: "grpc-status-details-bin"]).isEmpty)
        let codes: [(ServiceError.Kind, RPCError.Code)] = [
            (.unauthenticated, .unauthenticated), (.permissionDenied, .permissionDenied),
            (.notFound(resourceType: "process", resourceName: "x"), .notFound),
            (.conflict(reason: "R", values: [:]), .aborted),
            (.exhausted(retryAfter: .seconds(1)), .resourceExhausted),
            (.unavailable(retryAfter: .seconds(1)), .unavailable), (.deadlineExceeded, .deadlineExceeded),
            (.internal, .internalError),
        ]
        for (kind, code) in codes { #expect(ServiceError(kind, message: "m").rpcErrorCode == code) }
    }
}
