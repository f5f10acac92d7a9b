import Foundation
import Glibc
import Testing

/// A server program of a test's own, in a folder of its own, as the user that Debian's packages bring where the test is root:
/// neither PostgreSQL nor PgBouncer runs as root.
final class ServerProcess {
    private let process = Process()
    private let log = Pipe()

    /// Runs the program and returns when it says that it listens.
    init(_ program: String, _ arguments: [String], in folder: URL, listensWhenItSays words: String) throws {
        Self.prepare(process, program, arguments, in: folder)
        process.standardOutput = log
        process.standardError = log
        try process.run()
        var said = ""
        while !said.contains(words) {
            let data = log.fileHandleForReading.availableData
            try #require(!data.isEmpty, "\(program) did not start: \(said)")
            said += String(decoding: data, as: UTF8.self)
        }
        log.fileHandleForReading.readabilityHandler = {
            if $0.availableData.isEmpty { $0.readabilityHandler = nil }
        }
    }

    /// Sends a signal and returns when the program, and whatever it started, has ended.
    func end(_ signal: Int32) {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
    }

    /// Runs a program to its end.
    static func run(_ program: String, _ arguments: [String], in folder: URL) throws {
        let process = Process()
        prepare(process, program, arguments, in: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) failed")
    }

    /// A new folder that the program's user may write in.
    static func makeFolder(_ name: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "grimoire-\(name)-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        give(folder.path)
        return folder
    }

    /// Makes a file the program's user's.
    static func give(_ path: String) {
        guard geteuid() == 0, let user = getpwnam("postgres") else { return }
        chown(path, user.pointee.pw_uid, user.pointee.pw_gid)
    }

    private static func prepare(_ process: Process, _ program: String, _ arguments: [String], in folder: URL)
    {
        // setpriv becomes the program, so that signals reach it.
        let words =
            geteuid() == 0 ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"] : []
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words + [program] + arguments
        process.currentDirectoryURL = folder
    }
}
