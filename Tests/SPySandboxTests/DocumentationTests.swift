import Foundation
import Testing

@testable import SPySandbox

/// The page of the library lists what programs may use, and nothing else.
struct DocumentationTests {
    private static let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/SPySandbox/Documentation.docc/SPySandbox.md")

    private func machine() -> Machine {
        Machine(
            heap: Heap(meter: Meter()),
            limits: ExecutionLimits(),
            names: NameTable(),
            globalNames: [],
            actions: ActionRecorder(stubs: [:], fallback: nil),
            watches: WatchRecorder(count: 0)
        )
    }

    private static func names(in text: some StringProtocol) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter {
            $0.offset % 2 == 1
        }.map { String($0.element) }
    }

    @Test("the builtins on the page are those of the sandbox")
    func builtins() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "### Builtins").last)
            .components(separatedBy: "### Modules")[0]
        #expect(Self.names(in: section).sorted() == Builtins.names)
    }

    @Test("the modules on the page and what they hold are those of the sandbox")
    func modules() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "### Modules").last)
            .components(separatedBy: "## Topics")[0]
        var documented: [String: [String]] = [:]
        for line in section.components(separatedBy: "\n- ").dropFirst() {
            let names = Self.names(in: line)
            documented[names[0]] = names.dropFirst().sorted()
        }
        #expect(documented.keys.sorted() == ModuleRegistry.names)
        let machine = machine()
        defer { machine.tearDown() }
        for name in ModuleRegistry.names {
            let members = try #require(try ModuleRegistry.members(of: name, machine))
            #expect(documented[name] == members.keys.sorted())
        }
    }
}
