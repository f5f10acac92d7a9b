"""A proxy that passes bytes on unchanged and notes what they say: headers, message flags, PING, RST_STREAM and GOAWAY."""
import collections
import dataclasses
import socket
import struct
import threading

import hpack
import hyperframe.frame as frames

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@dataclasses.dataclass
class Half:
    """One direction of a stream."""

    headers: list = dataclasses.field(default_factory=list)
    flags: list = dataclasses.field(default_factory=list)
    resets: list = dataclasses.field(default_factory=list)
    _pending: bytearray = dataclasses.field(default_factory=bytearray)

    def data(self, data):
        self._pending += data
        while len(self._pending) >= 5:
            flag, length = struct.unpack(">BI", self._pending[:5])
            if len(self._pending) < 5 + length:
                return
            self.flags.append(flag)
            del self._pending[: 5 + length]


@dataclasses.dataclass
class Stream:
    request: Half = dataclasses.field(default_factory=Half)
    response: Half = dataclasses.field(default_factory=Half)

    @property
    def path(self):
        return dict(self.request.headers[0])[":path"]


class Reader:
    """Reads the frames of one direction."""

    def __init__(self, connection, name):
        self.connection, self.name = connection, name
        self.decoder = hpack.Decoder(max_header_list_size=1 << 24)
        self.buffer = bytearray()
        self.skip = len(PREFACE) if name == "request" else 0
        self.block = bytearray()

    def feed(self, data):
        if self.skip:
            skipped, data = data[: self.skip], data[self.skip :]
            self.skip -= len(skipped)
        self.buffer += data
        while len(self.buffer) >= 9:
            frame, length = frames.Frame.parse_frame_header(memoryview(bytes(self.buffer[:9])))
            if len(self.buffer) < 9 + length:
                return
            frame.parse_body(memoryview(bytes(self.buffer[9 : 9 + length])))
            del self.buffer[: 9 + length]
            self.read(frame)

    def read(self, frame):
        tap = self.connection
        tap.counts[self.name, type(frame).__name__] += 1
        half = getattr(tap.streams[frame.stream_id], self.name) if frame.stream_id else None
        if isinstance(frame, (frames.HeadersFrame, frames.ContinuationFrame)):
            self.block += frame.data
            if "END_HEADERS" in frame.flags:
                half.headers.append(self.decoder.decode(bytes(self.block)))
                self.block.clear()
        elif isinstance(frame, frames.DataFrame):
            half.data(frame.data)
        elif isinstance(frame, frames.RstStreamFrame):
            half.resets.append(frame.error_code)
        elif isinstance(frame, frames.GoAwayFrame):
            tap.goaways.append((self.name, frame.error_code, frame.last_stream_id, bytes(frame.additional_data)))


class Connection:
    def __init__(self):
        self.streams = collections.defaultdict(Stream)
        self.counts = collections.Counter()
        self.goaways = []


class Wiretap:
    """Listens on a port of its own and passes every connection on to `port`."""

    def __init__(self, port):
        self.upstream = port
        self.connections = []
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.target = f"ipv4:127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        for each in self.sockets:
            each.close()

    def streams(self, method):
        """The streams that called a method, oldest first."""
        found = [
            (index, stream_id, stream)
            for index, connection in enumerate(self.connections)
            for stream_id, stream in connection.streams.items()
            if stream.request.headers and stream.path.endswith("/" + method)
        ]
        return [stream for _, _, stream in sorted(found, key=lambda each: each[:2])]

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.upstream))
            except OSError:
                # As the server would have refused it.
                client.close()
                continue
            self.sockets += [client, server]
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection()
            self.connections.append(connection)
            for source, sink, name in ((client, server, "request"), (server, client, "response")):
                threading.Thread(target=self._copy, args=(source, sink, Reader(connection, name)), daemon=True).start()

    @staticmethod
    def _copy(source, sink, reader):
        try:
            while data := source.recv(1 << 16):
                # First noted, then sent: who has the answer finds it noted.
                reader.feed(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            sink.close()
