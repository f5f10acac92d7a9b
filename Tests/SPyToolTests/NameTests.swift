import SPySyntax
import Testing

@testable import SPyAnalysis
@testable import SPySandbox

/// The rules accept the names that the sandbox knows, and no others.
struct NameTests {
    @Test("the builtins that the rules accept are those of the sandbox")
    func builtins() {
        // `__name__` is a dunder to the rules and no entry of either list.
        #expect(SPyAnalysis.Builtins.allowed.sorted() == SPySandbox.Builtins.names)
    }

    @Test("CPython's other builtins are refused by name, and never taken for actions")
    func absent() {
        var sandbox = Sandbox()
        sandbox.otherActions = .returns("null")
        for name in SPyAnalysis.Builtins.forbidden.union(SPyAnalysis.Builtins.missing) {
            let outcome = sandbox.run(parse("\(name)(1)\n"))
            #expect(outcome.error?.type == "NameError")
            #expect(outcome.error?.message == "SPy has no '\(name)'")
            #expect(outcome.actions.isEmpty)
        }
    }

    @Test("a stub for such a name is used all the same")
    func stubbed() {
        var sandbox = Sandbox()
        sandbox.actions = ["input": .returns("5")]
        #expect(sandbox.run(parse("print(input())\n")).output == "5\n")
    }

    @Test("the modules that the rules accept hold what those of the sandbox hold")
    func modules() throws {
        #expect(AllowedModules.names == ModuleRegistry.names)
        let machine = Machine(
            heap: Heap(meter: Meter()),
            limits: ExecutionLimits(),
            names: SPySandbox.NameTable(),
            globalNames: [],
            actions: ActionRecorder(stubs: [:], fallback: nil),
            watches: WatchRecorder(count: 0)
        )
        defer { machine.tearDown() }
        for name in ModuleRegistry.names {
            let members = try #require(try ModuleRegistry.members(of: name, machine))
            #expect(AllowedModules.list(name) == members.keys.sorted(), "\(name)")
        }
    }
}
