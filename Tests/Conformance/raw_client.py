"""An HTTP/2 client that says exactly what a test tells it to, right or wrong."""
import gzip
import select
import socket
import struct
import time

import h2.config
import h2.connection
import h2.events


def message(content=b"", flag=0, length=None):
    """A gRPC message with its prefix, which may lie."""
    return struct.pack(">BI", flag, len(content) if length is None else length) + content


def gzipped(message_content):
    return message(gzip.compress(message_content), flag=1)


class Answer:
    """What has come back on a stream."""

    def __init__(self):
        self.headers = []
        self.trailers = None
        self.body = b""
        self.ended = False
        self.reset = None

    @property
    def fields(self):
        """The last header block: trailers, or the one block of an answer without messages."""
        return dict(self.trailers if self.trailers is not None else self.headers)

    @property
    def status(self):
        # NO_ERROR after a whole answer only says that the rest of the request is not needed (RFC 9113, 8.1).
        assert self.reset in (None, 0), f"the stream was reset with {self.reset}"
        assert "grpc-status" in self.fields, f"no grpc-status in {self.fields}"
        return int(self.fields["grpc-status"])

    @property
    def messages(self):
        found, rest = [], self.body
        while rest:
            flag, length = struct.unpack(">BI", rest[:5])
            found.append((flag, rest[5 : 5 + length]))
            rest = rest[5 + length :]
        return found


class RawClient:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = h2.config.H2Configuration(
            client_side=True,
            header_encoding="utf-8",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.connection = h2.connection.H2Connection(config)
        self.connection.initiate_connection()
        self.answers = {}
        self.goaway = None
        self.closed = False
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def start(self, method="UnaryCall", extra=(), end=False, **replaced):
        """Opens a stream; `replaced` gives other values for standard headers, None leaves one out."""
        headers = {
            ":method": "POST",
            ":scheme": "http",
            ":path": f"/grpc.testing.TestService/{method}",
            ":authority": "localhost",
            "te": "trailers",
            "content-type": "application/grpc",
        }
        for name, value in replaced.items():
            name = name.replace("_", "-")
            headers[":" + name if ":" + name in headers else name] = value
        stream = self.connection.get_next_available_stream_id()
        self.answers[stream] = Answer()
        pairs = [(name, value) for name, value in headers.items() if value is not None] + list(extra)
        self.connection.send_headers(stream, pairs, end_stream=end)
        self.flush()
        return stream

    def send(self, stream, data=b"", end=False, padding=None):
        """Sends DATA within the peer's windows, in frames as large as it takes."""
        while True:
            window = min(self.connection.local_flow_control_window(stream), self.connection.max_outbound_frame_size)
            window -= 0 if padding is None else padding + 1
            piece, data = data[: max(window, 0)], data[max(window, 0) :]
            if piece or not data:
                self.connection.send_data(stream, piece, end_stream=end and not data, pad_length=padding)
                self.flush()
            if not data:
                return
            if window <= 0:
                self.receive()
            if self.answers[stream].ended or self.answers[stream].reset is not None:
                return

    def call(self, body=b"", **options):
        """One whole request; returns the whole answer."""
        stream = self.start(**options)
        self.send(stream, body, end=True)
        return self.finish(stream)

    def finish(self, stream, seconds=5):
        """Waits for the end of the answer."""
        answer = self.answers[stream]
        limit = time.monotonic() + seconds
        while not answer.ended and answer.reset is None:
            assert not self.closed, f"the connection was closed, GOAWAY {self.goaway}"
            self.receive(limit - time.monotonic())
        return answer

    def receive(self, seconds=5):
        readable, _, _ = select.select([self.socket], [], [], max(seconds, 0))
        assert readable, "the server has sent nothing for too long"
        data = self.socket.recv(1 << 16)
        if not data:
            self.closed = True
            return
        for event in self.connection.receive_data(data):
            answer = self.answers.get(getattr(event, "stream_id", None))
            match event:
                case h2.events.ResponseReceived():
                    answer.headers = event.headers
                case h2.events.TrailersReceived():
                    answer.trailers = event.headers
                case h2.events.DataReceived():
                    answer.body += event.data
                    self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                case h2.events.StreamEnded():
                    answer.ended = True
                case h2.events.StreamReset():
                    answer.reset = event.error_code
                case h2.events.ConnectionTerminated():
                    self.goaway = event.error_code
        self.flush()
