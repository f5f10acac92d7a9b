/// Prometheus's text format, version 0.0.4, as it is being written.
struct PrometheusText {
    /// What has been written.
    private(set) var text = ""
    private let help: [String: String]

    /// The media type of the whole.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    init(help: [String: String]) {
        self.help = help
    }

    /// Begins a metric; its samples follow.
    mutating func begin(_ name: String, _ kind: PrometheusRegistry.Kind) {
        if let help = help[name] {
            text += "# HELP \(name) \(help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n"
        }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Writes one sample.
    mutating func sample(_ name: String, _ labels: Labels, extra: String = "", _ value: Double) {
        text += name
        let separator = labels.text.isEmpty || extra.isEmpty ? "" : ","
        if !labels.text.isEmpty || !extra.isEmpty { text += "{\(labels.text)\(separator)\(extra)}" }
        text += " \(Self.number(value))\n"
    }

    /// A number without a fraction that says nothing.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }
}
