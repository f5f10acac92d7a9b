import SPySyntax
import Testing

@Suite("Bytes and elements in arrays")
struct ArrayTests {
    @Test("bytes are the same only where all are, however many there are", arguments: 0..<40)
    func sameBytes(count: Int) {
        let bytes = (0..<count).map { UInt8($0) }
        let shifted = [0xFF] + bytes
        #expect(bytes[...].hasSameBytes(as: shifted.dropFirst()))
        #expect(!bytes[...].hasSameBytes(as: shifted[...]))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!bytes[...].hasSameBytes(as: other[...]))
        }
    }

    @Test("elements are turned round from an index on", arguments: 0...6)
    func reversal(start: Int) {
        var numbers = Array(0..<6)
        numbers.reverse(from: start)
        #expect(numbers == Array(0..<start) + (start..<6).reversed())
    }

    @Test("a name's bytes are those of its text")
    func names() {
        let tree = parse("grün = ﬁx(a)\n").tree
        for index in 0..<tree.nameCount {
            let name = Name(rawValue: UInt32(index))
            #expect(Array(tree.bytes(name)) == Array(tree.string(name).utf8))
        }
    }
}
