"""PostgreSQL and grimoire-processes killed again and again: what was acknowledged is there, whole and once."""
import collections
import concurrent.futures
import contextlib
import dataclasses
import random
import threading
import time
import uuid

import grpc
import psycopg
import pytest

from private_stack import open_channel, until

# Kills of each of the two, in turn.
ROUNDS = 10
# Within this, every writer is served again, from when the database accepts connections or the service has begun.
RECOVERY_SECONDS = 5
# What a writer may be told of a write that may or may not have been done.
UNCERTAIN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


@dataclasses.dataclass(frozen=True)
class Written:
    """A version that was acknowledged, and by how many attempts it came about."""

    process_id: str
    version: int
    code: str
    fact: str
    attempts: int
    sent: float
    acknowledged: float


class Writer:
    """Updates a process, as others may too, and now and then makes one; with the same key until it has an answer."""

    def __init__(self, stack, organization, process_id, stop):
        self.api, self.organization, self.process_id, self.stop = stack.api, organization, process_id, stop
        self.channel = open_channel(stack.env["GRIMOIRE_PROCESSES_ADDRESS"])
        self.stub = stack.api.processes(self.channel)
        self.done = []
        self.refusals = collections.Counter()
        self.failure = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            number = 0
            while not self.stop.is_set():
                number += 1
                self.done.append(self.write(number))
                self.stop.wait(0.005)
        except BaseException as error:
            self.failure = error
        finally:
            self.channel.close()

    def write(self, number):
        fact = str(uuid.uuid4())
        content = {"spy_code": f"x = {number}  # {fact}\n", "stable_mapping": {"x": fact}}
        messages = self.api.messages
        if number % 20 == 0:
            method = self.stub.CreateProcess
            request = messages.CreateProcessRequest(name=fact, **content)
        else:
            method = self.stub.UpdateProcess
            request = messages.UpdateProcessRequest(process_id=self.process_id, **content)
        metadata = [*self.organization.metadata, ("idempotency-key", str(uuid.uuid4()))]
        attempts, end = 0, time.monotonic() + 60
        while True:
            attempts += 1
            sent = time.monotonic()
            try:
                answer = method(request, metadata=metadata, timeout=10)
            except grpc.RpcError as error:
                assert error.code() in UNCERTAIN, f"{error.code()}: {error.details()}"
                assert time.monotonic() < end, f"a write was not possible for a minute: {error.details()}"
                self.refusals[error.code()] += 1
                time.sleep(0.02)
            else:
                return Written(answer.process_id, answer.version_number, content["spy_code"], fact, attempts, sent,
                               time.monotonic())

    def served_since(self, moment):
        """When a write was acknowledged that was sent after a moment."""
        assert self.failure is None, self.failure
        return next((done.acknowledged for done in reversed(self.done) if done.sent > moment), None)


