internal import SPySyntax

/// Which function calls what, and which functions call themselves by detours.
struct CallGraph {
    enum Callee: Hashable {
        /// A function by its index.
        case function(Int)
        case action(String)
        case builtin(String)
        case member(module: String, name: String)
    }

    struct Edge: Hashable {
        let caller: Int
        let callee: Callee
    }

    private(set) var edges: [(edge: Edge, ranges: [SourceRange])] = []
    private var indexes: [Edge: Int] = [:]
    private let functionCount: Int

    init(functionCount: Int) {
        self.functionCount = functionCount
    }

    mutating func add(caller: Int, _ callee: Callee, at range: SourceRange) {
        let edge = Edge(caller: caller, callee: callee)
        if let index = indexes[edge] {
            edges[index].ranges.append(range)
        } else {
            indexes[edge] = edges.count
            edges.append((edge, [range]))
        }
    }

    /// For each function whether it calls itself, directly or by others: whether it is in a cycle of calls.
    ///
    /// Tarjan's search for strongly connected components, with a stack of its own.
    func recursive() -> [Bool] {
        var callees: [[Int]] = Array(repeating: [], count: functionCount)
        var isRecursive = Array(repeating: false, count: functionCount)
        for (edge, _) in edges {
            guard case .function(let callee) = edge.callee else { continue }
            callees[edge.caller].append(callee)
            if callee == edge.caller { isRecursive[callee] = true }
        }
        var order: [Int?] = Array(repeating: nil, count: functionCount)
        var lowest = Array(repeating: 0, count: functionCount)
        var isOpen = Array(repeating: false, count: functionCount)
        var open: [Int] = []
        var visited = 0
        for root in 0..<functionCount where order[root] == nil {
            var path = [(function: root, next: 0)]
            while let (function, next) = path.last {
                if next == 0, order[function] == nil {
                    order[function] = visited
                    lowest[function] = visited
                    visited += 1
                    open.append(function)
                    isOpen[function] = true
                }
                if next < callees[function].count {
                    path[path.count - 1].next += 1
                    let callee = callees[function][next]
                    if let seen = order[callee] {
                        if isOpen[callee] { lowest[function] = min(lowest[function], seen) }
                    } else {
                        path.append((callee, 0))
                    }
                    continue
                }
                path.removeLast()
                if let caller = path.last?.function { lowest[caller] = min(lowest[caller], lowest[function]) }
                guard lowest[function] == order[function] else { continue }
                var members: [Int] = []
                while let member = open.popLast() {
                    isOpen[member] = false
                    members.append(member)
                    if member == function { break }
                }
                if members.count > 1 { for member in members { isRecursive[member] = true } }
            }
        }
        return isRecursive
    }
}
