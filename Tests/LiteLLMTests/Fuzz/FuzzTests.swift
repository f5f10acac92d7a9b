import Foundation
import TestSupport
import Testing

/// The decoder of events on streams that nobody would send. `LITELLM_FUZZ_SECONDS` says how long, `LITELLM_FUZZ_SEED` with what.
@Suite("Fuzzing the decoder of events") struct FuzzTests {
    @Test("inputs of the corpus are decoded as by the letter of the standard, however they are cut")
    func corpus() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count >= 5)
        for file in files {
            #expect(
                FuzzEntry.violations(in: [UInt8](try Data(contentsOf: file))) == [],
                "\(file.lastPathComponent)"
            )
        }
    }

    @Test("random streams are decoded as by the letter of the standard, however they are cut")
    func random() throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["LITELLM_FUZZ_SECONDS"].flatMap(Int.init) ?? 1
        let seed = environment["LITELLM_FUZZ_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0 ... .max)
        let end = ContinuousClock.now + .seconds(seconds)
        var random = SeededGenerator(seed: seed)
        let words = [
            "data", "data:", "data: ", "event: ", ":", "\n", "\r", "\r\n", "\n\n", "[DONE]", "\u{feff}", "x",
            " ",
            "{\"choices\":[]}", "\u{20ac}", "id: 1", String(repeating: "y", count: 30),
        ]
        var count = 0
        while ContinuousClock.now < end {
            var input = [UInt8(truncatingIfNeeded: random.next())]
            for _ in 0..<random.below(24) {
                if random.below(12) == 0 {
                    input.append(UInt8(truncatingIfNeeded: random.next()))
                } else {
                    input += words[random.below(words.count)].utf8
                }
            }
            count += 1
            let violations = FuzzEntry.violations(in: input)
            guard violations.isEmpty else {
                Issue.record("seed \(seed), input \(count): \(violations) \(input)")
                return
            }
        }
        #expect(count > 0)
    }
}
