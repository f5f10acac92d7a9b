"""Suggestions through the real Envoy and the real LiteLLM Proxy, with a provider behind it that says what it is told."""
import contextlib
import json
import re
import subprocess
import time
import uuid

import grpc
import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from callers import Client
from conftest import ROOT, channel, make_token, setting
from private_stack import until
from scripted_model import ANSWER, slowly

CODE = "def f(a):\n    total = a * 2 + 1\n    if total > 100:\n        approve(a, total)\n    return total - a\n"


@pytest.fixture
def process(organization):
    answer = organization.rest("POST", "/processes", {"name": "Refund", "spy_code": CODE})
    assert answer.status_code == 201, answer.text
    return answer.json()["process_id"]


@pytest.fixture(scope="module")
def envoy():
    with channel(setting("GRIMOIRE_REST_URL").removeprefix("http://")) as opened:
        yield opened


def chat_url(process):
    return f"{setting('GRIMOIRE_REST_URL').replace('http', 'ws', 1)}/processes/{process}/suggestions/chat"


@contextlib.contextmanager
def socket(process, token, **options):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with connect(chat_url(process), additional_headers=headers, proxy=None, max_size=None, **options) as opened:
        yield opened


def send(opened, message, session="s", **context):
    opened.send(json.dumps({"session_id": session, "message": message, "context": context}))


def pieces(opened, count=None):
    """Frames up to the last one of an answer, or the first `count`."""
    found = []
    while len(found) != count:
        frame = json.loads(opened.recv(timeout=60))
        assert "error" not in frame, frame
        found.append(frame)
        if frame["is_final"]:
            break
    return found


def said(found):
    return "".join(each["suggestion"] for each in found)


def ask(api, opened, organization, process, *messages, session="s", stub=None, **context):
    """The answers to messages, one list of responses for each."""
    chat = (stub or api.suggestions)(opened).SuggestionsChat
    requests_ = [api.suggestion_messages.ChatRequest(process_id=process, session_id=session, message=message, context=context)
                 for message in messages]
    answers, current = [], []
    for response in chat(iter(requests_), metadata=organization.metadata, timeout=60):
        current.append(response)
        if response.is_final:
            answers.append(current)
            current = []
    assert not current
    return answers


@pytest.mark.parametrize("service", ["ProcessSuggestions", "ProcessManager"])
def test_a_chat_over_grpc_is_answered_piece_by_piece_with_where_it_is_from(api, envoy, organization, process, model, service):
    stub = {"ProcessSuggestions": api.suggestions, "ProcessManager": api.processes}[service]
    first, second = ask(api, envoy, organization, process, "What is wrong?", "And what else?", stub=stub)
    for answer in (first, second):
        assert "".join(each.suggestion for each in answer) == ANSWER
        assert len(answer) > 1 and not any(each.is_final for each in answer[:-1])
        end = answer[-1].metadata
        assert (end["prompt_tokens"], end["completion_tokens"]) == ("7", "5")
        assert end["local_demonstration_model"] == "false" and end["cached"] == "false"
        assert uuid.UUID(end["suggestion_id"]) and end["call_id"] and end["model"]
        assert end["category"] in ("code", "error_handling", "performance", "security", "documentation")
        assert answer[-1].suggestion_type in ("improvement", "alternative", "validation")
    numbers = [int(each.metadata["sequence"]) for each in first + second]
    assert numbers == list(range(1, len(numbers) + 1))
    # The model has seen the code, and the first exchange before the second question.
    assert "approve(a, total)" in model.prompts()
    assert ANSWER in str(model.requests[-1]["messages"]) and "What is wrong?" in str(model.requests[-1]["messages"])


def test_a_chat_over_a_websocket_says_the_same(organization, process, model):
    with socket(process, organization.token) as opened:
        assert opened.subprotocol is None
        send(opened, "What is wrong?")
        found = pieces(opened)
        assert said(found) == ANSWER and len(found) > 1
        for frame in found:
            assert frame.keys() == {"suggestion", "suggestion_type", "metadata", "is_final"}
        end = found[-1]["metadata"]
        assert end["prompt_tokens"] == "7" and end["local_demonstration_model"] == "false" and end["suggestion_id"]
        # The next one on the same connection.
        send(opened, "And what else?")
        numbers = [int(each["metadata"]["sequence"]) for each in found + pieces(opened)]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("way", ["grpc", "websocket"])
