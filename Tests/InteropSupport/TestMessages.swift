internal import Foundation
internal import SwiftProtobuf

extension Grpc_Testing_Payload {
    /// So many zeros.
    static func zeros(_ count: Int) -> Self {
        .with { $0.body = Data(count: count) }
    }

    func isZeros(_ count: Int) -> Bool { body == Data(count: count) }
}

extension Grpc_Testing_BoolValue {
    init(_ value: Bool) {
        self.init()
        self.value = value
    }
}

extension Grpc_Testing_EchoStatus {
    init(code: Int, message: String) {
        self.init()
        self.code = Int32(code)
        self.message = message
    }
}

extension Grpc_Testing_SimpleRequest {
    /// The request of the large unary calls: 271,828 bytes sent, 314,159 wanted back.
    static var large: Self {
        .with {
            $0.responseSize = 314_159
            $0.payload = .zeros(271_828)
        }
    }

    static func status(code: Int, message: String) -> Self {
        .with { $0.responseStatus = Grpc_Testing_EchoStatus(code: code, message: message) }
    }
}

extension Grpc_Testing_SimpleResponse {
    func checkIsLarge() throws {
        try check(payload.isZeros(314_159), "expected 314159 zeros, got \(payload.body.count) bytes")
    }
}

extension Grpc_Testing_StreamingOutputCallRequest {
    /// Sends so many zeros and wants answers of these sizes.
    static func zeros(_ count: Int = 0, wanting sizes: [Int]) -> Self {
        .with {
            if count > 0 { $0.payload = .zeros(count) }
            $0.responseParameters = sizes.map { size in .with { $0.size = Int32(size) } }
        }
    }
}
