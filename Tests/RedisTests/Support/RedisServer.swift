import Foundation
import Glibc
import TestSupport
import Testing

/// A `redis-server` of a test's own, on a free port of 127.0.0.1, in a folder of its own.
final class RedisServer {
    private(set) var port: UInt16 = 0
    let folder: URL
    private let arguments: [String]
    private var process: Process?

    var url: String { "redis://127.0.0.1:\(port)" }

    /// Starts a server and returns when it says that it listens.
    convenience init(_ arguments: String...) throws { try self.init(arguments) }

    /// The same with options in an array.
    init(_ arguments: [String]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "grimoire-redis-\(UUID())")
        self.arguments = arguments
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Someone else may have taken the port, or a cluster's second one, by the time the server comes to it.
        var failure: any Error = NotStarted(log: "")
        for _ in 0..<Self.attemptLimit {
            port = try freePort()
            do {
                try start()
                return
            } catch {
                failure = error
                end()
            }
        }
        throw failure
    }

    private static let attemptLimit = 10

    deinit {
        end()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts it again, on the same port.
    func start() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["redis-server", "--bind", "127.0.0.1", "--port", "\(port)", "--save", "", "--appendonly", "no"]
            + ["--enable-debug-command", "yes"] + arguments
        process.currentDirectoryURL = folder
        let log = Pipe()
        process.standardOutput = log
        process.standardError = log
        try process.run()
        self.process = process
        var said = ""
        while !said.contains("Ready to accept connections") {
            let data = log.fileHandleForReading.availableData
            guard !data.isEmpty else { throw NotStarted(log: said) }
            said += String(decoding: data, as: UTF8.self)
        }
        log.fileHandleForReading.readabilityHandler = {
            if $0.availableData.isEmpty { $0.readabilityHandler = nil }
        }
    }

    /// Ends it as if its machine had failed, and waits for that. Idempotent.
    func end() {
        guard let process else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        self.process = nil
    }

    /// SIGSTOP: it keeps its connections and answers nothing. SIGCONT: it goes on.
    func signal(_ signal: Int32) {
        if let process { kill(process.processIdentifier, signal) }
    }
}

/// Why a server did not start, in its own words.
struct NotStarted: Error { let log: String }

/// A port that nobody listens on. A cluster's server also listens 10,000 above its own: neither range meets the other, nor the one
/// from which the kernel takes ports for clients.
func freePort() throws -> UInt16 {
    for _ in 0..<1_000 {
        guard let listener = try? LocalListener(port: UInt16.random(in: 10_000..<20_000)) else { continue }
        defer { listener.close() }
        return listener.port
    }
    throw NotStarted(log: "no port from 10,000 to 19,999 is free")
}
