internal import NIOCore
internal import NIOHTTP1

/// Stands before swift-nio's handler of upgrades: judges the request's head, which that handler forgets where it does not
/// upgrade, and closes a channel that has not become a connection in time or when the server stops.
///
/// It goes when the connection begins.
final class HandshakeGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = NIOAny

    private let timeout: TimeAmount
    private let judge: (HTTPRequestHead) -> Void
    private var timer: Scheduled<Void>?
    private var hasJudged = false

    /// - Parameters:
    ///   - timeout: How long the handshake may take.
    ///   - judge: Told of the request.
    init(timeout: Duration, judge: @escaping (HTTPRequestHead) -> Void) {
        self.timeout = TimeAmount(timeout)
        self.judge = judge
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Only the first read is looked at: while the upgrade is under way, frames come by as well.
        if !hasJudged {
            hasJudged = true
            if case .head(let head) = unwrapInboundIn(data) { judge(head) }
        }
        context.fireChannelRead(data)
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext,
        event: Any,
        promise: EventLoopPromise<Void>?
    ) {
        guard event is ConnectionHandler.Stop else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        context.close(promise: nil)
    }
}
