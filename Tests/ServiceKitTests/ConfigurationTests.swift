import FoundationEssentials
import Testing

@testable import ServiceKit

@Suite struct ConfigurationTests {
    private let required = [
        "GRIMOIRE_LISTEN_PORT": "7000", "GRIMOIRE_AUTH_JWKS_FILE": "/keys", "GRIMOIRE_AUTH_ISSUER": "me",
    ]

    private func read(_ environment: [String: String], _ arguments: [String] = []) async throws
        -> ServiceConfiguration
    {
        let reader = try await SettingsReader(
            arguments: arguments,
            environment: environment,
            known: ServiceConfiguration.Settings.all
        )
        return try ServiceConfiguration(reading: reader, coreCount: 3)
    }

    @Test func defaultsHoldWhereNothingIsGiven() async throws {
        let configuration = try await read(required)
        #expect(configuration.listenHost == "127.0.0.1")
        #expect(configuration.listenPort == 7_000)
        #expect(configuration.eventLoops == 3)
        #expect(
            configuration.authentication == .init(keys: .file("/keys"), issuer: "me", audience: "grimoire")
        )
        #expect(configuration.httpPort == nil)
        #expect(configuration.logLevel == "info")
        #expect(configuration.shutdownGrace == .seconds(10))
    }

    @Test func flagsWinOverTheEnvironmentAndThatOverTheFile() async throws {
        let path = "\(FileManager.default.temporaryDirectory.path)/grimoire-\(UUID().uuidString).json"
        let json =
            #"{"listen": {"port": 1, "host": "::1"}, "event": {"loops": 2}, "log": {"level": "debug"}}"#
        try Data(json.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let environment = required.merging(["GRIMOIRE_CONFIG_FILE": path, "GRIMOIRE_EVENT_LOOPS": "4"]) { $1 }
        let configuration = try await read(environment, ["--listen-port", "9000"])
        #expect(configuration.listenPort == 9_000)
        #expect(configuration.eventLoops == 4)
        #expect(configuration.listenHost == "::1")
        #expect(configuration.logLevel == "debug")
    }

    @Test(arguments: [
        ("GRIMOIRE_LISTEN_PORT", "65536", "0 to 65535"), ("GRIMOIRE_LISTEN_PORT", "x", "whole number"),
        ("GRIMOIRE_EVENT_LOOPS", "0", "1 to 1024"), ("GRIMOIRE_LOG_LEVEL", "loud", "warning"),
        ("GRIMOIRE_SHUTDOWN_GRACE_SECONDS", "-1", "0 to 3600"), ("GRIMOIRE_AUTH_ISSUER", "", "iss"),
    ])
    func aWrongValueIsNamedWithWhatIsAllowed(name: String, value: String, words: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await read(required.merging([name: value]) { $1 })
        }
        #expect(error?.setting == name)
        #expect(error?.message.contains(words) == true)
    }

    @Test func aMissingValueAndAnUnknownFlagStopTheStart() async throws {
        for name in required.keys {
            let error = await #expect(throws: ConfigurationError.self) {
                try await read(required.filter { $0.key != name })
            }
            #expect(error?.setting == name)
        }
        let error = await #expect(throws: ConfigurationError.self) {
            try await read(required, ["--colour=red"])
        }
        #expect(error?.setting == "--colour")
    }

    @Test func aWrongValueIsNamedAsItWasWritten() async throws {
        let path = try file(#"{"listen": {"port": 70000}}"#)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let environment = required.filter { $0.key != "GRIMOIRE_LISTEN_PORT" }
        for (arguments, setting, place) in [
            (["--listen-port", "x"], "--listen-port", "on the command line"),
            (["--config", path], "listen.port", path),
        ] {
            let error = await #expect(throws: ConfigurationError.self) {
                try await read(environment, arguments)
            }
            #expect(error?.setting == setting)
            #expect(error?.description.contains(place) == true)
            #expect(error?.description.contains("0 to 65535") == true)
        }
    }

    @Test(arguments: [
        (#"{"listen": {"prot": 1}}"#, "listen.prot"), (#"{"listen": [1]}"#, "listen"),
        // What would be read is log.level; by --help's names nothing would be.
        (#"{"log-level": "debug"}"#, "log-level"), (#"{"log": {"": {"level": "debug"}}}"#, "log..level"),
        (#"{"config": {"file": "other.json"}}"#, "config.file"),
        ("[1]", "GRIMOIRE_CONFIG_FILE"),
        ("{", "GRIMOIRE_CONFIG_FILE"),
    ])
    func aFileWithOtherThingsThanSettingsStopsTheStart(json: String, setting: String) async throws {
        let path = try file(json)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = await #expect(throws: ConfigurationError.self) {
            try await read(required.merging(["GRIMOIRE_CONFIG_FILE": path]) { $1 })
        }
        #expect(error?.setting == setting)
        if setting == "log-level" { #expect(error?.message.contains("log.level") == true) }
    }

    @Test func aSlipOfThePenInTheEnvironmentStopsTheStartAndOtherProgramsVariablesDoNot() async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await read(required.merging(["GRIMOIRE_LISTEN_PROT": "1"]) { $1 })
        }
        #expect(error?.setting == "GRIMOIRE_LISTEN_PROT")
        #expect(error?.message.contains("GRIMOIRE_LISTEN_PORT") == true)
        let others = [
            "GRIMOIRE_REST_URL": "x", "GRIMOIRE_PROCESSES_SERVICE_HOST": "10.0.0.1",
            "GRIMOIRE_PROCESSES_PORT": "tcp://10.0.0.1:7101", "GRIMOIRE_TOKEN": "x",
        ]
        #expect(try await read(required.merging(others) { $1 }).listenPort == 7_000)
    }

    @Test(arguments: [
        (["--listen-port"], "--listen-port", "needs a value"), (["7000"], "7000", "--help"),
        (["--listen-prot=1"], "--listen-prot", "--listen-port"),
        (["--listen-port", "1", "--log-level=info", "--listen-port=2"], "--listen-port", "twice"),
        (["--config", "a", "--config-file", "b"], "--config-file", "twice"),
    ])
    func aCommandLineThatIsNoneIsExplained(arguments: [String], setting: String, words: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) { try await read(required, arguments) }
        #expect(error?.setting == setting)
        #expect(error?.message.contains(words) == true)
    }

    @Test func keysComeFromAFileOrAURLAndNotFromBoth() async throws {
        let url = ["GRIMOIRE_AUTH_JWKS_URL": "https://issuer.example/keys"]
        let without = required.filter { $0.key != "GRIMOIRE_AUTH_JWKS_FILE" }
        let configuration = try await read(without.merging(url) { $1 })
        #expect(
            configuration.authentication.keys == .url("https://issuer.example/keys", refresh: .seconds(300))
        )
        for bad in ["ftp://a/b", "issuer", "https://"] {
            let error = await #expect(throws: ConfigurationError.self) {
                try await read(without.merging(["GRIMOIRE_AUTH_JWKS_URL": bad]) { $1 })
            }
            #expect(error?.setting == "GRIMOIRE_AUTH_JWKS_URL", "\(bad)")
        }
        let error = await #expect(throws: ConfigurationError.self) {
            try await read(required.merging(url) { $1 })
        }
        #expect(error?.setting == "GRIMOIRE_AUTH_JWKS_URL")
    }

    @Test func authoritiesBelongToAnEncryptedURL() async throws {
        let without = required.filter { $0.key != "GRIMOIRE_AUTH_JWKS_FILE" }
        let authorities = ["GRIMOIRE_AUTH_JWKS_CA_FILE": "/etc/authorities.pem"]
        let url = "HTTPS://issuer.example/keys"
        let configuration = try await read(
            without.merging(authorities) { $1 }.merging(["GRIMOIRE_AUTH_JWKS_URL": url]) { $1 }
        )
        let keys = configuration.authentication.keys
        #expect(keys == .url(url, refresh: .seconds(300), authorities: "/etc/authorities.pem"))
        for others in [required, without.merging(["GRIMOIRE_AUTH_JWKS_URL": "http://issuer.example"]) { $1 }]
        {
            let error = await #expect(throws: ConfigurationError.self) {
                try await read(others.merging(authorities) { $1 })
            }
            #expect(error?.setting == "GRIMOIRE_AUTH_JWKS_CA_FILE")
        }
    }

    private func file(_ json: String) throws -> String {
        let path = "\(FileManager.default.temporaryDirectory.path)/grimoire-\(UUID().uuidString).json"
        try Data(json.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test func aSecretIsNeverRepeated() async throws {
        let secret = Setting<Int>("a.secret", meaning: "A secret.", allowed: "a number", isSecret: true) {
            Int($0)
        }
        let reader = try await SettingsReader(
            arguments: [],
            environment: ["GRIMOIRE_A_SECRET": "hunter2"],
            known: []
        )
        let error = #expect(throws: ConfigurationError.self) { try reader.value(of: secret) }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func hostsAndPortsAreToldApart() {
        #expect(HostPort("localhost:7101")?.host == "localhost")
        #expect(HostPort("[::1]:7101")?.description == "[::1]:7101")
        for text in ["localhost", ":7101", "localhost:0", "localhost:65536", "::1:7101", "localhost:x", ""] {
            #expect(HostPort(text) == nil, "\(text)")
        }
    }
}
