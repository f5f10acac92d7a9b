internal import ArgumentParser

/// The command line of Grimoire.
@main
struct Grimoire: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grimoire",
        abstract: "The command line of Grimoire.",
        subcommands: [SPyCommand.self]
    )
}
