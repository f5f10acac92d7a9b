import FoundationEssentials
import GRPCNghttp2
import GrimoireAPI
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import MappingServing

/// Requests read and answers written by hand, beside the library that does it for all messages.
@Suite struct WireTests {
    private static let process = UUID(uuidString: "6F1E2D3C-0000-4000-8000-000000000001") ?? UUID()

    private static func question(_ bytes: [UInt8]) -> MappingQuestion? {
        bytes.withUnsafeBytes { MappingQuestion($0, 0..<bytes.count) }
    }

    @Test(arguments: [0, 1, 127, 128, 65_536, Int32.max])
    func aRequestIsReadAsTheLibraryWroteIt(version: Int32) throws {
        for id in [process.text, process.uuidString] {
            let request = Grimoire_V1_GetProcessMappingRequest.with {
                $0.processID = id
                $0.versionNumber = version
                $0.ifContentHash = "abc"
            }
            let bytes: [UInt8] = try request.serializedBytes()
            let question = try #require(Self.question(bytes))
            #expect(question.process == Self.process)
            #expect(question.version == version)
            #expect(bytes[question.contentHash].elementsEqual("abc".utf8))
        }
    }

    private var process: UUID { Self.process }

    @Test func whatIsNotPlainIsLeftToTheLibrary() throws {
        let plain = Grimoire_V1_GetProcessMappingRequest.with { $0.processID = process.text }
        let bytes: [UInt8] = try plain.serializedBytes()
        #expect(Self.question([]) == nil)
        #expect(Self.question(bytes + bytes) == nil)
        #expect(Self.question(bytes + [0x20, 1]) == nil)
        #expect(Self.question(bytes + [0x10]) == nil)
        #expect(Self.question(bytes + [0x10, 0xff, 0xff, 0xff, 0xff, 0x0f]) == nil)
        #expect(Self.question(bytes + [0x1a, 5, 1]) == nil)
        for count in 0..<bytes.count { #expect(Self.question(Array(bytes.prefix(count))) == nil) }
        let malformed = Grimoire_V1_GetProcessMappingRequest.with { $0.processID = "6f1e2d3c" }
        let malformedBytes: [UInt8] = try malformed.serializedBytes()
        #expect(Self.question(malformedBytes) == nil)
    }

    @Test func whateverIsReadOfAnyBytesTheLibraryReadsToo() throws {
        var generator = SeededGenerator(seed: 11)
        let seed: [UInt8] = try Grimoire_V1_GetProcessMappingRequest.with {
            $0.processID = process.text
            $0.versionNumber = 300
            $0.ifContentHash = "0123456789abcdef"
        }.serializedBytes()
        var read = 0
        for _ in 0..<50_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                switch Int.random(in: 0...2, using: &generator) {
                case 0:
                    bytes[Int.random(in: bytes.indices, using: &generator)] = .random(
                        in: 0...255,
                        using: &generator
                    )
                case 1: bytes.removeLast(Int.random(in: 0...min(4, bytes.count - 1), using: &generator))
                default: bytes.append(.random(in: 0...255, using: &generator))
                }
            }
            guard let question = Self.question(bytes) else { continue }
            read += 1
            // The library also looks whether texts are UTF-8, which a comparison of bytes need not.
            guard let request = try? Grimoire_V1_GetProcessMappingRequest(serializedBytes: bytes) else {
                continue
            }
            #expect(UUID(uuidString: request.processID) == question.process)
            #expect(request.versionNumber == question.version)
            #expect(request.ifContentHash.utf8.elementsEqual(bytes[question.contentHash]))
        }
        #expect(read > 100)
    }

    @Test func theLibraryReadsABatchsResults() throws {
        let mapping = Grimoire_V1_GetProcessMappingResponse.with {
            $0.processID = process.text
            $0.versionNumber = 3
            $0.stableMapping = ["a": "b"]
            $0.contentHash = "c0ffee"
        }
        let answer = StoredAnswer(
            message: MessageBytes(try mapping.serializedBytes() as [UInt8]),
            version: 3,
            contentHash: Array("c0ffee".utf8)
        )
        var writer = ProtobufWriter()
        answer.write(to: &writer)
        answer.write(to: &writer, isStale: true)
        let key = ProcessKey(organization: process, process: process)
        answer.write(to: &writer, message: answer.notModified(key))
        let response = try Grimoire_V1_BatchGetProcessMappingsResponse(serializedBytes: writer.bytes)
        #expect(response.results.map(\.stale) == [false, true, false])
        #expect(response.results.prefix(2).map(\.mapping) == [mapping, mapping])
        let known = response.results[2].mapping
        #expect(known.notModified && known.stableMapping.isEmpty)
        #expect(known.processID == process.text && known.versionNumber == 3 && known.contentHash == "c0ffee")
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, UInt64(UInt32.max), .max])
    func aNumbersLengthIsWhatItTakes(value: UInt64) {
        var writer = ProtobufWriter()
        writer.field(0x10, number: value)
        #expect(writer.bytes.count == 1 + ProtobufWriter.length(of: value))
    }

    @Test(arguments: [
        (["\"3-c0\""], true), (["W/\"3-c0\""], true), (["*"], true), (["\"1\", \"3-c0\""], true),
        (["\"1\"", " \"3-c0\" "], true), ([], false), (["\"3-c1\""], false), (["3-c0"], false),
        ([","], false),
    ])
    func anEntityTagMatchesWeakly(fields: [String], matches: Bool) {
        #expect(EntityTags.match(fields, "\"3-c0\"") == matches)
    }
}
