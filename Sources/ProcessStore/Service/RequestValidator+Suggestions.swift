internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit

extension RequestValidator {
    /// The suggestion of a request to record it, as far as it is right.
    ///
    /// - Parameters:
    ///   - given: What the request says.
    ///   - caller: Whose exchange it is.
    mutating func suggestion(_ given: Grimoire_V1_Suggestion, of caller: Caller) -> RecordedSuggestion {
        let id = uuid(given.suggestionID, "suggestion.suggestion_id")
        let before = violations.count
        let process = uuid(given.processID, "suggestion.process_id")
        if violations.count == before { Call.current?.concerns(processID: process) }
        if given.versionNumber < 1 {
            reject("suggestion.version_number", "is required: give a version from 1 on.", "OUT_OF_RANGE")
        }
        choice(given.kind, "suggestion.kind", RequestLimits.suggestionKinds, isRequired: true)
        let isChat = given.kind == "chat"
        if isChat {
            session(given.sessionID, "suggestion.session_id", isRequired: true)
        } else if !given.sessionID.isEmpty {
            reject("suggestion.session_id", "must be absent: only a chat has a session.", "NOT_ALLOWED")
        }
        choice(
            given.suggestionType,
            "suggestion.suggestion_type",
            RequestLimits.suggestionTypes,
            isRequired: isChat
        )
        choice(
            given.category,
            "suggestion.category",
            RequestLimits.suggestionCategories,
            isRequired: false
        )
        texts(of: given)
        numbers(of: given)
        for (isGiven, field) in [
            (!given.userID.isEmpty, "user_id"), (given.hasCreatedAt, "created_at"),
            (given.rating != 0, "rating"), (given.ratings != 0, "ratings"),
        ] where isGiven {
            reject("suggestion.\(field)", "must be absent: it is found out here.", "NOT_ALLOWED")
        }
        return RecordedSuggestion(
            id: id,
            process: process,
            version: given.versionNumber,
            kind: given.kind,
            session: isChat
                ? SessionID.stored(given.sessionID, user: caller.userID, organization: caller.organizationID)
                : nil,
            type: given.suggestionType,
            input: RecordedSuggestion.Input(given),
            response: RecordedSuggestion.Response(given)
        )
    }

    private mutating func texts(of given: Grimoire_V1_Suggestion) {
        text(given.message, "suggestion.message", bytes: RequestLimits.suggestionMessageBytes)
        text(given.answer, "suggestion.answer", bytes: RequestLimits.suggestionAnswerBytes)
        text(given.patch, "suggestion.patch", bytes: RequestLimits.suggestionPatchBytes)
        text(given.error, "suggestion.error", characters: RequestLimits.suggestionErrorCharacters)
        for (text, field) in [
            (given.model, "model"), (given.promptVersion, "prompt_version"), (given.callID, "call_id"),
        ] {
            self.text(text, "suggestion.\(field)", characters: RequestLimits.provenanceCharacters)
        }
        if !given.baseContentHash.isEmpty { hash(given.baseContentHash, "suggestion.base_content_hash") }
    }

    private mutating func numbers(of given: Grimoire_V1_Suggestion) {
        for (number, field) in [
            (given.promptTokens, "prompt_tokens"), (given.completionTokens, "completion_tokens"),
            (given.durationMs, "duration_ms"),
        ] where number < 0 {
            reject("suggestion.\(field)", "must be 0 or more.", "OUT_OF_RANGE")
        }
        if !(given.costUsd >= 0 && given.costUsd.isFinite) {
            reject("suggestion.cost_usd", "must be a number, 0 or more.", "OUT_OF_RANGE")
        }
    }

    /// A session as its client names it.
    mutating func session(_ name: String, _ field: String, isRequired: Bool = false) {
        if name.isEmpty, isRequired {
            reject(
                field,
                "is required: give 1 to \(RequestLimits.sessionCharacters) characters.",
                "REQUIRED"
            )
        }
        text(name, field, characters: RequestLimits.sessionCharacters)
    }

    /// A SHA-256 in hexadecimal, in lower case.
    mutating func hash(_ text: String, _ field: String) {
        let isHash =
            text.utf8.count == 64
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
        if !isHash {
            reject(field, "must be a SHA-256 as 64 hexadecimal digits in lower case.", "INVALID_HASH")
        }
    }

    private mutating func choice(_ value: String, _ field: String, _ allowed: [String], isRequired: Bool) {
        guard isRequired || !value.isEmpty, !allowed.contains(value) else { return }
        let rest = isRequired ? "" : ", or absent"
        reject(field, "must be one of \(allowed.joined(separator: ", "))\(rest).", "NOT_ALLOWED")
    }

    /// Values that reuse is looked for of, each once; `check` looks at each, with the name of its place.
    mutating func reuseValues(
        _ values: [String],
        _ field: String,
        _ check: (inout RequestValidator, String, String) -> Void
    ) -> [String] {
        if values.count > RequestLimits.reuseValues {
            reject(
                field,
                "must have at most \(RequestLimits.reuseValues) entries; it has \(values.count).",
                "TOO_MANY"
            )
            return []
        }
        for (index, value) in values.enumerated() {
            let place = "\(field)[\(index)]"
            if value.isEmpty {
                reject(place, "must not be empty.", "REQUIRED")
            } else {
                check(&self, value, place)
            }
        }
        var seen: Set<String> = []
        return values.filter { seen.insert($0).inserted }
    }
}

extension RecordedSuggestion.Input {
    fileprivate init(_ given: Grimoire_V1_Suggestion) {
        self.init(
            message: given.message,
            promptVersion: given.promptVersion,
            baseContentHash: given.baseContentHash
        )
    }
}

extension RecordedSuggestion.Response {
    fileprivate init(_ given: Grimoire_V1_Suggestion) {
        self.init(
            answer: given.answer,
            category: given.category,
            patch: given.patch,
            model: given.model,
            callID: given.callID,
            promptTokens: given.promptTokens,
            completionTokens: given.completionTokens,
            costUSD: given.costUsd,
            isCached: given.cached,
            error: given.error,
            durationMilliseconds: given.durationMs
        )
    }
}
