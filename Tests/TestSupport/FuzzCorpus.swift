import Foundation

/// Inputs that once were worth keeping, and others made of them: for tests that look for inputs on which something fails.
///
/// `GRIMOIRE_FUZZ_SECONDS` says for how long, `GRIMOIRE_FUZZ_SEED` with what: `scripts/fuzz` sets both.
public struct FuzzCorpus: Sendable {
    /// Each with the name of its file.
    public let inputs: [(name: String, bytes: [UInt8])]
    /// With what the others are made.
    public let seed: UInt64
    private let duration: Duration
    /// The longest input that is made, in bytes.
    private static let maxBytes = 4_096

    /// The folder `Corpus` beside a file of tests.
    ///
    /// - Throws: What Foundation says where it cannot be read.
    public init(beside file: String = #filePath) throws {
        let folder = URL(filePath: file).deletingLastPathComponent().appending(path: "Corpus")
        inputs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
            .map { ($0.lastPathComponent, [UInt8](try Data(contentsOf: $0))) }
        let environment = ProcessInfo.processInfo.environment
        seed = environment["GRIMOIRE_FUZZ_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0 ... .max)
        // Not for long by default: tests beside this one wait for the same few threads.
        let seconds = environment["GRIMOIRE_FUZZ_SECONDS"].flatMap(Int.init)
        duration = seconds.map { .seconds($0) } ?? .milliseconds(200)
    }

    /// Tries the corpus, and then inputs made of it until the time is over.
    ///
    /// - Parameters:
    ///   - words: What inputs are likely to have in them.
    ///   - violations: What does not hold for an input.
    /// - Returns: What does not hold for the first input that fails, with the input; how many were tried.
    public func run(
        words: [String],
        _ violations: ([UInt8]) -> [String]
    ) -> (failure: String?, count: Int) {
        var count = 0
        for (name, bytes) in inputs {
            count += 1
            let found = violations(bytes)
            if !found.isEmpty { return ("\(name): \(found)", count) }
        }
        var random = SeededGenerator(seed: seed)
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            count += 1
            let input = mutated(words, &random)
            let found = violations(input)
            if !found.isEmpty { return ("seed \(seed), input \(count): \(found) \(input)", count) }
        }
        return (nil, count)
    }

    private func mutated(_ words: [String], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = inputs.isEmpty ? [] : inputs[random.below(inputs.count)].bytes
        for _ in 0...random.below(6) {
            let place = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            case 1: if place < bytes.count { bytes[place] ^= 1 << UInt8(random.below(8)) }
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + random.below(8)))
            case 3:
                let other = inputs.isEmpty ? [] : inputs[random.below(inputs.count)].bytes
                bytes.insert(contentsOf: other.prefix(random.below(other.count + 1)), at: place)
            case 4: bytes.insert(contentsOf: bytes.prefix(place).suffix(random.below(16)), at: place)
            default: bytes.insert(contentsOf: words[random.below(words.count)].utf8, at: place)
            }
        }
        return Array(bytes.prefix(Self.maxBytes))
    }
}
