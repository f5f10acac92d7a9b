import Testing

@testable import MappingServing

/// What may be believed of a process, and for how long.
@Suite struct ProcessHeadTests {
    private static let second: Int64 = 1_000_000_000

    @Test func aLatestVersionIsBelievedForLessThanASecond() {
        let head = ProcessHead.latest(7, checkedAt: 0)
        #expect(head.belief(for: 0, now: ProcessHead.latestLifetime - 1) == .version(7))
        #expect(head.belief(for: 0, now: ProcessHead.latestLifetime) == .unknown)
        #expect(ProcessHead.latestLifetime < Self.second)
    }

    @Test func aPinnedVersionIsServedForSecondsAfterTheLastCheck() {
        let head = ProcessHead.latest(7, checkedAt: 0)
        #expect(head.belief(for: 3, now: ProcessHead.pinnedLifetime - 1) == .version(3))
        #expect(head.belief(for: 3, now: ProcessHead.pinnedLifetime) == .unknown)
        #expect(ProcessHead.pinnedLifetime + ProcessHead.upstreamAge <= 5 * Self.second)
    }

    @Test func thatAProcessExistsSaysNothingAboutItsLatestVersion() {
        let head = ProcessHead.exists(checkedAt: 0)
        #expect(head.belief(for: 0, now: 1) == .unknown)
        #expect(head.belief(for: 1, now: 1) == .version(1))
    }

    @Test func absenceIsBelievedForLessThanASecondForEveryVersion() {
        let head = ProcessHead.absent(checkedAt: 0)
        for version: Int32 in [0, 1, 9] {
            #expect(head.belief(for: version, now: ProcessHead.absenceLifetime - 1) == .absent)
            #expect(head.belief(for: version, now: ProcessHead.absenceLifetime) == .unknown)
        }
    }

    @Test func whatIsDoubtedIsNotBelievedButStaysKnown() {
        let head = ProcessHead.latest(7, checkedAt: 100).doubted()
        #expect(head.belief(for: 0, now: 100) == .unknown)
        #expect(head.belief(for: 7, now: 100) == .unknown)
        #expect(head.latest == 7)
        #expect(ProcessHead.absent(checkedAt: 100).doubted().belief(for: 0, now: 100) == .unknown)
    }

    @Test func ofTwoHeadsEachPartIsTheOneCheckedLater() {
        let older = ProcessHead.latest(7, checkedAt: 0)
        let newer = ProcessHead.exists(checkedAt: 10)
        for merged in [older.merged(with: newer), newer.merged(with: older)] {
            #expect(merged.latest == 7)
            #expect(merged.belief(for: 0, now: ProcessHead.latestLifetime) == .unknown)
            #expect(merged.belief(for: 1, now: ProcessHead.pinnedLifetime + 9) == .version(1))
        }
        let next = ProcessHead.latest(8, checkedAt: 20)
        #expect(older.merged(with: next).latest == 8)
        #expect(next.merged(with: older).latest == 8)
    }

    @Test func ofPresenceAndAbsenceTheLaterOneHolds() {
        let present = ProcessHead.latest(7, checkedAt: 5)
        let absent = ProcessHead.absent(checkedAt: 6)
        #expect(present.merged(with: absent).isAbsent)
        #expect(absent.merged(with: present).isAbsent)
        #expect(!absent.merged(with: .latest(7, checkedAt: 7)).isAbsent)
    }
}
