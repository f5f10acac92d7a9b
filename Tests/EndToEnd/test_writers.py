"""Many writers at once, and writers while the service and the database are killed."""
import concurrent.futures
import os
import pathlib
import signal
import threading
import time

import psycopg
import pytest
import requests

from conftest import Rest, setting


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


def test_fifty_writers_at_once_leave_every_number_once(organization):
    process_id = create(organization)

    def write(number):
        rest = Rest(organization.token)
        answers = []
        for turn in range(4):
            answer = rest("PUT", f"/processes/{process_id}", {"spy_code": f"x = {number * 100 + turn + 1}\n"})
            assert answer.status_code == 200, answer.text
            answers.append((answer.json()["version_number"], f"x = {number * 100 + turn + 1}\n"))
        return answers

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        written = dict(pair for answers in pool.map(write, range(50)) for pair in answers)
    assert sorted(written) == list(range(2, 202))
    assert versions(organization.rest, process_id) == list(range(1, 202))
    for number in (2, 77, 201):
        read = organization.rest("GET", f"/processes/{process_id}/spy?version={number}").json()
        assert read["spy_code"] == written[number]


def test_of_many_writers_that_expect_one_version_one_wins(organization):
    process_id = create(organization)

    def write(number):
        body = {"spy_code": f"x = {number + 1}\n", "expected_version": 1}
        return Rest(organization.token)("PUT", f"/processes/{process_id}", body).status_code

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(write, range(20)))
    assert sorted(statuses) == [200] + [409] * 19


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
