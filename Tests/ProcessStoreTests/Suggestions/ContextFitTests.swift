import GrimoireAPI
import SwiftProtobuf
import Testing

@testable import ProcessStore

/// What is left out of a context that would be too large.
@Suite struct ContextFitTests {
    private static func suggestion(_ number: Int) -> Grimoire_V1_Suggestion {
        .with {
            $0.suggestionID = "\(number)"
            $0.answer = String(repeating: "a", count: 1_000)
        }
    }

    private static let context = Grimoire_V1_GetSuggestionContextResponse.with {
        $0.process.spyCode = String(repeating: "x", count: 10_000)
        $0.process.versionHistory = (1...10).map { number in
            .with {
                $0.versionNumber = Int32(number)
                $0.changelog = String(repeating: "é", count: 1_000)
            }
        }
        $0.rated = (0..<5).map(suggestion)
        $0.session = (0..<10).map(suggestion)
        $0.lastChange.toVersion = 2
        $0.lastChange.code = [.with { $0.lines = [.with { $0.text = String(repeating: "y", count: 5_000) }] }]
    }

    private func fitted(_ limit: Int) throws -> Grimoire_V1_GetSuggestionContextResponse {
        var context = Self.context
        try context.fit(into: limit)
        return context
    }

    private func size(_ context: Grimoire_V1_GetSuggestionContextResponse) throws -> Int {
        let bytes: [UInt8] = try context.serializedBytes()
        return bytes.count
    }

    @Test func whatFitsIsLeftAsItIs() throws {
        try #expect(fitted(size(Self.context)) == Self.context)
    }

    @Test func firstGoesTheLastChangeWhichSaysSo() throws {
        let context = try fitted(size(Self.context) - 1)
        #expect(context.lastChange.truncated && context.lastChange.code.isEmpty)
        #expect(context.lastChange.toVersion == 2)
        #expect(context.rated == Self.context.rated && context.session == Self.context.session)
    }

    @Test func thenTheWorstOfTheBestThenChangelogsThenTheOldestExchanges() throws {
        var previous = try size(Self.context)
        for limit in stride(from: previous, through: 10_500, by: -500) {
            let context = try fitted(limit)
            let taken = try size(context)
            #expect(taken <= max(limit, 14_500) && taken <= previous)
            previous = taken
            #expect(context.process.spyCode == Self.context.process.spyCode)
            #expect(context.rated == Array(Self.context.rated.prefix(context.rated.count)))
            #expect(context.session == Array(Self.context.session.suffix(context.session.count)))
            if context.session.count < 10 {
                #expect(context.rated.isEmpty)
                #expect(context.process.versionHistory.allSatisfy { $0.changelog.hasSuffix("é…") })
            }
        }
        #expect(previous < 15_500)
    }

    @Test func theLimitIsBelowWhatAMessageMayHave() {
        #expect(Grimoire_V1_GetSuggestionContextResponse.maxBytes < 4 << 20)
    }
}