def test_what_the_model_says_every_50_ms_is_seen_so(api, envoy, organization, process, model, way):
    words = [f"word{number} " for number in range(20)]
    model.behave = slowly(words, 0.05)
    times = []
    if way == "grpc":
        request = api.suggestion_messages.ChatRequest(process_id=process, session_id="s", message="Slowly, please.")
        for response in api.suggestions(envoy).SuggestionsChat(
                iter([request]), metadata=organization.metadata, timeout=60):
            if response.suggestion:
                times.append(time.monotonic())
    else:
        with socket(process, organization.token) as opened:
            send(opened, "Slowly, please.")
            while True:
                frame = json.loads(opened.recv(timeout=60))
                if frame["suggestion"]:
                    times.append(time.monotonic())
                if frame["is_final"]:
                    break
    # Words may come together where this machine is busy, but not all of them, nor all at the end.
    assert len(times) >= 10
    assert times[-1] - times[0] > 0.5


def test_an_exchange_is_listed_and_rated_over_rest(organization, process, model):
    with socket(process, organization.token) as opened:
        send(opened, "What is wrong?", session="mine")
        suggestion = pieces(opened)[-1]["metadata"]["suggestion_id"]
    rated = organization.rest("POST", f"/suggestions/{suggestion}/rating", {"rating": 4, "comment": "It helped."})
    assert rated.status_code == 200, rated.text
    assert rated.json()["rating"] == 4
    listed = organization.rest("GET", f"/processes/{process}/suggestions?session_id=mine&minimum_rating=4").json()
    one, = listed["suggestions"]
    assert (one["suggestion_id"], one["kind"], one["answer"], one["rating"], one["ratings"]) == (
        suggestion, "chat", ANSWER, 4, 1)
    assert one["user_id"] == organization.user and one["model"] and one["prompt_version"]
    assert organization.rest("GET", f"/processes/{process}/suggestions?minimum_rating=5").json()["suggestions"] == []
    assert organization.rest("POST", f"/suggestions/{suggestion}/rating", {"rating": 6}).status_code == 400


def test_an_answer_that_no_database_stores_is_recorded_all_the_same(organization, process, model):
    def behave(_, client):
        client.say("before\0after")
        client.end()

    model.behave = behave
    with socket(process, organization.token) as opened:
        send(opened, "Say something strange.")
        pieces(opened)
    listed = until(lambda: organization.rest("GET", f"/processes/{process}/suggestions").json()["suggestions"], "recorded")
    assert listed[0]["answer"] == "before\ufffdafter"


def test_reports_stand_alone_without_the_model(organization, process, model):
    for path in ("analysis", "insights", "improvement-plan"):
        answer = organization.rest("POST", f"/processes/{process}/{path}", {"without_ai": True})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["process_id"] == process and body["sections"], body
        assert not body["suggestion_id"]
    assert model.requests == []


@pytest.mark.parametrize("seconds", [-(2**63), 2**63 - 1, -62135596801, 253402300800])
def test_a_time_that_is_none_is_refused(api, envoy, organization, process, seconds):
    for field in ("from", "to"):
        request = api.suggestion_messages.GenerateProcessInsightsRequest(process_id=process, without_ai=True)
        getattr(request, f"{field}_time").seconds = seconds
        with pytest.raises(grpc.RpcError) as caught:
            api.suggestions(envoy).GenerateProcessInsights(request, metadata=organization.metadata, timeout=30)
        assert caught.value.code().name == "INVALID_ARGUMENT", caught.value
        assert caught.value.details().startswith(f"{field} ")