def accepts_connections(url):
    """Waits for the database as the services find it, and gives when it was there."""
    def asked():
        with contextlib.suppress(psycopg.Error), psycopg.connect(url, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone()

    until(asked, "PostgreSQL did not come back", pause=0.005)
    return time.monotonic()


def kill_postgres(stack, with_backends):
    """Gives when it was killed, and when it accepted connections again."""
    part = stack.parts["postgres"]
    if with_backends:
        part.kill()
        killed = time.monotonic()
        part.start()
    else:
        # Its children find out that they have no parent any more.
        killed = part.kill_alone()
    part.hurry()
    return killed, accepts_connections(stack.env["GRIMOIRE_DATABASE_URL"])


def kill_service(stack):
    """Gives when it was killed, and when the next one began."""
    part = stack.parts["grimoire-processes"]
    before = part.number
    killed = part.kill_alone()
    part.hurry()
    until(lambda: part.number != before, "it was not started again", pause=0.002)
    return killed, time.monotonic()


@pytest.fixture(scope="module")
def history(private_stack):
    """What was written while both were killed in turn, and how long each took to serve again."""
    stack = private_stack
    organization = stack.organization()
    ids = []
    for number in range(4):
        body = {"name": "P", "spy_code": "x = 0\n", "stable_mapping": {"x": f"first {number}"}}
        ids.append(organization.rest("POST", "/processes", body).json()["process_id"])
    stop = threading.Event()
    # Two processes have one writer each, two have three.
    writers = [Writer(stack, organization, ids[number], stop) for number in (0, 1, 2, 2, 2, 3, 3, 3)]
    recoveries = {"postgres": [], "grimoire-processes": []}
    try:
        for turn in range(ROUNDS):
            for victim, times in recoveries.items():
                time.sleep(random.uniform(0.1, 0.5))
                killed, back = kill_postgres(stack, turn % 2 == 0) if victim == "postgres" else kill_service(stack)
                for writer in writers:
                    served = until(lambda: writer.served_since(killed), f"{victim} does not serve again", pause=0.005)
                    times.append(served - back)
    finally:
        stop.set()
        for writer in writers:
            writer.thread.join()
    assert not [writer.failure for writer in writers if writer.failure]
    stack.wait_until_ready()

    @dataclasses.dataclass
    class History:
        organization: object
        shared: list
        writes: list
        refusals: collections.Counter
        recoveries: dict

    return History(organization, ids, [done for writer in writers for done in writer.done],
                   sum((writer.refusals for writer in writers), collections.Counter()), recoveries)


def of_each_process(history):
    """The acknowledged writes by process and version."""
    found = collections.defaultdict(dict)
    for process_id in history.shared:
        found[process_id] = {}
    for done in history.writes:
        assert done.version not in found[done.process_id], "two writes were told the same version"
        found[done.process_id][done.version] = done
    return found


def test_everyone_is_served_again_soon_after_the_database_and_the_service_are_back(history):
    assert history.refusals, "no kill was noticed"
    print(f"\n{len(history.writes)} writes, {sum(done.attempts > 1 for done in history.writes)} of them tried again; "
          f"{sum(history.refusals.values())} refusals")
    for victim, times in history.recoveries.items():
        median = sorted(times)[len(times) // 2]
        print(f"{victim}: served again after at most {max(times):.2f} s, {median:.2f} s in the middle")
        assert max(times) < RECOVERY_SECONDS, victim


def test_a_write_that_was_tried_again_made_one_version_and_numbers_have_no_gap(history):
    assert any(done.attempts > 1 for done in history.writes)
    for process_id, versions in of_each_process(history).items():
        first = 2 if process_id in history.shared else 1
        assert sorted(versions) == list(range(first, first + len(versions)))


def test_every_acknowledged_version_is_read_as_it_was_written_and_verifies(history, private_stack):
    stack, metadata = private_stack, history.organization.metadata
    messages = stack.api.messages

    def check(entry):
        process_id, versions = entry
        listed, token = [], ""
        while True:
            page = stack.processes.ListProcessVersions(
                messages.ListProcessVersionsRequest(process_id=process_id, page_size=500, page_token=token),
                metadata=metadata, timeout=60)
            listed += [version.version_number for version in page.versions]
            token = page.next_page_token
            if not token:
                break
        last = max(versions, default=1)
        assert listed == list(range(last, 0, -1))
        for version, done in versions.items():
            read = stack.processes.GetProcessSpy(
                messages.GetProcessSpyRequest(process_id=process_id, version_number=version),
                metadata=metadata, timeout=60)
            assert read.spy_code == done.code
        chain = stack.processes.VerifyVersion(
            messages.VerifyVersionRequest(process_id=process_id, whole_chain=True), metadata=metadata, timeout=120)
        assert (chain.valid, chain.version_number, chain.versions_checked) == (True, last, last), chain.findings

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(check, of_each_process(history).items()))


def test_of_no_version_anything_is_missing_or_too_much(history, private_stack):
    """What the service writes with a version, it has written with each one, and with none that is not there."""
    organization = history.organization.id
    expected = {(process_id, version): done.fact
                for process_id, versions in of_each_process(history).items() for version, done in versions.items()}
    expected |= {(process_id, 1): f"first {number}" for number, process_id in enumerate(history.shared)}
    administrator = private_stack.env["GRIMOIRE_TEST_DATABASE_URL"].removesuffix("/postgres") + "/grimoire"
    with psycopg.connect(administrator) as connection:
        def rows(query):
            return [tuple(row) for row in connection.execute(query, {"organization": organization})]

        bodies = rows("SELECT process_id::text, version_number, stable_mapping ->> 'x' FROM process_versions "
                      "WHERE organization_id = %(organization)s")
        assert len(bodies) == len(expected)
        assert {(process, version): fact for process, version, fact in bodies} == expected
        index = rows("SELECT i.process_id::text, i.version_number FROM process_version_index i JOIN process_versions v "
                     "ON v.id = i.version_id AND v.created_at = i.created_at AND v.version_number = i.version_number "
                     "WHERE i.organization_id = %(organization)s")
        assert sorted(index) == sorted(expected)
        events = rows("SELECT process_id::text, version_number FROM outbox WHERE organization_id = %(organization)s")
        assert sorted(events) == sorted(expected)
        audited = rows("SELECT process_id::text, version_number FROM audit_log "
                       "WHERE organization_id = %(organization)s "
                       "AND method IN ('CreateProcess', 'UpdateProcess') AND outcome = 'OK'")
        assert set(audited) == set(expected)
        latest = dict(rows("SELECT id::text, latest_version FROM processes WHERE organization_id = %(organization)s"))
        assert latest == {process: max(v for p, v in expected if p == process) for process, _ in expected}
        facts = rows("SELECT process_id::text, since_version, fact_id, removed_in_version FROM process_facts "
                     "WHERE organization_id = %(organization)s")
        assert sorted(facts, key=str) == sorted(
            ((process, version, fact, version + 1 if version < latest[process] else None)
             for (process, version), fact in expected.items()), key=str)
        keys = rows("SELECT process_id::text, version_number FROM idempotency_keys "
                    "WHERE organization_id = %(organization)s")
        assert sorted(keys) == sorted((done.process_id, done.version) for done in history.writes)
