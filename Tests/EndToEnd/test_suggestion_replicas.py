"""Chats and several replicas of grimoire-suggestions: one session at once in two of them, replicas that hang, that go, that stop."""

import concurrent.futures
import contextlib
import json
import queue
import signal
import subprocess
import threading
import time
import uuid

import grpc
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from conftest import make_token
from private_stack import until
from scripted_model import ANSWER, slowly
from test_suggestion_limits import redis, replicas  # noqa: F401: a fixture
from test_suggestions import pieces, process, said, send  # noqa: F401: a fixture

LEASE_SECONDS = 10
PLENTY = {"LIMITS_MESSAGES_MINUTE": 100_000, "LIMITS_OVERALL_MINUTE": 100_000}


class Chat:
    """A chat over gRPC that stays open between its messages."""

    def __init__(self, replica, metadata, process, session):
        self.request = lambda **fields: replica.api.suggestion_messages.ChatRequest(
            process_id=process, session_id=session, **fields
        )
        self.messages = queue.SimpleQueue()
        self.call = replica.stub.SuggestionsChat(iter(self.messages.get, None), metadata=metadata, timeout=120)
        # Answered at the end, and opened as soon as the call is there.
        self.numbers, self.text = [], ""

    def ask(self, message="", **context):
        self.messages.put(self.request(message=message, context={"no_cache": "true", **context} if message else context))
        self.text = ""

    def next(self):
        piece = next(self.call)
        self.numbers.append(int(piece.metadata["sequence"]))
        self.text += piece.suggestion
        return piece

    def answer(self):
        """The rest of an answer."""
        while not self.next().is_final:
            pass
        return self.text

    def code(self):
        """How the call ended."""
        with contextlib.suppress(grpc.RpcError):
            for piece in self.call:
                self.numbers.append(int(piece.metadata["sequence"]))
        return self.call.code().name

    def close(self):
        self.messages.put(None)
        return self.code()


@contextlib.contextmanager
def chat(replica, organization, process, session="s"):
    opened = Chat(replica, organization.metadata, process, session)
    try:
        yield opened
    finally:
        opened.messages.put(None)
        opened.call.cancel()


@contextlib.contextmanager
def websocket(replica, process, token):
    url = f"ws://127.0.0.1:{replica.websocket_port}/processes/{process}/suggestions/chat"
    with connect(url, additional_headers={"authorization": f"Bearer {token}"}, proxy=None) as opened:
        yield opened


def test_a_session_that_goes_from_replica_to_replica_counts_on(api, organization, process, model, redis):
    with replicas(api, 2, REDIS_URL=redis.url, **PLENTY) as found, contextlib.ExitStack() as stack:
        chats = [stack.enter_context(chat(each, organization, process)) for each in found]
        for number in range(6):
            chats[number % 2].ask(f"Question {number}?")
            assert chats[number % 2].answer() == ANSWER
            # Each knows at once what the other one was asked.
            assert all(f"Question {earlier}?" in str(model.requests[-1]["messages"]) for earlier in range(number))
        numbers = sorted(chats[0].numbers + chats[1].numbers)
        assert numbers == list(range(1, len(numbers) + 1))
        # Each can tell what the other one has said.
        with chat(found[0], organization, process) as third:
            third.ask(resume_after="0")
            while len(third.numbers) < len(numbers):
                third.next()
        assert third.numbers == numbers


def asked(model):
    """What the model was told last that the author has said, in order."""
    return [each["content"] for each in model.requests[-1]["messages"] if each["content"].startswith("Question")]


def test_a_conversation_is_whole_for_each_message_wherever_it_was_asked_before(api, organization, process, model, redis):
    with replicas(api, 2, REDIS_URL=redis.url, **PLENTY) as found, contextlib.ExitStack() as stack:
        chats = [stack.enter_context(chat(each, organization, process)) for each in found]
        # Several at one, which remembers what it has answered; then at the other.
        for number, replica in enumerate([0, 0, 0, 1, 0, 0, 1, 1, 0]):
            chats[replica].ask(f"Question {number}?")
            assert chats[replica].answer() == ANSWER
            assert asked(model) == [f"Question {earlier}?" for earlier in range(number + 1)]


