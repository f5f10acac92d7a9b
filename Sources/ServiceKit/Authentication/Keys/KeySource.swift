internal import Curl
internal import FoundationEssentials
internal import Glibc

/// Where the public keys that verify tokens come from.
public enum KeySource: Sendable, Equatable {
    /// A JWKS file, read again when it changes.
    case file(String)
    /// An HTTP or HTTPS URL, fetched again after each `refresh`. `authorities` is the path of a PEM file with those that the
    /// server's certificate may come from; nil for the system's.
    case url(String, refresh: Duration, authorities: String? = nil)

    /// How the file looked when it was read: what changes when it is written or replaced, links on the way included.
    struct FileMark: Equatable {
        let device: UInt
        let inode: UInt
        let size: Int
        let modifiedSeconds: Int
        let modifiedNanoseconds: Int
    }

    /// The largest key set that is taken.
    static let maxBytes = 1_024 * 1_024
    /// How long a fetch may take.
    static let fetchTimeout: Duration = .seconds(5)

    /// How it is called in messages. A URL's user, password and query stay out of them.
    var name: String {
        switch self {
        case .file(let path): return path
        case .url(let url, _, _):
            guard var parts = URLComponents(string: url) else { return "the key set's URL" }
            parts.user = nil
            parts.password = nil
            parts.query = nil
            return parts.string ?? "the key set's URL"
        }
    }

    /// The setting that chose it.
    var setting: String {
        switch self {
        case .file: ServiceConfiguration.Settings.keysFile.environmentName
        case .url: ServiceConfiguration.Settings.keysURL.environmentName
        }
    }

    /// Whether a text is a URL that can be fetched.
    static func isFetchable(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            return false
        }
        return (scheme == "https" || scheme == "http") && parts.host?.isEmpty == false
    }

    /// The JWKS document. Blocks: not to be called on an event loop.
    ///
    /// - Throws: `ConfigurationError` that says why there is none.
    func read() throws(ConfigurationError) -> Data {
        switch self {
        case .file(let path):
            guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= Self.maxBytes else {
                throw ConfigurationError(
                    setting: setting,
                    message: "\(path) cannot be read: give the path of a JWKS file of at most 1 MiB."
                )
            }
            return data
        case .url(let url, _, let authorities):
            do {
                let fetch = CurlFetch(
                    url: url,
                    timeout: Self.fetchTimeout,
                    maxBytes: Self.maxBytes,
                    authorities: authorities
                )
                return Data(try fetch.run())
            } catch {
                throw ConfigurationError(
                    setting: setting,
                    message: "\(name) cannot be fetched: \(error.message)."
                )
            }
        }
    }

    /// Looks whether the authorities that were chosen are there, so that a wrong path stops the start. Blocks.
    ///
    /// - Throws: `ConfigurationError` where they are not.
    func checkAuthorities() throws(ConfigurationError) {
        guard case .url(_, _, let path?) = self else { return }
        let text = (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
        guard text?.contains("-----BEGIN CERTIFICATE-----") == true else {
            throw ConfigurationError(
                setting: ServiceConfiguration.Settings.keysAuthorities.environmentName,
                message:
                    "\(path) holds no certificate: give \(ServiceConfiguration.Settings.keysAuthorities.allowed)."
            )
        }
    }

    /// How the file looks now; nil for a URL and for a file that is not there.
    func mark() -> FileMark? {
        guard case .file(let path) = self else { return nil }
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileMark(
            device: UInt(status.st_dev),
            inode: UInt(status.st_ino),
            size: Int(status.st_size),
            modifiedSeconds: status.st_mtim.tv_sec,
            modifiedNanoseconds: status.st_mtim.tv_nsec
        )
    }
}
