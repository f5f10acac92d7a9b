"""RFC 6455 against our WebSocket server: framing, fragmentation, UTF-8, control frames and closing, by the topics of the Autobahn
test suite, which needs a Python that is no more."""
import pytest
from websocket_wire import Wire, close, echo_server, more, ping, pong, raw_frame, text
from websockets.frames import Frame, Opcode

MAXIMUM = 1 << 20


@pytest.fixture(scope="module")
def server():
    with echo_server() as running:
        yield running


@pytest.fixture
def wire(server):
    with Wire(server.port) as connection:
        yield connection


def echoes(wire, expected):
    frame = wire.next()
    data = expected.encode() if isinstance(expected, str) else expected
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.TEXT, True, data)


def ends_well(wire):
    """Both sides say goodbye, and the server closes the connection."""
    wire.send(close(1000))
    assert wire.closing() == 1000


# Framing (RFC 6455, section 5.2)

LENGTHS = [0, 1, 125, 126, 127, 128, 65_535, 65_536, MAXIMUM]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_text_of_any_length_comes_back(wire, length):
    wire.send(text("*" * length))
    echoes(wire, "*" * length)
    ends_well(wire)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 1_000])
def test_bytes_may_come_one_by_one(wire, length):
    wire.send(text("*" * length), chop=1)
    echoes(wire, "*" * length)
    ends_well(wire)


@pytest.mark.parametrize("chop", [997, 65_536])
def test_a_long_text_may_come_in_pieces_of_any_size(wire, chop):
    wire.send(text("é" * 200_000), chop=chop)
    echoes(wire, "é" * 200_000)
    ends_well(wire)


def test_several_messages_in_one_piece_are_several(wire):
    wire.send(*(text(f"{number}") for number in range(50)))
    for number in range(50):
        echoes(wire, f"{number}")
    ends_well(wire)


def test_a_frame_without_a_mask_is_refused(wire):
    wire.send(text("a"), mask=False)
    assert wire.closing() == 1002


@pytest.mark.parametrize("rsv", range(1, 8))
@pytest.mark.parametrize("opcode", [1, 0, 8, 9])
def test_reserved_bits_are_refused(wire, rsv, opcode):
    wire.send(raw_frame(opcode, rsv=rsv))
    assert wire.closing() == 1002


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
@pytest.mark.parametrize("payload", [b"", b"reserved"])
def test_reserved_opcodes_are_refused_after_what_came_before(wire, opcode, payload):
    wire.send(text("before"), raw_frame(opcode, payload), ping())
    frames = wire.rest()
    assert frames[-1].opcode is Opcode.CLOSE and frames[-1].data[:2] == (1002).to_bytes(2, "big")
    assert Opcode.PONG not in [frame.opcode for frame in frames]


@pytest.mark.parametrize("fin", [True, False])
def test_a_binary_message_is_refused_as_unsupported(wire, fin):
    wire.send(Frame(Opcode.BINARY, b"\x00\xff", fin))
    assert wire.closing() == 1003


def test_a_message_too_long_is_refused_before_it_has_come(wire):
    # Only the head of the frame.
    wire.send(bytes([0x81, 0xff]) + (MAXIMUM + 1).to_bytes(8, "big") + bytes(4))
    assert wire.closing() == 1009


def test_a_message_far_too_long_is_told_so_while_it_is_sent(wire):
    wire.send(text("*" * 16 * MAXIMUM), chop=65_536)
    assert wire.closing() == 1009


def test_a_length_with_the_highest_bit_is_refused(wire):
    wire.send(bytes([0x81, 0xff]) + b"\xff" * 8 + bytes(4))
    assert wire.closing() in (1002, 1009)


# Fragmentation (section 5.4)


@pytest.mark.parametrize("chop", [None, 1])
@pytest.mark.parametrize("parts", [["a", "b"], ["", "", ""], ["a", "", "b"], ["", "x"], list("0123456789")])
def test_fragments_come_back_as_one_message(wire, parts, chop):
    first, *rest = parts
    frames = [text(first, fin=not rest)]
    frames += [more(part, fin=index == len(rest) - 1) for index, part in enumerate(rest)]
    wire.send(*frames, chop=chop)
    echoes(wire, "".join(parts))
    ends_well(wire)


def test_a_ping_between_fragments_is_answered_at_once(wire):
    wire.send(text("a", fin=False), ping(b"now"))
    frame = wire.next()
    assert (frame.opcode, bytes(frame.data)) == (Opcode.PONG, b"now")
    wire.send(more("b", fin=False), ping(b"again"), more("c"))
    assert bytes(wire.next().data) == b"again"
    echoes(wire, "abc")
    ends_well(wire)


@pytest.mark.parametrize("opcode", [8, 9, 10])
def test_control_frames_are_not_fragmented(wire, opcode):
    wire.send(raw_frame(opcode, fin=False))
    assert wire.closing() == 1002


@pytest.mark.parametrize("fin", [True, False])
def test_nothing_is_continued_that_has_not_begun(wire, fin):
    wire.send(more("a", fin=fin), text("b"))
    assert wire.closing() == 1002


def test_nothing_is_continued_that_has_ended(wire):
    wire.send(text("a"), more("b"))
    frames = wire.rest()
    assert frames[-1].data[:2] == (1002).to_bytes(2, "big")


def test_a_message_does_not_begin_within_another(wire):
    wire.send(text("a", fin=False), text("b"))
    assert wire.closing() == 1002


def test_fragments_together_are_no_longer_than_a_message(wire):
    wire.send(text("*" * MAXIMUM, fin=False), more("", fin=False), more("*"))
    assert wire.closing() == 1009