def test_a_conversation_is_whole_when_redis_has_forgotten_it(api, organization, process, model, redis):
    with replicas(api, 2, REDIS_URL=redis.url, **PLENTY) as found, contextlib.ExitStack() as stack:
        chats = [stack.enter_context(chat(each, organization, process)) for each in found]
        # The second one has answered more in it than the first one, by its numbers fewer.
        for number, replica in enumerate([0, 0, 0, 1, 0]):
            subprocess.run(["redis-cli", "-u", redis.url, "FLUSHALL"], check=True, capture_output=True)
            chats[replica].ask(f"Question {number}?")
            assert chats[replica].answer() == ANSWER
            assert asked(model) == [f"Question {earlier}?" for earlier in range(number + 1)]
            path = f"/processes/{process}/suggestions"
            until(lambda: len(organization.rest("GET", path).json()["suggestions"]) == number + 1, "recorded")


def test_a_session_that_began_with_a_known_answer_goes_on_at_another_replica(api, organization, process, model, redis):
    with replicas(api, 2, REDIS_URL=redis.url, **PLENTY) as found:
        for known in ("false", "true", "true"):
            with chat(found[0], organization, process, session="") as opened:
                opened.ask("What is it for?", no_cache="false")
                while not (piece := opened.next()).is_final:
                    pass
                assert piece.metadata["cached"] == known
                numbers, name = opened.numbers, piece.metadata["session_id"]
        with chat(found[1], organization, process, session=name) as opened:
            opened.ask(resume_after="0")
            assert opened.answer() == ANSWER and opened.numbers == numbers
            opened.ask("And what else?")
            assert opened.answer() == ANSWER
            assert opened.numbers == list(range(1, len(opened.numbers) + 1)) and len(opened.numbers) > len(numbers)
        assert "What is it for?" in str(model.requests[-1]["messages"])


def test_a_session_that_two_replicas_are_asked_in_at_once_gives_no_number_twice(api, organization, process, model, redis):
    model.behave = slowly(["one ", "two ", "three "], 0.02)
    given, refused, lock = [], [], threading.Lock()

    def one(replica):
        for _ in range(10):
            with chat(replica, organization, process) as opened:
                opened.ask(f"Question {uuid.uuid4()}?")
                code = opened.close()
                with lock:
                    given.extend(opened.numbers)
                    if code != "OK":
                        refused.append(code)

    with replicas(api, 2, REDIS_URL=redis.url, **PLENTY) as found, concurrent.futures.ThreadPoolExecutor() as pool:
        for each in [pool.submit(one, replica) for replica in found * 3]:
            each.result(timeout=120)
    assert set(refused) == {"ABORTED"} and len(refused) < 60
    assert sorted(given) == list(range(1, len(given) + 1))


def test_while_one_replica_answers_another_refuses_and_says_where_to_hear_the_rest(api, organization, process, model, redis):
    model.behave = slowly([f"word{number} " for number in range(30)], 0.1)
    with replicas(api, 2, REDIS_URL=redis.url, **PLENTY) as found, contextlib.ExitStack() as stack:
        first, second, third = (stack.enter_context(chat(each, organization, process)) for each in [*found, found[1]])
        first.ask("Slowly, please.")
        first.next()
        second.ask("And I?")
        assert second.code() == "ABORTED"
        assert "another message" in second.call.details()
        third.ask(resume_after=str(first.numbers[-1]))
        assert third.code() == "UNAVAILABLE"
        first.answer()
        with chat(found[1], organization, process) as fourth:
            fourth.ask(resume_after=str(first.numbers[0]))
            fourth.answer()
        assert first.numbers[1:] == fourth.numbers


def test_a_replica_that_hangs_loses_its_session_and_is_told(api, organization, process, model, redis):
    model.behave = slowly([f"word{number} " for number in range(600)], 0.05)
    with replicas(api, 2, REDIS_URL=redis.url, **PLENTY) as found, contextlib.ExitStack() as stack:
        first = stack.enter_context(chat(found[0], organization, process))
        first.ask("For long, please.")
        first.next()
        found[0].process.send_signal(signal.SIGSTOP)
        model.behave = slowly(["Short."], 0)

        def taken_over():
            with chat(found[1], organization, process) as opened:
                opened.ask("Is anybody there?")
                code = opened.close()
                assert code in ("OK", "ABORTED")
                return code == "OK" and opened

        second = until(taken_over, "nobody takes over", seconds=2 * LEASE_SECONDS, pause=0.5)
        found[0].process.send_signal(signal.SIGCONT)
        assert first.code() == "ABORTED" and "elsewhere" in first.call.details()
        assert not set(first.numbers) & set(second.numbers)
        # What is lost with it, nobody claims to have.
        with chat(found[1], organization, process) as third:
            third.ask(resume_after=str(first.numbers[0]))
            assert third.code() == "FAILED_PRECONDITION"


