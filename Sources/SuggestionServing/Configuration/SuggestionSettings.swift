public import ServiceKit
internal import WebSocketServing

extension SuggestionService {
    /// The settings beyond those of every service.
    public enum Settings {
        /// Where grimoire-processes is.
        public static let processesAddress = ServiceClient.processesAddress

        // MARK: The model

        /// Where LiteLLM Proxy is.
        public static let url = Setting<String>.text(
            "litellm.url",
            allowed: "an http:// or https:// URL without user, query or fragment",
            meaning: "LiteLLM Proxy, or any server that speaks OpenAI's protocol."
        )
        /// The key itself.
        public static let key = Setting<String>(
            "litellm.key",
            meaning: "The key that LiteLLM asks for. None is sent where neither this nor its file is set.",
            allowed: "a master key or a virtual one, of visible characters of ASCII",
            isSecret: true
        ) { isKey($0.utf8) ? $0 : nil }
        /// A file with the key.
        public static let keyFile = Setting<String>.text(
            "litellm.key.file",
            allowed: "the path of a file with the key alone",
            meaning: "The same from a file, read at the start."
        )
        /// The model.
        public static let model = Setting<String>(
            "litellm.model",
            meaning: "The model that chats and reports are asked of.",
            allowed: "a model's name as LiteLLM's configuration has it, at most 255 characters"
        ) { (1...255).contains($0.unicodeScalars.count) ? $0 : nil }
        /// Other models.
        public static let fallbacks = Setting<[String]>(
            "litellm.fallbacks",
            meaning: "Models that LiteLLM asks where that one fails, in order.",
            allowed: "names with commas between",
            fallback: []
        ) { list($0) }
        /// The model for similar questions.
        public static let embeddingModel = Setting<String>.text(
            "litellm.embedding.model",
            allowed: "an embedding model's name as LiteLLM's configuration has it",
            meaning: "The model by which questions are compared. Only equal ones are alike where not set."
        )
        /// Whether the model is only for trying.
        public static let isDemonstration = Setting<Bool>.boolean(
            "litellm.demonstration",
            meaning: "Whether the model is the small local one, so that every answer says so.",
            fallback: false
        )
        /// Patience with the first chunk.
        public static let firstChunk = Setting<Int>.integer(
            "litellm.first.chunk.seconds",
            1...600,
            meaning: "How long the first chunk of an answer may take, in seconds.",
            fallback: 30
        )
        /// Patience with the others.
        public static let nextChunk = Setting<Int>.integer(
            "litellm.next.chunk.seconds",
            1...600,
            meaning: "How long each other chunk may take, in seconds.",
            fallback: 30
        )
        /// Patience with a report's section.
        public static let wholeAnswer = Setting<Int>.integer(
            "litellm.answer.seconds",
            1...600,
            meaning: "How long the model may take for a section of a report, in seconds.",
            fallback: 60
        )
        /// How much a model is told.
        public static let promptTokens = Setting<Int>.integer(
            "prompt.tokens",
            1_000...1_000_000,
            meaning: "How many tokens a prompt has at most, by estimate.",
            fallback: 16_000
        )
        /// How much a model may say.
        public static let answerTokens = Setting<Int>.integer(
            "answer.tokens",
            16...100_000,
            meaning: "How many tokens an answer has at most: half of a prompt's, or fewer.",
            fallback: 2_048
        )

        // MARK: Limits

        /// An organization's rate.
        public static let messagesPerMinute = Setting<Int>.integer(
            "limits.messages.minute",
            1...1_000_000,
            meaning: "Questions to the model that an organization may ask a minute.",
            fallback: 60
        )
        /// An organization's answers under way.
        public static let messagesAtOnce = Setting<Int>.integer(
            "limits.messages.concurrent",
            1...100_000,
            meaning: "Answers that an organization may have under way.",
            fallback: 10
        )
        /// Everybody's rate.
        public static let overallPerMinute = Setting<Int>.integer(
            "limits.overall.minute",
            1...10_000_000,
            meaning: "Questions to the model that all organizations may ask a minute together.",
            fallback: 1_200
        )
        /// Everybody's answers under way.
        public static let overallAtOnce = Setting<Int>.integer(
            "limits.overall.concurrent",
            1...100_000,
            meaning: "Answers that may be under way for all organizations together.",
            fallback: 200
        )
        /// Patience of a question in line.
        public static let longestWait = Setting<Int>.integer(
            "limits.wait.seconds",
            0...300,
            meaning: "How long a question waits for its turn at most, in seconds.",
            fallback: 10
        )
        /// How many share the limits.
        public static let replicas = Setting<Int>.integer(
            "limits.replicas",
            1...1_000,
            meaning:
                "How many of this service share the limits, where Redis does not tell. Give the most that there will be.",
            fallback: 1
        )

