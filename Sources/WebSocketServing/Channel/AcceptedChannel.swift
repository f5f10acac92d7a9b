internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

/// A channel that was accepted: it will ask for a connection, get an answer, and become one or not.
struct AcceptedChannel<Context: Sendable>: Sendable {
    /// A channel that speaks WebSocket.
    struct Connection: Sendable {
        let channel: NIOAsyncChannel<String, Never>
        /// Messages no longer go both ways.
        let ended: EventLoopFuture<Void>
    }

    let channel: any Channel
    /// The handshake, once it has come; fails where none does.
    let question: EventLoopFuture<UpgradeRequest>
    /// What is said to it.
    let answer: EventLoopPromise<UpgradeDecision<Context>>
    /// What has become of it; nil where it was refused.
    let connection: EventLoopFuture<Connection?>

    private struct Gone: Error {}

    /// Sets a new channel up. On its loop.
    init(
        _ channel: any Channel,
        _ configuration: WebSocketServerConfiguration,
        _ registry: ConnectionRegistry
    ) throws {
        let question = channel.eventLoop.makePromise(of: UpgradeRequest.self)
        let answer = channel.eventLoop.makePromise(of: UpgradeDecision<Context>.self)
        channel.closeFuture.whenComplete { _ in
            question.fail(Gone())
            answer.fail(Gone())
        }
        self.channel = channel
        self.question = question.futureResult
        self.answer = answer
        let fault = NIOLoopBoundBox<UpgradeRefusal?>(nil, eventLoop: channel.eventLoop)
        let upgrader = NIOTypedWebSocketServerUpgrader<Connection?>(
            maxFrameSize: configuration.maxMessageBytes,
            enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                guard fault.value == nil else { return channel.eventLoop.makeSucceededFuture(nil) }
                question.succeed(UpgradeRequest(head))
                return answer.futureResult.hop(to: channel.eventLoop).map { decision in
                    switch decision {
                    case .accept(let subprotocol, _): return Self.headers(subprotocol)
                    case .refuse(let refusal):
                        fault.value = refusal
                        return nil
                    }
                }
            },
            upgradePipelineHandler: { channel, _ in Self.begin(channel, configuration) }
        )
        let upgrade = NIOTypedHTTPServerUpgradeConfiguration(
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    let refusal = fault.value ?? Handshake.stopping
                    try channel.pipeline.syncOperations.addHandler(RefusalHandler(refusal))
                    return nil
                }
            }
        )
        let pipeline = channel.pipeline.syncOperations
        connection = try pipeline.configureUpgradableHTTPServerPipeline(
            configuration: NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: upgrade)
        )
        let upgrading = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Connection?>.self)
        let judge = HandshakeGuard(timeout: configuration.handshakeTimeout) { head in
            fault.value =
                Handshake.fault(in: head) ?? Handshake.originFault(in: head, configuration.origins)
                ?? (registry.isFull ? Handshake.full : nil)
        }
        try pipeline.addHandler(judge, position: .before(upgrading))
    }

    private static func headers(_ subprotocol: String?) -> HTTPHeaders {
        guard let subprotocol else { return [:] }
        return ["sec-websocket-protocol": subprotocol]
    }

    private static func begin(
        _ channel: any Channel,
        _ configuration: WebSocketServerConfiguration
    ) -> EventLoopFuture<Connection?> {
        let ended = channel.eventLoop.makePromise(of: Void.self)
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.removeHandler(pipeline.handler(type: HandshakeGuard.self), promise: nil)
            try pipeline.addHandler(ConnectionHandler(configuration, ended: ended))
            let high = max(2, configuration.unreadMessages)
            let wrapped = try NIOAsyncChannel<String, Never>(
                wrappingChannelSynchronously: channel,
                configuration: .init(
                    backPressureStrategy: .init(lowWatermark: 1, highWatermark: high),
                    isOutboundHalfClosureEnabled: false
                )
            )
            return Connection(channel: wrapped, ended: ended.futureResult)
        }
    }
}
