import ArgumentParser
import ProcessStore
import ServiceKit

@main
struct GrimoireProcesses: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grimoire-processes",
        abstract: "Stores process documents and their versions in PostgreSQL.",
        discussion: "SETTINGS\n" + ServiceProgram.help(ProcessServiceConfiguration.Settings.all),
        subcommands: [Serve.self, Migrate.self],
        defaultSubcommand: Serve.self
    )
}

/// Settings as the flags of a subcommand.
struct SettingFlags: ParsableArguments {
    @Argument(parsing: .allUnrecognized, help: "Settings as flags; grimoire-processes --help lists them.")
    var flags: [String] = []

    func read() async throws -> SettingsReader {
        try await ServiceProgram.settings(arguments: flags, known: ProcessServiceConfiguration.Settings.all)
    }
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve until SIGTERM or SIGINT (the default).")
    @OptionGroup var settings: SettingFlags

    func run() async {
        do {
            try await ProcessService.serve(try await settings.read())
        } catch {
            ServiceProgram.exit(after: error)
        }
    }
}

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to date, and end."
    )
    @OptionGroup var settings: SettingFlags

    func run() async {
        do {
            let applied = try await ProcessService.migrate(try await settings.read())
            print(applied.isEmpty ? "The schema is up to date." : "Applied migrations: \(applied)")
        } catch {
            ServiceProgram.exit(after: error)
        }
    }
}
