internal import GRPCCore
internal import ServiceKit

extension Call {
    /// What the client sent as `idempotency-key`; nil where it sent none.
    var idempotencyKey: String? { metadata[stringValues: "idempotency-key"].first { _ in true } }

    /// Says which version the call is about; 0, the latest, says nothing.
    func concerns(_ version: Int32) {
        if version > 0 { concerns(versionNumber: Int(version)) }
    }
}
