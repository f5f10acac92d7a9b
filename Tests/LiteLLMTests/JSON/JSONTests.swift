import Testing

@testable import LiteLLM

@Suite struct JSONTests {
    @Test func aWriterKeepsTheOrderAndEscapes() throws {
        var json = JSONWriter()
        let schema = try JSONText(#"{"z": 1, "a": [true]}"#)
        json.object { json in
            json.key("b")
            json.string("\"\\\n\t\u{1}\u{1f}\u{7f}\u{e4}\u{1f600}")
            json.key("a")
            json.array { json in
                json.number(1)
                json.number(0.5)
                json.bool(false)
                json.array { _ in }
                json.object { _ in }
            }
            json.key("s")
            json.text(schema)
        }
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"b":"\"\\\n\u0009\u0001\u001f"# + "\u{7f}\u{e4}\u{1f600}"
                + #"","a":[1,0.5,false,[],{}],"s":{"z": 1, "a": [true]}}"#
        )
        #expect(throws: Never.self) { try JSONText(String(decoding: json.bytes, as: UTF8.self)) }
    }

    @Test(arguments: ["", "{", "{\"a\":}", "[1,]x", "nope", "{'a': 1}"])
    func aTextThatIsNoJSONIsRefused(text: String) {
        #expect(throws: LiteLLMError.self) { try JSONText(text) }
    }

    @Test(arguments: [
        (#""\ud83d\ude00""#, #""\ud83d\ude00""#),
        (#""\ud83d""#, "\"\u{fffd}\""),
        (#""\ude00\ud83d""#, "\"\u{fffd}\u{fffd}\""),
        (#""\ud83d\ud83d\ude00""#, "\"\u{fffd}\\ud83d\\ude00\""),
        (#""\\ud83d""#, #""\\ud83d""#),
        (#""a\u00e4\n\\""#, #""a\u00e4\n\\""#),
        (#""\ud8"#, #""\ud8"#),
        ("\\", "\\"),
    ]) func halvesOfPairsAreReplaced(text: String, repaired: String) {
        #expect(String(decoding: JSONReading.repaired(utf8(text)), as: UTF8.self) == repaired)
    }

    @Test func halfACharacterDoesNotCostTheRest() throws {
        let half = utf8(#"{"choices":[{"delta":{"content":"a"#) + [0xe2, 0x82] + utf8(#"\ud83d"}}]}"#)
        let body = try #require(JSONReading.decode(AnswerBody.self, from: half))
        #expect(body.chunk.text == "a\u{fffd}\u{fffd}")
        #expect(JSONReading.decode(AnswerBody.self, from: utf8("nonsense")) == nil)
    }

    @Test func aBodyIsTheSameBytesForTheSameRequest() throws {
        var request = ChatRequest(
            model: "m",
            messages: [ChatMessage(.system, "Be brief."), ChatMessage(.user, "Say \"hi\"\n")]
        )
        request.temperature = 0.2
        request.maxTokens = 64
        request.stop = ["END"]
        request.format = .jsonSchema(
            name: "finding",
            schema: try JSONText(#"{"type":"object","properties":{"z":{},"a":{}}}"#)
        )
        request.context.metadata = ["process": "p", "organization": "o"]
        request.context.fallbacks = ["n"]
        request.context.cache = .namespace("o")
        let expected =
            #"{"model":"m","messages":[{"role":"system","content":"Be brief."},"#
            + #"{"role":"user","content":"Say \"hi\"\n"}],"temperature":0.2,"max_tokens":64,"stop":["END"],"#
            + #""response_format":{"type":"json_schema","json_schema":{"name":"finding","strict":true,"#
            + #""schema":{"type":"object","properties":{"z":{},"a":{}}}}},"#
            + #""stream":true,"stream_options":{"include_usage":true},"#
            + #""metadata":{"organization":"o","process":"p"},"fallbacks":["n"],"cache":{"namespace":"o"}}"#
        #expect(String(decoding: try request.body(isStream: true), as: UTF8.self) == expected)
        let plain = String(decoding: try question().body(isStream: false), as: UTF8.self)
        #expect(
            plain
                == #"{"model":"m","messages":[{"role":"user","content":"Why?"}],"cache":{"no-cache":true,"no-store":true}}"#
        )
    }

    @Test func requestsThatCannotBeAreRefusedBeforeAnythingIsSent() async throws {
        var hot = question()
        hot.temperature = .nan
        #expect(throws: LiteLLMError.self) { try hot.body(isStream: true) }
        #expect(throws: LiteLLMError.self) { try ChatRequest(model: "m", messages: []).body(isStream: false) }
        #expect(throws: LiteLLMError.self) { try EmbeddingRequest(model: "m", texts: []).body() }
        var context = CallContext()
        context.tags = ["a,b"]
        #expect(throws: LiteLLMError.self) { try context.headers() }
    }
}
