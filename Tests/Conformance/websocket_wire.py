"""WebSocket frame by frame: the handshake and the reading are `websockets`', what is sent may be anything."""
import contextlib
import socket
import subprocess

from conftest import program
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri


class EchoServer:
    """A running websocket-echo."""

    def __init__(self, process):
        self.process = process
        self.port = int(self.line())

    def line(self):
        line = self.process.stdout.readline().strip()
        assert line, f"websocket-echo has ended: {self.process.poll()}"
        return line

    def url(self, path="/echo"):
        return f"ws://127.0.0.1:{self.port}{path}"

    def wait_for(self, line):
        """Waits until the server has said so."""
        while self.line() != line:
            pass

    @property
    def resident_kilobytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


@contextlib.contextmanager
def echo_server(*flags):
    command = [str(program("websocket-echo")), *map(str, flags)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield EchoServer(process)
        assert process.poll() in (None, 0), f"websocket-echo has died: {process.returncode}"
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


class Wire:
    """A connection after its handshake."""

    def __init__(self, port, path="/echo", timeout=20):
        self.protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}{path}"))
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.frames = []
        self.is_at_end = False
        self.protocol.send_request(self.protocol.connect())
        self.flush()
        # The answer, and frames that came along with it.
        while not self.frames:
            self.receive()
            self.frames += self.protocol.events_received()
        self.frames.pop(0)
        assert self.protocol.handshake_exc is None, self.protocol.handshake_exc

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        for data in self.protocol.data_to_send():
            if data:
                self.socket.sendall(data)

    def receive(self):
        data = self.socket.recv(65_536)
        if data:
            self.protocol.receive_data(data)
        else:
            self.is_at_end = True
            self.protocol.receive_eof()

    def send(self, *frames, mask=True, chop=None):
        """Sends frames, or bytes as they are; in pieces of `chop` bytes."""
        data = b"".join(each if isinstance(each, bytes) else each.serialize(mask=mask) for each in frames)
        for start in range(0, len(data), chop or len(data) or 1):
            try:
                self.socket.sendall(data[start:start + (chop or len(data))])
            except (BrokenPipeError, ConnectionResetError):
                return

    def next(self):
        """The next frame; None at the end."""
        while not self.frames:
            if self.is_at_end:
                return None
            self.receive()
            self.frames += self.protocol.events_received()
        return self.frames.pop(0)

    def rest(self):
        """All frames until the server closes the connection."""
        return list(iter(self.next, None))

    def closing(self):
        """The code with which the server says goodbye, which must be the last that it says; None without one."""
        *_, last = self.rest()
        assert last.opcode is Opcode.CLOSE, last
        return int.from_bytes(last.data[:2], "big") if last.data else None


def text(data, fin=True, **bits):
    return Frame(Opcode.TEXT, data.encode() if isinstance(data, str) else data, fin, **bits)


def more(data, fin=True):
    return Frame(Opcode.CONT, data.encode() if isinstance(data, str) else data, fin)


def ping(data=b""):
    return Frame(Opcode.PING, data)


def pong(data=b""):
    return Frame(Opcode.PONG, data)


def close(code=None, reason=b""):
    return Frame(Opcode.CLOSE, b"" if code is None else code.to_bytes(2, "big") + reason)


def raw_frame(opcode, payload=b"", fin=True, rsv=0):
    """A frame that `websockets` would not write: any opcode, any reserved bits; at most 125 bytes; masked with zeros."""
    return bytes([fin << 7 | rsv << 4 | opcode, 0x80 | len(payload)]) + bytes(4) + payload
