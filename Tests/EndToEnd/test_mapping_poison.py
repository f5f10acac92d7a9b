"""What anyone may have written into Redis, and mappings as large as they may be."""
import os

import pytest

from known_process import KnownProcess
from private_stack import until

HOUR = 3_600_000


def take_a_copy(redis, prefix):
    return {key: redis("GET", key) for key in redis.keys(prefix)}


def cut_short(redis, keys, values):
    for key in keys:
        redis("SET", key, values[key][:len(values[key]) // 2], "PX", HOUR)


def flip_a_bit(redis, keys, values):
    for key in keys:
        value = bytearray(values[key])
        value[-1] ^= 1
        redis("SET", key, bytes(value), "PX", HOUR)


def swap_all(redis, keys, values):
    for key, other in zip(keys, keys[1:] + keys[:1]):
        redis("SET", key, values[other], "PX", HOUR)


def each(*command):
    """Each key's value is replaced by a command, in which None stands for the key."""
    def poison(redis, keys, values):
        for key in keys:
            redis("DEL", key)
            redis(*(key if word is None else word for word in command))
    return poison


POISONS = {
    "noise": lambda redis, keys, values: [redis("SET", key, os.urandom(300), "PX", HOUR) for key in keys],
    "nothing": each("SET", None, "", "PX", HOUR),
    "cut short": cut_short,
    "one bit": flip_a_bit,
    "other keys' values": swap_all,
    "a list": each("RPUSH", None, "1", "2"),
    "a set": each("SADD", None, "1"),
    "an absurd number": each("SET", None, "999999", "PX", HOUR),
    "a number below": each("SET", None, "1", "PX", HOUR),
    "a negative number": each("SET", None, "-3", "PX", HOUR),
    "no process": each("SET", None, "-", "PX", HOUR),
    "text": each("SET", None, "two", "PX", HOUR),
    "no expiry": each("SET", None, "1"),
    "an expiry beyond all": each("SET", None, "1", "PX", 100 * HOUR),
    "much too long": each("SET", None, b"9" * 5_000_000, "PX", HOUR),
}


def test_what_others_wrote_into_redis_is_dropped_and_loaded_anew(stack):
    """One fresh replica, whose memory is of no help, for all poisons: each of them is put into other processes' keys."""
    organization = stack.organization()
    first = stack.replicas[0]
    victims = {name: [KnownProcess(stack, organization) for _ in range(2)] for name in POISONS}
    for every in victims.values():
        for known in every:
            known.update()
            known.read(first), known.read(first, 1), known.evolve(first, 1, 2)
    sound = KnownProcess(stack, organization)
    sound.update(), sound.read(first), sound.read(first, 1)
    with stack.redis() as redis, stack.replica() as fresh:
        for known in (known for every in victims.values() for known in every):
            # A head that was there may have gone with the announcement of the update: reading brings it back.
            until(lambda: known.read(first) and len(redis.keys(f"grimoire:*{known.id}*")) >= 4, "Redis was not told")
        for name, every in victims.items():
            values = {}
            for known in every:
                values |= take_a_copy(redis, f"grimoire:*{known.id}*")
            assert len(values) >= 2 * 4, values.keys()
            POISONS[name](redis, sorted(values), values)
        for name, every in victims.items():
            for known in every:
                for replica in (fresh, *stack.replicas):
                    assert known.read(replica) == (2, False), name
                    assert known.read(replica, 1) == (1, False), name
                    assert known.evolve(replica, 1, 2) == (2, False), name
                    assert known.batch(replica, [2, 0, 1]) == [(2, False), (2, False), (1, False)], name
        # What is sound is still taken from there.
        before = fresh.metrics.reads("loaded")
        assert sound.read(fresh, 1) == (1, False) and sound.read(fresh) == (2, False)
        assert fresh.metrics.reads("loaded") == before


def test_poison_is_replaced_by_what_is_right(stack):
    organization = stack.organization()
    known = KnownProcess(stack, organization)
    known.read(stack.replicas[0], 1)
    with stack.redis() as redis:
        key, = until(lambda: redis.keys(f"grimoire:*{known.id}*:m:1"), "Redis was not told")
        poison = redis("GET", key)[:-1]
        redis("SET", key, poison, "PX", HOUR)
        with stack.replica() as fresh:
            assert known.read(fresh, 1) == (1, False)
            assert fresh.metrics.reads("loaded") == 1
            until(lambda: redis("GET", key) != poison, "the poison is still there")
        assert 0 < redis("PTTL", key) < 48 * HOUR
        with stack.replica() as another:
            assert known.read(another, 1) == (1, False)
            assert another.metrics.reads("loaded") == 0


@pytest.mark.parametrize("entries, width", [(50_000, 0), (350, 3_000)])
def test_the_largest_mappings_come_back_whole_from_storage_from_redis_and_from_memory(stack, entries, width):
    known = KnownProcess(stack, stack.organization(), entries=entries, width=width)
    first, second = stack.replicas
    before = second.metrics.reads("loaded")
    for replica in (first, second, first, second):
        assert known.read(replica, timeout=60) == (1, False)
        assert known.read(replica, 1, timeout=60) == (1, False)
        assert known.batch(replica, [1], timeout=60) == [(1, False)]
    assert second.metrics.reads("loaded") == before, "Redis has it"
    answer = known.organization.rest("GET", f"/processes/{known.id}/mapping")
    assert answer.json()["stable_mapping"] == known.contents[1]
