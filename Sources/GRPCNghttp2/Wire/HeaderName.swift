internal import Glibc

/// Which header fields are an application's metadata, and which belong to HTTP/2, gRPC and this transport.
///
/// Both directions ask the same question, so that a handler may send back whatever metadata it has received.
enum HeaderName {
    /// Whether applications may see and set this field.
    ///
    /// The characters are gRPC's, fewer than HTTP's. Fields of the connection are forbidden in HTTP/2 (RFC 9113, 8.2.2);
    /// `content-length` would promise a length that this transport does not keep.
    static func isMetadata(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = name.first, name.allSatisfy(isNameByte) else { return false }
        // Most names need no comparison beyond their first byte.
        return switch first {
        case UInt8(ascii: "c"):
            !(name.equals("content-type") || name.equals("content-length") || name.equals("connection"))
        case UInt8(ascii: "g"): !name.starts(with: "grpc-") || isPublicGRPCName(name)
        case UInt8(ascii: "k"): !name.equals("keep-alive")
        case UInt8(ascii: "p"): !name.equals("proxy-connection")
        case UInt8(ascii: "t"): !(name.equals("te") || name.equals("transfer-encoding"))
        case UInt8(ascii: "u"): !name.equals("upgrade")
        default: true
        }
    }

    /// Whether values of this field are bytes, in base64 on the wire.
    static func isBinary(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        name.count >= 4 && UnsafeBufferPointer(rebasing: name[(name.count - 4)...]).equals("-bin")
    }

    /// Whether a value is printable ASCII and spaces, all that gRPC lets an application send.
    static func isText(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        value.allSatisfy { 0x20 <= $0 && $0 <= 0x7e }
    }

    /// Names of gRPC's own that travel as metadata. `grpc-timeout` is not among them: only requests may carry it.
    private static func isPublicGRPCName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        name.equals("grpc-status-details-bin") || name.equals("grpc-previous-rpc-attempts")
            || name.equals("grpc-retry-pushback-ms") || name.equals("grpc-tags-bin")
            || name.equals("grpc-trace-bin")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these bytes are the text, byte for byte.
    func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && starts(with: text)
    }

    /// Whether these bytes begin with the text.
    func starts(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount, let baseAddress else { return text.utf8CodeUnitCount == 0 }
        return memcmp(baseAddress, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
}
