@testable import GRPCNghttp2

extension HeaderBlock {
    /// A block of these fields, as if they had come from a peer.
    init(_ fields: [(String, String)]) {
        self.init(bytes: fields.map { (Array($0.utf8), Array($1.utf8)) })
    }

    init(bytes fields: [([UInt8], [UInt8])]) {
        self.init()
        for (name, value) in fields {
            name.withUnsafeBufferPointer { name in
                value.withUnsafeBufferPointer { append(name: name, value: $0) }
            }
        }
    }

    /// The first value of this name as text.
    func text(of name: StaticString) -> String? {
        withValue(of: name) { String(decoding: $0, as: UTF8.self) }
    }
}
