"""How soon readers of grimoire-mappings see a change, on two replicas, with and without Redis."""
import concurrent.futures
import contextlib
import random
import threading
import time

import grpc
import pytest

from known_process import KnownProcess, Readers
from private_stack import until

LATEST_SECONDS = 1
PINNED_SECONDS = 5
# Storage is waited for a second, and after that left alone for half a second; a bit less and more is for the clocks.
SILENCE_SECONDS = 0.95
REST_SECONDS = 0.6


@contextlib.contextmanager
def cut_subscriptions(stack):
    """Redis answers, but whoever subscribes loses the connection again and again."""
    stop = threading.Event()

    def cut():
        with stack.redis() as redis:
            while not stop.is_set():
                redis("CLIENT", "KILL", "TYPE", "pubsub")
                stop.wait(0.02)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        cutting = pool.submit(cut)
        try:
            yield
        finally:
            stop.set()
            cutting.result()


@contextlib.contextmanager
def without_redis(stack):
    stack.parts["redis"].kill()
    yield


WAYS = {"with Redis": lambda stack: contextlib.nullcontext(), "without messages": cut_subscriptions, "without Redis": without_redis}


@pytest.fixture(params=WAYS)
def way(request, stack):
    """The ways by which replicas may learn of a change."""
    with WAYS[request.param](stack):
        yield


def outcome(ask):
    try:
        return ask()
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND, error
        return None


def timed(ask):
    """What a call gives, and how long it took."""
    begun = time.monotonic()
    return *ask(), time.monotonic() - begun


def was_silent(calls, sent, took):
    """Whether a call to the same replica waited for storage in vain, shortly before another one's end: the machine stood still."""
    return any(lasted >= SILENCE_SECONDS and begun <= sent + took and begun + lasted >= sent - REST_SECONDS
               for begun, (*_, lasted) in calls)


def test_an_update_is_seen_by_all_who_ask_a_second_later(stack, way):
    known = KnownProcess(stack, stack.organization())
    with Readers() as readers:
        # Two of each replica, one beside the other.
        answers = [readers.add(lambda replica=replica: timed(lambda: known.read(replica)))
                   for replica in stack.replicas for _ in range(2)]
        for _ in range(3):
            known.update()
            until(lambda: readers.failures or all(
                found and found[-1][1][:2] == (known.latest, False) and found[-1][0] > known.acknowledged[known.latest]
                for found in answers), "the update was not seen")
    for place, found in enumerate(answers):
        of_replica = [answer for beside in answers[place // 2 * 2:][:2] for answer in beside]
        for sent, (version, is_stale, took) in found:
            if is_stale:
                assert was_silent(of_replica, sent, took), "stale, though storage was not silent"
                continue
            due = max(number for number, at in known.acknowledged.items() if number == 1 or at + LATEST_SECONDS <= sent)
            assert version >= due, f"version {version} was still served {sent - known.acknowledged[due]:.3f} s after version {due}"


def test_a_deletion_reaches_the_latest_within_a_second_and_pinned_versions_within_five_and_is_undone(stack, way):
    organization = stack.organization()
    # Whoever asks for the latest learns early that there is no process, for pinned versions too: each kind has one of its own.
    by_latest, by_pinned, by_evolution = every = [KnownProcess(stack, organization) for _ in range(3)]
    for known in every:
        known.update()
    with Readers() as readers:
        answers = []
        for replica in stack.replicas:
            for limit, ask in (
                (LATEST_SECONDS, lambda replica=replica: by_latest.read(replica)),
                (PINNED_SECONDS, lambda replica=replica: by_pinned.read(replica, 1)),
                (PINNED_SECONDS, lambda replica=replica: by_evolution.evolve(replica, 1, 2)),
            ):
                answers.append((limit, readers.add(lambda ask=ask: outcome(ask))))

        def all_say(what, since):
            return lambda: readers.failures or all(
                found and found[-1][0] > since and (found[-1][1] is not None) == what for _, found in answers)

        until(all_say(True, 0), "nothing was answered")
        deleted = max([known.delete() for known in every])
        until(all_say(False, deleted), "the deletion was not seen")
        restoring = time.monotonic()
        restored = max([known.restore() for known in every])
        until(all_say(True, restored), "the restoration was not seen")
    for limit, found in answers:
        for sent, answer in found:
            if answer is not None:
                assert not answer[1], "nothing was stale"
                assert not deleted + limit <= sent < restoring - 0.5, f"served {sent - deleted:.3f} s after the deletion"
            else:
                assert sent < restored + LATEST_SECONDS, f"absent {sent - restored:.3f} s after the restoration"


def test_pinned_versions_are_right_while_writers_write(stack):
    organization = stack.organization()
    every = [KnownProcess(stack, organization) for _ in range(4)]
    rounds = 12

    def write(known):
        for _ in range(rounds):
            known.update()

    def pinned(replica):
        known = random.choice(every)
        assert known.read(replica, random.randint(1, known.latest))[1] is False

    def several(replica):
        known = random.choice(every)
        versions = [random.randint(0, known.latest) for _ in range(20)]
        assert not any(is_stale for _, is_stale in known.batch(replica, versions))

    with Readers() as readers:
        answers = [readers.add(lambda ask=ask, replica=replica: ask(replica))
                   for replica in stack.replicas for ask in (pinned, pinned, several)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(write, every))
        begun = [len(found) for found in answers]
        until(lambda: readers.failures or all(len(found) > count + 20 for found, count in zip(answers, begun)), "too slow")
    assert all(known.latest == rounds + 1 for known in every)
