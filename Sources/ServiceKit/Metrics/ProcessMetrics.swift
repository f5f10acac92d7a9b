internal import FoundationEssentials
internal import Glibc

/// What the kernel knows of this process, under the names that Prometheus's own libraries use.
enum ProcessMetrics {
    /// The samples, in text format 0.0.4.
    static func exposition() -> String {
        var text = PrometheusText(help: [
            "process_resident_memory_bytes": "Memory in use.",
            "process_cpu_seconds_total": "Processor time used, in user and system mode.",
            "process_open_fds": "Descriptors that are open.",
            "process_max_fds": "Descriptors that may be open.",
        ])
        if let pages = resident() {
            text.begin("process_resident_memory_bytes", .gauge)
            text.sample(
                "process_resident_memory_bytes",
                Labels([]),
                Double(pages * sysconf(Int32(_SC_PAGESIZE)))
            )
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            text.begin("process_cpu_seconds_total", .counter)
            let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
            let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
            text.sample("process_cpu_seconds_total", Labels([]), Double(seconds) + Double(microseconds) / 1e6)
        }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            text.begin("process_open_fds", .gauge)
            text.sample("process_open_fds", Labels([]), Double(open.count))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            text.begin("process_max_fds", .gauge)
            text.sample("process_max_fds", Labels([]), Double(limit.rlim_cur))
        }
        return text.text
    }

    /// The second number of /proc/self/statm (proc(5)).
    private static func resident() -> Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let numbers = String(decoding: data, as: UTF8.self).split(separator: " ")
        return numbers.count > 1 ? Int(numbers[1]) : nil
    }
}