def test_many_fragments_make_one_long_message(wire):
    part = "*" * 1_024
    wire.send(text(part, fin=False), *[more(part, fin=False)] * 1_022, more(part), chop=100_000)
    echoes(wire, "*" * MAXIMUM)
    ends_well(wire)


# UTF-8 (section 8.1)

VALID = [
    "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "\u0000", "\u0080", "\u0800", "\U00010000", "\u007f", "\u07ff", "\ufffd", "\U0010ffff",
    "\ud7ff", "\ue000", "\ufffe\uffff", "\U0001fffe", "😀" * 50,
]
INVALID = [
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited", b"\x80", b"\xbf", b"\x80\xbf\x80", b"\xc0 ", b"\xc1\xbf",
    b"\xc0\xaf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf", b"\xf0\x8f\xbf\xbf", b"\xf8\x88\x80\x80\x80",
    b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80",
    b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"a\xc3", b"a\xe2\x82", b"a\xf0\x9f\x98", b"\xe2\x82A", b"\xc3\xc3",
]


@pytest.mark.parametrize("content", VALID)
def test_a_text_in_utf_8_comes_back_however_its_bytes_are_cut(wire, content):
    data = content.encode("utf-8", "surrogatepass")
    wire.send(text(data))
    echoes(wire, data)
    wire.send(text(data[:1], fin=False), *(more(data[i:i + 1], fin=False) for i in range(1, len(data))), more(b""))
    echoes(wire, data)
    ends_well(wire)


@pytest.mark.parametrize("content", INVALID)
@pytest.mark.parametrize("way", ["one frame", "frames of a byte", "bytes one by one"])
def test_a_text_that_is_not_utf_8_is_refused(wire, content, way):
    if way == "frames of a byte":
        pieces = [content[i:i + 1] for i in range(len(content))]
        wire.send(text(b"", fin=False), *(more(piece, fin=False) for piece in pieces), more(b""))
    else:
        wire.send(text(content), chop=1 if way == "bytes one by one" else None)
    assert wire.closing() == 1007


def test_a_text_that_cannot_become_utf_8_is_refused_before_its_end(wire):
    wire.send(text(b"\xf4\x90", fin=False))
    assert wire.closing() == 1007


# Pings and pongs (sections 5.5.2, 5.5.3)


@pytest.mark.parametrize("payload", [b"", b"ping", bytes(range(125)), b"\xff" * 125])
@pytest.mark.parametrize("chop", [None, 1])
def test_a_ping_is_answered_with_its_payload(wire, payload, chop):
    wire.send(ping(payload), chop=chop)
    frame = wire.next()
    assert (frame.opcode, bytes(frame.data)) == (Opcode.PONG, payload)
    ends_well(wire)


def test_a_ping_too_long_is_refused(wire):
    wire.send(bytes([0x89, 0xfe]) + (126).to_bytes(2, "big") + bytes(4) + bytes(126))
    assert wire.closing() == 1002


def test_pongs_that_nobody_asked_for_are_passed_over(wire):
    wire.send(pong(), pong(b"unasked"), ping(b"asked"))
    frame = wire.next()
    assert (frame.opcode, bytes(frame.data)) == (Opcode.PONG, b"asked")
    ends_well(wire)


def test_many_pings_are_answered_in_their_order(wire):
    wire.send(*(ping(str(number).encode()) for number in range(10)), chop=1)
    assert [bytes(wire.next().data) for _ in range(10)] == [str(number).encode() for number in range(10)]
    ends_well(wire)


# Closing (sections 5.5.1, 7)

GOOD_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
BAD_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]


@pytest.mark.parametrize("code", GOOD_CODES)
def test_a_goodbye_is_answered_with_its_code(wire, code):
    wire.send(close(code, b"why"))
    assert wire.closing() == code


@pytest.mark.parametrize("code", BAD_CODES)
def test_a_code_that_may_not_be_sent_is_refused(wire, code):
    wire.send(close(code))
    assert wire.closing() == 1002


def test_a_goodbye_without_a_code_is_answered_without_one(wire):
    wire.send(close())
    assert wire.closing() is None


def test_a_goodbye_with_half_a_code_is_refused(wire):
    wire.send(Frame(Opcode.CLOSE, b"\x03"))
    assert wire.closing() == 1002


def test_a_reason_may_have_123_bytes(wire):
    wire.send(close(1000, b"*" * 123))
    assert wire.closing() == 1000


def test_a_reason_of_124_bytes_is_refused(wire):
    wire.send(bytes([0x88, 0xfe]) + (126).to_bytes(2, "big") + bytes(4) + (1000).to_bytes(2, "big") + b"*" * 124)
    assert wire.closing() == 1002


def test_a_reason_that_is_not_utf_8_is_refused(wire):
    wire.send(close(1000, b"\xce\xba\xed\xa0\x80"))
    assert wire.closing() == 1007


@pytest.mark.parametrize("after", [[text("late")], [ping(b"late")], [close(1000)], [raw_frame(3)]])
def test_after_a_goodbye_nothing_is_looked_at(wire, after):
    wire.send(close(1000), *after)
    frames = wire.rest()
    assert [frame.opcode for frame in frames] == [Opcode.CLOSE]


def test_a_goodbye_within_a_message_ends_it(wire):
    wire.send(text("half", fin=False), close(1000), more("rest"))
    frames = wire.rest()
    assert [frame.opcode for frame in frames] == [Opcode.CLOSE]


def test_a_message_before_a_goodbye_is_delivered(wire, server):
    wire.send(text("before"))
    echoes(wire, "before")
    ends_well(wire)
