import EventLoop
import Foundation
import GRPCCore
import GRPCProtobuf
import GrimoireAPI
import SPySandbox
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

@Suite struct ValidationTests {
    @Test func everyFindingHasItsRulePlaceAndLine() {
        let response = CodeReview("x = 1\nclass A: pass\nimport os\n").response
        #expect(!response.valid)
        let first = response.diagnostics.first { $0.severity == "error" }
        #expect(first?.rule.hasPrefix("SPY-U") == true)
        #expect(first?.line == 2 && first?.column == 1)
        #expect(first?.sourceLine == "class A: pass")
        #expect(response.diagnostics.contains { $0.rule.hasPrefix("SPY-X") && $0.line == 3 })
    }

    @Test func goodCodeIsValidAndItsPartsAreNamed() {
        let response = CodeReview("import math\ndef area(r):\n    log(r)\n    return math.pi * r * r\n")
            .response
        #expect(response.valid)
        #expect(response.actions == ["log"] && response.modules == ["math"] && response.functions == ["area"])
    }

    @Test func refusedCodeIsAnInvalidArgumentThatFitsAHeader() throws {
        let code = (0..<300).map { "class C\($0): pass  # \(String(repeating: "x", count: 300))\n" }.joined()
        do {
            try CodeReview(code).requireAccepted()
            Issue.record("accepted")
        } catch let status as GoogleRPCStatus {
            #expect(status.code == .invalidArgument)
            #expect(status.message.hasPrefix("spy_code is not SPy: line 1, column 1: "))
            #expect(status.details.count > 2)
            let size = status.rpcErrorMetadata.reduce(0) { total, pair in
                switch pair.value {
                case .string(let text): total + text.utf8.count
                case .binary(let bytes): total + bytes.count
                }
            }
            #expect(size < 6_000)
            let packed = try #require(status.details.compactMap(\.any).first)
            let diagnostic = try Grimoire_V1_SpyDiagnostic(unpackingAny: packed)
            #expect(diagnostic.line == 1 && diagnostic.rule.hasPrefix("SPY-U"))
        }
    }

    @Test func aDryRunReturnsResultOutputActionsAndSteps() {
        let review = CodeReview(
            """
            def refund(amount, days=1):
                print("hello", days)
                if check(amount, strict=True):
                    return {"paid": amount}
                return None

            """
        )
        let result = DryRun.run(
            review.parsed,
            .with {
                $0.entryPoint = "refund"
                $0.arguments = #"{"amount": 12345678901234567890}"#
                $0.actionResults = ["check": "true"]
            },
            stop: StopRequest()
        )
        #expect(result.succeeded && result.output == "hello 1\n" && result.steps > 0)
        #expect(result.result == #"{"paid": 12345678901234567890}"#)
        #expect(result.actions.count == 1)
        #expect(result.actions[0].name == "check" && result.actions[0].line == 3)
        #expect(result.actions[0].namedArguments == ["strict": "true"])
    }

    @Test func aRunThatFailsOrSpendsItsBudgetSaysWhere() {
        let failing = DryRun.run(
            CodeReview("def f():\n    return 1 // 0\n").parsed,
            .with { $0.entryPoint = "f" },
            stop: StopRequest()
        )
        #expect(!failing.succeeded && failing.error.type == "ZeroDivisionError" && failing.error.line == 2)
        let endless = DryRun.run(
            CodeReview("while True:\n    pass\n").parsed,
            .with { $0.maxSteps = 10_000 },
            stop: StopRequest()
        )
        #expect(endless.error.kind == "budget")
    }

    @Test func argumentsMustBeJSON() {
        func violations(_ change: (inout Grimoire_V1_ValidateProcessRequest.DryRun) -> Void) -> [String] {
            var run = Grimoire_V1_ValidateProcessRequest.DryRun()
            change(&run)
            var validator = RequestValidator()
            validator.dryRun(run)
            return validator.violations.map(\.field)
        }
        #expect(violations { $0.arguments = "[1, {}]" } == [])
        #expect(violations { $0.arguments = #"{"a": null}"# } == [])
        for wrong in ["1", "{", "\"a\""] {
            #expect(violations { $0.arguments = wrong } == ["dry_run.arguments"], "\(wrong)")
        }
        #expect(violations { $0.actionResults = ["a": "1", "b": "x"] } == [#"dry_run.action_results["b"]"#])
        #expect(violations { $0.maxSteps = -1 } == ["dry_run.max_steps"])
    }
}
