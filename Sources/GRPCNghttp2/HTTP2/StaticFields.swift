internal import CNghttp2

/// Header blocks that most answers have, made once: nothing is copied or allocated for them.
///
/// The bytes and the fields live as long as the program and never change, hence the unchecked conformance.
struct StaticFields: @unchecked Sendable {
    let fields: UnsafePointer<nghttp2_nv>
    let count: Int

    /// `:status: 200`, `content-type: application/grpc`.
    static let response = StaticFields([(":status", "200"), ("content-type", "application/grpc")])

    private init(_ pairs: [(StaticString, StaticString)]) {
        let fields = UnsafeMutablePointer<nghttp2_nv>.allocate(capacity: pairs.count)
        for (index, (name, value)) in pairs.enumerated() {
            (fields + index).initialize(
                to: nghttp2_nv(
                    name: UnsafeMutablePointer(mutating: name.utf8Start),
                    value: UnsafeMutablePointer(mutating: value.utf8Start),
                    namelen: name.utf8CodeUnitCount,
                    valuelen: value.utf8CodeUnitCount,
                    flags: UInt8(
                        NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
                    )
                )
            )
        }
        self.fields = UnsafePointer(fields)
        count = pairs.count
    }
}
