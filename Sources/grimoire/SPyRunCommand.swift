internal import ArgumentParser
internal import SPyTool

/// `grimoire spy run`.
struct SPyRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a program in the sandbox, and call one of its functions.",
        discussion:
            "Names that the program does not define are actions: they are recorded and return None, or what "
            + "--action gives."
    )

    @Argument(help: ArgumentHelp("File with the program; - is standard input.", valueName: "file"))
    var path: String
    @Option(help: "The function to call after the module has run.")
    var call: String?
    @Option(help: "Its arguments: a JSON array by position, or a JSON object by name.")
    var args: String?
    @Option(help: "How many steps the run may take.")
    var steps: Int?
    @Option(help: ArgumentHelp("What an action returns, as JSON; can be repeated.", valueName: "name=json"))
    var action: [String] = []
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if args != nil, call == nil { throw ValidationError("--args needs --call") }
        if let steps, steps < 1 { throw ValidationError("--steps needs a number from 1 on") }
        guard action.allSatisfy({ $0.contains("=") }) else {
            throw ValidationError("--action needs name=json")
        }
    }

    func run() throws {
        var answers: [String: String] = [:]
        for text in action {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            answers[String(parts[0])] = String(parts[1])
        }
        let output = StandardOutput()
        let command = RunCommand(
            isJSON: json,
            style: .ofStandardOutput,
            write: output.write,
            complain: output.complain
        )
        let request = RunCommand.Request(
            path: path,
            function: call,
            arguments: args ?? "[]",
            steps: steps,
            answers: answers
        )
        let status = command.run(request)
        throw ExitCode(output.flush() ? status : FileCommand.unreadable)
    }
}
