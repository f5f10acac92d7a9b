/// Room for what is read from and written to sockets: one of each per loop, shared by all its connections, so that an
/// idle connection holds no buffer.
///
/// Confined to the loop's thread, hence the unchecked conformance. Freed with the object.
final class LoopBuffers: @unchecked Sendable {
    /// How much is read from a socket at once, in bytes.
    static let inputCapacity = 64 * 1_024
    /// How much is written to a socket at once, in bytes.
    static let outputCapacity = 256 * 1_024

    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: inputCapacity, alignment: 16)
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: outputCapacity, alignment: 16)

    deinit {
        input.deallocate()
        output.deallocate()
    }
}
