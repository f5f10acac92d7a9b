public import GRPCCore
public import GrimoireAPI
internal import ServiceKit

/// `grimoire.v1.ProcessMappings`: serves mappings, asked of grimoire-processes in the caller's name.
public struct MappingsService: Grimoire_V1_ProcessMappings.ServiceProtocol {
    private let processes: any Grimoire_V1_ProcessManager.ClientProtocol
    /// How long grimoire-processes may take.
    private static let upstreamTimeout: Duration = .seconds(10)

    /// A service that asks through `processes`.
    public init(processes: any Grimoire_V1_ProcessManager.ClientProtocol) {
        self.processes = processes
    }

    /// See Protos/grimoire/v1/process_mappings.proto. Errors of grimoire-processes are passed on with their details.
    public func getProcessMapping(
        request: ServerRequest<Grimoire_V1_GetProcessMappingRequest>,
        context: ServerContext
    ) async throws -> ServerResponse<Grimoire_V1_GetProcessMappingResponse> {
        var options = CallOptions.defaults
        options.timeout = Self.upstreamTimeout
        // A grimoire-processes that is just starting again is waited for.
        options.waitForReady = true
        let upstream = ClientRequest(
            message: request.message,
            metadata: ServiceClient.forwarded(from: request.metadata)
        )
        do {
            return try await processes.getProcessMapping(request: upstream, options: options) { response in
                ServerResponse(message: try response.message)
            }
        } catch let error as RPCError {
            throw ServiceClient.passedOn(error)
        }
    }
}
