import GRPCCore
import GrimoireAPI
import ServiceKit
import SwiftProtobuf
import Testing

@testable import ProcessStore

@Suite struct RequestTests {
    private func violations(_ check: (inout RequestValidator) -> Void) -> [String] {
        var validator = RequestValidator()
        check(&validator)
        return validator.violations.map { "\($0.field) \($0.reason)" }
    }

    /// What the fast path reads of a request, and what it leaves to those who can say what is wrong.
    @Test(
        arguments: [(0, 0), (1, 1), (7, 7), (Int32.max, Int32.max), (-1, nil), (Int32.min, nil)]
            as [(Int32, Int32?)]
    )
    func aVersionBelowZeroIsNoneForTheFastPath(version: Int32, read: Int32?) throws {
        let request = Grimoire_V1_GetProcessRequest.with {
            $0.processID = "6f1e2d3c-0000-4000-8000-000000000001"
            $0.versionNumber = version
        }
        let bytes: [UInt8] = try request.serializedBytes()
        #expect(bytes.withUnsafeBytes { VersionQuestion($0)?.version } == read)
        var twice = bytes
        twice.append(contentsOf: [0x10, 2])
        #expect(version == 0 || twice.withUnsafeBytes { VersionQuestion($0) } == nil)
        let basic: [UInt8] = try Grimoire_V1_GetProcessRequest.with {
            $0.processID = request.processID
            $0.view = .basic
        }.serializedBytes()
        #expect(basic.withUnsafeBytes { VersionQuestion($0) } == nil)
    }

    @Test func charactersAreCountedAndNotBytes() {
        #expect(violations { $0.name(String(repeating: "€", count: 255)) } == [])
        #expect(violations { $0.name(String(repeating: "€", count: 256)) } == ["name TOO_LONG"])
        #expect(violations { $0.name("") } == ["name REQUIRED"])
        #expect(violations { $0.name("a\0") } == ["name INVALID_CHARACTER"])
    }

    @Test func codeIsCountedInBytes() {
        #expect(violations { $0.spyCode(String(repeating: "x", count: 1_048_576)) } == [])
        #expect(violations { $0.spyCode(String(repeating: "€", count: 349_526)) } == ["spy_code TOO_LONG"])
    }

    @Test func mappingsAreCheckedEntryByEntryUpToALimit() {
        #expect(violations { $0.mapping(["x": ""]) } == [#"stable_mapping["x"] REQUIRED"#])
        #expect(violations { $0.mapping(["": "f"]) } == ["stable_mapping REQUIRED"])
        let many = Dictionary(uniqueKeysWithValues: (0..<50_001).map { ("k\($0)", "f") })
        #expect(violations { $0.mapping(many) } == ["stable_mapping TOO_MANY"])
        let wrong = Dictionary(uniqueKeysWithValues: (0..<1_000).map { ("k\($0)", "") })
        #expect(violations { $0.mapping(wrong) }.count == RequestLimits.violations)
    }

    @Test func pageSizesHaveADefaultAndARange() {
        var validator = RequestValidator()
        #expect(validator.pageSize(0) == 50)
        #expect(validator.pageSize(500) == 500)
        #expect(validator.violations.isEmpty)
        _ = validator.pageSize(501)
        _ = validator.pageSize(-1)
        #expect(validator.violations.count == 2)
    }

    @Test func aPageTokenIsGoodForItsOwnListOnly() {
        let token = PageToken.make("17", scope: "versions of a")
        #expect(PageToken.place(token, scope: "versions of a") == "17")
        #expect(PageToken.place(token, scope: "versions of b") == nil)
        for changed in [String(token.dropLast()), token + "A", "", "!", PageToken.make("18", scope: "x")] {
            #expect(PageToken.place(changed, scope: "versions of a") == nil)
        }
    }

    @Test func anUpdateKeepsWhatItLeavesOutAndLeavesTheMappingToTheEngine() {
        let before = ProcessContent(
            name: "n",
            description: "d",
            spyCode: "x",
            stableMapping: ["a": "1", "b": "2"],
            document: .init(format: "text/plain", text: "t", attributes: [:])
        )
        let outline = ProcessContent.Document(
            format: "text/markdown",
            text: "o",
            attributes: [:],
            isDerived: true
        )
        var request = Grimoire_V1_UpdateProcessRequest()
        request.spyCode = "y"
        request.stableMapping = ["b": "3"]
        var after = before
        after.spyCode = "y"
        #expect(before.applying(request, outline: outline) == after)
        request.description_p = ""
        request.replaceMapping = true
        after.description = ""
        #expect(before.applying(request, outline: outline) == after)
    }

    @Test func momentsBeforeAndAfter1970AreExact() {
        let late = Instant(microseconds: 1_700_000_000_123_456).timestamp
        #expect(late.seconds == 1_700_000_000 && late.nanos == 123_456_000)
        let early = Instant(microseconds: -1).timestamp
        #expect(early.seconds == -1 && early.nanos == 999_999_000)
    }

    @Test func oneHyphenIsLeftOfSeveralBeforeAWord() {
        for (given, normalized) in [
            ("", ""), ("well-known -b", "well-known -b"), ("--b", "-b"), ("a - -(!-b -c", "a - (!b -c"),
            ("-a -b", "-a -b"), ("-\u{a0}-\u{2028}-x", "-\u{a0}\u{2028}x"), ("-\"-a\"", "-\"-a\""),
        ] {
            #expect(SearchWords.normalized(given) == normalized, "\(given)")
        }
        #expect(SearchWords.normalized(String(repeating: "- ", count: 500)).utf8.count { $0 == 0x2d } == 1)
    }

    @Test func everyMethodOfTheServiceAsksForARole() {
        let methods = Set(
            Grimoire_V1_ProcessManager.Method.descriptors + Grimoire_V1_MappingSource.Method.descriptors
                + Grimoire_V1_SuggestionRecords.Method.descriptors
        )
        #expect(Set(ProcessService.requirements.keys) == methods)
    }
}
