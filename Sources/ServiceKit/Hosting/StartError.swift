/// A service could not take an address.
public struct StartError: Error, CustomStringConvertible {
    /// What went wrong and what to do, in one line.
    public let description: String

    /// - Parameter setting: The environment variable that chooses another address.
    public init(address: String, cause: any Error, setting: String) {
        description =
            "Cannot listen on \(address): \(cause). Is another process on that port? \(setting) chooses another one."
    }
}
