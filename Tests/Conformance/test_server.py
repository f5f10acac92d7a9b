"""gRPC Python's client runs gRPC's interoperability cases against our server."""
import threading

import grpc
import pytest
from wiretap import Wiretap

INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"


def payload(api, size):
    return api.messages.Payload(body=bytes(size))


def large(api, **fields):
    return api.messages.SimpleRequest(response_size=314159, payload=payload(api, 271828), **fields)


def wanting(api, *sizes, sent=0, **fields):
    parameters = [api.messages.ResponseParameters(size=size) for size in sizes]
    return api.messages.StreamingOutputCallRequest(response_parameters=parameters, payload=payload(api, sent), **fields)


def flag(api, value):
    return api.messages.BoolValue(value=value)


def sizes(responses):
    return [len(response.payload.body) for response in responses]


@pytest.fixture
def tapped(server, connect):
    """The server behind a wiretap: its stub, and what went over the wire."""
    with Wiretap(server.port) as tap:
        yield connect(tap.target), tap


def test_empty_unary(api, stub):
    assert stub.EmptyCall(api.Empty()) == api.Empty()


def test_large_unary(api, stub):
    assert stub.UnaryCall(large(api)).payload.body == bytes(314159)


def test_client_streaming(api, stub):
    requests = [
        api.messages.StreamingInputCallRequest(payload=payload(api, size)) for size in (27182, 8, 1828, 45904)
    ]
    assert stub.StreamingInputCall(iter(requests)).aggregated_payload_size == 74922


def test_server_streaming(api, stub):
    assert sizes(stub.StreamingOutputCall(wanting(api, 31415, 9, 2653, 58979))) == [31415, 9, 2653, 58979]


def test_ping_pong(api, stub):
    answered = threading.Semaphore(0)

    def requests():
        for sent, wanted in ((27182, 31415), (8, 9), (1828, 2653), (45904, 58979)):
            yield wanting(api, wanted, sent=sent)
            assert answered.acquire(timeout=10)

    seen = []
    for response in stub.FullDuplexCall(requests()):
        seen.append(len(response.payload.body))
        answered.release()
    assert seen == [31415, 9, 2653, 58979]


def test_empty_stream(api, stub):
    assert list(stub.FullDuplexCall(iter([]))) == []


def test_client_compressed_unary(api, tapped):
    stub, tap = tapped
    with pytest.raises(grpc.RpcError) as failure:
        stub.UnaryCall(large(api, expect_compressed=flag(api, True)))
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    for compressed, algorithm in ((True, grpc.Compression.Gzip), (False, grpc.Compression.NoCompression)):
        response = stub.UnaryCall(large(api, expect_compressed=flag(api, compressed)), compression=algorithm)
        assert response.payload.body == bytes(314159)
    assert [stream.request.flags for stream in tap.streams("UnaryCall")] == [[0], [1], [0]]


def test_client_compressed_streaming(api, tapped):
    """gRPC Python compresses whole calls; a mixed stream is in test_wire.py."""
    stub, tap = tapped

    def requests(compressed):
        for size in (27182, 45904):
            yield api.messages.StreamingInputCallRequest(
                payload=payload(api, size), expect_compressed=flag(api, compressed)
            )

    with pytest.raises(grpc.RpcError) as failure:
        stub.StreamingInputCall(requests(True))
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert stub.StreamingInputCall(requests(False)).aggregated_payload_size == 73086
    response = stub.StreamingInputCall(requests(True), compression=grpc.Compression.Gzip)
    assert response.aggregated_payload_size == 73086
    assert tap.streams("StreamingInputCall")[-1].request.flags == [1, 1]


@pytest.mark.nio_cannot("its server compresses every message of every call that accepts gzip")
def test_server_compressed_unary(api, tapped):
    stub, tap = tapped
    for compressed in (True, False):
        response = stub.UnaryCall(large(api, response_compressed=flag(api, compressed)))
        assert response.payload.body == bytes(314159)
    compressed, plain = tap.streams("UnaryCall")
    assert (compressed.response.flags, plain.response.flags) == ([1], [0])
    assert ("grpc-encoding", "gzip") in compressed.response.headers[0]
    for stream in (compressed, plain):
        assert not any(name.startswith("grpc-internal") for part in stream.response.headers for name, _ in part)


