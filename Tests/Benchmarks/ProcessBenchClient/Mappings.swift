import ArgumentParser
import EventLoop
import Foundation
import GRPCCore
import GRPCNghttp2
import GrimoireAPI
import SwiftProtobuf
import TestSupport

/// Reads the mappings of version 1 of many processes, some more often than others.
struct Mappings: AsyncParsableCommand {
    @OptionGroup var server: Server
    @Option(help: "A file with a UUID in each line.") var processes: String
    @Option(help: "Read these first ones of them only.") var limit: Int?
    @Option var connections: Int
    @Option(help: "Calls under way at a time on each connection.") var inFlight: Int
    @Option var warmUpSeconds = 0.0
    @Option var seconds = 0.0
    @Option(
        help: "The exponent of Zipf's law: the nth process is asked for n to that power times less often."
    )
    var zipf = 1.0
    @Flag(help: "Each once, and no figures.") var once = false

    func run() async throws {
        let metadata = try Metadata.token()
        let lines = try String(contentsOfFile: processes, encoding: .utf8).split(separator: "\n").map(
            String.init
        )
        let processes = Array(lines.prefix(limit ?? lines.count))
        let mix = once ? nil : ZipfMix(count: processes.count, exponent: zipf)
        let latencies = try await server.withClients(connections) { clients, loop in
            let period = Period(warmUp: .seconds(warmUpSeconds), length: .seconds(seconds))
            let workers = clients.count * inFlight
            return try await withThrowingTaskGroup(of: [Duration].self) { group in
                for number in 0..<workers {
                    let reader = Reader(
                        client: Grimoire_V1_ProcessMappings.Client(wrapping: clients[number % clients.count]),
                        metadata: metadata
                    )
                    group.addTask(executorPreference: loop.taskExecutor) {
                        guard let mix else {
                            for place in stride(from: number, to: processes.count, by: workers) {
                                try await reader.read(processes[place])
                            }
                            return []
                        }
                        return try await reader.run(period, processes, mix, seed: UInt64(number))
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        if !once { print(try Summary(latencies: latencies, seconds: seconds).json) }
    }
}

/// One who reads, one mapping after the other.
private struct Reader {
    let client: Grimoire_V1_ProcessMappings.Client<Nghttp2ClientTransport>
    let metadata: Metadata

    func read(_ process: String) async throws {
        let answer = try await client.getProcessMapping(
            .with {
                $0.processID = process
                $0.versionNumber = 1
            },
            metadata: metadata
        )
        guard answer.processID == process, answer.versionNumber == 1, !answer.stableMapping.isEmpty else {
            throw WrongAnswer(reason: "GetProcessMapping of \(process): \(answer)")
        }
    }

    func run(_ period: Period, _ processes: [String], _ mix: ZipfMix, seed: UInt64) async throws -> [Duration]
    {
        var recorder = Recorder(period: period)
        var random = SeededGenerator(seed: seed)
        repeat {
            let process = processes[mix.next(using: &random)]
            recorder.begin()
            try await read(process)
        } while recorder.end()
        return recorder.latencies
    }
}

/// Numbers of which the nth comes n to some power times less often than the first.
private struct ZipfMix: Sendable {
    /// Sums of the weights up to each number.
    private let sums: [Double]

    init(count: Int, exponent: Double) {
        var sum = 0.0
        sums = (1...count).map { number in
            sum += 1 / pow(Double(number), exponent)
            return sum
        }
    }

    func next(using random: inout SeededGenerator) -> Int {
        let wanted = Double.random(in: 0..<(sums.last ?? 0), using: &random)
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
