/// A service could not take an address.
public struct StartError: Error, CustomStringConvertible {
    /// What went wrong and what to do, in one line.
    public let description: String

    /// - Parameter setting: The environment variable that chooses another port.
    public init(address: String, cause: any Error, setting: String) {
        let host = ServiceConfiguration.Settings.listenHost.environmentName
        description =
            "Cannot listen on \(address): \(cause). \(setting) chooses another port, \(host) another address."
    }
}
