import Foundation
import Synchronization

/// A real LiteLLM Proxy whose models lead to a scripted provider. It ends with the process of the tests, however that ends.
final class LiteLLMProxy: Sendable {
    static let key = "sk-master"

    let url: String
    /// Held, since the proxy ends when it is closed.
    private let lifeline: Pipe

    struct NotStarted: Error { let log: String }

    /// - Parameters:
    ///   - port: One that is free.
    ///   - provider: Where the model `scripted` leads.
    init(port: UInt16, provider: String) async throws {
        url = "http://127.0.0.1:\(port)"
        lifeline = Pipe()
        let folder = FileManager.default.temporaryDirectory.appending(path: "grimoire-litellm-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let configuration = folder.appending(path: "config.yaml")
        try Self.configuration(provider).write(to: configuration, atomically: true, encoding: .utf8)
        let venv = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "../../../.grimoire/venv/litellm/bin").standardizedFileURL
        let process = Process()
        process.executableURL = venv.appending(path: "python3")
        process.arguments = [
            "-c", Self.launcher, venv.appending(path: "litellm").path, "--config", configuration.path,
            "--host",
            "127.0.0.1", "--port", "\(port)",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["LITELLM_LOCAL_MODEL_COST_MAP": "True"]
        ) { $1 }
        process.standardInput = lifeline
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let (isOver, said) = (Signal(), Said())
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            let text = said.text.withLock { text in
                text += String(decoding: data, as: UTF8.self)
                return text
            }
            if data.isEmpty || text.contains("Uvicorn running on") { isOver.fire() }
        }
        try process.run()
        await isOver.wait()
        let log = said.text.withLock { $0 }
        guard log.contains("Uvicorn running on") else { throw NotStarted(log: log) }
    }

    private final class Said: Sendable {
        let text = Mutex("")
    }

    private static func configuration(_ provider: String) -> String {
        """
        model_list:
          - model_name: mock
            litellm_params: {model: openai/x, api_key: k, mock_response: "Hello from a mock."}
          - model_name: down
            litellm_params: {model: openai/x, api_key: k, api_base: "http://127.0.0.1:9", max_retries: 0}
          - model_name: scripted
            litellm_params: {model: openai/x, api_key: k, api_base: "\(provider)", max_retries: 0}
        litellm_settings: {num_retries: 0}
        router_settings: {disable_cooldowns: true}
        general_settings: {master_key: \(key)}
        """
    }

    /// Starts the program, and ends it when nobody holds the other end of its input any more.
    private static let launcher = """
        import subprocess, sys
        program = subprocess.Popen([sys.executable] + sys.argv[1:], stdin=subprocess.DEVNULL)
        sys.stdin.read()
        program.kill()
        """
}