def test_insights_until_the_beginning_of_time_have_what_there_is(organization, process):
    body = {"without_ai": True, "to_time": "0001-01-02T00:00:00Z"}
    answer = organization.rest("POST", f"/processes/{process}/insights", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["from_time"] == "0001-01-01T00:00:00Z"


def test_an_action_with_a_very_long_name_does_not_keep_a_process_from_its_analysis(organization):
    body = {"name": "P", "spy_code": "z" * 300 + "(1)\nshort(2)\n"}
    process = organization.rest("POST", "/processes", body).json()["process_id"]
    answer = organization.rest("POST", f"/processes/{process}/analysis", {"without_ai": True})
    assert answer.status_code == 200, answer.text


def test_a_chat_about_a_version_that_is_not_there_goes_on(organization, process, model):
    with socket(process, organization.token) as opened:
        send(opened, "Hello?", version="9")
        assert json.loads(opened.recv(timeout=30))["error"]["code"] == 5
        send(opened, "Hello?")
        assert said(pieces(opened)) == ANSWER


def test_reports_are_written_with_the_model_and_recorded(organization, process, model):
    answer = organization.rest.session.post(
        f"{organization.rest.url}/processes/{process}/analysis", json={"sections": ["complexity"]}, timeout=120)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert [section["name"] for section in body["sections"]] == ["complexity"]
    assert model.requests and not body["ai_unavailable"] and body["model_use"]["model"]
    listed = until(lambda: organization.rest("GET", f"/processes/{process}/suggestions").json()["suggestions"], "recorded")
    assert (listed[0]["kind"], listed[0]["suggestion_id"]) == ("analysis", body["suggestion_id"])


def test_a_browser_names_its_token_among_the_subprotocols(organization, process, model):
    with socket(process, None, subprotocols=["grimoire.v1", f"bearer.{organization.token}"],
                origin="http://localhost:3000") as opened:
        assert opened.subprotocol == "grimoire.v1"
        send(opened, "Hello?")
        assert said(pieces(opened)) == ANSWER


def test_who_may_not_chat_is_told_before_anything_is_said(organization, process, model):
    viewer = make_token(organization.id, "viewer")
    for token, options, status in ((None, {}, 401), ("x.y.z", {}, 401), (viewer, {}, 403),
                                   (organization.token, {"origin": "https://evil.example"}, 403)):
        with pytest.raises(InvalidStatus) as caught, socket(process, token, **options):
            pass
        response = caught.value.response
        assert response.status_code == status
        assert json.loads(response.body).keys() == {"code", "message", "details"}
    assert model.requests == []


def test_a_process_that_is_not_there_closes_with_4404(organization, other_organization, process, model):
    deleted = organization.rest("POST", "/processes", {"name": "P", "spy_code": CODE}).json()["process_id"]
    assert organization.rest("DELETE", f"/processes/{deleted}").status_code == 200
    for each, token in ((process, other_organization.token), (deleted, organization.token),
                        (str(uuid.uuid4()), organization.token)):
        with socket(each, token) as opened:
            with contextlib.suppress(ConnectionClosed):
                send(opened, "Hello?")
            assert json.loads(opened.recv(timeout=30))["error"]["code"] == 5
            with pytest.raises(ConnectionClosed) as caught:
                opened.recv(timeout=30)
            assert caught.value.rcvd.code == 4404
    assert model.requests == []


def test_chats_ask_for_the_role_and_the_process_over_grpc_too(api, envoy, organization, other_organization, process, model):
    viewer = [("authorization", f"Bearer {make_token(organization.id, 'viewer')}")]
    request = api.suggestion_messages.ChatRequest(process_id=process, session_id="s", message="Hello?")
    for metadata, code in ((viewer, "PERMISSION_DENIED"), ([], "UNAUTHENTICATED"),
                           (other_organization.metadata, "NOT_FOUND")):
        with pytest.raises(grpc.RpcError) as caught:
            list(api.suggestions(envoy).SuggestionsChat(iter([request]), metadata=metadata, timeout=30))
        assert caught.value.code().name == code, caught.value
    assert model.requests == []


NO_MESSAGES = [
    "", "{", "[]", "5", '"x"', '{"session_id": 5}', '{"session_id": "s", "colour": "red"}', '{"context": {"resume_after": "1"}}',
    '{"session_id": "s", "message": ""}', '{"session_id": "s", "message": "a\\u0000b"}', '{"session_id": "\\u0000", "message": "m"}',
    '{"session_id": "s", "message": "m", "context": {"version": "x"}}',
]


def test_what_is_no_message_is_answered_with_an_error_and_the_connection_stays(organization, process, model):
    with socket(process, organization.token) as opened:
        for text in NO_MESSAGES:
            opened.send(text)
            error = json.loads(opened.recv(timeout=30))["error"]
            assert error["code"] == 3 and error["message"], text
        send(opened, "Hello?")
        assert said(pieces(opened)) == ANSWER


def test_a_message_without_a_session_begins_one_that_the_next_can_go_on_in(organization, process, model):
    with socket(process, organization.token) as opened:

        def begin(message):
            opened.send(json.dumps({"message": message}))
            found = pieces(opened)
            (name,) = {each["metadata"]["session_id"] for each in found}
            return name, found[-1]["metadata"]

        name, _ = begin("What is it for?")
        assert str(uuid.UUID(name)) == name
        send(opened, "And what else?", session=name)
        assert all("session_id" not in each["metadata"] for each in pieces(opened))
        assert "What is it for?" in str(model.requests[-1]["messages"])
        # Another one, answered from what is known; the organization's list has both, each under its name.
        other, metadata = begin("what is it for")
        assert other != name and metadata["cached"] == "true"

        def listed(session):
            answer = organization.rest("GET", f"/processes/{process}/suggestions?session_id={session}")
            return {each["message"] for each in answer.json().get("suggestions", [])}

        until(lambda: listed(name) == {"What is it for?", "And what else?"}, "the first session is not recorded")
        until(lambda: listed(other) == {"what is it for"}, "the second session is not recorded")


def test_a_new_version_is_what_chats_that_begin_are_about_before_long(organization, process, model):
    with socket(process, organization.token) as opened:

        def is_cached():
            opened.send(json.dumps({"message": "Is it right?"}))
            return pieces(opened)[-1]["metadata"]["cached"] == "true"

        assert not is_cached()
        until(is_cached, "an equal question is not answered from what is known")
        code = CODE.replace("approve", "refuse")
        answer = organization.rest("PUT", f"/processes/{process}", {"spy_code": code})
        assert answer.status_code == 200, answer.text
        until(lambda: not is_cached(), "answers about the version before go on")
        assert "refuse(a, total)" in str(model.requests[-1]["messages"])


def test_a_client_that_leaves_ends_the_models_work(api, envoy, organization, process, model):
    model.behave = slowly([f"word{number} " for number in range(400)], 0.05)
    request = api.suggestion_messages.ChatRequest(process_id=process, session_id="s", message="For long, please.")
    call = api.suggestions(envoy).SuggestionsChat(iter([request]), metadata=organization.metadata, timeout=60)
    assert next(call).suggestion
    call.cancel()
    # LiteLLM lies between; that we let go of it within 100 ms is tested without it.
    until(lambda: model.left, "the model goes on talking to nobody", seconds=15)


def test_a_dropped_client_gets_what_it_missed(organization, process, model):
    words = [f"word{number} " for number in range(40)]
    model.behave = slowly(words, 0.05)
    with socket(process, organization.token) as opened:
        send(opened, "Slowly, please.", session="dropped")
        first = pieces(opened, count=3)
        # As a network does it: without a word.
        opened.socket.close()
    with socket(process, organization.token) as opened:
        last = first[-1]["metadata"]["sequence"]
        opened.send(json.dumps({"session_id": "dropped", "context": {"resume_after": last}}))
        rest = pieces(opened)
    numbers = [int(each["metadata"]["sequence"]) for each in first + rest]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "".join(words).startswith(said(first + rest)[:40])


def test_an_upstream_that_is_busy_is_told_with_when_to_come_back_and_the_chat_goes_on(organization, process, model):
    model.behave = lambda request, client: client.fail(
        429, {"error": {"message": "slow down", "type": "rate_limit_error"}}, retry_after="1")
    with socket(process, organization.token) as opened:
        send(opened, "Hello?")
        error = json.loads(opened.recv(timeout=60))["error"]
        assert error["code"] == 8 and error["retry_after_ms"] >= 1_000, error
        assert len(model.requests) > 1, "what costs nothing is tried again"
        model.reset()
        send(opened, "And now?")
        assert said(pieces(opened)) == ANSWER


def test_a_message_over_its_limit_is_refused(organization, process, model):
    with socket(process, organization.token) as opened:
        send(opened, "m" * 32_769)
        assert json.loads(opened.recv(timeout=30))["error"]["code"] == 3
        with contextlib.suppress(ConnectionClosed):
            opened.send("m" * (1 << 20) + "m")
            opened.recv(timeout=30)
    with socket(process, organization.token) as opened:
        send(opened, "Hello?")
        assert said(pieces(opened)) == ANSWER


def test_the_terminal_chat_streams_and_says_where_answers_are_from(organization, process, model):
    answer = subprocess.run(
        [ROOT / "scripts" / "chat", "--session", "terminal", process], input="What is wrong?\n\nAnd what else?\n", text=True,
        capture_output=True, timeout=180,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "GRIMOIRE_REST_URL": setting("GRIMOIRE_REST_URL"),
             "GRIMOIRE_TOKEN": organization.token})
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count(ANSWER) == 2
    assert len(re.findall(r"7 \+ 5 tokens", answer.stdout)) == 2 and "demonstration" not in answer.stdout
    refused = subprocess.run(
        [ROOT / "scripts" / "chat", str(uuid.uuid4())], input="Hello?\n", text=True, capture_output=True, timeout=180,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "GRIMOIRE_REST_URL": setting("GRIMOIRE_REST_URL"),
             "GRIMOIRE_TOKEN": organization.token})
    assert "There is no process" in refused.stdout + refused.stderr
