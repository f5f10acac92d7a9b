"""Our server on the wire: what a frame-by-frame HTTP/2 client sends, right and wrong, and what it gets back.

Numbers of statuses: 3 INVALID_ARGUMENT, 4 DEADLINE_EXCEEDED, 8 RESOURCE_EXHAUSTED, 12 UNIMPLEMENTED, 13 INTERNAL.
"""
import gzip
import time

import pytest
from raw_client import RawClient, gzipped, message

INTERNAL = 13


@pytest.fixture
def raw(server):
    with RawClient(server.port) as client:
        yield client


def assert_well(api, raw):
    """The connection serves other calls as if nothing had happened."""
    answer = raw.call(message(), method="EmptyCall")
    assert (answer.status, answer.messages) == (0, [(0, b"")])


def input_request(api, size, compressed=None):
    request = api.messages.StreamingInputCallRequest(payload=api.messages.Payload(body=bytes(size)))
    if compressed is not None:
        request.expect_compressed.value = compressed
    return request.SerializeToString()


def aggregated(api, answer):
    assert answer.status == 0, answer.fields
    ((_, content),) = answer.messages
    return api.messages.StreamingInputCallResponse.FromString(content).aggregated_payload_size


def test_an_answer_has_the_protocol_s_headers(api, raw):
    answer = raw.call(message(), method="EmptyCall")
    headers, trailers = dict(answer.headers), dict(answer.trailers)
    assert headers[":status"] == "200" and headers["content-type"].startswith("application/grpc")
    assert "grpc-status" not in headers and trailers["grpc-status"] == "0"


def test_an_answer_without_messages_is_trailers_only(api, raw):
    answer = raw.call(message(), method="UnimplementedCall")
    assert answer.trailers is None and answer.body == b""
    assert (dict(answer.headers)[":status"], answer.status) == ("200", 12)


def test_a_status_message_is_percent_encoded(api, raw):
    request = api.messages.SimpleRequest()
    request.response_status.code, request.response_status.message = 2, "50% of ☺\n~"
    answer = raw.call(message(request.SerializeToString()))
    assert answer.fields["grpc-message"] == "50%25 of %E2%98%BA%0A~"


RESETS = pytest.mark.nio_cannot("its server resets the stream, without a status")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/grpc+proto",
        pytest.param(
            "application/grpc;charset=utf-8", marks=pytest.mark.nio_cannot("it takes no parameters of content types")
        ),
    ],
)
def test_other_content_types_of_grpc_are_taken(api, raw, content_type):
    assert raw.call(message(), method="EmptyCall", content_type=content_type).status == 0


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/grpcweb", None])
def test_what_is_not_grpc_is_answered_with_415(api, raw, content_type):
    answer = raw.call(message(), method="EmptyCall", content_type=content_type)
    assert dict(answer.headers)[":status"] == "415"
    assert_well(api, raw)


def test_a_get_is_refused(api, raw):
    answer = raw.finish(raw.start(method="EmptyCall", end=True, **{":method": "GET"}))
    fields = dict(answer.headers)
    assert fields[":status"] == "405" or fields.get("grpc-status", "0") != "0"
    assert_well(api, raw)


def test_a_message_may_come_byte_by_byte(api, raw):
    stream = raw.start("StreamingInputCall")
    for byte in message(input_request(api, 20)) + message(input_request(api, 7)):
        raw.send(stream, bytes([byte]))
    raw.send(stream, end=True)
    assert aggregated(api, raw.finish(stream)) == 27


def test_many_messages_may_come_in_one_frame(api, raw):
    body = message(input_request(api, 3)) * 500
    assert aggregated(api, raw.call(body, method="StreamingInputCall")) == 1500


def test_frames_may_be_padded(api, raw):
    stream = raw.start("StreamingInputCall")
    for _ in range(300):
        raw.send(stream, message(input_request(api, 3)), padding=255)
    raw.send(stream, end=True, padding=9)
    assert aggregated(api, raw.finish(stream)) == 900


def test_a_stream_may_mix_compressed_and_plain_messages(api, raw):
    """client_compressed_streaming, on the wire."""
    body = gzipped(input_request(api, 27182)) + message(input_request(api, 45904))
    answer = raw.call(body, method="StreamingInputCall", extra=[("grpc-encoding", "gzip")])
    assert aggregated(api, answer) == 73086


@pytest.mark.nio_cannot("its server does not show its handlers which messages came compressed")
def test_handlers_see_which_messages_came_compressed(api, raw):
    body = gzipped(input_request(api, 27182, True)) + message(input_request(api, 45904, False))
    answer = raw.call(body, method="StreamingInputCall", extra=[("grpc-encoding", "gzip")])
    assert aggregated(api, answer) == 73086
    lie = message(input_request(api, 10, True))
    assert raw.call(lie, method="StreamingInputCall", extra=[("grpc-encoding", "gzip")]).status == 3


@pytest.mark.nio_cannot("its server compresses whatever it may")
def test_a_response_is_plain_where_nobody_asks_for_more(api, raw):
    request = api.messages.SimpleRequest(response_size=1000).SerializeToString()
    answer = raw.call(message(request), extra=[("grpc-accept-encoding", "gzip")])
    ((flag, _),) = answer.messages
    assert flag == 0