        // MARK: WebSocket

        /// The port for WebSocket.
        public static let webSocketPort = Setting<Int>.integer(
            "websocket.port",
            0...65_535,
            meaning: "The port to accept WebSocket on; 0 takes a free one. Nowhere where not set."
        )
        /// Which pages may connect.
        public static let origins = Setting<[String]>(
            "websocket.origins",
            meaning: "Origins of web pages that may connect. Who sends no Origin is no browser, and may.",
            allowed: "origins with commas between, such as https://app.example.com,http://localhost:*",
            fallback: []
        ) { text in
            guard let origins = list(text) else { return nil }
            return origins.allSatisfy { OriginRule($0) != nil } ? origins : nil
        }
        /// How many connections.
        public static let connections = Setting<Int>.integer(
            "websocket.connections",
            1...100_000,
            meaning: "WebSocket connections that may be open at once.",
            fallback: 10_000
        )

        // MARK: Memory

        /// The size of the cache of answers.
        public static let cacheMegabytes = Setting<Int>.integer(
            "cache.megabytes",
            0...65_536,
            meaning: "Megabytes of answers that are kept in memory at most; 0 for none.",
            fallback: 64
        )
        /// How long answers are kept.
        public static let cacheMinutes = Setting<Int>.integer(
            "cache.minutes",
            1...10_080,
            meaning: "How long an answer is given again to the same question, in minutes.",
            fallback: 60
        )
        /// How alike questions are.
        public static let similarity = Setting<Int>.integer(
            "cache.similarity.percent",
            50...100,
            meaning:
                "How alike a question must be to one that was answered, where there is an embedding model.",
            fallback: 96
        )
        /// How many sessions.
        public static let sessions = Setting<Int>.integer(
            "sessions.count",
            1...1_000_000,
            meaning: "Chats that are kept in memory at most.",
            fallback: 10_000
        )
        /// How long they are kept.
        public static let sessionMinutes = Setting<Int>.integer(
            "sessions.idle.minutes",
            1...10_080,
            meaning: "How long a chat is kept for resuming after its last message, in minutes.",
            fallback: 30
        )
        /// How much of them is kept.
        public static let replayKilobytes = Setting<Int>.integer(
            "sessions.replay.kilobytes",
            1...65_536,
            meaning: "Kilobytes of a chat's answers that are kept for resuming.",
            fallback: 64
        )

        /// All of them, and those of every service.
        public static let all =
            ServiceConfiguration.Settings.all + [
                processesAddress.description, url.description, key.description, keyFile.description,
                model.description, fallbacks.description, embeddingModel.description,
                isDemonstration.description, firstChunk.description, nextChunk.description,
                wholeAnswer.description, promptTokens.description, answerTokens.description,
                messagesPerMinute.description, messagesAtOnce.description, overallPerMinute.description,
                overallAtOnce.description, longestWait.description, replicas.description,
                webSocketPort.description, origins.description, connections.description,
                cacheMegabytes.description, cacheMinutes.description, similarity.description,
                sessions.description, sessionMinutes.description, replayKilobytes.description,
            ] + RedisSettings.all

        /// Whether a text can be sent as a bearer token.
        static func isKey(_ bytes: some Collection<UInt8>) -> Bool {
            !bytes.isEmpty && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        }

        /// Names with commas between; nil where one is empty.
        private static func list(_ text: String) -> [String]? {
            let names = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
                String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            return names.contains("") ? nil : names
        }
    }
}
