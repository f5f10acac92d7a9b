import Dispatch
import Foundation
import Glibc
import InteropSupport
import Synchronization

/// A program of this package in a process of its own.
///
/// grpc-swift-nio-transport runs in such: its debug builds trap under load, which must not end the suite.
final class ChildProgram: Sendable {
    /// Two that start at once would each hold the descriptors by which the other's end is noticed.
    private static let starting = Mutex(())

    private let process = Process()
    private let output = Mutex("")
    private let lines: AsyncStream<String>
    private let said: AsyncStream<String>.Continuation
    private let exits: AsyncStream<Int32>
    private let exited: AsyncStream<Int32>.Continuation

    /// Makes a process, which does not run yet. Programs lie beside the test's own.
    init(_ name: String, _ arguments: [String]) {
        (lines, said) = AsyncStream.makeStream()
        (exits, exited) = AsyncStream.makeStream()
        let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = folder.appending(path: name)
        process.arguments = arguments
    }

    /// Runs to the end, and returns everything that was printed.
    ///
    /// - Throws: `Failure` where the exit status is not 0.
    @discardableResult
    func run() async throws -> String {
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        pipe.fileHandleForReading.readabilityHandler = { [self] file in
            let data = file.availableData
            guard !data.isEmpty else {
                file.readabilityHandler = nil
                said.finish()
                return end.finish()
            }
            let text = String(decoding: data, as: UTF8.self)
            output.withLock { $0 += text }
            for line in text.split(separator: "\n") { said.yield(String(line)) }
        }
        process.terminationHandler = { [exited] process in
            exited.yield(process.terminationStatus)
            exited.finish()
        }
        try Self.starting.withLock { _ in try process.run() }
        let status = await withTaskCancellationHandler {
            await exits.first { _ in true }
        } onCancel: {
            process.terminate()
        }
        for await _ in ended {}
        let printed = output.withLock { $0 }
        guard status == 0 else { throw Failure(status: status, output: printed) }
        return printed
    }

    /// The first line that it prints.
    func firstLine() async throws -> String {
        guard let line = await lines.first(where: { _ in true }) else {
            throw Failure(status: nil, output: output.withLock { $0 })
        }
        return line
    }

    /// Asks it to end (SIGTERM), and ends it where it has not after some seconds: a child inherits what its parent's thread
    /// blocks, signals too.
    func terminate() {
        guard process.isRunning else { return }
        process.terminate()
        DispatchQueue.global().asyncAfter(deadline: .now() + 10) { [process] in
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
    }

    /// A program that did not end well.
    struct Failure: Error, CustomStringConvertible {
        /// Nil where it is not known.
        var status: Int32?
        var output: String

        var description: String {
            "exit status \(status.map { "\($0)" } ?? "unknown"): \(output.prefix(2_000))"
        }
    }
}

extension InteropServer {
    /// A server in a process of its own.
    init(program kind: TransportKind, settings: ServerSettings) {
        var arguments = ["--transport", kind.rawValue]
        switch settings.address {
        case .ipv4(_, let port): arguments += ["--port", "\(port)"]
        case .unix(let path): arguments += ["--unix", path]
        }
        let program = ChildProgram("interop-server", arguments)
        self.init(
            run: { try await program.run() },
            target: { try await program.firstLine() },
            beginGracefulShutdown: { program.terminate() }
        )
    }
}
