import Foundation

/// What was seen of streamed answers.
struct StreamRecord: Sendable {
    /// From each question to the first word of its answer, in microseconds.
    private var firsts: [UInt64] = []
    /// From each word's leaving the model to its coming here.
    private var delays: [UInt64] = []
    /// Between two words of an answer.
    private var gaps: [UInt64] = []
    /// From each question to the end of its answer.
    private var wholes: [UInt64] = []
    private var wordsOfAnswers: [Int] = []
    private(set) var cached = 0

    /// One answer while it comes.
    struct Answer {
        private let asked = Stamp.now
        private var text = ""
        private var first: UInt64?
        private var last: UInt64?
        private var delays: [UInt64] = []
        private var gaps: [UInt64] = []

        init() {}

        mutating func add(_ piece: String) {
            let now = Stamp.now
            text += piece
            for time in Stamp.times(in: &text) {
                delays.append(now &- time)
                if let last { gaps.append(now - last) } else { first = now - asked }
                last = now
            }
        }

        fileprivate func end(in record: inout StreamRecord) {
            record.wholes.append(Stamp.now - asked)
            record.firsts += first.map { [$0] } ?? []
            record.delays += delays
            record.gaps += gaps
            record.wordsOfAnswers.append(delays.count)
        }
    }

    mutating func add(_ answer: Answer, isCached: Bool = false) {
        answer.end(in: &self)
        if isCached { cached += 1 }
    }

    mutating func merge(_ other: StreamRecord) {
        firsts += other.firsts
        delays += other.delays
        gaps += other.gaps
        wholes += other.wholes
        wordsOfAnswers += other.wordsOfAnswers
        cached += other.cached
    }

    /// The figures in one line; latencies in microseconds.
    func json() throws -> String {
        struct Figures: Encodable {
            let answers, cached, words, leastWords: Int
            let firstP50, firstP99, delayP50, delayP99, gapP50, gapP99, gapMost, wholeP50, wholeP99: UInt64
        }
        func at(_ share: Double, _ values: [UInt64]) -> UInt64 {
            let sorted = values.sorted()
            return sorted.isEmpty ? 0 : sorted[Int(share * Double(sorted.count - 1))]
        }
        let figures = Figures(
            answers: wholes.count,
            cached: cached,
            words: delays.count,
            leastWords: wordsOfAnswers.min() ?? 0,
            firstP50: at(0.5, firsts),
            firstP99: at(0.99, firsts),
            delayP50: at(0.5, delays),
            delayP99: at(0.99, delays),
            gapP50: at(0.5, gaps),
            gapP99: at(0.99, gaps),
            gapMost: gaps.max() ?? 0,
            wholeP50: at(0.5, wholes),
            wholeP99: at(0.99, wholes)
        )
        return String(decoding: try JSONEncoder().encode(figures), as: UTF8.self)
    }
}
