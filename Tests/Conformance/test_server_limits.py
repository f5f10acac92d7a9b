"""What a demanding user of gRPC Python would try on our server: concurrency, limits, metadata, deadlines."""
import concurrent.futures
import random
import time

import grpc
import pytest
from test_server import INITIAL, TRAILING, large, payload, sizes, wanting

LIMIT = 4 << 20


def cancelled_calls(api, stub):
    _, call = stub.UnaryCall.with_call(api.messages.SimpleRequest(), metadata=[("x-interop-report", "cancelled")])
    return int(dict(call.trailing_metadata())["x-interop-cancelled"])


def wait_for_cancelled_calls(api, stub, above):
    limit = time.monotonic() + 5
    while cancelled_calls(api, stub) <= above:
        assert time.monotonic() < limit, "the handler did not hear within 5 s that its call has ended"


def sleeping(api):
    """One answer at once, the next after longer than any test takes."""
    request = wanting(api, 1, 1)
    request.response_parameters[1].interval_us = 600_000_000
    return request


@pytest.mark.nio_may_fail("its debug builds trap: 'Received flush data frames while buffering control frames'")
def test_200_calls_at_once_on_a_new_connection(api, stub):
    calls = [stub.UnaryCall.future(large(api)) for _ in range(200)]
    assert all(len(call.result(timeout=60).payload.body) == 314159 for call in calls)


@pytest.mark.nio_may_fail("its debug builds trap: 'Received flush data frames while buffering control frames'")
def test_200_calls_at_once_on_a_known_connection(api, stub):
    stub.EmptyCall(api.Empty())
    calls = [stub.UnaryCall.future(large(api)) for _ in range(200)]
    assert all(len(call.result(timeout=60).payload.body) == 314159 for call in calls)


@pytest.mark.nio_may_fail("its server ends a connection whose client has not yet heard how many streams it may have")
def test_more_calls_than_streams_are_allowed_wait_for_their_turn(api, start_server, connect):
    stub = connect(start_server("--maximum-concurrent-streams", 5).target)
    calls = [stub.UnaryCall.future(large(api)) for _ in range(50)]
    assert all(len(call.result(timeout=60).payload.body) == 314159 for call in calls)


@pytest.mark.nio_may_fail("its debug builds trap: 'Received flush data frames while buffering control frames'")
def test_slow_streams_do_not_hold_up_others(api, stub):
    """Responses that nobody reads fill their own streams' windows, not the connection."""
    unread = [stub.StreamingOutputCall(wanting(api, *[60_000] * 100)) for _ in range(10)]
    for call in unread:
        next(call)
    for _ in range(20):
        stub.EmptyCall(api.Empty(), timeout=5)
    assert [len(sizes(call)) for call in unread] == [99] * 10


@pytest.mark.nio_cannot("its server resets the stream, without a status")
@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip], ids=lambda c: c.name)
def test_a_request_above_4_mib_fails_alone(api, stub, compression):
    beside = [stub.UnaryCall.future(large(api)) for _ in range(20)]
    request = api.messages.SimpleRequest(payload=payload(api, LIMIT + 1))
    with pytest.raises(grpc.RpcError) as failure:
        stub.UnaryCall(request, compression=compression, timeout=20)
    assert failure.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert all(len(call.result(timeout=20).payload.body) == 314159 for call in beside)
    stub.EmptyCall(api.Empty(), timeout=5)


def test_a_request_of_just_4_mib_passes(api, stub):
    request = api.messages.SimpleRequest()
    request.payload.body = random.Random(4).randbytes(LIMIT - 64)
    request.payload.body += bytes(LIMIT - request.ByteSize())
    assert request.ByteSize() == LIMIT
    stub.UnaryCall(request, timeout=20)


def test_a_response_above_the_client_s_limit_fails_alone(api, stub):
    with pytest.raises(grpc.RpcError) as failure:
        stub.UnaryCall(api.messages.SimpleRequest(response_size=LIMIT + 1), timeout=20)
    assert failure.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    stub.EmptyCall(api.Empty(), timeout=5)


@pytest.mark.parametrize("size", [60_000, 1_000_000])
def test_huge_metadata_fails_its_call_alone(api, stub, size):
    with pytest.raises(grpc.RpcError) as failure:
        stub.EmptyCall(api.Empty(), metadata=[("x-huge", "x" * size)], timeout=20)
    assert failure.value.code() in (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
    )
    stub.EmptyCall(api.Empty(), timeout=5)


def test_metadata_below_the_limit_passes(api, stub):
    value = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789-_.~ !", k=7_000)).strip()
    _, call = stub.UnaryCall.with_call(api.messages.SimpleRequest(), metadata=[(INITIAL, value)])
    assert dict(call.initial_metadata())[INITIAL] == value


def test_binary_metadata_of_every_length_and_byte(api, stub):
    values = [random.Random(length).randbytes(length) for length in range(70)] + [bytes(range(256))]
    for value in values:
        _, call = stub.UnaryCall.with_call(api.messages.SimpleRequest(), metadata=[(TRAILING, value)])
        assert [each for key, each in call.trailing_metadata() if key == TRAILING] == [value]


def test_values_of_one_key_keep_their_order(api, stub):
    metadata = [(INITIAL, "b"), (TRAILING, b"\2"), (INITIAL, "a"), (TRAILING, b""), (INITIAL, "b"), (TRAILING, b"\1")]
    _, call = stub.UnaryCall.with_call(api.messages.SimpleRequest(), metadata=metadata)
    assert [value for key, value in call.initial_metadata() if key == INITIAL] == ["b", "a", "b"]
    assert [value for key, value in call.trailing_metadata() if key == TRAILING] == [b"\2", b"", b"\1"]


def test_a_deadline_ends_the_call_and_its_handler(api, stub):
    before = cancelled_calls(api, stub)
    call = stub.StreamingOutputCall(sleeping(api), timeout=1)
    assert len(next(call).payload.body) == 1
    with pytest.raises(grpc.RpcError):
        next(call)
    assert call.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    wait_for_cancelled_calls(api, stub, before)


def test_a_cancelled_call_ends_its_handler(api, stub):
    before = cancelled_calls(api, stub)
    call = stub.StreamingOutputCall(sleeping(api))
    next(call)
    call.cancel()
    wait_for_cancelled_calls(api, stub, before)


def test_a_lost_client_ends_its_handlers(api, server, connect):
    watcher = connect(server.target)
    before = cancelled_calls(api, watcher)
    channel = grpc.insecure_channel(server.target, options=[("grpc.use_local_subchannel_pool", 1)])
    lost = api.services.TestServiceStub(channel)
    calls = [lost.StreamingOutputCall(sleeping(api)) for _ in range(5)]
    for call in calls:
        next(call)
    channel.close()
    wait_for_cancelled_calls(api, watcher, before + 4)


@pytest.mark.nio_may_fail("its server ends a connection with 200 resets in 30 s")
def test_500_calls_cancelled_at_random_leave_the_server_well(api, stub):
    chance = random.Random(7)

    def one(_):
        call = stub.FullDuplexCall(iter([wanting(api, *[5_000] * 20, sent=20_000)]))
        for _ in range(chance.randrange(20)):
            next(call)
        call.cancel()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(500)))
    assert len(stub.UnaryCall(large(api), timeout=10).payload.body) == 314159


def test_unix_sockets(api, start_server, connect, tmp_path):
    server = start_server("--unix", tmp_path / "socket")
    assert server.target == f"unix:{tmp_path / 'socket'}"
    assert len(connect(server.target).UnaryCall(large(api), timeout=10).payload.body) == 314159
