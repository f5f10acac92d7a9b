"""What two replicas of grimoire-mappings answer: to many at once, to strangers, to services, to batches, on condition."""
import contextlib
import json
import re
import signal
import uuid

import grpc
import pytest

from conftest import make_token
from known_process import KnownProcess, Readers, code_of
from private_stack import open_channel, until

ABSENT = "There is no process {} in your organization."


def test_a_thousand_at_once_who_miss_make_one_load(stack):
    replica = stack.replicas[1]
    known = KnownProcess(stack, stack.organization())
    before = {source: replica.metrics.reads(source) for source in ("loaded", "joined")}
    asked = stack.processes_metrics.handled("GetProcessMapping")
    processes = stack.parts["grimoire-processes"]
    with contextlib.ExitStack() as exits:
        stubs = [stack.api.mappings(exits.enter_context(open_channel(replica.address))) for _ in range(10)]
        # All of them have arrived before grimoire-processes answers the first.
        processes.freeze()
        calls = [stubs[number % 10].GetProcessMapping.future(
            known.request(), metadata=known.organization.metadata, timeout=60) for number in range(1000)]
        until(lambda: replica.metrics.value("grpc_server_in_flight", grpc_method="GetProcessMapping") == 1000,
              "they did not all arrive")
        processes.thaw()
        for call in calls:
            known.check(call.result())
    assert {source: replica.metrics.reads(source) - count for source, count in before.items()} == {
        "loaded": 1, "joined": 999}
    assert stack.processes_metrics.handled("GetProcessMapping") == asked + 1


def refusal(ask):
    with pytest.raises(grpc.RpcError) as caught:
        ask()
    return caught.value.code(), caught.value.details()


def test_a_strangers_process_looks_absent_on_miss_on_hit_and_when_that_is_remembered(stack):
    known = KnownProcess(stack, stack.organization())
    known.update()
    stranger = stack.organization()

    def ask(replica, process_id, metadata):
        api, stub = stack.api, replica.stub
        found = []
        for version in (0, 1, 2, 3):
            request = api.mapping_request(process_id=process_id, version_number=version)
            found.append(refusal(lambda: stub.GetProcessMapping(request, metadata=metadata, timeout=20)))
            answer = stub.BatchGetProcessMappings(api.batch_request(requests=[request]), metadata=metadata, timeout=20)
            failure = answer.results[0].failure
            assert failure.code == grpc.StatusCode.NOT_FOUND.value[0]
            found.append((grpc.StatusCode.NOT_FOUND, failure.message))
        for end in (0, 2):
            request = api.evolution_request(process_id=process_id, from_version=1, to_version=end)
            found.append(refusal(lambda: stub.GetMappingEvolution(request, metadata=metadata, timeout=20)))
        return set(found)

    missing = str(uuid.uuid4())
    for replica in stack.replicas:
        looks_absent = {(grpc.StatusCode.NOT_FOUND, ABSENT.format(known.id))}
        is_absent = {(grpc.StatusCode.NOT_FOUND, ABSENT.format(missing))}
        # Nobody has asked yet; then it is remembered that there is nothing; then its owner has everything in memory.
        for _ in range(2):
            assert ask(replica, known.id, stranger.metadata) == looks_absent
            assert ask(replica, missing, stranger.metadata) == is_absent
        for _ in range(2):
            known.read(replica), known.read(replica, 1), known.read(replica, 2), known.evolve(replica, 1, 2)
            assert ask(replica, known.id, stranger.metadata) == looks_absent
        # What strangers were told says nothing to the owner, and the other way round.
        code, words = refusal(lambda: known.read(replica, 3))
        assert code == grpc.StatusCode.NOT_FOUND and "version" in words
        assert ask(replica, known.id, stranger.metadata) == looks_absent
        assert known.read(replica) == (2, False)


