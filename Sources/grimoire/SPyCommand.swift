internal import ArgumentParser
internal import SPyTool

/// `grimoire spy`: what can be done with SPy programs without a server.
struct SPyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spy",
        abstract: "Parse, check, analyze and run SPy programs.",
        discussion:
            "Exits with 0 where all is well, 1 where a program is refused, 2 where a file cannot be read.",
        subcommands: [Parse.self, Check.self, Analyze.self, SPyRunCommand.self]
    )

    struct Parse: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Report syntax errors.")
        @OptionGroup var files: Files
        func run() throws { try files.run(.parse) }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Report what breaks a rule of SPy.")
        @OptionGroup var files: Files
        func run() throws { try files.run(.check) }
    }

    struct Analyze: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Report what breaks a rule, and functions, actions, modules, calls and complexity."
        )
        @OptionGroup var files: Files
        func run() throws { try files.run(.analyze) }
    }

    struct Files: ParsableArguments {
        @Argument(help: ArgumentHelp("Files with programs; - is standard input.", valueName: "file"))
        var paths: [String]
        @Flag(help: "Print one JSON object per file and line.")
        var json = false

        func run(_ purpose: FileCommand.Purpose) throws {
            let output = StandardOutput()
            let command = FileCommand(
                purpose,
                isJSON: json,
                style: .ofStandardOutput,
                write: output.write,
                complain: output.complain
            )
            let status = command.run(paths)
            throw ExitCode(output.flush() ? status : FileCommand.unreadable)
        }
    }
}
