internal import FoundationEssentials
internal import Glibc

/// Memory that only the start needed.
enum StartMemory {
    /// Gives back the pages of the program's own code, most of which runs once: three quarters of what an idle service has
    /// resident. What runs again comes from the page cache, 64 KiB at a time. Takes about a millisecond.
    static func release() {
        guard let maps = FileManager.default.contents(atPath: "/proc/self/maps") else { return }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            // start-end permissions offset device inode path (proc(5)). Only what is executable: nobody can have written to
            // it, unlike to pages that the loader has changed and then protected.
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).hasPrefix("/")
            else { continue }
            let ends = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
            guard ends.count == 2, ends[0] < ends[1] else { continue }
            // A failure leaves the pages where they are.
            _ = madvise(UnsafeMutableRawPointer(bitPattern: ends[0]), Int(ends[1] - ends[0]), MADV_DONTNEED)
        }
    }
}
