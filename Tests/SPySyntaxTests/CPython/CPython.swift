import Foundation

/// The machine's CPython 3.11, asked through `cpython.py`.
enum CPython {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "cpython.py"
    ).path

    /// Whether there is one; the tests against it run only then.
    static let isAvailable: Bool = {
        let answer = try? execute(["-c", "import sys; print(sys.version_info[:2])"], input: Data())
        return answer == "(3, 11)\n"
    }()

    struct Failure: Error {
        let arguments: [String]
        let status: Int32
    }

    /// Runs a command of the script and gives what it writes.
    static func ask(_ arguments: String..., input: String = "") throws -> String {
        try execute([script] + arguments, input: Data(input.utf8))
    }

    /// One verdict for each program: `+` accepted, `P` refused by the parser, `C` by the compiler, `?` too deep to say.
    static func verdicts(on programs: [String]) throws -> [Character] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let lines = try programs.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        return Array(try ask("verdicts", input: lines.joined(separator: "\n") + "\n").dropLast())
    }

    private static func execute(_ arguments: [String], input: Data) throws -> String {
        // Files rather than pipes: nothing can block, however long question and answer are.
        let folder = FileManager.default.temporaryDirectory.appending(path: "spy-syntax-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let question = folder.appending(path: "question")
        let answer = folder.appending(path: "answer")
        try input.write(to: question)
        try Data().write(to: answer)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3.11"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"],
            uniquingKeysWith: { $1 }
        )
        process.standardInput = try FileHandle(forReadingFrom: question)
        process.standardOutput = try FileHandle(forWritingTo: answer)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(arguments: arguments, status: process.terminationStatus)
        }
        return String(decoding: try Data(contentsOf: answer), as: UTF8.self)
    }
}

/// The checksum of zlib, so that trees can be compared without writing them out.
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 != 0 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var value = UInt32.max
        table.withUnsafeBufferPointer { table in
            for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
        }
        return ~value
    }
}
