import EventLoop
import Testing

@testable import Curl
@testable import LiteLLM

@Suite("Reading chunks")
struct ChunkReaderTests {
    private static let chunks = [
        #"{"id":"c-1","object":"chat.completion.chunk","created":1764403200,"model":"m","#
            + #""choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}"#,
        #"{"choices":[{"delta":{"content":" a \"b\"\n\t\u00e9\/ ü 漢 😀"},"logprobs":null}],"usage":null,"error":null}"#,
        #" { "model" : "m" , "choices" : [ { "delta" : { } , "finish_reason" : "stop" } ] } "#,
        #"{"choices":[],"model":null,"x":[1,-2.50,0,true,false,null,{"a":[]},[[]]]}"#,
        #"{"choices":[{"delta":null,"finish_reason":"length"}]}"#,
        #"{"choices":[{"delta":{"content":null,"tool_calls":[{"index":0}]}}]}"#,
    ]

    @Test(
        "Of usual chunks it reads text, reason and model",
        arguments: zip(
            chunks,
            [
                ChatChunk(text: "Hello", model: "m"), ChatChunk(text: " a \"b\"\n\té/ ü 漢 😀"),
                ChatChunk(text: "", finishReason: "stop", model: "m"), ChatChunk(text: ""),
                ChatChunk(text: "", finishReason: "length"), ChatChunk(text: ""),
            ]
        )
    )
    func usualOnes(_ text: String, _ chunk: ChatChunk) {
        #expect(ChunkReader.chunk(Array(text.utf8)) == chunk)
    }

    @Test(
        "What is unusual is left to the general decoder",
        arguments: [
            "", "{}", "[]", "[DONE]", #"{"choices":null}"#, #"{"error":{"message":"x"}}"#,
            #"{"choices":[{}],"error":"x"}"#,
            #"{"choices":[{}],"usage":{"prompt_tokens":1}}"#, #"{"choices":[{},{}]}"#, #"{"choices":[{}]} x"#,
            #"{"choices":[{"message":{"content":"x"}}]}"#, #"{"choices":[{"delta":{"content":1}}]}"#,
            #"{"choices":[{"delta":{"content":"\ud83d"}}]}"#,
            #"{"choices":[{"delta":{"content":"a"}}],"choices":[]}"#,
            #"{"choices":[{"delta":{"content":"a","content":"b"}}]}"#, #"{"choices":[{"finish_reason":1}]}"#,
            #"{"choices":[],"x":01}"#, #"{"choices":[],"x":1.}"#, #"{"choices":[],"x":-}"#,
            #"{"choices":[],"x":1e9}"#,
            #"{"choices":[],}"#, #"{"choices":[,]}"#, #"{"choices":[]"#, #"{"choices":[],"x":nul}"#,
            "{\"choices\":[],\"x\":\"\n\"}",
            #"{"choices":[],"x":"# + String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
                + "}",
        ]
    )
    func unusualOnes(_ text: String) { #expect(ChunkReader.chunk(Array(text.utf8)) == nil) }

    @Test("Half a character is left to the general decoder, which puts U+FFFD in its place")
    func halfACharacter() {
        let data = Array(#"{"choices":[{"delta":{"content":""#.utf8) + [0xC3] + Array(#""}}]}"#.utf8)
        #expect(ChunkReader.chunk(data) == nil)
        var machine = AnswerMachine(report: CallReport(CurlHead(status: 200)), textBytes: 100)
        #expect(machine.take(ServerSentEvent(data: data)) == .chunk(ChatChunk(text: "\u{FFFD}")))
    }

    @Test("Whatever it reads of damaged chunks, the general decoder reads the same")
    func damaged() throws {
        var random = SplitMix64(seed: 7)
        let letters = Array(#"{}[]",:\untrfalse019.-eE +"#.utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xA9, 0xF0, 0xFF]
        var readCount = 0
        for _ in 0..<30_000 {
            var data = Array(Self.chunks[Int.random(in: 0..<Self.chunks.count, using: &random)].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<data.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: data[place] = letters[Int.random(in: 0..<letters.count, using: &random)]
                case 1: data.remove(at: place)
                default: data.insert(letters[Int.random(in: 0..<letters.count, using: &random)], at: place)
                }
            }
            guard let chunk = ChunkReader.chunk(data) else { continue }
            readCount += 1
            let body = JSONReading.decode(AnswerBody.self, from: data)
            let text = String(decoding: data, as: UTF8.self)
            #expect(body?.chunk == chunk && body?.error == nil && body?.isAnswer == true, "\(text)")
        }
        #expect(readCount > 5_000)
    }
}
