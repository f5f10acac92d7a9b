"""Our client runs gRPC's interoperability cases against gRPC Python's server, each case in a process of its own."""
import contextlib
import signal
import subprocess
import time

import pytest
import python_service
from conftest import program
from free_port import free_port
from wiretap import Wiretap

CASES = [
    "empty_unary",
    "large_unary",
    "client_streaming",
    "server_streaming",
    "ping_pong",
    "empty_stream",
    "custom_metadata",
    "status_code_and_message",
    "special_status_message",
    "unimplemented_method",
    "unimplemented_service",
    pytest.param("cancel_after_begin", marks=pytest.mark.nio_cannot("UNKNOWN, caused by a CancellationError")),
    pytest.param("cancel_after_first_response", marks=pytest.mark.nio_cannot("a CancellationError, no status")),
    "timeout_on_sleeping_server",
    pytest.param("concurrent_large_unary", marks=pytest.mark.nio_may_fail("'Stream unexpectedly closed', seldom")),
    "half_duplex",
    "many_messages",
    "early_status",
    "every_status_code",
    "metadata_of_failure",
    "duplicate_metadata",
    "large_metadata",
    "unimplemented_large",
    "request_too_large",
    pytest.param("response_too_large", marks=pytest.mark.nio_cannot("its client ignores maxResponseMessageBytes")),
    "deadline_while_streaming",
    "cancel_reaches_handler",
]


@pytest.fixture
def python_server(api):
    with python_service.running(api) as port:
        yield port


def run(transport, target, *cases):
    command = [program("interop-client"), "--transport", transport, "--target", target, "--without-probe", *cases]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines() == [f"{case}: passed" for case in cases]


@pytest.mark.parametrize("case", CASES)
def test_case(python_server, transport, case):
    run(transport, f"ipv4:127.0.0.1:{python_server}", case)


def test_names_are_resolved(python_server, transport):
    run(transport, f"dns:///localhost:{python_server}", "large_unary")


def flags(tap, method, half):
    return [getattr(stream, half).flags for stream in tap.streams(method)]


# gRPC Python's server does not tell its handlers how a message came: the wiretap does.


def test_client_compressed_unary(python_server, transport):
    with Wiretap(python_server) as tap:
        run(transport, tap.target, "client_compressed_unary")
        assert flags(tap, "UnaryCall", "request") == [[1], [0]]


@pytest.mark.nio_cannot("its client compresses every message of a call, or none")
def test_client_compressed_streaming(python_server, transport):
    with Wiretap(python_server) as tap:
        run(transport, tap.target, "client_compressed_streaming")
        assert flags(tap, "StreamingInputCall", "request") == [[1, 0]]


def test_server_compressed_unary(python_server, transport):
    with Wiretap(python_server) as tap:
        run(transport, tap.target, "server_compressed_unary")
        assert flags(tap, "UnaryCall", "response") == [[1], [0]]


@pytest.mark.nio_cannot("its client does not show which messages of a response came compressed")
def test_server_compressed_streaming(python_server, transport):
    with Wiretap(python_server) as tap:
        run(transport, tap.target, "server_compressed_streaming")
        assert flags(tap, "StreamingOutputCall", "response") == [[1, 0]]


def test_headers_are_those_of_the_protocol(python_server, transport):
    with Wiretap(python_server) as tap:
        run(transport, tap.target, "large_unary", "deadline_while_streaming")
        timed, unary = tap.streams("StreamingOutputCall")[0], tap.streams("UnaryCall")[0]
        for stream in (timed, unary):
            names = [name for name, _ in stream.request.headers[0]]
            headers = dict(stream.request.headers[0])
            pseudo = [name for name in names if name.startswith(":")]
            assert names[: len(pseudo)] == pseudo and sorted(pseudo) == [":authority", ":method", ":path", ":scheme"]
            assert headers[":method"] == "POST" and headers[":scheme"] == "http"
            assert headers["te"] == "trailers"
            assert headers["content-type"].startswith("application/grpc")
            assert not any(name.startswith("grpc-internal") for name in names)
        timeout = dict(timed.request.headers[0])["grpc-timeout"]
        units = {"H": 3600, "M": 60, "S": 1, "m": 1e-3, "u": 1e-6, "n": 1e-9}
        assert 1 <= len(timeout[:-1]) <= 8 and 0 < int(timeout[:-1]) * units[timeout[-1]] <= 0.2
        assert "grpc-timeout" not in dict(unary.request.headers[0])


@pytest.mark.nio_cannot("UNKNOWN, caused by a CancellationError")
def test_calls_cancelled_early_hold_up_nothing(python_server, transport):
    """A client that still counts a cancelled call as under way waits for it when it shuts down."""
    for _ in range(5):
        started = time.monotonic()
        run(transport, f"ipv4:127.0.0.1:{python_server}", *["cancel_after_begin"] * 5)
        assert time.monotonic() - started < 5


def test_a_cancelled_call_is_reset_with_cancel(python_server, transport):
    with Wiretap(python_server) as tap:
        run(transport, tap.target, "cancel_reaches_handler")
        (stream,) = tap.streams("StreamingOutputCall")
        assert stream.request.resets == [8]


@contextlib.contextmanager
def load(transport, target):
    """Calls without a pause while the body runs; a call that fails fails the test."""
    command = [program("interop-client"), "--transport", transport, "--target", target, "--load"]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "running\n", process.communicate(timeout=10)
        yield
        assert process.poll() is None, process.communicate(timeout=10)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
        assert process.returncode == 0, output + errors
        assert int(output.split()[0]) > 100
    finally:
        process.kill()
        process.communicate()


@pytest.mark.nio_may_fail("its client fails calls that a server refuses after its GOAWAY")
def test_connections_that_reach_their_age_lose_no_call(api, transport):
    """Not a restart of the server: gRPC Python's `stop` ends calls that have just come with CANCELLED."""
    options = [("grpc.max_connection_age_ms", 100), ("grpc.max_connection_age_grace_ms", 5_000)]
    with python_service.running(api, *options) as port, Wiretap(port) as tap:
        with load(transport, tap.target):
            limit = time.monotonic() + 20
            while len(tap.connections) < 8:
                assert time.monotonic() < limit, f"{len(tap.connections)} connections after 20 s"
                time.sleep(0.01)
        assert tap.connections[0].goaways


def test_a_call_fails_at_once_where_no_server_is(transport):
    started = time.monotonic()
    with pytest.raises(AssertionError, match="unavailable"):
        run(transport, f"ipv4:127.0.0.1:{free_port()}", "empty_unary")
    assert time.monotonic() - started < 5
