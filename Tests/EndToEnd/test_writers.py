"""Many writers at once, and writers while the service and the database are killed."""
import concurrent.futures
import os
import pathlib
import re
import signal
import threading
import time
import uuid

import psycopg
import pytest
import requests

from callers import THROUGH_ENVOY
from conftest import Rest, setting

ABORTED = 10


def create(organization):
    answer = organization.rest("POST", "/processes", {"name": "P", "spy_code": "x = 0\n"})
    return answer.json()["process_id"]


def versions(rest, process_id):
    found, token = [], ""
    while True:
        page = rest("GET", f"/processes/{process_id}/versions?page_size=500&page_token={token}")
        assert page.status_code == 200, page.text
        page = page.json()
        found += [entry["version_number"] for entry in page["versions"]]
        token = page["next_page_token"]
        if not token:
            return sorted(found)


def test_two_hundred_writers_at_once_leave_every_number_once(organization, client):
    """Half of them by REST, half by gRPC, all to one process: no number is missing, none is there twice."""
    process_id = create(organization)
    written, lock = {}, threading.Lock()

    def write(number):
        way = THROUGH_ENVOY[number % 2]
        for turn in range(2):
            code = f"x = {number * 10 + turn + 1}\n"
            answer = client(way, "UpdateProcess", {"process_id": process_id, "spy_code": code}, organization.token)
            assert answer.code == 0, answer
            with lock:
                assert answer.body["version_number"] not in written
                written[answer.body["version_number"]] = code

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        list(pool.map(write, range(200)))
    assert sorted(written) == list(range(2, 402))
    assert versions(organization.rest, process_id) == list(range(1, 402))
    for number, code in written.items():
        request = {"process_id": process_id, "version_number": number}
        read = client("direct", "GetProcessSpy", request, organization.token)
        assert read.body["spy_code"] == code
    for way in THROUGH_ENVOY:
        chain = client(way, "VerifyVersion", {"process_id": process_id, "whole_chain": True}, organization.token).body
        assert (chain["valid"], chain["versions_checked"], chain.get("findings", [])) == (True, 401, [])


@pytest.mark.parametrize("way", THROUGH_ENVOY)
def test_of_many_writers_that_expect_one_version_one_wins(organization, client, way):
    process_id = create(organization)

    def write(number):
        request = {"process_id": process_id, "spy_code": f"x = {number + 1}\n", "expected_version": 1}
        return number, client(way, "UpdateProcess", request, organization.token)

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(write, range(50)))
    (winner, answer), = [(number, answer) for number, answer in answers if answer.code == 0]
    assert answer.body["version_number"] == 2
    lost = [answer for number, answer in answers if number != winner]
    assert {answer.code for answer in lost} == {ABORTED}
    # Each is told what to look at before it tries again.
    assert all("2" in answer.details[0]["metadata"].values() for answer in lost), lost[0]
    read = client(way, "GetProcess", {"process_id": process_id}, organization.token).body
    assert (read["version_number"], read["spy_code"]) == (2, f"x = {winner + 1}\n")


@pytest.mark.parametrize("method", ["CreateProcess", "UpdateProcess"])
def test_the_same_key_fifty_times_at_once_makes_one_version(organization, client, method):
    """Whichever way each of them takes, all get the same answer."""
    process_id, key = create(organization), str(uuid.uuid4())
    request = {"name": "Q", "spy_code": "x = 7\n"} | ({"process_id": process_id} if method == "UpdateProcess" else {})

    def send(number):
        return client(THROUGH_ENVOY[number % 2], method, request, organization.token, idempotency_key=key)

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))
    assert {answer.code for answer in answers} == {0}, answers
    keys = ("process_id", "version_number", "created_at" if method == "CreateProcess" else "updated_at")
    assert len({tuple(instant(answer.body[name]) for name in keys) for answer in answers}) == 1
    processes = client("gRPC", "ListProcesses", {}, organization.token).body["processes"]
    assert len(processes) == (2 if method == "CreateProcess" else 1)
    assert versions(organization.rest, answers[0].body["process_id"]) == ([1] if method == "CreateProcess" else [1, 2])


def instant(value):
    """A value as it is, a time without the zeros that the two ways write differently."""
    return re.sub(r"\.?0*Z$", "Z", value) if isinstance(value, str) and value.endswith("Z") else value


def test_the_database_itself_refuses_to_change_a_version_or_show_a_foreign_one(organization):
    process_id = create(organization)
    with psycopg.connect(setting("GRIMOIRE_DATABASE_URL"), autocommit=True) as owner:
        for statement in (
            "UPDATE process_versions SET spy_code = 'y' WHERE process_id = %s",
            "DELETE FROM process_versions WHERE process_id = %s",
            "DELETE FROM process_version_index WHERE process_id = %s",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                owner.execute(statement, [process_id])
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute("TRUNCATE process_versions")
    with psycopg.connect(setting("GRIMOIRE_DATABASE_APPLICATION_URL"), autocommit=True) as application:
        for table in ("processes", "process_versions", "process_version_index", "process_suggestions"):
            assert application.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        for statement in (
            "UPDATE process_versions SET spy_code = 'y'", "DELETE FROM process_versions", "DELETE FROM processes",
            "DELETE FROM process_version_index", "SELECT * FROM process_versions_default",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement)


def process_number(name):
    return int((pathlib.Path(setting("GRIMOIRE_STATE")) / "run" / f"{name}.pid").read_text())


@pytest.mark.parametrize("victim", ["grimoire-processes", "postgres"])
def test_what_was_acknowledged_survives_a_kill_under_writes(organization, victim):
    ids = [create(organization) for _ in range(4)]
    acknowledged = {process_id: {1: "x = 0\n"} for process_id in ids}
    stop = threading.Event()
    refused = []

    def write(process_id):
        rest = Rest(organization.token)
        number = 0
        while not stop.is_set():
            number += 1
            code = f"x = {number}\n"
            try:
                answer = rest("PUT", f"/processes/{process_id}", {"spy_code": code})
            except requests.RequestException as error:
                refused.append(str(error))
                continue
            if answer.status_code == 200:
                acknowledged[process_id][answer.json()["version_number"]] = code
            else:
                assert answer.status_code in (503, 504), answer.text
                refused.append(answer.status_code)

    def wait_for_progress():
        before = {process_id: len(done) for process_id, done in acknowledged.items()}
        deadline = time.monotonic() + 60
        while not all(len(acknowledged[process_id]) >= before[process_id] + 5 for process_id in ids):
            assert time.monotonic() < deadline, f"{victim} did not come back within a minute"
            time.sleep(0.01)

    threads = [threading.Thread(target=write, args=[process_id]) for process_id in ids]
    for thread in threads:
        thread.start()
    try:
        wait_for_progress()
        for _ in range(2):
            os.kill(process_number(victim), signal.SIGKILL)
            wait_for_progress()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert refused, "the kill was not noticed: the test did not test anything"
    for process_id, written in acknowledged.items():
        found = versions(organization.rest, process_id)
        assert found == list(range(1, len(found) + 1))
        assert set(written) <= set(found)
        for number, code in list(written.items())[-20:]:
            read = organization.rest("GET", f"/processes/{process_id}/spy?version={number}").json()
            assert read["spy_code"] == code
        chain = organization.rest("GET", f"/processes/{process_id}/verification?whole_chain=true").json()
        assert (chain["valid"], chain["versions_checked"]) == (True, len(found)), chain["findings"]