@pytest.mark.parametrize("accepted", [None, "identity", "snappy"])
def test_a_response_is_plain_where_the_client_takes_no_gzip(api, raw, accepted):
    request = api.messages.SimpleRequest(response_size=1000)
    request.response_compressed.value = True
    extra = [("grpc-accept-encoding", accepted)] if accepted else []
    answer = raw.call(message(request.SerializeToString()), extra=extra)
    ((flag, content),) = answer.messages
    assert (flag, len(api.messages.SimpleResponse.FromString(content).payload.body)) == (0, 1000)
    assert dict(answer.headers).get("grpc-encoding", "identity") == "identity"


FIRST = pytest.mark.nio_cannot("its server takes the first encoding that it knows")


@pytest.mark.parametrize(
    "accepted",
    ["gzip", pytest.param("identity, gzip", marks=FIRST), pytest.param("identity,deflate,gzip", marks=FIRST)],
)
def test_a_response_is_compressed_where_the_handler_asks_and_the_client_takes_it(api, raw, accepted):
    request = api.messages.SimpleRequest(response_size=1000)
    request.response_compressed.value = True
    answer = raw.call(message(request.SerializeToString()), extra=[("grpc-accept-encoding", accepted)])
    ((flag, content),) = answer.messages
    assert (flag, dict(answer.headers).get("grpc-encoding")) == (1, "gzip")
    response = api.messages.SimpleResponse.FromString(gzip.decompress(content))
    assert len(response.payload.body) == 1000


def test_an_unknown_encoding_is_refused_with_those_known(api, raw):
    answer = raw.call(message(b"", flag=1), extra=[("grpc-encoding", "snappy")])
    assert answer.status == 12
    assert "gzip" in answer.fields["grpc-accept-encoding"].replace(" ", "").split(",")
    assert_well(api, raw)


WRONG = {
    "compressed without an encoding": (gzipped(b""), []),
    "compressed with identity": (gzipped(b""), [("grpc-encoding", "identity")]),
    "no gzip inside": (message(b"this is no gzip", flag=1), [("grpc-encoding", "gzip")]),
    "gzip cut short": (message(gzip.compress(bytes(1000))[:-9], flag=1), [("grpc-encoding", "gzip")]),
    "a wrong checksum": (message(gzip.compress(bytes(1000))[:-8] + bytes(8), flag=1), [("grpc-encoding", "gzip")]),
    "a flag of 2": (message(b"", flag=2), []),
    "a message cut short": (message(b"\x12", length=10), []),
    "a prefix cut short": (b"\0\0\0", []),
}


@pytest.mark.parametrize(
    "wrong", [wrong if "short" in wrong and "gzip" not in wrong else pytest.param(wrong, marks=RESETS) for wrong in WRONG]
)
def test_a_wrong_message_is_an_internal_error_of_its_call_alone(api, raw, wrong):
    body, extra = WRONG[wrong]
    assert raw.call(body, extra=extra).status == INTERNAL
    assert_well(api, raw)


@RESETS
@pytest.mark.parametrize("length", [(4 << 20) + 1, (1 << 32) - 1])
def test_a_message_that_declares_too_much_is_refused_at_once(api, raw, length):
    stream = raw.start()
    raw.send(stream, message(b"\0" * 100, length=length))
    answer = raw.finish(stream, seconds=5)
    assert answer.status == 8
    assert_well(api, raw)


@RESETS
def test_a_message_that_grows_too_much_is_refused(api, raw):
    bomb = gzip.compress(bytes(64 << 20))
    answer = raw.call(message(bomb, flag=1), extra=[("grpc-encoding", "gzip")])
    assert answer.status == 8
    assert_well(api, raw)


@pytest.mark.parametrize("body", [b"", message() * 2], ids=["none", "two"])
def test_a_unary_call_has_one_message(api, raw, body):
    assert raw.call(body, method="EmptyCall").status in (12, INTERNAL)
    assert_well(api, raw)


@pytest.mark.nio_cannot("its server tells the handler, which may go on for ever")
def test_a_deadline_is_kept_by_the_server(api, raw):
    begun = time.monotonic()
    stream = raw.start("FullDuplexCall", extra=[("grpc-timeout", "200m")])
    answer = raw.finish(stream)
    assert answer.status == 4
    assert 0.15 < time.monotonic() - begun < 2
    assert_well(api, raw)


@pytest.mark.parametrize("timeout", ["1H", "99999999n", "99999999S", "5M"])
def test_every_unit_of_a_deadline_is_understood(api, raw, timeout):
    assert raw.call(message(), method="EmptyCall", extra=[("grpc-timeout", timeout)]).status == 0


TRAILING = "x-grpc-test-echo-trailing-bin"


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        (["q6ur"], ["q6ur"]),
        (["AA"], ["AA"]),
        (["AA=="], ["AA"]),
        (["q6ur,AA=="], ["q6ur", "AA"]),
        (["q6ur,AA,"], ["q6ur", "AA", ""]),
        (["AQ", "Ag"], ["AQ", "Ag"]),
    ],
    ids=["whole", "unpadded", "padded", "joined and padded", "joined", "several"],
)
def test_binary_metadata_comes_as_base64_in_every_form(api, raw, sent, returned):
    answer = raw.call(message(), extra=[(TRAILING, value) for value in sent])
    values = [value for name, value in answer.trailers if name == TRAILING]
    assert [value.rstrip("=") for value in ",".join(values).split(",")] == returned


def test_a_reset_stream_ends_alone(api, raw):
    stream = raw.start("FullDuplexCall")
    raw.connection.reset_stream(stream, error_code=8)
    raw.flush()
    assert_well(api, raw)