def test_a_service_reads_for_the_organization_that_it_names(stack):
    first, second = (KnownProcess(stack, stack.organization()) for _ in range(2))
    elsewhere = stack.organization()
    token = make_token(elsewhere.id, "service", state=stack.state)

    def metadata(organization_id=None, token=token):
        named = [("grimoire-organization", organization_id)] if organization_id else []
        return [("authorization", f"Bearer {token}"), *named]

    for replica in stack.replicas:
        for _ in range(3):
            for known, other in ((first, second), (second, first)):
                named = metadata(known.organization.id)
                for version in (0, 1):
                    assert known.read(replica, version, named) == (1, False)
                    assert refusal(lambda: other.read(replica, version, named)) == (
                        grpc.StatusCode.NOT_FOUND, ABSENT.format(other.id))
                    assert code_of(lambda: known.read(replica, version, metadata())) == grpc.StatusCode.NOT_FOUND
                batch = stack.api.batch_request(requests=[known.request(), other.request()])
                results = replica.stub.BatchGetProcessMappings(batch, metadata=named, timeout=20).results
                known.check(results[0].mapping)
                assert (results[1].failure.code, results[1].failure.message) == (5, ABSENT.format(other.id))
                for wrong, code in ((metadata("mine"), grpc.StatusCode.INVALID_ARGUMENT),
                                    (metadata(known.organization.id, elsewhere.token), grpc.StatusCode.PERMISSION_DENIED),
                                    (metadata(known.organization.id, "none"), grpc.StatusCode.UNAUTHENTICATED)):
                    assert code_of(lambda: known.read(replica, 1, wrong)) == code


