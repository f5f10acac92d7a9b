"""HTTP/2 connections that are set up and then say nothing."""
import contextlib
import socket
import struct
import time

from bench.speak import BenchmarkFailed

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = 0x4
ACK = 0x1
SETUP_SECONDS = 10


def frame(kind, flags=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + bytes(4) + payload


def receive(connection, length):
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise BenchmarkFailed("the server closed a connection that was to be idle")
        data += part
    return data


def next_frame(connection):
    head = receive(connection, 9)
    receive(connection, int.from_bytes(head[:3], "big"))
    return head[3], head[4]


def connect(port):
    """A connection whose settings both sides have acknowledged."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=SETUP_SECONDS)
    connection.sendall(PREFACE + frame(SETTINGS))
    missing = {(SETTINGS, 0), (SETTINGS, ACK)}
    while missing:
        got = next_frame(connection)
        if got == (SETTINGS, 0):
            connection.sendall(frame(SETTINGS, ACK))
        missing.discard(got)
    return connection


def kib_each(program, count, before=100, settle_seconds=1.0):
    """KiB of resident memory for each of `count` idle connections, `before` that many others have made room for."""
    with contextlib.ExitStack() as stack:
        for _ in range(before):
            stack.enter_context(connect(program.port))
        time.sleep(settle_seconds)
        start = program.resident_kib()
        opened = [stack.enter_context(connect(program.port)) for _ in range(count)]
        time.sleep(settle_seconds)
        used = program.resident_kib() - start
        check_all_are_open(opened)
        return used / count


def check_all_are_open(connections):
    """Nothing but silence or a frame may wait on each; an end would mean that fewer were measured."""
    for connection in connections:
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            if connection.recv(1, socket.MSG_PEEK) == b"":
                raise BenchmarkFailed("the server closed a connection that was to be idle")
