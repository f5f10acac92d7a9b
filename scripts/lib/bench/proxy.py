"""python3 -m bench.proxy: stands between a service and PostgreSQL, delays what goes there, or notes what is asked."""
import argparse
import asyncio
import json
import pathlib
import struct

# What comes at once is passed on in pieces of this size.
CHUNK_BYTES = 1 << 16
# The protocol's version 3.0: what follows it is messages with a type byte (PostgreSQL manual, section 55.7).
STARTUP = 196608


class Recorder:
    """Reads a session's messages to the server, and notes pipelines: the statements between two Syncs."""

    def __init__(self, write):
        self.write = write
        self.pending = b""
        self.has_started = False
        self.prepared = {}
        self.pipeline = []

    def feed(self, data):
        self.pending += data
        while (message := self._next()) is not None:
            kind, body = message
            if kind == b"P":
                self._parse(body)
            elif kind == b"B":
                self._bind(body)
            elif kind == b"S" and self.pipeline:
                self.write(self.pipeline)
                self.pipeline = []

    def _next(self):
        head = 5 if self.has_started else 4
        if len(self.pending) < head:
            return None
        (length,) = struct.unpack(">I", self.pending[head - 4 : head])
        end = head - 4 + length
        if len(self.pending) < end:
            return None
        kind, body = self.pending[: head - 4], self.pending[head:end]
        self.pending = self.pending[end:]
        if not self.has_started:
            self.has_started = struct.unpack(">I", body[:4])[0] == STARTUP
        return kind, body

    def _parse(self, body):
        name, sql, rest = body.split(b"\0", 2)
        (count,) = struct.unpack(">H", rest[:2])
        self.prepared[name] = (sql.decode(), struct.unpack(f">{count}I", rest[2 : 2 + 4 * count]))

    def _bind(self, body):
        _, name, rest = body.split(b"\0", 2)
        (formats,) = struct.unpack(">H", rest[:2])
        place = 2 + 2 * formats
        (count,) = struct.unpack(">H", rest[place : place + 2])
        place += 2
        values = []
        for _ in range(count):
            (length,) = struct.unpack(">i", rest[place : place + 4])
            place += 4
            values.append(None if length < 0 else rest[place : place + length].hex())
            place += max(0, length)
        sql, types = self.prepared[name]
        self.pipeline.append({"sql": sql, "types": types, "values": values})


async def forward(reader, writer, delay, recorder=None):
    """Passes bytes on in their order, each `delay` seconds after it came."""
    loop = asyncio.get_running_loop()

    def late(action, *arguments):
        return loop.call_later(delay, action, *arguments) if delay else action(*arguments)

    try:
        while data := await reader.read(CHUNK_BYTES):
            if recorder:
                recorder.feed(data)
            late(writer.write, data)
    except ConnectionError:
        pass
    late(writer.close)


async def serve(options):
    def note(pipeline):
        with options.record.open("a") as file:
            file.write(json.dumps(pipeline) + "\n")

    async def session(reader, writer):
        there = await asyncio.open_connection("127.0.0.1", options.to)
        recorder = Recorder(note) if options.record else None
        await asyncio.gather(
            forward(reader, there[1], options.delay_ms / 1000, recorder), forward(there[0], writer, 0)
        )

    server = await asyncio.start_server(session, "127.0.0.1", options.port)
    async with server:
        await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("to", type=int)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--record", type=pathlib.Path)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
