import Testing

@testable import Curl

@Suite struct HeadReaderTests {
    private func read(_ lines: [String], limit: Int = 1_000) throws(CurlError) -> CurlHead? {
        var reader = HeadReader(limit: limit)
        for line in lines {
            // One result at a time: rethrowing typed errors out of a closure needs it.
            let bytes = utf8(line)
            let result: Result<Void, CurlError> = bytes.withUnsafeBytes { bytes in
                do throws(CurlError) { return .success(try reader.read(bytes)) } catch {
                    return .failure(error)
                }
            }
            try result.get()
        }
        return reader.head
    }

    @Test func statusAndFields() throws {
        let head = try read(["HTTP/1.1 200 OK\r\n", "X-A: 1\r\n", "x-b:  two \t\r\n", "x-a: 3\r\n", "\r\n"])
        #expect(head?.status == 200)
        #expect(head?["x-a"] == "1" && head?["x-b"] == "two" && head?["x-c"] == nil)
        #expect(head?.fields.count == 3)
    }

    @Test func interimAnswersAndTrailersAreNoHead() throws {
        #expect(try read(["HTTP/1.1 100 Continue\r\n", "\r\n"]) == nil)
        let head = try read([
            "HTTP/1.1 103 X\r\n", "x-a: 1\r\n", "\r\n", "HTTP/2 429\r\n", "x-b: 2\r\n", "\r\n", "x-c: 3\r\n",
            "\r\n",
        ])
        #expect(head?.status == 429)
        #expect(head?["x-a"] == nil && head?["x-b"] == "2" && head?["x-c"] == nil)
    }

    @Test(arguments: ["HTTP/1.1\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 99 X\r\n", "HTTP/1.1 2000 X\r\n"])
    func aStatusThatIsNoneIsRefused(line: String) throws {
        #expect(throws: CurlError.self) { try read([line]) }
    }

    @Test func aHeadOverTheLimitIsRefused() throws {
        #expect(throws: CurlError.self) {
            try read(["HTTP/1.1 200 OK\r\n", "a: \(String(repeating: "x", count: 100))\r\n"], limit: 100)
        }
    }

    @Test(arguments: [("a b", "1"), ("", "1"), ("a:", "1"), ("a", "1\r\nb: 2"), ("a", "\u{0}")])
    func headersThatWouldBeTwoAreRefused(name: String, value: String) throws {
        let request = CurlRequest(url: "http://127.0.0.1", headers: [(name, value)], maxAnswerBytes: 1)
        #expect(throws: CurlError.self) { try request.check() }
    }
}
