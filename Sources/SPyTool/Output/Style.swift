private import Glibc

/// Whether and how output has colours.
public struct Style: Sendable {
    /// Whether there are colours.
    public let isColoured: Bool

    /// Output with or without colours.
    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Colours on a terminal, unless `NO_COLOR` is set or the terminal is dumb.
    public static var ofStandardOutput: Style {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        let isWanted = (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
        return Style(isColoured: isWanted && isatty(STDOUT_FILENO) == 1)
    }

    enum Colour: String {
        case bold = "1"
        case red = "1;31"
        case yellow = "1;33"
        case blue = "34"
        case dim = "2"
    }

    func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
