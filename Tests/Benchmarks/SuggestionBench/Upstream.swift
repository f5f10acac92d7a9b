import ArgumentParser
import EventLoop
import Foundation

/// A model that streams words at a steady pace, as fast as a server can: what is measured is what is in front of it.
struct Upstream: AsyncParsableCommand {
    @Argument(help: "Port of 127.0.0.1.") var port: UInt16
    @Option(help: "Words of an answer.") var words = 40
    @Option(help: "Milliseconds from word to word.") var pace = 50

    func run() async throws {
        let loop = try EventLoop()
        try loop.start()
        let listener = try listen()
        let (words, pace) = (words, Duration.milliseconds(pace))
        let failure: (any Error)? = await withCheckedContinuation { continuation in
            loop.execute {
                do {
                    try StreamingServer(loop: loop, words: words, pace: pace).accept(on: listener)
                } catch {
                    continuation.resume(returning: error)
                }
            }
        }
        if let failure { throw failure }
    }

    private func listen() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0, Glibc.listen(descriptor, 4_096) == 0 else {
            throw WrongAnswer(reason: "port \(port): \(String(cString: strerror(errno)))")
        }
        return descriptor
    }
}
