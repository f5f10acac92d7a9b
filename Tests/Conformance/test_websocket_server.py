"""Our WebSocket server in the company of peers: handshakes, those that leave, that do not read, that stall; stopping."""
import json
import os
import signal
import socket
import time

import pytest
from websocket_wire import Wire, close, echo_server, ping, raw_frame, text
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Opcode
from websockets.sync.client import connect


@pytest.fixture(scope="module")
def server():
    with echo_server("--origin", "https://app.example.com", "--origin", "http://localhost:*") as running:
        yield running


def handshake(server, path="/echo", method="GET", version="HTTP/1.1", **changes):
    """An HTTP answer: status, headers in lower case, body as JSON."""
    fields = {
        "Host": "127.0.0.1", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [f"{method} {path} {version}"] + [f"{name}: {value}" for name, value in fields.items() if value is not None]
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall("\r\n".join(lines + ["", ""]).encode())
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65_536)
            assert piece, data
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        status_line, *header_lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in header_lines)}
        status = int(status_line.split()[1])
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65_536)
        return status, headers, json.loads(body) if body else None


# The handshake (RFC 6455, section 4.2)


def test_the_handshake_is_answered_as_the_rfc_s_example_says(server):
    status, headers, _ = handshake(server)
    assert status == 101
    assert headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert headers["upgrade"].lower() == "websocket" and headers["connection"].lower() == "upgrade"
    assert "sec-websocket-protocol" not in headers and "sec-websocket-extensions" not in headers


@pytest.mark.parametrize("changes", [
    {"Upgrade": "WebSocket"}, {"Connection": "keep-alive, Upgrade"}, {"Sec_WebSocket_Extensions": "permessage-deflate"},
])
def test_other_spellings_are_handshakes_too(server, changes):
    status, headers, _ = handshake(server, **changes)
    assert status == 101 and "sec-websocket-extensions" not in headers


@pytest.mark.parametrize("status, changes", [
    (426, {"Upgrade": None}), (426, {"Upgrade": "h2c"}), (426, {"Connection": None}), (426, {"Connection": "close"}),
    (426, {"Sec_WebSocket_Version": "8"}), (426, {"Sec_WebSocket_Version": None}),
    (400, {"Sec_WebSocket_Key": None}), (400, {"Sec_WebSocket_Key": "c2hvcnQ="}), (400, {"Sec_WebSocket_Key": "*" * 24}),
    (405, {"method": "POST"}), (400, {"Host": None}), (400, {"Content_Length": "1"}), (400, {"Transfer_Encoding": "chunked"}),
    (405, {"method": "POST", "Content_Length": "0"}), (426, {"method": "GET", "Upgrade": None, "Content_Length": "0"}),
])
def test_what_is_no_handshake_gets_json_that_says_why(server, status, changes):
    answer, headers, body = handshake(server, **changes)
    assert answer == status and set(body) == {"code", "message", "details"} and body["message"]
    assert headers["content-type"] == "application/json" and headers["connection"].lower() == "close"
    if status == 426:
        assert headers["sec-websocket-version"] == "13" and headers["upgrade"] == "websocket"


def test_the_application_refuses_with_its_own_status_body_and_headers(server):
    status, headers, body = handshake(server, path="/secret")
    assert (status, body["code"], headers["www-authenticate"]) == (401, 16, "Bearer")
    assert handshake(server, path="/secret", Authorization="Bearer open")[0] == 101


def test_the_subprotocol_that_the_server_speaks_is_chosen(server):
    with connect(server.url(), subprotocols=["other", "grimoire.v1", "bearer.abc"]) as connection:
        assert connection.subprotocol == "grimoire.v1"
    with connect(server.url()) as connection:
        assert connection.subprotocol is None


