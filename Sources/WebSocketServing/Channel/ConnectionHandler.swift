internal import NIOCore
internal import NIOWebSocket

/// Does what `ConnectionMachine` decides, on a channel: texts inwards, texts outwards, and the time-outs of pings and goodbyes.
///
/// It stands between swift-nio's codec and its bridge to Swift's concurrency. `ended` is told when messages no longer go both ways.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = String
    typealias OutboundIn = String
    typealias OutboundOut = WebSocketFrame

    /// Says goodbye.
    struct Close: Sendable { let reason: CloseReason }
    /// The server stops: what the handler has, it finishes.
    struct Stop: Sendable {}

    private let configuration: WebSocketServerConfiguration
    private let ended: EventLoopPromise<Void>
    private var machine: ConnectionMachine
    /// The ping that is due, or whose answer is.
    private var pingTimer: Scheduled<Void>?
    /// The end of patience with a goodbye.
    private var closeTimer: Scheduled<Void>?
    private var lastHeard = NIODeadline.now()
    /// Whether the socket is listened to: not while the handler is behind.
    private var isReading = true
    /// Who has sent a message while the peer did not read, and waits until it does.
    private var blockedSenders: [EventLoopPromise<Void>] = []
    /// A peer that pings and does not read gets one answer when it does, to its last ping.
    private var owedPong: ByteBuffer?

    init(_ configuration: WebSocketServerConfiguration, ended: EventLoopPromise<Void>) {
        self.configuration = configuration
        self.ended = ended
        machine = ConnectionMachine(maxMessageBytes: configuration.maxMessageBytes)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) { schedulePing(context) }

    func handlerRemoved(context: ChannelHandlerContext) { gone() }

    func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastHeard = .now()
        guard !machine.isOver else { return }
        perform(machine.received(InboundFrame(unwrapInboundIn(data))), context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        context.fireChannelReadComplete()
        // Nobody behind asks for more where nothing more is to be given to them.
        if machine.isOver { context.read() }
    }

    func read(context: ChannelHandlerContext) {
        isReading = true
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if let payload = owedPong {
                owedPong = nil
                context.writeAndFlush(wrapOutboundOut(.pong(payload)), promise: nil)
            }
            release { $0.succeed() }
        }
        context.fireChannelWritabilityChanged()
    }

    /// Sends a text. The promise is kept when another one may follow: at once, or, where the peer does not read, when it does. So
    /// what is unsent is never more than the channel's mark (64 KiB) and a message of each sender.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard machine.isOpen else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.writeAndFlush(wrapOutboundOut(.text(unwrapOutboundIn(data))), promise: nil)
        guard let promise else { return }
        if context.channel.isWritable { promise.succeed() } else { blockedSenders.append(promise) }
    }

    private func release(_ body: (EventLoopPromise<Void>) -> Void) {
        let senders = blockedSenders
        blockedSenders = []
        senders.forEach(body)
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext,
        event: Any,
        promise: EventLoopPromise<Void>?
    ) {
        switch event {
        case let order as Close: perform(machine.close(order.reason), context)
        case is Stop: stop(context)
        default: return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
    }

    /// Where the codec fails, the machine knows what that means; where the socket does, the channel closes by itself.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketError else { return }
        perform(machine.receivedNoFrame(isTooLarge: error == .invalidFrameLength), context)
    }

    // MARK: Decisions

    private func perform(_ action: ConnectionMachine.Action?, _ context: ChannelHandlerContext) {
        let channel = context.channel
        switch action {
        case .deliver(let text): context.fireChannelRead(wrapInboundOut(text))
        case .pong(let payload):
            guard channel.isWritable else { return owedPong = payload }
            context.writeAndFlush(wrapOutboundOut(.pong(payload)), promise: nil)
        case .answerClose(let code):
            end(context)
            context.writeAndFlush(wrapOutboundOut(.close(code.map { CloseReason($0) })))
                .whenComplete { _ in channel.close(promise: nil) }
        case .sendClose(let reason):
            end(context)
            context.writeAndFlush(wrapOutboundOut(.close(reason)), promise: nil)
            context.read()
        case .fail(let reason):
            end(context)
            // Closing with bytes unread would reset the connection, and the peer not learn why (RFC 1122, section 4.2.2.13):
            // half of it is closed, and the rest read until the peer has gone.
            context.writeAndFlush(wrapOutboundOut(.close(reason)))
                .whenComplete { _ in channel.close(mode: .output, promise: nil) }
            context.read()
        case .disconnect: context.close(promise: nil)
        case nil: break
        }
    }

    /// Messages no longer go both ways; the peer has until the time-out for the rest.
    private func end(_ context: ChannelHandlerContext) {
        pingTimer?.cancel()
        owedPong = nil
        release { $0.fail(ChannelError.ioOnClosedChannel) }
        ended.succeed()
        let channel = context.channel
        closeTimer?.cancel()
        closeTimer = context.eventLoop.scheduleTask(in: TimeAmount(configuration.closeTimeout)) {
            channel.close(promise: nil)
        }
    }

    private func gone() {
        machine.disconnected()
        pingTimer?.cancel()
        closeTimer?.cancel()
        release { $0.fail(ChannelError.ioOnClosedChannel) }
        ended.succeed()
    }

    private func stop(_ context: ChannelHandlerContext) {
        guard machine.isOpen else { return }
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        closeTimer = after(configuration.drainTime, context) { handler, context in
            handler.perform(handler.machine.close(CloseReason(.goingAway)), context)
        }
    }

    // MARK: Pings

    private func schedulePing(_ context: ChannelHandlerContext) {
        pingTimer = after(configuration.pingInterval, context) { $0.ping($1) }
    }

    private func ping(_ context: ChannelHandlerContext) {
        let sent = NIODeadline.now()
        // A peer that does not read finds the pings before it soon enough.
        if context.channel.isWritable {
            context.writeAndFlush(wrapOutboundOut(.ping(ByteBuffer())), promise: nil)
        }
        pingTimer = after(configuration.pingTimeout, context) { handler, context in
            if handler.lastHeard < sent, handler.isReading { return context.close(promise: nil) }
            handler.schedulePing(context)
        }
    }

    private func after(
        _ duration: Duration,
        _ context: ChannelHandlerContext,
        _ body: @escaping (ConnectionHandler, ChannelHandlerContext) -> Void
    ) -> Scheduled<Void> {
        // On the channel's own loop, where all of this runs.
        let bound = NIOLoopBound((self, context, body), eventLoop: context.eventLoop)
        return context.eventLoop.scheduleTask(in: TimeAmount(duration)) {
            let (handler, context, body) = bound.value
            body(handler, context)
        }
    }
}
