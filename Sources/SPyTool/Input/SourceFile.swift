private import Glibc

/// Reads the files that a command names.
public enum SourceFile {
    /// Why a file could not be read, in a sentence.
    public struct Failure: Error, Hashable, Sendable {
        /// The sentence.
        public let message: String

        /// A failure that says why.
        public init(_ message: String) {
            self.message = message
        }
    }

    /// Larger files are no programs; the offsets of a tree have 32 bits.
    static let mostBytes = 1 << 28

    /// The bytes of a file; of standard input where the path is `-`.
    public static func read(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(errorText()) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw Failure(errorText()) }
        guard information.st_mode & S_IFMT != S_IFDIR else { throw Failure("It is a directory") }
        return try readAll(descriptor, expected: Int(information.st_size))
    }

    private static func readAll(_ descriptor: Int32, expected: Int) throws(Failure) -> [UInt8] {
        guard expected <= mostBytes else { throw tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(expected)
        while true {
            let room = max(expected - bytes.count + 1, 65_536)
            var failure: Failure?
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                var got = Glibc.read(descriptor, buffer.baseAddress, room)
                while got < 0, errno == EINTR { got = Glibc.read(descriptor, buffer.baseAddress, room) }
                if got < 0 { failure = Failure(errorText()) }
                count = max(got, 0)
            }
            if let failure { throw failure }
            if chunk.isEmpty { return bytes }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
            guard bytes.count <= mostBytes else { throw tooLarge }
        }
    }

    private static var tooLarge: Failure { Failure("It is larger than \(mostBytes >> 20) MiB") }

    private static func errorText() -> String {
        String(cString: strerror(errno))
    }
}
