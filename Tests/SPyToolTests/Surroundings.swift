import SPyTool

/// Files in memory and what a command wrote.
final class Surroundings {
    var files: [String: String] = [:]
    private(set) var output = ""
    private(set) var complaints = ""

    init(_ files: [String: String]) {
        self.files = files
    }

    func read(_ path: String) throws(SourceFile.Failure) -> [UInt8] {
        guard let text = files[path] else { throw SourceFile.Failure("No such file or directory") }
        return Array(text.utf8)
    }

    func run(
        _ purpose: FileCommand.Purpose,
        _ paths: [String],
        isJSON: Bool = false,
        isColoured: Bool = false
    ) -> Int32 {
        let command = FileCommand(
            purpose,
            isJSON: isJSON,
            style: Style(isColoured: isColoured),
            read: read,
            write: { self.output += $0 },
            complain: { self.complaints += $0 }
        )
        return command.run(paths)
    }

    func run(_ request: RunCommand.Request, isJSON: Bool = false) -> Int32 {
        let command = RunCommand(
            isJSON: isJSON,
            style: Style(isColoured: false),
            read: read,
            write: { self.output += $0 },
            complain: { self.complaints += $0 }
        )
        return command.run(request)
    }
}
