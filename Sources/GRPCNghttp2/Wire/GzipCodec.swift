internal import CZlib

/// Compression of single messages as `grpc-encoding: gzip` names it: one gzip member (RFC 1952) each, no shared context.
enum GzipCodec {
    /// zlib's largest window, and 16 for a gzip wrapper, in both directions (zlib.h, `deflateInit2` and `inflateInit2`).
    private static let gzipWindowBits: Int32 = 15 + 16
    private static let chunkBytes = 32 * 1024

    /// The same message compressed, with its flag set. One that is compressed already comes back as it is.
    static func compress(_ message: MessageBytes) throws(TransportError) -> MessageBytes {
        guard !message.isCompressed else { return message }
        var stream = z_stream()
        try check(
            deflateInit2_(
                &stream,
                Z_DEFAULT_COMPRESSION,
                Z_DEFLATED,
                gzipWindowBits,
                8,
                Z_DEFAULT_STRATEGY,
                ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)
            ),
            "Compression cannot begin"
        )
        defer { deflateEnd(&stream) }

        let bound = Int(deflateBound(&stream, UInt(message.count)))
        guard bound <= UInt32.max else {
            throw TransportError(
                .limitExceeded,
                "A message of \(message.count) bytes is too long to be compressed"
            )
        }
        var code = Z_OK
        let compressed = [UInt8](unsafeUninitializedCapacity: MessageBytes.prefixLength + bound) {
            buffer,
            count in
            code = message.withUnsafeBytes { input in
                stream.lend(input)
                stream.next_out = buffer.baseAddress! + MessageBytes.prefixLength
                stream.avail_out = UInt32(bound)
                return deflate(&stream, Z_FINISH)
            }
            MessageBytes.writePrefix(count: Int(stream.total_out), to: buffer)
            buffer[0] = 1
            count = MessageBytes.prefixLength + Int(stream.total_out)
        }
        guard code == Z_STREAM_END else {
            throw TransportError(.compression, "A message cannot be compressed", rawCode: code)
        }
        return MessageBytes(framed: compressed)
    }

    /// The message that was compressed, with its flag cleared. One that is not compressed comes back as it is.
    ///
    /// It must be exactly one gzip member. Inflating stops as soon as it exceeds `maxMessageBytes`.
    static func decompress(
        _ message: MessageBytes,
        maxMessageBytes: Int
    ) throws(TransportError) -> MessageBytes {
        guard message.isCompressed else { return message }
        var stream = z_stream()
        try check(
            inflateInit2_(&stream, gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)),
            "Decompression cannot begin"
        )
        defer { inflateEnd(&stream) }

        let limit = min(maxMessageBytes, Int(UInt32.max))
        var framed = [UInt8](repeating: 0, count: MessageBytes.prefixLength)
        let failure: TransportError? = message.withUnsafeBytes { input in
            stream.lend(input)
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: chunkBytes) { chunk in
                inflateAll(&stream, through: chunk, into: &framed, limit: limit)
            }
        }
        if let failure { throw failure }
        let count = framed.count - MessageBytes.prefixLength
        framed.withUnsafeMutableBufferPointer { MessageBytes.writePrefix(count: count, to: $0) }
        var decompressed = MessageBytes(framed: framed)
        decompressed.wasCompressed = true
        return decompressed
    }

    private static func inflateAll(
        _ stream: inout z_stream,
        through chunk: UnsafeMutableBufferPointer<UInt8>,
        into framed: inout [UInt8],
        limit: Int
    ) -> TransportError? {
        var code = Z_OK
        while code == Z_OK {
            stream.next_out = chunk.baseAddress
            stream.avail_out = UInt32(chunk.count)
            code = inflate(&stream, Z_NO_FLUSH)
            let inflated = chunk.prefix(chunk.count - Int(stream.avail_out))
            guard framed.count - MessageBytes.prefixLength + inflated.count <= limit else {
                return TransportError(
                    .limitExceeded,
                    "A compressed message is longer than the \(limit) bytes that are allowed"
                )
            }
            framed.reserveCapacity(forAppending: inflated.count, atMost: MessageBytes.prefixLength + limit)
            framed.append(contentsOf: inflated)
        }
        switch code {
        case Z_STREAM_END where stream.avail_in == 0: return nil
        case Z_STREAM_END: return TransportError(.compression, "Bytes follow the end of a compressed message")
        case Z_BUF_ERROR:
            return TransportError(.compression, "A compressed message is cut short", rawCode: code)
        case Z_MEM_ERROR: return TransportError(.system, "Decompression is out of memory", rawCode: code)
        default: return TransportError(.compression, "A compressed message is damaged", rawCode: code)
        }
    }

    private static func check(_ code: Int32, _ what: String) throws(TransportError) {
        if code != Z_OK { throw TransportError(.system, what, rawCode: code) }
    }
}

extension z_stream {
    /// Sets the input. zlib does not write to it; its type only predates `const`.
    fileprivate mutating func lend(_ input: UnsafeRawBufferPointer) {
        next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        avail_in = UInt32(input.count)
    }
}
