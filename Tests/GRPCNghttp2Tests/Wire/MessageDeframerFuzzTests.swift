import Glibc
import Testing

@testable import GRPCNghttp2

/// The deframer against a model of it, on past failures and on random streams.
///
/// `GRIMOIRE_FUZZ_SECONDS` makes the random part run that long, from a seed of its own each time.
@Suite struct MessageDeframerFuzzTests {
    private static let maxMessageBytes = 64 * 1024
    private static let corpus =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        .joined(separator: "/") + "/Corpus/deframer"

    @Test func theCorpusIsDeframedAsTheModelDeframesIt() throws {
        let files = try Self.files(in: Self.corpus)
        #expect(files.count >= 8)
        for (index, file) in files.enumerated() {
            var generator = SeededGenerator(seed: UInt64(index))
            for _ in 0..<100 { Self.check(file.bytes, &generator, "corpus file \(file.name)") }
        }
    }

    @Test func randomStreamsAreDeframedAsTheModelDeframesThem() {
        let seconds = getenv("GRIMOIRE_FUZZ_SECONDS").flatMap { Int(String(cString: $0)) }
        let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
        var seed: UInt64 = deadline == nil ? 1 : UInt64.random(in: 0 ... .max)
        var rounds = 0
        while deadline.map({ ContinuousClock.now < $0 }) ?? (rounds < 3000) {
            var generator = SeededGenerator(seed: seed)
            Self.check(Self.stream(&generator), &generator, "seed \(seed)")
            seed &+= 1
            rounds += 1
        }
    }

    private static func check(_ stream: [UInt8], _ generator: inout SeededGenerator, _ origin: String) {
        let cuts = (0..<Int.random(in: 0...8, using: &generator))
            .map { _ in Int.random(in: 0...stream.count, using: &generator) }
            .sorted()
        let deframed = Deframed(stream, cutAt: cuts, maxMessageBytes: maxMessageBytes)
        let model = Deframed(modelOf: stream, maxMessageBytes: maxMessageBytes)
        #expect(deframed == model, "\(origin), cut at \(cuts)")
    }

    /// Messages of mostly small sizes, of which some streams have a few bytes changed and an end cut off.
    private static func stream(_ generator: inout SeededGenerator) -> [UInt8] {
        if Int.random(in: 0..<8, using: &generator) == 0 {
            return generator.bytes(count: Int.random(in: 0...64, using: &generator), in: 0...3)
        }
        var stream: [UInt8] = []
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let large = Int.random(in: 0..<16, using: &generator) == 0
            let count = Int.random(in: 0...(large ? maxMessageBytes : 40), using: &generator)
            var framed = MessageBytes(repeating: 0x55, count: count).framed
            framed[0] = UInt8.random(in: 0...1, using: &generator)
            stream += framed
        }
        guard !stream.isEmpty, Bool.random(using: &generator) else { return stream }
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let index = Int.random(in: 0..<stream.count, using: &generator)
            stream[index] = UInt8.random(in: 0...255, using: &generator)
        }
        return Array(stream.dropLast(Int.random(in: 0...min(8, stream.count), using: &generator)))
    }

    private static func files(in folder: String) throws -> [(name: String, bytes: [UInt8])] {
        let directory = try #require(opendir(folder), "\(folder) is missing")
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return try names.sorted().map { name in
            let file = try #require(fopen("\(folder)/\(name)", "rb"))
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = fread(&bytes, 1, bytes.count, file)
            return (name, Array(bytes.prefix(count)))
        }
    }
}
