import StableMapping
import Testing

@testable import ProcessStore

/// The engine's state as it lies in its column.
@Suite struct MappingStateFormTests {
    private static let state = MappingState(
        version: 7,
        entries: [
            MappingState.Entry(
                key: "amount",
                factID: "f-1",
                origin: .given,
                fact: nil,
                since: 1,
                formerKey: nil
            ),
            MappingState.Entry(
                key: "approve/limit = 5 \"é\"",
                factID: "d-2",
                origin: .derived,
                fact: "approve/limit = 5 \"é\"",
                since: 3,
                formerKey: "approve/limit"
            ),
            MappingState.Entry(
                key: "x",
                factID: "f-3",
                origin: .given,
                fact: "main/x",
                since: .max,
                formerKey: ""
            ),
        ],
        retired: [MappingState.Retired(factID: "f-0", identity: "main\0old", since: 1, retiredIn: 2)]
    )

    @Test func aStateIsReadAsItWasWritten() throws {
        for state in [Self.state, MappingState(version: 1, entries: [], retired: [])] {
            let bytes = MappingStateForm.encode(state)
            #expect(bytes.first == MappingStateForm.number)
            #expect(try MappingStateForm.decode(bytes) == state)
        }
    }

    @Test func theFirstFormIsReadToo() throws {
        let json = #"{"v":7,"e":[{"k":"a","i":"f","o":"g","s":2}],"r":[]}"#
        let raw = MappingStateCoding.RawVersion(
            number: 7,
            spyCode: "",
            mapping: "{}",
            state: Array(json.utf8)
        )
        let entry = MappingState.Entry(
            key: "a",
            factID: "f",
            origin: .given,
            fact: nil,
            since: 2,
            formerKey: nil
        )
        #expect(try raw.readState() == MappingState(version: 7, entries: [entry], retired: []))
    }

    @Test func aStateThatIsCutShortIsNoneOrAShorterOne() {
        let bytes = MappingStateForm.encode(Self.state)
        for count in bytes.indices {
            let state = try? MappingStateForm.decode(Array(bytes[..<count]))
            // Between two fields a cut cannot be seen; within one it is.
            if let state { #expect(state.entries.count + state.retired.count < 4) }
        }
        #expect(throws: MappingStateForm.Malformed.self) { try MappingStateForm.decode([]) }
        #expect(throws: MappingStateForm.Malformed.self) { try MappingStateForm.decode([2]) }
        #expect(throws: MappingStateForm.Malformed.self) {
            try MappingStateForm.decode([MappingStateForm.number, 0x7a, 0])
        }
    }
}