@pytest.mark.parametrize("origin, status", [
    ("https://app.example.com", 101), ("http://localhost:5173", 101), (None, 101), ("https://evil.example", 403), ("null", 403),
])
def test_only_pages_of_known_origins_may_connect(server, origin, status):
    assert handshake(server, Origin=origin)[0] == status


def test_a_client_that_sends_no_request_is_closed_after_a_while():
    with echo_server("--handshake-milliseconds", 200) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(b"GET /echo HTTP/1.1\r\n")
            assert connection.recv(1_000) == b""
        with Wire(server.port) as wire:
            # One that has made it stays.
            time.sleep(0.4)
            wire.send(text("there"))
            assert bytes(wire.next().data) == b"there"


def test_who_comes_when_all_places_are_taken_gets_503_and_a_place_that_is_free_again():
    with echo_server("--maximum-connections", 2) as server:
        with connect(server.url()), connect(server.url()) as second:
            with pytest.raises(InvalidStatus) as refused:
                connect(server.url())
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["retry-after"]
            second.close()
            deadline = time.monotonic() + 20
            while True:
                try:
                    with connect(server.url()) as third:
                        third.send("in")
                        assert third.recv(20) == "in"
                        break
                except InvalidStatus:
                    assert time.monotonic() < deadline


# Peers that leave


def test_the_handler_of_a_peer_that_says_goodbye_is_cancelled():
    with echo_server() as server:
        with connect(server.url("/deaf")):
            pass
        server.wait_for("left")


def test_the_handler_of_a_peer_that_is_gone_is_cancelled_at_once():
    with echo_server() as server:
        with Wire(server.port, "/deaf") as wire:
            wire.send(text("unread"))
        server.wait_for("left")


def test_the_handler_of_a_peer_that_resets_is_cancelled():
    with echo_server() as server:
        wire = Wire(server.port, "/talkative")
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        wire.socket.close()
        server.wait_for("left")


def test_the_handler_of_a_peer_that_leaves_with_much_unread_is_cancelled():
    with echo_server() as server:
        with Wire(server.port, "/deaf") as wire:
            wire.socket.settimeout(0.5)
            with pytest.raises(TimeoutError):
                while True:
                    wire.socket.sendall(text("*" * 10_000).serialize(mask=True))
        server.wait_for("left")


def test_a_peer_that_does_not_answer_pings_is_gone():
    with echo_server("--ping-interval-milliseconds", 100, "--ping-timeout-milliseconds", 200) as server:
        with Wire(server.port, "/deaf") as wire:
            assert wire.next().opcode is Opcode.PING
            server.wait_for("left")
            assert wire.rest() == []


def test_a_peer_that_answers_pings_stays():
    with echo_server("--ping-interval-milliseconds", 50, "--ping-timeout-milliseconds", 1_000) as server:
        with Wire(server.port) as wire:
            for _ in range(5):
                frame = wire.next()
                assert frame.opcode is Opcode.PING
                wire.flush()
            wire.send(text("here"))
            while (frame := wire.next()).opcode is Opcode.PING:
                wire.flush()
            assert bytes(frame.data) == b"here"


def test_a_peer_is_not_taken_for_gone_while_its_handler_is_behind():
    with echo_server("--ping-interval-milliseconds", 50, "--ping-timeout-milliseconds", 50) as server:
        with connect(server.url("/slow"), max_queue=None) as connection:
            for number in range(30):
                connection.send(str(number) * 10_000)
            for number in range(10):
                assert connection.recv(20) == str(number) * 10_000


# Peers that stall


def test_what_a_handler_does_not_read_stays_with_its_peer():
    with echo_server() as server:
        with Wire(server.port, "/deaf") as wire:
            before = server.resident_kilobytes
            wire.socket.settimeout(0.5)
            sent = 0
            with pytest.raises(TimeoutError):
                for _ in range(200):
                    sent += wire.socket.send(text("*" * 1_000_000).serialize(mask=True))
            assert server.resident_kilobytes - before < 24_000
            # The socket's own buffers are all that took it.
            assert sent < 40_000_000