def test_without_redis_a_session_of_one_replica_counts_on(api, organization, process, model, redis):
    with replicas(api, 1, REDIS_URL=redis.url, **PLENTY) as (replica,), chat(replica, organization, process) as opened:
        opened.ask("With it?")
        assert opened.answer() == ANSWER
        redis.kill()
        redis.wait()
        for _ in range(3):
            opened.ask(f"Without it {uuid.uuid4()}?")
            assert opened.answer() == ANSWER
        assert opened.numbers == list(range(1, len(opened.numbers) + 1))
        assert opened.close() == "OK"


def test_on_a_signal_idle_chats_are_closed_at_once_and_answers_come_to_their_end(api, organization, process, model, redis):
    words = [f"word{number} " for number in range(20)]
    with (
        replicas(api, 1, REDIS_URL=redis.url, SHUTDOWN_GRACE_SECONDS=60, **PLENTY) as (replica,),
        contextlib.ExitStack() as stack,
    ):
        idle, busy, single = (stack.enter_context(chat(replica, organization, process, name)) for name in "abc")
        idle_socket, busy_socket = (stack.enter_context(websocket(replica, process, organization.token)) for _ in "ab")
        idle.ask("Hello?")
        assert idle.answer() == ANSWER
        model.behave = slowly(words, 0.1)
        busy.ask("Slowly, please.")
        busy.next()
        single.ask("The same, please.")
        single.messages.put(None)
        single.next()
        send(busy_socket, "Slowly, please.", session="d", no_cache="true")
        pieces(busy_socket, count=1)
        began = time.monotonic()
        replica.process.terminate()
        assert idle.code() == "UNAVAILABLE" and "same session" in idle.call.details()
        with pytest.raises(ConnectionClosed) as caught:
            idle_socket.recv(timeout=30)
        assert caught.value.rcvd.code == 1001
        # The grace period is a minute; an answer takes two seconds.
        assert busy.answer().endswith("word19 ")
        assert busy.code() == "UNAVAILABLE"
        single.answer()
        assert single.code() == "OK"
        assert said(pieces(busy_socket)).endswith("word19 ")
        with pytest.raises(ConnectionClosed) as caught:
            busy_socket.recv(timeout=30)
        assert caught.value.rcvd.code == 1001
        assert replica.process.wait(timeout=30) == 0
        assert time.monotonic() - began < 30


def brief_token(organization):
    """A token that ends in mid-chat, and when it has."""
    token = make_token(organization.id, "editor", organization.user, expires_in=4)
    return token, time.monotonic() + 4


def test_a_chat_over_grpc_ends_with_its_token(api, organization, process, model, redis):
    with replicas(api, 1, REDIS_URL=redis.url, **PLENTY) as (replica,):
        token, end = brief_token(organization)
        opened = Chat(replica, [("authorization", f"Bearer {token}")], process, "s")
        opened.ask("Hello?")
        assert opened.answer() == ANSWER
        until(lambda: time.monotonic() > end + 1, "the token holds")
        model.requests.clear()
        opened.ask("And now?")
        assert opened.code() == "UNAUTHENTICATED"
        assert "expired" in opened.call.details()
        assert model.requests == []


def test_a_chat_over_a_websocket_ends_with_its_token(api, organization, process, model, redis):
    with replicas(api, 1, REDIS_URL=redis.url, **PLENTY) as (replica,):
        token, end = brief_token(organization)
        with websocket(replica, process, token) as opened:
            send(opened, "Hello?")
            assert said(pieces(opened)) == ANSWER
            until(lambda: time.monotonic() > end + 1, "the token holds")
            model.requests.clear()
            send(opened, "And now?", no_cache="true")
            assert json.loads(opened.recv(timeout=30))["error"]["code"] == 16
            with pytest.raises(ConnectionClosed) as caught:
                opened.recv(timeout=30)
        assert caught.value.rcvd.code == 4401
        assert model.requests == []
