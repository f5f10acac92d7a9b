/// Commands of one caller on their way to one or more servers of a cluster. Belongs to its client.
final class ClusterBatch {
    let commands: [RedisCommand]
    let deadline: Int64
    private let completion: RedisCompletion
    var answers: [RedisValue]
    /// How many groups are under way.
    var outstanding = 0
    var failure: RedisError?
    private var isOver = false

    init(_ commands: [RedisCommand], deadline: Int64, completion: RedisCompletion) {
        self.commands = commands
        self.deadline = deadline
        self.completion = completion
        answers = Array(repeating: .null, count: commands.count)
    }

    /// Tells the caller, once, when nothing is under way any more.
    func endWhereDone() {
        guard outstanding == 0, !isOver else { return }
        isOver = true
        if let failure { completion.fail(failure) } else { completion.succeed(answers) }
    }
}

/// Those commands of a batch that go to one server.
struct ClusterGroup {
    let endpoint: RedisEndpoint
    /// Whether each must be preceded by ASKING.
    let isAsking: Bool
    /// How often these have been sent on already.
    let hops: Int
    /// Which commands of the batch.
    var indices: [Int]

    private static let asking = RedisCommand("ASKING", keyIndex: nil)

    func commands(of batch: ClusterBatch) -> [RedisCommand] {
        if !isAsking, indices.count == batch.commands.count { return batch.commands }
        return indices.flatMap { isAsking ? [Self.asking, batch.commands[$0]] : [batch.commands[$0]] }
    }

    /// The answers to the commands, without those to ASKING.
    func answers(in values: [RedisValue]) -> [RedisValue] {
        guard isAsking else { return values }
        return stride(from: 1, to: values.count, by: 2).map { values[$0] }
    }

    /// The commands of `batch` at these indices, by server. Commands without a key go with the others, or to `fallback`.
    static func groups(
        _ commands: [RedisCommand],
        map: SlotMap,
        fallback: RedisEndpoint
    ) throws(RedisError) -> [ClusterGroup] {
        var groups: [ClusterGroup] = []
        var keyless: [Int] = []
        for (index, command) in commands.enumerated() {
            guard let slot = command.slot else {
                keyless.append(index)
                continue
            }
            guard let endpoint = map[slot] else {
                throw RedisError(.unavailable, "no server of the cluster has slot \(slot.number)")
            }
            add(index, to: endpoint, in: &groups)
        }
        for index in keyless { add(index, to: groups.first?.endpoint ?? fallback, in: &groups) }
        // In the order in which the caller gave them.
        for index in groups.indices { groups[index].indices.sort() }
        return groups
    }

    /// A cluster has few servers: looking through the groups is fast.
    static func add(
        _ index: Int,
        to endpoint: RedisEndpoint,
        isAsking: Bool = false,
        hops: Int = 0,
        in groups: inout [ClusterGroup]
    ) {
        if let known = groups.firstIndex(where: { $0.endpoint == endpoint && $0.isAsking == isAsking }) {
            groups[known].indices.append(index)
        } else {
            groups.append(ClusterGroup(endpoint: endpoint, isAsking: isAsking, hops: hops, indices: [index]))
        }
    }
}
