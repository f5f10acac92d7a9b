"""A provider that speaks OpenAI's protocol and says what a test tells it to, behind the real LiteLLM Proxy."""
import hashlib
import http.server
import json
import threading
import time
import urllib.parse

ANSWER = "Hello from a model that says what it is told."


class ScriptedModel:
    """Listens where scripts/test has said that the provider is.

    `behave(request, client)` is called for each request; `client` has `say(text)`, `usage(prompt, completion)`, `end()`, `raw(bytes)` and
    `fail(status, body)`. What was asked is kept in `requests`, and in `left` how many clients went before the end.

    `embed(text)` gives the vector of a text, None for a failure; what was asked is kept in `embedded`.
    """

    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url)
        self.reset()
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                request = json.loads(body)
                if self.path.endswith("/embeddings"):
                    return self.embeddings(request)
                model.requests.append(request)
                client = Client(self, request)
                try:
                    model.behave(request, client)
                except (BrokenPipeError, ConnectionResetError):
                    model.left.append(time.monotonic())
                self.close_connection = True

            def embeddings(self, request):
                texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
                model.embedded.extend(texts)
                vectors = [model.embed(text) for text in texts]
                client = Client(self, request)
                if None in vectors:
                    return client.fail(500, {"error": {"message": "broken", "type": "server_error"}})
                client.raw(json.dumps({
                    "object": "list", "model": "scripted-embeddings", "usage": {"prompt_tokens": 3, "total_tokens": 3},
                    "data": [{"object": "embedding", "index": index, "embedding": vector}
                             for index, vector in enumerate(vectors)]}).encode())
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((self.address.hostname, self.address.port), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})

    def reset(self):
        self.requests, self.left, self.behave = [], [], polite
        self.embedded, self.embed = [], unlike

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def prompts(self):
        """Everything that was sent to the model, as one text."""
        return "\n".join(str(message["content"]) for request in self.requests for message in request["messages"])


class Client:
    """Who asks, from the model's side: chunks of server-sent events, or one JSON."""

    def __init__(self, handler, request):
        self.handler, self.request = handler, request
        self.is_stream = bool(request.get("stream"))
        self.is_begun, self.text, self.tokens = False, "", (7, 5)

    def raw(self, data):
        if not self.is_begun:
            self.is_begun = True
            self.handler.send_response(200)
            self.handler.send_header("content-type", "text/event-stream" if self.is_stream else "application/json")
            self.handler.send_header("connection", "close")
            self.handler.end_headers()
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def event(self, **fields):
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **fields}
        self.raw(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    def say(self, text):
        self.text += text
        if self.is_stream:
            self.event(choices=[{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}])

    def usage(self, prompt, completion):
        self.tokens = (prompt, completion)

    def end(self):
        prompt, completion = self.tokens
        usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
        if self.is_stream:
            self.event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
            self.event(choices=[], usage=usage)
            self.raw(b"data: [DONE]\n\n")
        else:
            self.raw(json.dumps({
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted", "usage": usage,
                "choices": [{"index": 0, "finish_reason": "stop",
                             "message": {"role": "assistant", "content": self.text}}]}).encode())

    def fail(self, status, body, **headers):
        data = json.dumps(body).encode()
        self.handler.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(data)), **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(data)


def polite(request, client):
    """Answers at once, with JSON of the form that is asked for where one is."""
    schema = (request.get("response_format") or {}).get("json_schema", {}).get("schema")
    if schema:
        client.say(json.dumps(example(schema)))
    else:
        for word in ANSWER.split(" "):
            client.say(word + ("" if word.endswith(".") else " "))
    client.end()


def unlike(text):
    """A vector that is near to that of no other text."""
    return [byte / 127.5 - 1 for byte in hashlib.shake_128(text.encode()).digest(256)]


def slowly(words, seconds):
    """A model that says a word, waits, says the next."""
    def behave(_, client):
        for word in words:
            client.say(word)
            time.sleep(seconds)
        client.end()
    return behave


def example(schema):
    """The smallest value that a JSON schema allows, texts filled."""
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: example(each) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema["items"]) for _ in range(schema.get("minItems", 0))]
    return {"string": "text", "integer": schema.get("minimum", 1), "number": schema.get("minimum", 1),
            "boolean": False}.get(kind)
