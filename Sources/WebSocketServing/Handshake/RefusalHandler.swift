internal import NIOCore
internal import NIOHTTP1

/// Answers a request that does not become a connection, and closes.
final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let refusal: UpgradeRefusal

    init(_ refusal: UpgradeRefusal) { self.refusal = refusal }

    /// At once: of the request, nothing may come any more.
    func handlerAdded(context: ChannelHandlerContext) {
        let body = ByteBuffer(string: refusal.body + "\n")
        var headers = HTTPHeaders([
            ("content-type", "application/json"), ("content-length", String(body.readableBytes)),
            ("cache-control", "no-store"), ("connection", "close"),
        ])
        for (name, value) in refusal.headers.sorted(by: { $0.key < $1.key }) {
            headers.replaceOrAdd(name: name, value: value)
        }
        let status = HTTPResponseStatus(statusCode: refusal.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
