/// The cases of gRPC's interoperability test descriptions that need no cloud, by the names they have there.
///
/// Left out: `cacheable_unary`, which asks for GET requests and a caching proxy and which no implementation runs any more.
public enum InteropCase: String, CaseIterable, Sendable {
    case emptyUnary = "empty_unary"
    case largeUnary = "large_unary"
    case clientStreaming = "client_streaming"
    case serverStreaming = "server_streaming"
    case pingPong = "ping_pong"
    case emptyStream = "empty_stream"
    case clientCompressedUnary = "client_compressed_unary"
    case serverCompressedUnary = "server_compressed_unary"
    case clientCompressedStreaming = "client_compressed_streaming"
    case serverCompressedStreaming = "server_compressed_streaming"
    case customMetadata = "custom_metadata"
    case statusCodeAndMessage = "status_code_and_message"
    case specialStatusMessage = "special_status_message"
    case unimplementedMethod = "unimplemented_method"
    case unimplementedService = "unimplemented_service"
    case cancelAfterBegin = "cancel_after_begin"
    case cancelAfterFirstResponse = "cancel_after_first_response"
    case timeoutOnSleepingServer = "timeout_on_sleeping_server"
}

/// What a demanding user would try next, by names in the same style.
public enum FurtherCase: String, CaseIterable, Sendable {
    /// A hundred large unary calls at once on one client.
    case concurrentLargeUnary = "concurrent_large_unary"
    /// All requests first, then all answers.
    case halfDuplex = "half_duplex"
    /// A thousand small messages there and back, none waiting for the one before.
    case manyMessages = "many_messages"
    /// A server that answers before the client has sent anything, and ends before the client does.
    case earlyStatus = "early_status"
    /// Every status code, in answers without messages and in those with.
    case everyStatusCode = "every_status_code"
    /// A failed call's trailing metadata.
    case metadataOfFailure = "metadata_of_failure"
    /// Several values under one key, in order; every byte in binary ones.
    case duplicateMetadata = "duplicate_metadata"
    /// Seven kilobytes of metadata each way.
    case largeMetadata = "large_metadata"
    /// A service that does not exist, called with more than fits into the stream's window.
    case unimplementedLarge = "unimplemented_large"
    /// A request above the server's limit fails alone: calls beside and after it on the same client work.
    case requestTooLarge = "request_too_large"
    /// A response above the limit that the call sets.
    case responseTooLarge = "response_too_large"
    /// A deadline that passes between two messages of a response, which the server's handler hears of.
    case deadlineWhileStreaming = "deadline_while_streaming"
    /// A handler hears that its call was cancelled.
    case cancelReachesHandler = "cancel_reaches_handler"
}
