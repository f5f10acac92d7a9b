public import GRPCCore

/// Which role each method asks for: one table per service. A method that is not in it is refused.
public struct AccessPolicy: Sendable {
    private let requirements: [MethodDescriptor: Role]
    private let openServices: Set<ServiceDescriptor>

    /// - Parameters:
    ///   - requirements: The role that each method asks for.
    ///   - openServices: Services that anyone may call without a token (health, reflection).
    public init(requirements: [MethodDescriptor: Role], openServices: Set<ServiceDescriptor> = []) {
        // The type of a method (unary or streaming) is no part of its name.
        self.requirements = Dictionary(
            uniqueKeysWithValues: requirements.map { (Self.withoutType($0.key), $0.value) }
        )
        self.openServices = openServices
    }

    /// What a method asks for.
    public enum Requirement: Sendable, Equatable {
        /// No token.
        case none
        /// A token with this role.
        case role(Role)
        /// Nobody may call it: the table does not name it.
        case unlisted
    }

    /// What `method` asks for.
    public func requirement(for method: MethodDescriptor) -> Requirement {
        if openServices.contains(method.service) { return .none }
        return requirements[Self.withoutType(method)].map(Requirement.role) ?? .unlisted
    }

    private static func withoutType(_ method: MethodDescriptor) -> MethodDescriptor {
        MethodDescriptor(service: method.service, method: method.method)
    }
}
