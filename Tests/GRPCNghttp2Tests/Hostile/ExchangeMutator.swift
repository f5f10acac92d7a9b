import Glibc
import Testing

/// Makes new exchanges of HTTP/2 out of valid ones.
enum ExchangeMutator {
    static func mutate(
        _ role: SessionFuzzTests.Role,
        _ corpus: [[UInt8]],
        _ generator: inout SeededGenerator
    ) -> [UInt8] {
        var frames = parse(corpus.randomElement(using: &generator) ?? [])
        for _ in 0..<Int.random(in: 1...6, using: &generator) { change(&frames, corpus, &generator) }
        let hasPreface = Int.random(in: 0..<50, using: &generator) > 0
        var bytes = role == .server && hasPreface ? RawFrame.preface : []
        // What comes first is SETTINGS, or the rest is hardly looked at.
        if Int.random(in: 0..<50, using: &generator) > 0 { bytes += RawFrame.settings().bytes }
        for frame in frames { bytes += frame.bytes }
        for _ in 0..<Int.random(in: 0...2, using: &generator) where !bytes.isEmpty {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                in: 0...255,
                using: &generator
            )
        }
        return bytes
    }

    /// The frames of an exchange; what is no whole frame at its end is left out.
    private static func parse(_ bytes: [UInt8]) -> [RawFrame] {
        var rest = bytes[...]
        if rest.starts(with: RawFrame.preface) { rest = rest.dropFirst(RawFrame.preface.count) }
        var frames: [RawFrame] = []
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard rest.count >= 9 + length else { break }
            frames.append(
                RawFrame(
                    kind: head[3],
                    flags: head[4],
                    stream: UInt32(bigEndianBytes: head[5..<9]),
                    payload: Array(rest.dropFirst(9).prefix(length))
                )
            )
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }

    private static func change(
        _ frames: inout [RawFrame],
        _ corpus: [[UInt8]],
        _ generator: inout SeededGenerator
    ) {
        guard !frames.isEmpty else {
            frames = parse(corpus.randomElement(using: &generator) ?? [])
            return
        }
        let index = Int.random(in: 0..<frames.count, using: &generator)
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: frames.remove(at: index)
        case 1: frames.insert(frames[index], at: Int.random(in: 0...frames.count, using: &generator))
        case 2: frames.shuffle(using: &generator)
        case 3: frames[index].flags = UInt8.random(in: 0...255, using: &generator) & 0x2d
        case 4: frames[index].kind = UInt8.random(in: 0...12, using: &generator)
        case 5: frames[index].stream = UInt32.random(in: 0...12, using: &generator)
        case 6: frames[index].payload.removeLast(min(3, frames[index].payload.count))
        case 7: frames[index].payload += generator.bytes(count: Int.random(in: 1...40, using: &generator))
        case 8, 9:
            guard !frames[index].payload.isEmpty else { return }
            let place = Int.random(in: 0..<frames[index].payload.count, using: &generator)
            frames[index].payload[place] = UInt8.random(in: 0...255, using: &generator)
        case 10: frames += parse(corpus.randomElement(using: &generator) ?? [])
        default:
            let many = Int.random(in: 2...60, using: &generator)
            frames.insert(contentsOf: repeatElement(frames[index], count: many), at: index)
        }
    }
}

/// Past failures and valid exchanges, one a file, under `Corpus`.
struct CorpusFile {
    let name: String
    let bytes: [UInt8]

    private static let folder =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        .joined(separator: "/") + "/Corpus/"

    static func all(in topic: String) throws -> [CorpusFile] {
        let path = folder + topic
        let directory = try #require(opendir(path), "\(path) is missing")
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return try names.sorted().map { name in
            let file = try #require(fopen("\(path)/\(name)", "rb"))
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = fread(&bytes, 1, bytes.count, file)
            return CorpusFile(name: name, bytes: Array(bytes.prefix(count)))
        }
    }

    /// Keeps an input outside the repository, in the folder for temporary files.
    static func save(_ bytes: [UInt8], as name: String) {
        guard let file = fopen("/tmp/grimoire-fuzz-\(name)", "wb") else { return }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
