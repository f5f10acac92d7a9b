"""A process of which the test knows what each version's mapping is."""
import threading
import time
import uuid

import grpc

STALE = ("grimoire-stale", "true")


class KnownProcess:
    """A process in the private stack; `contents` has the mapping of each version before it is written. Keys have `width` letters."""

    def __init__(self, stack, organization, entries=8, width=0):
        self.stack, self.organization, self.entries, self.width = stack, organization, entries, width
        self.tag = uuid.uuid4().hex
        self.contents = {1: self.content(1)}
        self.acknowledged = {}
        answer = stack.processes.CreateProcess(
            stack.api.messages.CreateProcessRequest(
                name="P", spy_code="x = 1\n", stable_mapping=self.contents[1], derive_mapping=False),
            metadata=organization.metadata, timeout=60)
        self.id = answer.process_id
        self.acknowledged[1] = time.monotonic()

    def content(self, version):
        return {f"k{number}".ljust(self.width, "_"): f"{self.tag}-{version}-{number}" for number in range(self.entries)}

    @property
    def latest(self):
        return max(self.acknowledged)

    def update(self):
        """Writes the next version, and gives its number."""
        version = max(self.contents) + 1
        self.contents[version] = self.content(version)
        answer = self.stack.processes.UpdateProcess(
            self.stack.api.messages.UpdateProcessRequest(
                process_id=self.id, spy_code=f"x = {version}\n", stable_mapping=self.contents[version],
                replace_mapping=True),
            metadata=self.organization.metadata, timeout=60)
        assert answer.version_number == version
        self.acknowledged[version] = time.monotonic()
        return version

    def delete(self):
        self.stack.processes.DeleteProcess(
            self.stack.api.messages.DeleteProcessRequest(process_id=self.id),
            metadata=self.organization.metadata, timeout=60)
        return time.monotonic()

    def restore(self):
        self.stack.processes.RestoreProcess(
            self.stack.api.messages.RestoreProcessRequest(process_id=self.id),
            metadata=self.organization.metadata, timeout=60)
        return time.monotonic()

    def request(self, version=0, **fields):
        return self.stack.api.mapping_request(process_id=self.id, version_number=version, **fields)

    def check(self, answer, version=0):
        """What was answered is a version of this process, the one that was asked for, and whole."""
        assert answer.process_id == self.id
        assert version in (0, answer.version_number)
        assert dict(answer.stable_mapping) == self.contents[answer.version_number]

    def read(self, replica, version=0, metadata=None, timeout=20):
        """Asks a replica, checks the answer against what is known, and gives its version and whether it is stale."""
        answer, call = replica.stub.GetProcessMapping.with_call(
            self.request(version), metadata=metadata or self.organization.metadata, timeout=timeout)
        self.check(answer, version)
        is_stale = STALE in [tuple(pair) for pair in call.trailing_metadata()]
        return answer.version_number, is_stale

    def evolve(self, replica, start, end=0, timeout=20):
        """What became of the facts between two versions: all entries have other IDs in each version."""
        answer, call = replica.stub.GetMappingEvolution.with_call(
            self.stack.api.evolution_request(process_id=self.id, from_version=start, to_version=end),
            metadata=self.organization.metadata, timeout=timeout)
        assert (answer.process_id, answer.from_version) == (self.id, start)
        assert end in (0, answer.to_version)
        gone = {each.old_fact_id for each in answer.retargeted}
        gone |= {each.fact_id for each in (*answer.removed, *answer.dropped)}
        new = {each.fact_id for each in (*answer.retargeted, *answer.added)}
        assert gone == set(self.contents[start].values())
        assert new == set(self.contents[answer.to_version].values())
        return answer.to_version, STALE in [tuple(pair) for pair in call.trailing_metadata()]

    def batch(self, replica, versions, timeout=20):
        """Asks for several versions at once, and gives for each its version and whether it is stale."""
        answer = replica.stub.BatchGetProcessMappings(
            self.stack.api.batch_request(requests=[self.request(version) for version in versions]),
            metadata=self.organization.metadata, timeout=timeout)
        assert len(answer.results) == len(versions)
        for result, version in zip(answer.results, versions):
            self.check(result.mapping, version)
        return [(result.mapping.version_number, result.stale) for result in answer.results]


def code_of(ask):
    """The code with which a call fails."""
    try:
        ask()
    except grpc.RpcError as error:
        return error.code()
    raise AssertionError("the call did not fail")


class Readers:
    """Threads that ask again and again while a test does something; they end with the block, and what failed in one fails there."""

    def __init__(self):
        self.stop = threading.Event()
        self.threads, self.failures = [], []

    def add(self, ask):
        """Calls `ask` until the end; gives the list that gets, of each call, when it was made and what it gave."""
        answers = []

        def run():
            try:
                while not self.stop.is_set():
                    sent = time.monotonic()
                    answers.append((sent, ask()))
                    self.stop.wait(0.004)
            except BaseException as error:
                self.failures.append(error)

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        return answers

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        if kind is None and self.failures:
            raise self.failures[0]
