"""gRPC Python's client and our server over the life of connections: waiting, keepalive, GOAWAY, restarts."""
import concurrent.futures
import threading
import time

import grpc
import pytest
from free_port import free_port
from test_server import large, wanting
from wiretap import Wiretap


def test_a_call_waits_for_a_server_that_is_not_there_yet(api, start_server, connect):
    port = free_port()
    stub = connect(f"ipv4:127.0.0.1:{port}", ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200))
    with pytest.raises(grpc.RpcError) as failure:
        stub.EmptyCall(api.Empty(), timeout=10)
    assert failure.value.code() == grpc.StatusCode.UNAVAILABLE
    waiting = stub.EmptyCall.future(api.Empty(), wait_for_ready=True, timeout=20)
    start_server("--port", port)
    assert waiting.result(timeout=20) == api.Empty()


PINGING = [
    ("grpc.keepalive_time_ms", 100),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.http2.ping_timeout_ms", 5_000),
]


def test_keepalive_pings_are_answered(api, start_server, connect):
    server = start_server("--minimum-ping-interval-milliseconds", 10)
    with Wiretap(server.port) as tap:
        stub = connect(tap.target, *PINGING)
        stub.EmptyCall(api.Empty())
        (connection,) = tap.connections
        limit = time.monotonic() + 20
        while connection.counts["response", "PingFrame"] < 10:
            assert time.monotonic() < limit, f"only {connection.counts} after 20 s"
            time.sleep(0.02)
        stub.EmptyCall(api.Empty())
        assert connection.goaways == [] and len(tap.connections) == 1


def test_too_many_pings_are_told_to_calm_down(api, start_server, connect):
    server = start_server("--minimum-ping-interval-milliseconds", 60_000)
    with Wiretap(server.port) as tap:
        stub = connect(tap.target, *PINGING)
        stub.EmptyCall(api.Empty())
        limit = time.monotonic() + 20
        while not tap.connections[0].goaways:
            assert time.monotonic() < limit, "no GOAWAY after 20 s of pings"
            time.sleep(0.02)
        direction, code, _, reason = tap.connections[0].goaways[0]
        assert (direction, code, reason) == ("response", 11, b"too_many_pings")
        # The client connects anew and pings less.
        stub.EmptyCall(api.Empty(), wait_for_ready=True, timeout=10)


class Load:
    """Calls without a pause from several threads; every failure is kept."""

    def __init__(self, call, threads=8):
        self.stopped = threading.Event()
        self.done = 0
        self.failures = []
        self.pool = concurrent.futures.ThreadPoolExecutor(threads)
        self.workers = [self.pool.submit(self._work, call) for _ in range(threads)]

    def _work(self, call):
        while not self.stopped.is_set():
            try:
                call()
                self.done += 1
            except grpc.RpcError as error:
                self.failures.append((error.code(), error.details()))

    def wait_for(self, calls):
        """Until so many more calls have been made."""
        goal, limit = self.done + calls, time.monotonic() + 30
        while self.done < goal and not self.failures:
            assert time.monotonic() < limit, f"{self.done} of {goal} calls after 30 s"
            time.sleep(0.005)

    def stop(self):
        self.stopped.set()
        for worker in self.workers:
            worker.result(timeout=30)
        self.pool.shutdown()


def test_a_graceful_shutdown_lets_calls_under_way_finish(api, server, connect):
    with Wiretap(server.port) as tap:
        stub = connect(tap.target)
        going = threading.Event()

        def requests():
            yield wanting(api, 10)
            assert going.wait(20)
            yield wanting(api, 20, 30)

        call = stub.FullDuplexCall(requests())
        assert len(next(call).payload.body) == 10
        server.terminate()
        limit = time.monotonic() + 10
        while not tap.connections[0].goaways:
            assert time.monotonic() < limit, "no GOAWAY within 10 s of SIGTERM"
            time.sleep(0.01)
        going.set()
        assert [len(each.payload.body) for each in call] == [20, 30]
        assert server.wait() == 0
        # Twice: first with the highest stream number, so that no call on its way to the server is lost.
        goaways = [(code, last) for direction, code, last, _ in tap.connections[0].goaways if direction == "response"]
        assert goaways[0] == (0, 2**31 - 1)
        assert len(goaways) == 2 and goaways[1][0] == 0 and goaways[1][1] < 100


def test_a_shutdown_with_nothing_to_do_is_done_at_once(api, server, connect):
    connect(server.target).EmptyCall(api.Empty())
    server.terminate()
    assert server.wait(5) == 0


@pytest.mark.nio_may_fail("its server resets streams that come after its GOAWAY, or ends their connection")
def test_a_rolling_restart_fails_no_call(api, start_server, connect):
    servers = [start_server(), start_server()]
    target = "ipv4:" + ",".join(f"127.0.0.1:{server.port}" for server in servers)
    stub = connect(target, ("grpc.lb_policy_name", "round_robin"), ("grpc.service_config", '{"loadBalancingConfig":[{"round_robin":{}}]}'))
    load = Load(lambda: stub.UnaryCall(api.messages.SimpleRequest(response_size=1000), wait_for_ready=True, timeout=20))
    for server in servers:
        load.wait_for(200)
        server.terminate()
        assert server.wait() == 0
        start_server("--port", server.port)
        load.wait_for(200)
    load.stop()
    assert load.failures == [] and load.done > 800


@pytest.mark.nio_may_fail("its server resets streams that come after its GOAWAY, or ends their connection")
def test_connections_that_reach_their_age_fail_no_call(api, start_server, connect):
    server = start_server("--maximum-connection-age-milliseconds", 150)
    with Wiretap(server.port) as tap:
        stub = connect(tap.target)
        load = Load(lambda: stub.UnaryCall(large(api), wait_for_ready=True, timeout=20), threads=4)
        limit = time.monotonic() + 30
        while len(tap.connections) < 6 and not load.failures:
            assert time.monotonic() < limit, f"{len(tap.connections)} connections after 30 s"
            time.sleep(0.01)
        load.stop()
        assert load.failures == []
