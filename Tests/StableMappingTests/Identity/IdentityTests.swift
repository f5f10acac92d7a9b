import Testing

@testable import StableMapping

@Suite("Derived identifiers")
struct IdentityTests {
    @Test(
        "SHA-1 gives the digests of FIPS 180",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            (String(repeating: "a", count: 1_000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
        ]
    )
    func digest(of message: String, is expected: String) {
        let digits = SHA1.hash(Array(message.utf8)).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        #expect(digits.joined() == expected)
    }

    @Test("messages of every length around a block are padded to whole blocks")
    func padding() {
        let digests = (50...130).map { SHA1.hash(Array(repeating: 0x61, count: $0)) }
        #expect(Set(digests).count == digests.count)
        #expect(digests.allSatisfy { $0.count == 20 })
    }

    @Test(
        "UUIDs of version 5 are those of RFC 9562 and of Python's documentation",
        arguments: [
            ("www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"),
            ("python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"),
        ]
    )
    func uuid(of name: String, is expected: String) throws {
        let names = try #require(ProcessID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        #expect(NameBasedUUID.text(namespace: names, name: name) == expected)
    }

    @Test("a process's ID is read in either case and written in lower case")
    func processID() throws {
        let process = try #require(ProcessID("6BA7B810-9dad-11D1-80b4-00c04fd430c8"))
        #expect(process.description == "6ba7b810-9dad-11d1-80b4-00c04fd430c8")
        #expect(ProcessID(bytes: process.bytes) == process)
        #expect(process.bytes.count == 16)
    }

    @Test(
        "what is no UUID is no process's ID",
        arguments: [
            "", "6ba7b8109dad11d180b400c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
            "6ba7b810-9dad-11d1-80b4-00c04fd430c", "6ba7b81-09dad-11d1-80b4-00c04fd430c8", "-----",
        ]
    )
    func badProcessID(_ text: String) {
        #expect(ProcessID(text) == nil)
        #expect(ProcessID(bytes: [1, 2, 3]) == nil)
    }
}
