import Testing

@testable import GRPCNghttp2

@Suite struct MessageBytesTests {
    @Test func theFramingPrefixStandsBeforeTheMessage() {
        #expect(MessageBytes([0x61, 0x62]).framed == [0, 0, 0, 0, 2, 0x61, 0x62])
        #expect(MessageBytes(repeating: 7, count: 3).framed == [0, 0, 0, 0, 3, 7, 7, 7])
        #expect(MessageBytes(repeating: 0, count: 0).framed == [0, 0, 0, 0, 0])
        #expect(MessageBytes(repeating: 1, count: 0x01_0203).framed.prefix(5) == [0, 0, 1, 2, 3])
    }

    @Test func bytesOfAnySequenceAreTaken() {
        let lazily = MessageBytes(sequence(first: UInt8(1)) { $0 < 4 ? $0 + 1 : nil })
        #expect(lazily.framed == [0, 0, 0, 0, 4, 1, 2, 3, 4])
        #expect(MessageBytes([9, 8, 7][1...]).framed == [0, 0, 0, 0, 2, 8, 7])
        #expect(MessageBytes(EmptyCollection()).framed == [0, 0, 0, 0, 0])
    }

    @Test func onlyTheMessageIsLent() {
        var message = MessageBytes([1, 2, 3])
        #expect(message.count == 3)
        #expect(message.withUnsafeBytes { Array($0) } == [1, 2, 3])
        message.withUnsafeMutableBytes { bytes in
            #expect(bytes.count == 3)
            bytes[0] = 0xff
        }
        #expect(message.framed == [0, 0, 0, 0, 3, 0xff, 2, 3])
        #expect(MessageBytes([]).withUnsafeBytes { $0.count } == 0)
    }

    @Test func theFlagOfAReceivedMessageIsKept() {
        #expect(MessageBytes(framed: [1, 0, 0, 0, 1, 5]).isCompressed)
        #expect(!MessageBytes(framed: [0, 0, 0, 0, 1, 5]).isCompressed)
        #expect(MessageBytes(framed: [1, 0, 0, 0, 1, 5]) != MessageBytes([5]))
    }
}