def test_a_batch_of_a_thousand_has_each_answer_and_each_failure_in_its_place(stack):
    organization = stack.organization()
    every = [KnownProcess(stack, organization) for _ in range(5)]
    for known in every:
        known.update()
    foreign = KnownProcess(stack, stack.organization())
    hashes = {
        (known, version): stack.processes.GetProcessMapping(
            known.request(version), metadata=organization.metadata, timeout=20).content_hash
        for known in every for version in (1, 2)}
    assert all(len(text) == 64 for text in hashes.values())
    kinds = ["hit", "latest", "unchanged", "changed", "absent", "malformed", "negative", "foreign", "no version", "nothing"]
    asked = []
    for number in range(1000):
        known, kind = every[number // 10 % 5], kinds[number % 10]
        fields = {
            "hit": {"version_number": 1 + number // 50 % 2}, "latest": {},
            "unchanged": {"version_number": 1, "if_content_hash": hashes[known, 1]},
            "changed": {"version_number": 2, "if_content_hash": hashes[known, 1]},
            "absent": {"process_id": str(uuid.uuid4())}, "malformed": {"process_id": "a" * 36},
            "negative": {"version_number": -1}, "foreign": {"process_id": foreign.id},
            "no version": {"version_number": 3}, "nothing": {"process_id": ""},
        }[kind]
        asked.append((known, kind, stack.api.mapping_request(**{"process_id": known.id, **fields})))
    # On both replicas nothing is known at first, then everything that is there.
    for replica in stack.replicas * 2:
        answer = replica.stub.BatchGetProcessMappings(
            stack.api.batch_request(requests=[request for _, _, request in asked]),
            metadata=organization.metadata, timeout=60)
        assert len(answer.results) == 1000
        for (known, kind, request), result in zip(asked, answer.results):
            if kind in ("hit", "latest", "changed"):
                known.check(result.mapping, request.version_number)
                assert result.mapping.version_number == (request.version_number or 2)
                assert not result.mapping.not_modified and not result.stale
            elif kind == "unchanged":
                assert (result.mapping.process_id, result.mapping.version_number) == (known.id, 1)
                assert result.mapping.not_modified and not result.mapping.stable_mapping
            else:
                assert result.failure.code == (3 if kind in ("malformed", "negative", "nothing") else 5), (kind, result)
                words = {"malformed": "must be a UUID", "nothing": "is required", "negative": "1 or more",
                         "no version": "version 3"}.get(kind, ABSENT.format(request.process_id))
                assert words in result.failure.message


def test_what_has_no_room_in_a_batchs_answer_is_to_be_asked_for_alone(stack):
    organization = stack.organization()
    large = KnownProcess(stack, organization, entries=350, width=3_000)
    small = KnownProcess(stack, organization)
    for replica in stack.replicas * 2:
        versions = [1, 1, 0, 1, 1]
        batch = stack.api.batch_request(requests=[small.request(), *map(large.request, versions), small.request(1)])
        with open_channel(replica.address) as usual:
            answer = stack.api.mappings(usual).BatchGetProcessMappings(batch, metadata=organization.metadata, timeout=60)
        assert answer.ByteSize() <= 4 << 20
        kinds = [result.WhichOneof("result") for result in answer.results]
        assert len(kinds) == 7 and kinds[0] == "mapping"
        assert kinds.count("mapping") >= 4, "most of the room is used"
        refused = [result.failure for result in answer.results if result.WhichOneof("result") == "failure"]
        assert len(refused) >= 2
        assert all(failure.code == 8 and "alone" in failure.message for failure in refused)
        for version, result in zip(versions, answer.results[1:]):
            if result.WhichOneof("result") == "mapping":
                large.check(result.mapping, version)
            else:
                large.read(replica, version)


def test_a_batch_of_none_and_of_too_many_is_refused(stack):
    known = KnownProcess(stack, stack.organization())
    for replica in stack.replicas:
        known.read(replica)
        for count, words in ((0, "it has 0"), (1001, "it has 1001")):
            code, message = refusal(lambda: known.batch(replica, [1] * count))
            assert code == grpc.StatusCode.INVALID_ARGUMENT
            assert "1 to 1000" in message and words in message


def test_malformed_questions_are_refused_whatever_is_known(stack):
    known = KnownProcess(stack, stack.organization())
    known.update()
    for replica in stack.replicas:
        known.read(replica), known.read(replica, 1), known.evolve(replica, 1, 2)
        metadata = known.organization.metadata
        for request in ({"version_number": -1}, {"version_number": -(1 << 31)}, {"process_id": ""},
                        {"process_id": known.id + "0"}, {"process_id": known.id.replace("-", "")}):
            wrong = stack.api.mapping_request(**{"process_id": known.id, **request})
            assert code_of(lambda: replica.stub.GetProcessMapping(wrong, metadata=metadata, timeout=20)) == \
                grpc.StatusCode.INVALID_ARGUMENT
        for start, end in ((0, 2), (-1, 2), (1, -1), (2, 2), (2, 1)):
            wrong = stack.api.evolution_request(process_id=known.id, from_version=start, to_version=end)
            assert code_of(lambda: replica.stub.GetMappingEvolution(wrong, metadata=metadata, timeout=20)) == \
                grpc.StatusCode.INVALID_ARGUMENT
        upper = stack.api.mapping_request(process_id=known.id.upper(), version_number=1)
        known.check(replica.stub.GetProcessMapping(upper, metadata=metadata, timeout=20), 1)


def test_a_mapping_that_has_not_changed_is_left_out(stack):
    known = KnownProcess(stack, stack.organization())
    for replica in stack.replicas:
        def ask(version, text):
            return replica.stub.GetProcessMapping(
                known.request(version, if_content_hash=text), metadata=known.organization.metadata, timeout=20)

        first = ask(1, "")
        known.check(first, 1)
        assert len(first.content_hash) == 64
        version = known.update()
        until(lambda: ask(0, first.content_hash).version_number == version, "the update was not seen")
        second = ask(0, first.content_hash)
        known.check(second, 0)
        assert not second.not_modified and second.content_hash != first.content_hash
        for number, answered, text in ((1, 1, first.content_hash), (version, version, second.content_hash),
                                       (0, version, second.content_hash)) * 2:
            same = ask(number, text)
            assert (same.process_id, same.version_number) == (known.id, answered)
            assert same.not_modified and not same.stable_mapping and same.content_hash == text
            for other in (text[:-1], text + "0", "x"):
                changed = ask(number, other)
                assert not changed.not_modified
                known.check(changed, number)


def test_versions_with_the_same_mapping_have_the_same_hash(stack):
    known = KnownProcess(stack, stack.organization())
    stack.processes.UpdateProcess(
        stack.api.messages.UpdateProcessRequest(process_id=known.id, spy_code="x = 'other code'\n"),
        metadata=known.organization.metadata, timeout=20)
    for replica in stack.replicas:
        first, second = (replica.stub.GetProcessMapping(
            known.request(version), metadata=known.organization.metadata, timeout=20) for version in (1, 2))
        assert first.content_hash == second.content_hash
        assert replica.stub.GetProcessMapping(
            known.request(2, if_content_hash=first.content_hash), metadata=known.organization.metadata, timeout=20
        ).not_modified


def test_entity_tags_over_rest(stack):
    known = KnownProcess(stack, stack.organization())
    rest, path = known.organization.rest, f"/processes/{known.id}/mapping"
    for _ in range(2):
        answer = rest("GET", path)
        assert answer.status_code == 200 and answer.json()["stable_mapping"] == known.contents[1]
        tag = answer.headers["etag"]
        assert re.fullmatch(r'"[!#-~]+"', tag) and answer.json()["content_hash"] in tag
    for field in (tag, f"W/{tag}", "*", f'"other", {tag}'):
        for tail in ("", "?version=1"):
            answer = rest("GET", path + tail, headers={"if-none-match": field})
            assert (answer.status_code, answer.content) == (304, b""), field
            assert answer.headers["etag"] == tag
            assert "content-type" not in answer.headers and "grpc-status" not in answer.headers
    for field in ('"other"', tag.strip('"'), ""):
        answer = rest("GET", path, headers={"if-none-match": field})
        assert answer.status_code == 200 and answer.json()["stable_mapping"] == known.contents[1]
    version = known.update()
    found = until(
        lambda: (answer := rest("GET", path, headers={"if-none-match": tag})).status_code == 200 and answer,
        "the update was not seen")
    assert found.json()["stable_mapping"] == known.contents[version]
    assert found.headers["etag"] != tag
    assert rest("GET", path + "?version=1", headers={"if-none-match": tag}).status_code == 304


def audited(replica, organization):
    """The audit's records of an organization in the log of a replica that has ended."""
    events = [json.loads(line) for line in replica.lines]
    return [event for event in events if event["message"] == "An operation" and event.get("organization") == organization.id]


def test_answers_from_memory_are_counted_and_audited(stack):
    known = KnownProcess(stack, stack.organization())
    with stack.replica() as replica:
        known.read(replica, 1)
        for _ in range(60):
            assert known.read(replica, 1) == (1, False)
        for _ in range(5):
            known.batch(replica, [1, 1])
        assert replica.metrics.handled("GetProcessMapping") == 61
        assert replica.metrics.handled("BatchGetProcessMappings") == 5
        assert replica.metrics.value(
            "grpc_server_handling_seconds_count", grpc_method="GetProcessMapping") == 61
        replica.program.send_signal(signal.SIGTERM)
        assert replica.program.wait(timeout=30) == 0
        replica.reader.join()
        records = audited(replica, known.organization)
    counts = {"GetProcessMapping": 0, "BatchGetProcessMappings": 0}
    for record in records:
        counts[record["method"]] += int(record.get("count", 1))
        assert (record["code"], record["user"]) == ("OK", known.organization.user)
        if record["method"] == "GetProcessMapping":
            assert (record["process"], record["version"]) == (known.id, "1")
    assert counts == {"GetProcessMapping": 61, "BatchGetProcessMappings": 5}
    assert any(int(record.get("count", 1)) >= 20 for record in records), "equal ones are one record"


def test_a_replica_that_is_told_to_stop_under_load_finishes_what_it_has_begun(stack):
    known = KnownProcess(stack, stack.organization())
    known.update()
    with stack.replica(GRIMOIRE_SHUTDOWN_GRACE_SECONDS="10") as replica:
        def ask(number):
            try:
                if number % 4 == 3:
                    known.batch(replica, [0, 1, 2])
                else:
                    known.read(replica, number % 3)
                return "OK"
            except grpc.RpcError as error:
                return error.code().name

        with Readers() as readers:
            answers = [readers.add(lambda number=number: ask(number)) for number in range(8)]
            until(lambda: readers.failures or all(len(found) > 20 for found in answers), "too slow")
            replica.program.send_signal(signal.SIGTERM)
            assert replica.program.wait(timeout=30) == 0
            until(lambda: readers.failures or all(found[-1][1] != "OK" for found in answers), "who answers?")
        replica.reader.join()
        records = audited(replica, known.organization)
    codes = [code for found in answers for _, code in found]
    assert set(codes) == {"OK", "UNAVAILABLE"}
    # Each call that was answered is in the audit, those of the last moment too.
    assert sum(int(record.get("count", 1)) for record in records if record["code"] == "OK") == codes.count("OK")
