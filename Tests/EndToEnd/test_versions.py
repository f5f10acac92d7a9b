"""Diff, verification, restoring, validation, search, idempotency keys and executions, over REST as its clients use it."""
import concurrent.futures
import datetime
import urllib.parse
import uuid

import psycopg
import pytest

from conftest import EXAMPLES, Rest, load_example, make_token, setting

MISSING = "00000000-0000-4000-8000-00000000dead"


def create(organization, headers=None, **fields):
    body = {"name": "P", "spy_code": "x = 1\n", **fields}
    answer = organization.rest("POST", "/processes", body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["process_id"]


def update(organization, process_id, code, **fields):
    answer = organization.rest("PUT", f"/processes/{process_id}", {"spy_code": code, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_difference_names_what_changed(organization):
    process_id = create(organization, spy_code="a = 1\nb = 2\n", stable_mapping={"a": "f1"}, derive_mapping=False,
                        process_document={"text": "One.\nTwo.\n"})
    update(organization, process_id, "a = 1\nb = 3\n", stable_mapping={"b": "f2"}, process_document={"text": "One.\n"})
    diff = organization.rest("GET", f"/processes/{process_id}/diff?from=1&to=2").json()
    assert (diff["from_version"], diff["to_version"]) == (1, 2)
    assert [(line["kind"], line["text"]) for line in diff["code"][0]["lines"]] == [
        ("context", "a = 1"), ("removed", "b = 2"), ("added", "b = 3")]
    assert diff["document"][0]["lines"][-1] == {"kind": "removed", "text": "Two.", "no_line_feed": False}
    assert diff["mapping"] == [{"kind": "added", "key": "b", "old_value": "", "new_value": "f2"}]
    assert diff == organization.rest("GET", f"/processes/{process_id}/diff").json()
    for query, status in [("from=0", 400), ("to=-1", 400), ("from=x", 400), ("to=3", 404), ("old=1", 400)]:
        assert organization.rest("GET", f"/processes/{process_id}/diff?{query}").status_code == status, query


def test_versions_verify_until_somebody_changes_them_behind_the_service(organization):
    process_id = create(organization)
    for number in range(2, 6):
        update(organization, process_id, f"x = {number}\n")
    path = f"/processes/{process_id}/verification"
    answer = organization.rest("GET", f"{path}?whole_chain=true").json()
    assert (answer["valid"], answer["versions_checked"], answer["findings"]) == (True, 5, [])
    assert answer["content_hash"] == organization.rest("GET", f"/processes/{process_id}").json()["content_hash"]
    with psycopg.connect(setting("GRIMOIRE_DATABASE_URL")) as owner:
        owner.execute("ALTER TABLE process_versions DISABLE TRIGGER process_versions_are_immutable")
        owner.execute("UPDATE process_versions SET spy_code = 'x = 9' WHERE process_id = %s AND version_number = 3",
                      [process_id])
        owner.execute("ALTER TABLE process_versions ENABLE TRIGGER process_versions_are_immutable")
    answer = organization.rest("GET", f"{path}?whole_chain=true").json()
    assert not answer["valid"]
    assert [(found["version_number"], found["kind"]) for found in answer["findings"]] == [(3, "CONTENT")]
    assert organization.rest("GET", f"{path}?version=5").json()["valid"]
    assert not organization.rest("GET", f"{path}?version=3").json()["valid"]
    assert organization.rest("GET", f"{path}?version=6").status_code == 404


def test_an_admin_restores_what_an_editor_deleted(organization):
    process_id = create(organization, description="kept")
    path = f"/processes/{process_id}"
    assert organization.rest("DELETE", path).status_code == 200
    assert organization.rest("POST", f"{path}:restore").status_code == 403
    admin = Rest(make_token(organization.id, role="admin"))
    restored = admin("POST", f"{path}:restore", {})
    assert restored.status_code == 200, restored.text
    assert (restored.json()["version_number"], restored.json()["was_deleted"]) == (1, True)
    assert organization.rest("GET", path).json()["description"] == "kept"
    assert admin("POST", f"{path}:restore").json()["was_deleted"] is False
    assert admin("POST", f"/processes/{MISSING}:restore").status_code == 404


def test_code_outside_of_spy_is_refused_with_its_diagnostics(organization):
    answer = organization.rest("POST", "/processes", {"name": "P", "spy_code": "x = 1\nclass A: pass\nimport os\n"})
    assert answer.status_code == 400, answer.text
    details = answer.json()["details"]
    assert details[0]["field_violations"][0]["field"] == "spy_code"
    found = [detail for detail in details if detail["@type"].endswith("grimoire.v1.SpyDiagnostic")]
    assert [(d["rule"][:5], d["line"]) for d in found] == [("SPY-U", 2), ("SPY-X", 3)]
    assert found[0]["source_line"] == "class A: pass"
    process_id = create(organization)
    assert organization.rest("PUT", f"/processes/{process_id}", {"spy_code": "def f(:\n"}).status_code == 400
    many = "".join(f"class C{n}: pass\n" for n in range(5_000))
    assert organization.rest("POST", "/processes", {"name": "P", "spy_code": many}).status_code == 400


def test_validation_answers_for_bad_code_too_and_runs_good_code(organization):
    bad = organization.rest("POST", "/processes:validate", {"spy_code": "def f(:\n"})
    assert bad.status_code == 200, bad.text
    assert not bad.json()["valid"]
    assert bad.json()["diagnostics"][0]["rule"].startswith("SPY-S")
    assert bad.json()["dry_run"] is None if "dry_run" in bad.json() else True
    code = "def pay(amount):\n    print('paying')\n    return send(amount, fast=True)\n"
    viewer = Rest(make_token(organization.id, role="viewer"))
    good = viewer("POST", "/processes:validate", {"spy_code": code, "dry_run": {
        "entry_point": "pay", "arguments": "[12]", "action_results": {"send": '"done"'}}}).json()
    assert good["valid"] and good["actions"] == ["send"] and good["functions"] == ["pay"]
    run = good["dry_run"]
    assert (run["succeeded"], run["result"], run["output"]) == (True, '"done"', "paying\n")
    assert int(run["steps"]) > 0
    assert run["actions"] == [{"name": "send", "arguments": ["12"], "named_arguments": {"fast": "true"}, "line": 3}]
    endless = viewer("POST", "/processes:validate", {"spy_code": "while True:\n    pass\n", "dry_run": {}}).json()
    assert endless["dry_run"]["error"]["kind"] == "budget"
    wrong = viewer("POST", "/processes:validate", {"spy_code": code, "dry_run": {"arguments": "{"}})
    assert wrong.json()["details"][0]["field_violations"][0]["field"] == "dry_run.arguments"
    assert viewer("POST", "/processes:validate", {"spy_code": ""}).status_code == 400
    assert viewer("POST", "/processes:validate", {"spy_code": code, "dryrun": {}}).status_code == 400


def test_lists_are_searched_and_ordered(organization):
    names = ["Refund of goods", "Onboarding", "Access review"]
    for name in names:
        create(organization, name=name, process_document={"text": f"Steps of {name}: a manager signs."})

    def found(query):
        answer = organization.rest("GET", f"/processes?{query}")
        assert answer.status_code == 200, answer.text
        return [process["name"] for process in answer.json()["processes"]]

    assert found("query=refunding") == ["Refund of goods"]
    assert sorted(found("query=managers+sign")) == sorted(names)
    assert found("order_by=name") == sorted(names)
    assert found("order_by=created_at") == names
    assert found("query=nobody") == []
    # As browsers send a form, and as programs escape.
    assert found("query=onboarding+-refund") == found("query=onboarding%20-refund") == ["Onboarding"]
    assert found("name=Refund+of") == ["Refund of goods"] and found("name=Refund%2Bof") == []
    assert organization.rest("GET", "/processes?order_by=colour").status_code == 400
    token = organization.rest("GET", "/processes?page_size=1&query=manager").json()["next_page_token"]
    assert organization.rest("GET", f"/processes?page_size=1&query=manager&page_token={token}").status_code == 200
    assert organization.rest("GET", f"/processes?page_size=1&query=sign&page_token={token}").status_code == 400


def test_code_is_found_by_each_of_its_words(organization):
    create(organization, name="Orders", spy_code="if request.amount > limits.max_order:\n    crm.lookup(total/count)\n")
    create(organization, name="Others", spy_code="amount = x<tenth and count>y\n")

    def found(query):
        answer = organization.rest("GET", f"/processes?query={urllib.parse.quote(query)}")
        assert answer.status_code == 200, answer.text
        return sorted(process["name"] for process in answer.json()["processes"])

    assert found("amount") == found("count") == ["Orders", "Others"]
    for query in ("request.amount", "lookup", "crm.lookup", "max_order", "order limits", "total/count", '"crm lookup"'):
        assert found(query) == ["Orders"], query
    assert found("tenth") == found("amount -request") == found("-crm.lookup") == ["Others"]
    assert found("amount.request") == []
    assert found("-." * 100) == found("-_" * 100) == []


def test_the_basic_view_is_an_existence_check(organization):
    process_id = create(organization, stable_mapping={"x": "f"})
    basic = organization.rest("GET", f"/processes/{process_id}?view=BASIC").json()
    assert (basic["name"], basic["version_number"], basic["spy_code"], basic["version_history"]) == ("P", 1, "", [])
    assert organization.rest("GET", f"/processes/{MISSING}?view=BASIC").status_code == 404


def test_an_outline_stands_in_for_a_missing_document(organization):
    process_id = create(organization, spy_code="def pay(amount):\n    send(amount)\n")
    document = organization.rest("GET", f"/processes/{process_id}").json()["process_document"]
    assert document["derived"] and "pay(amount)" in document["text"]


def test_a_key_sent_many_times_at_once_makes_one_version(organization):
    key = {"idempotency-key": str(uuid.uuid4())}

    def send(_):
        return Rest(organization.token)("POST", "/processes", {"name": "P", "spy_code": "x = 1\n"}, headers=key)

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1
    assert len(organization.rest("GET", "/processes").json()["processes"]) == 1
    other = organization.rest("POST", "/processes", {"name": "Q", "spy_code": "x = 1\n"}, headers=key)
    assert other.status_code == 409
    assert other.json()["details"][0]["reason"] == "IDEMPOTENCY_KEY_REUSED"
    process_id = answers[0].json()["process_id"]
    for _ in range(2):
        answer = organization.rest("PUT", f"/processes/{process_id}", {"spy_code": "x = 2\n"}, headers=key)
        assert answer.json()["version_number"] == 2
    long = {"idempotency-key": "k" * 256}
    assert organization.rest("POST", "/processes", {"name": "P", "spy_code": "x = 1\n"}, headers=long).status_code == 400


def run_of(version=1, outcome="succeeded", **fields):
    started = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    return {"execution_id": str(uuid.uuid4()), "version_number": version, "started_at": started.isoformat(),
            "duration": "0.250s", "outcome": outcome, **fields}


def test_a_service_reports_runs_and_everybody_reads_their_summary(organization):
    process_id = create(organization)
    path = f"/processes/{process_id}/executions"
    service = Rest(make_token(organization.id, role="service"))
    runs = [run_of() for _ in range(300)] + [
        run_of(outcome="failed", error_type="ValueError", error_line=1, error_message="no",
               actions=[{"name": "send", "calls": 2, "failures": 1, "duration": "0.1s"}])]
    answer = service("POST", path, {"executions": runs})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["recorded"], answer.json()["known"]) == (301, 0)
    assert service("POST", path, {"executions": runs}).json()["known"] == 301
    for role in ("editor", "admin"):
        assert Rest(make_token(organization.id, role=role))("POST", path, {"executions": runs}).status_code == 403
    viewer = Rest(make_token(organization.id, role="viewer"))
    summary = viewer("GET", f"{path}:summary?interval=day")
    assert summary.status_code == 200, summary.text
    summary = summary.json()
    assert (int(summary["total"]["runs"]), int(summary["total"]["failed"])) == (301, 1)
    assert summary["total"]["p50"] == "0.250s"
    assert [(e["line"], e["error_type"], int(e["count"])) for e in summary["errors"]] == [(1, "ValueError", 1)]
    assert [a["name"] for a in summary["failing_actions"]] == ["send"]
    for offset in ("Z", "+00:00", "%2B00:00", "-01:00"):
        query = f"from=2026-01-01T00:00:00{offset}&to=2026-01-02T00:00:00{offset}"
        answer = viewer("GET", f"{path}:summary?{query}")
        assert answer.status_code == 200, (query, answer.text)
    for query in ("interval=minute", "from=2026-01-01", "from=2090-01-01T00:00:00Z", "version=-1"):
        assert viewer("GET", f"{path}:summary?{query}").status_code == 400, query
    wrong = service("POST", path, {"executions": [run_of(version=2)]})
    assert wrong.status_code == 400
    assert wrong.json()["details"][0]["field_violations"][0]["field"] == "executions[0].version_number"


def test_foreign_and_missing_processes_look_alike_in_every_way(organization, other_organization):
    process_id = create(organization)
    admin = Rest(make_token(other_organization.id, role="admin"))
    service = Rest(make_token(other_organization.id, role="service"))
    for caller, method, tail, body in [
        (admin, "GET", "/diff", None), (admin, "GET", "/verification", None), (admin, "POST", ":restore", {}),
        (admin, "GET", "/executions:summary", None), (service, "POST", "/executions", {"executions": [run_of()]}),
        (admin, "GET", "?view=BASIC", None),
    ]:
        foreign = caller(method, f"/processes/{process_id}{tail}", body)
        missing = caller(method, f"/processes/{MISSING}{tail}", body)
        assert foreign.status_code == missing.status_code == 404, (tail, foreign.text)
        assert foreign.json()["message"] == missing.json()["message"].replace(MISSING, process_id)


def test_every_call_is_one_audit_row(organization):
    process_id = create(organization)
    organization.rest("GET", f"/processes/{process_id}")
    organization.rest("GET", f"/processes/{MISSING}")
    update(organization, process_id, "x = 2\n")
    organization.rest("PUT", f"/processes/{process_id}", {"spy_code": "x = 3\n", "expected_version": 7})
    organization.rest("DELETE", f"/processes/{process_id}")
    expected = [("CreateProcess", "OK"), ("GetProcess", "OK"), ("GetProcess", "NOT_FOUND"), ("UpdateProcess", "OK"),
                ("UpdateProcess", "ABORTED"), ("DeleteProcess", "OK")]
    deadline = datetime.datetime.now() + datetime.timedelta(seconds=10)
    with psycopg.connect(setting("GRIMOIRE_DATABASE_URL"), autocommit=True) as owner:
        while True:
            rows = owner.execute("SELECT method, outcome, user_id::text FROM audit_log WHERE organization_id = %s "
                                 "ORDER BY created_at", [organization.id]).fetchall()
            if len(rows) >= len(expected) or datetime.datetime.now() > deadline:
                break
    assert sorted((method, outcome) for method, outcome, _ in rows) == sorted(expected)
    assert {user for _, _, user in rows} == {organization.user}


def test_a_call_refused_at_the_door_is_an_audit_row_too(organization):
    trace = uuid.uuid4().hex
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    for token in (make_token(organization.id, expires_in=-600), None, make_token(organization.id, role="viewer")):
        Rest(token)("POST", "/processes", {"name": "n", "spy_code": "x = 1\n"}, headers=headers)
    deadline = datetime.datetime.now() + datetime.timedelta(seconds=10)
    with psycopg.connect(setting("GRIMOIRE_DATABASE_URL"), autocommit=True) as owner:
        while True:
            rows = owner.execute("SELECT method, outcome, organization_id::text FROM audit_log WHERE trace_id = %s "
                                 "ORDER BY created_at", [trace]).fetchall()
            if len(rows) >= 3 or datetime.datetime.now() > deadline:
                break
    assert rows == [("CreateProcess", "UNAUTHENTICATED", None), ("CreateProcess", "UNAUTHENTICATED", None),
                    ("CreateProcess", "PERMISSION_DENIED", organization.id)]


@pytest.mark.parametrize("folder", sorted(path.parent for path in EXAMPLES.glob("*/process.json")),
                         ids=lambda folder: folder.name)
def test_the_examples_are_spy_and_their_runs_are_real_ones(folder, organization):
    import json

    example = load_example(folder)
    for version in example["versions"]:
        answer = organization.rest("POST", "/processes:validate", {"spy_code": version["code"]}).json()
        assert answer["valid"], answer["diagnostics"]
        version["actions"] = set(answer["actions"])
    runs = [json.loads(line) for line in (folder / "executions.jsonl").read_text().splitlines()]
    assert {run["version_number"] for run in runs} == {1, 2, 3}
    for run in runs:
        version = example["versions"][run["version_number"] - 1]
        assert {action["name"] for action in run["actions"]} <= version["actions"]
        assert run.get("error_line", 1) <= len(version["code"].splitlines())