@pytest.mark.nio_cannot("its server compresses every message of a call, or none")
def test_server_compressed_streaming(api, tapped):
    stub, tap = tapped
    request = api.messages.StreamingOutputCallRequest(
        response_parameters=[
            api.messages.ResponseParameters(size=31415, compressed=flag(api, True)),
            api.messages.ResponseParameters(size=92653, compressed=flag(api, False)),
        ]
    )
    assert sizes(stub.StreamingOutputCall(request)) == [31415, 92653]
    (stream,) = tap.streams("StreamingOutputCall")
    assert stream.response.flags == [1, 0]


@pytest.mark.parametrize("method", ["unary", "duplex"])
def test_custom_metadata(api, stub, method):
    metadata = [(INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab")]
    if method == "unary":
        response, call = stub.UnaryCall.with_call(large(api), metadata=metadata)
        assert len(response.payload.body) == 314159
    else:
        call = stub.FullDuplexCall(iter([wanting(api, 314159, sent=271828)]), metadata=metadata)
        assert sizes(call) == [314159]
    assert (INITIAL, "test_initial_metadata_value") in call.initial_metadata()
    assert (TRAILING, b"\xab\xab\xab") in call.trailing_metadata()


@pytest.mark.parametrize(
    "message",
    ["test status message", "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n", "100%, %41 and %", ""],
    ids=["status_code_and_message", "special_status_message", "percent", "empty"],
)
def test_status(api, stub, message):
    status = api.messages.EchoStatus(code=2, message=message)
    with pytest.raises(grpc.RpcError) as unary:
        stub.UnaryCall(api.messages.SimpleRequest(response_status=status))
    with pytest.raises(grpc.RpcError) as duplex:
        list(stub.FullDuplexCall(iter([api.messages.StreamingOutputCallRequest(response_status=status)])))
    for failure in (unary, duplex):
        assert (failure.value.code(), failure.value.details()) == (grpc.StatusCode.UNKNOWN, message)


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code.value[0]], ids=lambda code: code.name)
def test_every_status_code_after_messages(api, stub, code):
    status = api.messages.EchoStatus(code=code.value[0], message="after two")
    seen = []
    with pytest.raises(grpc.RpcError) as failure:
        requests = iter([wanting(api, 1, 2), api.messages.StreamingOutputCallRequest(response_status=status)])
        for response in stub.FullDuplexCall(requests):
            seen.append(len(response.payload.body))
    assert (seen, failure.value.code(), failure.value.details()) == ([1, 2], code, "after two")


def test_unimplemented_method(api, stub):
    with pytest.raises(grpc.RpcError) as failure:
        stub.UnimplementedCall(api.Empty())
    assert failure.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_unimplemented_service(api, server):
    with grpc.insecure_channel(server.target) as channel:
        with pytest.raises(grpc.RpcError) as failure:
            api.services.UnimplementedServiceStub(channel).UnimplementedCall(api.Empty())
    assert failure.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_cancel_after_begin(api, stub):
    never = threading.Event()
    call = stub.StreamingInputCall.future(iter(never.wait, True))
    call.cancel()
    with pytest.raises(grpc.FutureCancelledError):
        call.result(timeout=10)
    assert call.code() == grpc.StatusCode.CANCELLED
    never.set()


def test_cancel_after_first_response(api, stub):
    never = threading.Event()

    def requests():
        yield wanting(api, 31415, sent=27182)
        never.wait(30)

    call = stub.FullDuplexCall(requests())
    assert len(next(call).payload.body) == 31415
    call.cancel()
    with pytest.raises(grpc.RpcError):
        next(call)
    assert call.code() == grpc.StatusCode.CANCELLED
    never.set()


def test_timeout_on_sleeping_server(api, stub):
    never = threading.Event()

    def requests():
        yield wanting(api, sent=27182)
        never.wait(30)

    with pytest.raises(grpc.RpcError) as failure:
        list(stub.FullDuplexCall(requests(), timeout=0.001))
    assert failure.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    never.set()
