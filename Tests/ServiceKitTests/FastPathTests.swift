import FoundationEssentials
import Testing

@testable import ServiceKit

/// What fast paths are made of.
@Suite struct FastPathTests {
    private static func read(_ process: UUID?, method: Int = 0) -> FastPathPage.Read {
        FastPathPage.Read(
            method: method,
            userID: user,
            organizationID: user,
            processID: process,
            versionNumber: 1
        )
    }
    private static let user = UUID()

    @Test func equalReadsAreOneRecordWithTheirCount() {
        var page = FastPathPage(methods: 2)
        let process = UUID()
        for _ in 0..<3 { page.add(Self.read(process), .milliseconds(2)) }
        page.add(Self.read(UUID()), .milliseconds(1))
        page.add(Self.read(process, method: 1), .milliseconds(1))
        let reads = page.takeReads()
        #expect(reads.count == 3)
        #expect(reads[Self.read(process)] == FastPathPage.Tally(calls: 3, duration: .milliseconds(6)))
        #expect(page.takeReads().isEmpty)
    }

    @Test func beyondTheLimitTheAuditStillHearsWhoAndHowOften() {
        var page = FastPathPage(methods: 1)
        for _ in 0..<(FastPathPage.maxReads + 50) { page.add(Self.read(UUID()), .zero) }
        let reads = page.takeReads()
        #expect(reads.count == FastPathPage.maxReads + 1)
        #expect(reads.values.reduce(0) { $0 + $1.calls } == FastPathPage.maxReads + 50)
        let rest = reads.first { $0.key.processID == nil }
        #expect(rest?.value.calls == 50)
        #expect(rest?.key.userID == Self.user)
    }

    @Test func callsAreCountedByMethodAndRange() {
        var page = FastPathPage(methods: 2)
        page.add(Self.read(nil, method: 1), .microseconds(100))
        page.add(Self.read(nil, method: 1), .milliseconds(2))
        page.add(Self.read(nil, method: 1), .seconds(60))
        let counts = page.takeCounts()
        #expect(counts.map(\.calls) == [0, 3])
        #expect(counts[1].durations.reduce(0, +) == 3)
        #expect(counts[1].durations.first == 1 && counts[1].durations.last == 1)
        #expect(counts[1].durations[2] == 1)
        #expect(page.takeCounts().map(\.calls) == [0, 0])
    }

    @Test func aRecentTokenIsKnownByItsBytesWhileItHolds() {
        var recent = RecentTokens()
        let token = VerifiedToken(userID: Self.user, organizationID: Self.user, roles: [.viewer], expiry: 100)
        let field = Array("Bearer aaa.bbb.cccccccccc".utf8)
        let other = Array("Bearer aaa.bbb.cccccccccd".utf8)
        field.withUnsafeBufferPointer { recent.add($0, token, generation: 1) }
        let found = { (bytes: [UInt8], generation: Int, now: Double) in
            bytes.withUnsafeBufferPointer { recent.find($0, generation: generation, now: now) }
        }
        #expect(found(field, 1, 99) == token)
        #expect(found(field, 1, 100) == nil)
        #expect(found(field, 2, 99) == nil)
        #expect(found(other, 1, 99) == nil)
        #expect(found(Array(field.dropLast()), 1, 99) == nil)
        #expect(found([], 1, 99) == nil)
    }

    @Test func anIDIsReadFromItsTextAsFoundationReadsIt() {
        let id = UUID()
        for text in [
            id.uuidString, id.text, "", "6f1e2d3c-0000-4000-8000-00000000000",
            "6f1e2d3c-0000-4000-8000-0000000000011",
            "6f1e2d3c00000-4000-8000-000000000001", "6f1e2d3c-0000-4000-8000-00000000000g",
            "{f1e2d3c-0000-4000-8000-00000000000}",
        ] {
            let read = Array(text.utf8).withUnsafeBufferPointer { UUID(text: $0) }
            #expect(read == UUID(uuidString: text))
        }
    }

    /// Foundation takes spaces and signs in the place of digits.
    @Test func eachByteOfAnIDIsADigitOrADashWhereItBelongs() {
        let text = Array(UUID().uuidString.utf8)
        let dash = UInt8(ascii: "-")
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                let read = changed.withUnsafeBufferPointer { UUID(text: $0) }
                let fits = text[place] == dash ? byte == dash : Character(Unicode.Scalar(byte)).isHexDigit
                let expected = fits ? UUID(uuidString: String(decoding: changed, as: UTF8.self)) : nil
                #expect(read == expected)
            }
        }
    }

    @Test func aChangeIsReadFromItsMessage() {
        let change = ProcessChange(organization: UUID(), process: UUID())
        #expect(ProcessChange(message: Array(change.message.utf8)) == change)
        for text in ["", " ", change.message + " ", "x " + change.process.text, change.process.text] {
            #expect(ProcessChange(message: Array(text.utf8)) == nil)
        }
        #expect(change.headKey == "grimoire:1:{\(change.organization.text):\(change.process.text)}:head")
    }
}
