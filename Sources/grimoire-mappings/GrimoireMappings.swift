import ArgumentParser
import MappingServing
import ServiceKit

@main
struct GrimoireMappings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grimoire-mappings",
        abstract: "Serves stable mappings: which fact each SPy expression of a process version establishes.",
        discussion: "SETTINGS\n" + ServiceProgram.help(MappingService.Settings.all)
    )

    @Argument(parsing: .allUnrecognized, help: "Settings as flags; see below.")
    var settings: [String] = []

    func run() async {
        do {
            let known = MappingService.Settings.all
            try await MappingService.serve(
                try await ServiceProgram.settings(arguments: settings, known: known)
            )
        } catch {
            ServiceProgram.exit(after: error)
        }
    }
}
