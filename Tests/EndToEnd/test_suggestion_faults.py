"""Chats whose model or whose client misbehaves, through the real Envoy and the real LiteLLM Proxy."""
import contextlib
import json
import pathlib
import time

import pytest
from websockets.exceptions import ConnectionClosed

from conftest import setting
from private_stack import until
from scripted_model import ANSWER
from test_suggestions import pieces, process, said, send, socket  # noqa: F401: a fixture

UNAVAILABLE, REFUSED = 14, 9
# So long after its beginning an answer breaks off: what breaks off at once, the proxy has not passed on yet.
PAUSE = 0.5


def still_answers(opened):
    """The connection is as good as before."""
    send(opened, "Hello again?", session="afterwards")
    assert said(pieces(opened)) == ANSWER


def answer_or_error(opened):
    """The last frame of what a message leads to, and all the text before it."""
    text = ""
    while True:
        frame = json.loads(opened.recv(timeout=90))
        text += frame.get("suggestion", "")
        if "error" in frame or frame["is_final"]:
            return frame, text


def dies(_, client):
    # In chunks, of which the last one is missing: without them, an end is an end.
    handler = client.handler
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    for text in ("Half an ", "answer and "):
        choices = [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}]
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": choices}
        event = b"data: " + json.dumps(chunk).encode() + b"\n\n"
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
    time.sleep(PAUSE)


def stops_within_a_character(_, client):
    client.say("Half an ")
    time.sleep(PAUSE)
    client.raw(b'data: {"choices":[{"index":0,"delta":{"content":"\xe2\x82')


def talks_garbage(_, client):
    client.say("Half an ")
    time.sleep(PAUSE)
    client.raw(b"data: {nothing that anybody could read\n\n")


@pytest.mark.parametrize("behave", [dies, stops_within_a_character, talks_garbage])
def test_an_answer_that_breaks_off_keeps_what_had_come_and_says_so(organization, process, model, behave):
    model.behave = behave
    with socket(process, organization.token) as opened:
        send(opened, "What is wrong?")
        last, text = answer_or_error(opened)
        assert text.startswith("Half an"), (text, last)
        assert last["metadata"]["error"] in ("BROKEN_STREAM", "UPSTREAM_FAILED", "MALFORMED_ANSWER"), last
        assert int(last["metadata"]["retry_after_ms"]) > 0
        model.reset()
        still_answers(opened)
    listed = until(lambda: [each for each in organization.rest("GET", f"/processes/{process}/suggestions").json()["suggestions"]
                            if each["error"]], "recorded")
    assert listed[0]["answer"].startswith("Half an") and listed[0]["error"] == last["metadata"]["error"]
    # What was not said to its end is not given to who asks the same.
    with socket(process, organization.token) as opened:
        send(opened, "What is wrong?", session="another")
        assert said(pieces(opened)) == ANSWER


@pytest.mark.parametrize(("status", "error", "code"), [
    (401, {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}, UNAVAILABLE),
    (404, {"message": "The model does not exist", "type": "invalid_request_error", "code": "model_not_found"}, UNAVAILABLE),
    (400, {"message": "This model's maximum context length is 10 tokens", "type": "invalid_request_error",
           "code": "context_length_exceeded"}, REFUSED),
    (400, {"message": "refused by content management policy", "type": "invalid_request_error",
           "code": "content_policy_violation"}, REFUSED),
    (500, {"message": "broken", "type": "server_error"}, UNAVAILABLE),
    (503, {"message": "overloaded", "type": "server_error"}, UNAVAILABLE),
])  # fmt: skip
def test_what_a_provider_refuses_is_told_by_its_kind_and_in_our_words(organization, process, model, status, error, code):
    model.behave = lambda request, client: client.fail(status, {"error": error})
    with socket(process, organization.token) as opened:
        send(opened, "What is wrong?")
        told, text = answer_or_error(opened)
        assert text == "" and told["error"]["code"] == code, told
        assert error["message"] not in told["error"]["message"]


def test_an_answer_without_end_is_cut_and_the_model_is_let_go(organization, process, model):
    def behave(_, client):
        # A hundred megabytes, were they taken.
        for _ in range(1_600):
            client.say("word " * 13_000)
        client.end()

    model.behave = behave
    with socket(process, organization.token) as opened:
        send(opened, "For ever, please.")
        last, _ = answer_or_error(opened)
        assert last["metadata"]["error"] == "ANSWER_TOO_LARGE", last["metadata"]
        until(lambda: model.left, "the model goes on talking", seconds=60)
        model.reset()
        still_answers(opened)


def test_messages_that_come_faster_than_answers_are_answered_in_their_order(organization, process, model):
    def behave(request, client):
        time.sleep(0.1)
        client.say(f"You said: {request['messages'][-1]['content']}")
        client.end()

    model.behave = behave
    with socket(process, organization.token) as opened:
        for number in range(8):
            send(opened, f"question {number}")
        answers = [pieces(opened) for _ in range(8)]
    for number, answer in enumerate(answers):
        assert f"question {number}" in said(answer)
    numbers = [int(each["metadata"]["sequence"]) for answer in answers for each in answer]
    assert numbers == list(range(1, len(numbers) + 1))


def resident_kib(name):
    number = (pathlib.Path(setting("GRIMOIRE_STATE")) / "run" / f"{name}.pid").read_text()
    status = pathlib.Path(f"/proc/{int(number)}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def test_a_client_that_never_reads_costs_no_memory(organization, process, model):
    sent = []

    def behave(_, client):
        for _ in range(600):
            client.say("word " * 13_000)
            sent.append(time.monotonic())
        client.end()

    model.behave = behave
    with socket(process, organization.token) as opened:
        send(opened, "Hello?")
        before = resident_kib("grimoire-suggestions")
        # The reading thread of the client takes some frames and no more.
        until(lambda: sent, "the model was not asked")
        until(lambda: time.monotonic() - sent[-1] > 2 or len(sent) == 600, "the model goes on", seconds=60)
        assert resident_kib("grimoire-suggestions") - before < 64 << 10
        with contextlib.suppress(ConnectionClosed):
            opened.socket.close()
