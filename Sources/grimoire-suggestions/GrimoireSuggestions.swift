import ArgumentParser
import ServiceKit
import SuggestionServing

@main
struct GrimoireSuggestions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grimoire-suggestions",
        abstract: "Suggests improvements: what SPy's rules find, and what a language model adds.",
        discussion: "SETTINGS\n" + ServiceProgram.help(SuggestionService.Settings.all)
    )

    @Argument(parsing: .allUnrecognized, help: "Settings as flags; see below.")
    var settings: [String] = []

    func run() async {
        do {
            let known = SuggestionService.Settings.all
            try await SuggestionService.serve(
                try await ServiceProgram.settings(arguments: settings, known: known)
            )
        } catch {
            ServiceProgram.exit(after: error)
        }
    }
}