def test_a_peer_that_does_not_read_lets_its_handler_wait():
    with echo_server() as server:
        with Wire(server.port, "/talkative") as wire:
            before = server.resident_kilobytes
            time.sleep(1)
            assert server.resident_kilobytes - before < 4_000
            # And once it reads, it gets more.
            for _ in range(1_000):
                assert len(wire.next().data) == 10_000


def test_a_flood_of_pings_by_a_peer_that_does_not_read_is_not_kept():
    with echo_server() as server:
        with Wire(server.port) as wire:
            before = server.resident_kilobytes
            pings = ping(b"*" * 125).serialize(mask=True) * 1_000
            for _ in range(200):
                wire.socket.sendall(pings)
            assert server.resident_kilobytes - before < 16_000
            wire.send(text("still there"))
            while (frame := wire.next()).opcode is Opcode.PONG:
                pass
            assert bytes(frame.data) == b"still there"


def test_a_peer_that_breaks_the_protocol_and_goes_on_sending_is_told_and_then_cut_off():
    with echo_server("--close-milliseconds", 300) as server:
        with Wire(server.port) as wire:
            wire.send(raw_frame(3))
            started = time.monotonic()
            with pytest.raises((BrokenPipeError, ConnectionResetError)):
                while time.monotonic() - started < 20:
                    wire.socket.sendall(text("*" * 1_000).serialize(mask=True))


def test_a_peer_that_does_not_answer_a_goodbye_is_cut_off():
    with echo_server("--close-milliseconds", 200) as server:
        with Wire(server.port, "/private-goodbye") as wire:
            frame = wire.next()
            assert frame.opcode is Opcode.CLOSE
            assert frame.data == (4401).to_bytes(2, "big") + b"Get a new token."
            assert wire.rest() == []


# Stopping


def test_the_application_s_own_code_reaches_the_peer(server):
    with connect(server.url("/private-goodbye")) as connection:
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(20)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4401, "Get a new token.")


def test_a_stopping_server_lets_handlers_finish_and_says_that_it_goes():
    with echo_server() as server:
        with connect(server.url("/slow")) as busy, connect(server.url()) as idle:
            busy.send("under way")
            idle.send("x")
            assert idle.recv(20) == "x"
            server.process.send_signal(signal.SIGTERM)
            assert busy.recv(20) == "under way"
            for connection in (busy, idle):
                with pytest.raises(ConnectionClosed) as closed:
                    connection.recv(20)
                assert closed.value.rcvd.code == 1001
        assert server.process.wait(20) == 0


def test_a_stopping_server_waits_no_longer_than_it_said():
    with echo_server("--drain-milliseconds", 200) as server:
        with connect(server.url("/deaf")) as connection:
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                connection.recv(20)
            assert closed.value.rcvd.code == 1001
        assert server.process.wait(20) == 0


def test_a_stopping_server_accepts_nobody_and_closes_those_without_a_handshake():
    with echo_server() as server:
        with connect(server.url()) as connection, socket.create_connection(("127.0.0.1", server.port)) as waiting:
            connection.send("x")
            connection.recv(20)
            server.process.send_signal(signal.SIGTERM)
            waiting.settimeout(20)
            assert waiting.recv(10) == b""
        assert server.process.wait(20) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port))


def test_no_descriptor_is_left_of_connections_that_have_ended(server):
    def descriptors():
        return len(os.listdir(f"/proc/{server.process.pid}/fd"))

    with Wire(server.port) as wire:
        wire.send(close(1000))
        wire.closing()
    before = descriptors()
    for number in range(30):
        with Wire(server.port) as wire:
            if number % 3 == 0:
                wire.send(close(1000))
                wire.closing()
            elif number % 3 == 1:
                wire.send(raw_frame(3))
                wire.closing()
    deadline = time.monotonic() + 20
    while descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert descriptors() <= before
