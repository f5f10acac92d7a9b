"""Limits of grimoire-suggestions: two replicas of their own, on a Redis of their own that may be killed, beside the stack's."""
import concurrent.futures
import contextlib
import os
import pathlib
import signal
import subprocess
import threading
import time
import uuid

import grpc
import pytest

from conftest import setting
from free_port import free_port
from private_stack import Metrics, open_channel, until
from scripted_model import slowly
from test_suggestions import process  # noqa: F401: a fixture


@pytest.fixture
def redis(tmp_path):
    """A Redis that may be killed."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        running.url = f"redis://127.0.0.1:{port}/0"
        try:
            yield running
        finally:
            running.kill()


class Replica:
    """A grimoire-suggestions with the stack's settings but for some."""

    def __init__(self, api, **settings):
        number = int((pathlib.Path(setting("GRIMOIRE_STATE")) / "run" / "grimoire-suggestions.pid").read_text())
        there = pathlib.Path(f"/proc/{number}")
        environment = dict(each.split("=", 1) for each in (there / "environ").read_text().split("\0") if "=" in each)
        port, http = free_port(), free_port()
        self.websocket_port = free_port()
        environment |= {"GRIMOIRE_LISTEN_PORT": str(port), "GRIMOIRE_HTTP_PORT": str(http),
                        "GRIMOIRE_WEBSOCKET_PORT": str(self.websocket_port)}  # fmt: skip
        environment |= {f"GRIMOIRE_{name}": str(value) for name, value in settings.items()}
        self.process = subprocess.Popen([os.readlink(there / "exe")], env=environment, stderr=subprocess.DEVNULL)
        self.metrics = Metrics(f"http://127.0.0.1:{http}")
        self.channel = open_channel(f"127.0.0.1:{port}")
        self.api, self.stub = api, api.suggestions(self.channel)
        grpc.channel_ready_future(self.channel).result(timeout=30)

    def ask(self, organization, process, message):
        """Whether the model was asked, or why not: the whole answer is waited for."""
        request = self.api.suggestion_messages.ChatRequest(
            process_id=process, session_id=str(uuid.uuid4()), message=message, context={"no_cache": "true"})
        try:
            list(self.stub.SuggestionsChat(iter([request]), metadata=organization.metadata, timeout=60))
        except grpc.RpcError as error:
            return error.code().name
        return "OK"

    def close(self):
        self.channel.close()
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(30)


@contextlib.contextmanager
def replicas(api, count, **settings):
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(count):
            found.append(Replica(api, **settings))
            stack.callback(found[-1].close)
        yield found


PER_MINUTE = 12


def flood(replicas, organization, process, seconds):
    """As many messages as they take; how many were answered."""
    answered, refused, end = [], [], time.monotonic() + seconds

    def one(replica):
        while time.monotonic() < end:
            code = replica.ask(organization, process, f"Question {uuid.uuid4()}?")
            (answered if code == "OK" else refused).append(code)
            time.sleep(0.02)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        for each in [pool.submit(one, replica) for replica in replicas for _ in range(8)]:
            each.result()
    assert set(refused) == {"RESOURCE_EXHAUSTED"}, set(refused)
    return len(answered)


@pytest.mark.parametrize("with_redis", [True, False])
def test_two_replicas_together_keep_to_the_limit(api, organization, process, model, redis, with_redis):
    settings = {"REDIS_URL": redis.url, "LIMITS_MESSAGES_MINUTE": PER_MINUTE, "LIMITS_MESSAGES_CONCURRENT": PER_MINUTE,
                "LIMITS_WAIT_SECONDS": 0}  # fmt: skip
    with replicas(api, 2, **settings) as found:
        # They say every three seconds that they are there, and the second waits until the first must have heard of it.
        time.sleep(8)
        if not with_redis:
            redis.kill()
            redis.wait()
            time.sleep(4)
        began = time.monotonic()
        answered = flood(found, organization, process, seconds=6)
        elapsed = time.monotonic() - began
    # What a pause has saved up, what has come meanwhile, and a call that each lets through.
    assert PER_MINUTE / 2 <= answered <= PER_MINUTE + PER_MINUTE * elapsed / 60 + 2


def test_a_noisy_organization_lets_another_one_have_its_turn(api, organization, other_organization, process, model, redis):
    model.behave = slowly(["one ", "two "], 0.15)
    quiet_process = other_organization.rest(
        "POST", "/processes", {"name": "Quiet", "spy_code": "def f(a):\n    return a\n"}).json()["process_id"]
    settings = {"REDIS_URL": redis.url, "LIMITS_OVERALL_CONCURRENT": 2, "LIMITS_MESSAGES_MINUTE": 600,
                "LIMITS_MESSAGES_CONCURRENT": 10, "LIMITS_WAIT_SECONDS": 60}  # fmt: skip
    order, lock = [], threading.Lock()

    def ask(replica, who, organization, process):
        assert replica.ask(organization, process, f"{who} {uuid.uuid4()}") == "OK"
        with lock:
            order.append(who)

    with replicas(api, 1, **settings) as (replica,), concurrent.futures.ThreadPoolExecutor(20) as pool:
        time.sleep(4)
        asked = [pool.submit(ask, replica, "noisy", organization, process) for _ in range(8)]
        until(lambda: len(order) >= 2, "nobody is answered")
        asked.append(pool.submit(ask, replica, "quiet", other_organization, quiet_process))
        before = len(order)
        for each in asked:
            each.result(timeout=60)
    # Two that were under way, two that may have been let in before the question came; all others came before it and wait.
    assert order.index("quiet") - before <= 4, order
