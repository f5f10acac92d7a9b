import CNghttp2
import Glibc

@testable import GRPCNghttp2

/// The other end of a connection under test, over a blocking socket: says whatever a test wants to, right or wrong.
///
/// Used by one thread, hence the unchecked conformance. Every wait ends after a minute, so that a test that fails
/// ends too.
final class RawPeer: @unchecked Sendable {
    /// What happened in place of what was waited for.
    enum Failure: Error {
        /// The other side has closed the connection.
        case closed
        /// Nothing came, or nothing was taken, for too long.
        case silent
        case system(Int32)
    }

    private static let patienceSeconds = 60

    private(set) var descriptor: Int32
    private var received: [UInt8] = []
    private var inflater: OpaquePointer?

    /// Takes a connected descriptor over.
    init(owning descriptor: Int32) {
        self.descriptor = descriptor
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        nghttp2_hd_inflate_new(&inflater)
    }

    convenience init(connectingTo address: SocketAddress) throws {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.system(errno) }
        guard address.withSockaddr({ connect(descriptor, $0, $1) }) == 0 else {
            let reason = errno
            Glibc.close(descriptor)
            throw Failure.system(reason)
        }
        self.init(owning: descriptor)
    }

    deinit {
        close()
        nghttp2_hd_inflate_del(inflater)
    }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Closes in a way that the other side sees as ECONNRESET.
    func abort() {
        var lingering = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Says the last byte, and still listens.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Keeps what the kernel holds for a reader that does not read small.
    func shrinkReceiveBuffer() {
        var size: Int32 = 4_096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: Saying

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count < 0 else {
                sent += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EPIPE, ECONNRESET, EBADF: throw Failure.closed
            case EAGAIN: throw Failure.silent
            default: throw Failure.system(errno)
            }
        }
    }

    func send(_ frames: RawFrame...) throws { try send(frames) }

    func send(_ frames: [RawFrame]) throws { try send(frames.flatMap(\.bytes)) }

    /// Sends until the other side has had enough of it.
    ///
    /// - Returns: Whether it closed the connection before all was said.
    func sendUntilClosed(_ bytes: [UInt8], times: Int) -> Bool {
        do {
            for _ in 0..<times { try send(bytes) }
            return false
        } catch {
            return true
        }
    }

    /// A client's first words.
    func greet(_ settings: [(UInt16, UInt32)] = []) throws {
        try send(RawFrame.preface + RawFrame.settings(settings).bytes)
    }

    // MARK: Hearing

    /// The next frame; nil where the other side has closed the connection.
    func readFrame() throws -> RawFrame? {
        guard try fill(9) else { return nil }
        let length = Int(received[0]) << 16 | Int(received[1]) << 8 | Int(received[2])
        guard try fill(9 + length) else { return nil }
        let frame = RawFrame(
            kind: received[3],
            flags: received[4],
            stream: UInt32(bigEndianBytes: received[5..<9]) & 0x7fff_ffff,
            payload: Array(received[9..<9 + length])
        )
        received.removeFirst(9 + length)
        return frame
    }

    /// The frames up to the one that fits; all that came where the connection is closed before.
    @discardableResult
    func readFrames(until fits: (RawFrame) -> Bool) throws -> [RawFrame] {
        var frames: [RawFrame] = []
        while let frame = try readFrame() {
            frames.append(frame)
            if fits(frame) { break }
        }
        return frames
    }

    /// Everything up to the connection's end.
    func readToEnd() throws -> [RawFrame] { try readFrames { _ in false } }

    func readPreface() throws {
        guard try fill(RawFrame.preface.count) else { throw Failure.closed }
        received.removeFirst(RawFrame.preface.count)
    }

    /// The fields of a header block of the other side's. To be called for every block, in order.
    func fields(of frame: RawFrame) -> [String: String] {
        var fields: [String: String] = [:]
        frame.payload.withUnsafeBufferPointer { input in
            var used = 0
            while true {
                var pair = nghttp2_nv()
                var flags: Int32 = 0
                let count = nghttp2_hd_inflate_hd2(
                    inflater,
                    &pair,
                    &flags,
                    input.baseAddress.map { $0 + used },
                    input.count - used,
                    1
                )
                guard count >= 0 else { return }
                used += count
                if UInt32(flags) & NGHTTP2_HD_INFLATE_EMIT.rawValue != 0 {
                    let name = UnsafeBufferPointer(start: pair.name, count: pair.namelen)
                    let value = UnsafeBufferPointer(start: pair.value, count: pair.valuelen)
                    fields[String(decoding: name, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
                }
                if UInt32(flags) & NGHTTP2_HD_INFLATE_FINAL.rawValue != 0 {
                    nghttp2_hd_inflate_end_headers(inflater)
                    return
                }
                if count == 0, UInt32(flags) & NGHTTP2_HD_INFLATE_EMIT.rawValue == 0 { return }
            }
        }
        return fields
    }

    /// False at the end of the connection.
    private func fill(_ count: Int) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 * 1_024)
        while received.count < count {
            let read = recv(descriptor, &buffer, buffer.count, 0)
            if read > 0 {
                received += buffer[..<read]
            } else if read == 0 || errno == ECONNRESET || errno == EBADF {
                return false
            } else if errno == EAGAIN {
                throw Failure.silent
            } else if errno != EINTR {
                throw Failure.system(errno)
            }
        }
        return true
    }
}
