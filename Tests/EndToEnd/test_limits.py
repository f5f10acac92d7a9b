"""Every limit that Protos document, through Envoy by REST and by gRPC: the largest value is taken and comes back, one
more is refused with the field and what is allowed. And every error that they document, in both ways alike."""
import datetime
import uuid

import pytest

from callers import MISSING, THROUGH_ENVOY, every_method, run
from tokens import claims, signed

INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED = 3, 5, 8, 9, 10
MIB = 1 << 20
ORG = str(uuid.uuid4())
# A character of four bytes, which is one character.
WIDE = "\U0001f600"


@pytest.fixture(scope="module")
def editor():
    return signed(claims(ORG, ["editor"]))


@pytest.fixture(scope="module")
def service():
    return signed(claims(ORG, ["service"]))


@pytest.fixture(params=THROUGH_ENVOY)
def way(request):
    return request.param


@pytest.fixture
def process(client, editor):
    made = client("gRPC", "CreateProcess", {"name": "P", "spy_code": "x = 1\n"}, editor)
    assert made.code == 0, made
    return made.body["process_id"]


def numbered(count, key="k{}", value="f"):
    return {key.format(number): value for number in range(count)}


def attributes(entries):
    return {"process_document": {"attributes": entries}}


# The field as it is named in the answer, the limit, what is said of it, and a request's fields that have that much.
CONTENT_LIMITS = {
    "name": (255, "at most 255", lambda n: {"name": "n" * n}),
    "name of wide characters": (255, "at most 255", lambda n: {"name": WIDE * n}),
    "description": (10_000, "at most 10000", lambda n: {"description": WIDE * n}),
    "changelog": (10_000, "at most 10000", lambda n: {"changelog": "c" * n}),
    "spy_code": (MIB, "1048576 bytes", lambda n: {"spy_code": "#" * n}),
    "process_document.text": (MIB, "1048576 bytes", lambda n: {"process_document": {"text": "t" * n}}),
    "process_document.attributes": (100, "at most 100", lambda n: attributes(numbered(n))),
    'process_document.attributes["': (255, "at most 255", lambda n: attributes({WIDE * n: "v"})),
    'process_document.attributes["x"]': (4_096, "at most 4096", lambda n: attributes({"x": WIDE * n})),
    'stable_mapping["': (4_096, "4096 bytes", lambda n: {"stable_mapping": {"k" * n: "f"}}),
    'stable_mapping["x"]': (255, "at most 255", lambda n: {"stable_mapping": {"x": WIDE * n}}),
}


def field_of(kind):
    return kind.removesuffix(" of wide characters")


@pytest.mark.parametrize("kind", CONTENT_LIMITS)
@pytest.mark.parametrize("method", ["CreateProcess", "UpdateProcess"])
def test_what_a_version_says_has_limits(client, editor, process, way, method, kind):
    limit, words, fields = CONTENT_LIMITS[kind]
    base = {"name": "P"} if method == "CreateProcess" else {"process_id": process}
    base |= {"spy_code": "x = 2\n"}
    answer = client(way, method, {**base, **fields(limit + 1)}, editor)
    assert answer.code == INVALID_ARGUMENT, str(answer)[:500]
    (field, said), = answer.violations.items()
    assert field.startswith(field_of(kind)) and words in said, (field, said)
    sent = {**base, **fields(limit)}
    answer = client(way, method, sent, editor)
    assert answer.code == 0, str(answer)[:500]
    read = client(way, "GetProcess", {"process_id": answer.body["process_id"]}, editor)
    assert read.code == 0, str(read)[:500]
    assert read.body["version_number"] == (1 if method == "CreateProcess" else 2)
    for name in fields(0) if kind != "changelog" else ():
        if name == "process_document":
            stored = read.body[name]
            assert all(stored[part] == value for part, value in sent[name].items())
        elif name == "stable_mapping":
            assert read.body[name].items() >= sent[name].items()
        else:
            assert read.body[name] == sent[name]
    if kind == "changelog":
        assert read.body["version_history"][0]["changelog"] == sent["changelog"]


@pytest.mark.parametrize("method, base, field", [
    ("CreateProcess", {"name": "P"}, "spy_code"), ("UpdateProcess", {}, "spy_code"),
    ("ValidateProcess", {}, "spy_code"),
    ("CreateProcess", {"spy_code": "x = 1\n"}, "name"), ("UpdateProcess", {"name": "", "spy_code": "x = 1\n"}, "name"),
    ("RecordExecutions", {}, "executions"), ("BatchGetProcessMappings", {}, "requests"),
    ("FindProcessesByFact", {}, "fact_id"),
    ("GetMappingEvolution", {}, "from"),
])
def test_what_is_required_is_said_so(client, editor, service, process, way, method, base, field):
    token = service if method == "RecordExecutions" else editor
    about = "process_id" in client.find(method).descriptor.input_type.fields_by_name and method != "ValidateProcess"
    request = {**base, **({"process_id": process} if about else {})}
    if method == "FindProcessesByFact" and way == "REST":
        # Over REST, the fact is a part of the path.
        assert client(way, method, request, token).code == NOT_FOUND
        return
    answer = client(way, method, request, token)
    assert answer.code == INVALID_ARGUMENT and list(answer.violations) == [field], answer


def test_empty_code_never_makes_a_version(client, editor, process, way):
    for request in ({"process_id": process, "spy_code": ""}, {"process_id": process, "changelog": "c"}):
        assert list(client(way, "UpdateProcess", request, editor).violations) == ["spy_code"]
    assert client(way, "GetProcess", {"process_id": process}, editor).body["version_number"] == 1


def test_more_than_fifty_thousand_entries_are_refused(client, editor, process, way):
    fields = {"spy_code": "x = 1\n", "stable_mapping": numbered(50_001)}
    for method, base in (("CreateProcess", {"name": "P"}), ("UpdateProcess", {"process_id": process}),
                         ("ValidateProcess", {})):
        answer = client(way, method, {**base, **fields}, editor)
        assert answer.code == INVALID_ARGUMENT, str(answer)[:500]
        assert "at most 50000" in answer.violations["stable_mapping"]


def test_ten_thousand_entries_come_back_from_everywhere(client, editor, way):
    mapping = {f"scope_{number}::value": str(uuid.uuid4()) for number in range(10_000)}
    request = {"name": "P", "spy_code": "x = 1\n", "stable_mapping": mapping, "derive_mapping": False}
    made = client(way, "CreateProcess", request, editor)
    assert made.code == 0, str(made)[:500]
    process = made.body["process_id"]
    assert made.body["mapping_report"]["counts"]["entries"] == 10_000
    for method in ("GetProcess", "GetProcessMapping"):
        assert client(way, method, {"process_id": process}, editor).body["stable_mapping"] == mapping
    if way == "gRPC":
        return
    key = "scope_77::value"
    changed = client(way, "UpdateProcess", {
        "process_id": process, "spy_code": "x = 1\n", "stable_mapping": {key: "other"}}, editor)
    assert changed.body["version_number"] == 2
    evolved = client(way, "GetMappingEvolution", {"process_id": process, "from_version": 1}, editor).body
    assert len(evolved["kept"]) == 9_999
    diff = client(way, "DiffVersions", {"process_id": process}, editor).body["mapping"]
    assert [(each["key"], each["old_value"], each["new_value"]) for each in diff] == [(key, mapping[key], "other")]
    assert client(way, "VerifyVersion", {"process_id": process, "whole_chain": True}, editor).body["valid"]


def test_lists_have_limits(client, editor, process, way):
    for method, base in (("ListProcesses", {}), ("ListProcessVersions", {"process_id": process}),
                         ("FindProcessesByFact", {"fact_id": "f"})):
        assert client(way, method, {**base, "page_size": 500}, editor).code == 0
        for size in (501, -1, 2_147_483_647):
            answer = client(way, method, {**base, "page_size": size}, editor)
            assert answer.code == INVALID_ARGUMENT and "1 to 500" in answer.violations["page_size"], answer
        for token in ("x", "AAAA", "%", "x" * 5_000):
            answer = client(way, method, {**base, "page_token": token}, editor)
            assert answer.code == INVALID_ARGUMENT and list(answer.violations) == ["page_token"], answer
    for name, limit in (("name", 255), ("query", 1_000)):
        assert client(way, "ListProcesses", {name: WIDE * limit}, editor).code == 0
        answer = client(way, "ListProcesses", {name: WIDE * (limit + 1)}, editor)
        assert list(answer.violations) == [name], answer
    answer = client(way, "ListProcesses", {"order_by": "colour"}, editor)
    assert "updated_at, created_at or name" in answer.violations["order_by"]
    assert client(way, "FindProcessesByFact", {"fact_id": WIDE * 255}, editor).code == 0
    assert list(client(way, "FindProcessesByFact", {"fact_id": WIDE * 256}, editor).violations) == ["fact_id"]


def test_queries_of_any_words_are_answered(client, editor, way):
    """Full text is what people type: no operator, quote or word of the search's own makes it fail."""
    for query in ("'", '"', '"a', "-", "a -", "or", "a or", "or or or", "&|!():*<->", "a:*", "\\", "%", "_", "-" * 500,
                  "(((((", "a" * 1_000, "a " * 500, "\u2028", "x\ty", "''''", "NULL", "\x01", '-"a b" or -c',
                  "字" * 1_000, "- " * 400, "-(" * 400, "-&|!" * 200, '-"a" ' * 150, '-"' * 400, "-\u00a0" * 300,
                  "!" * 900, "-or " * 200):
        for request in ({"query": query}, {"name": query[:255]}):
            answer = client(way, "ListProcesses", request, editor)
            assert answer.code == 0, (request, answer)


@pytest.mark.parametrize("kind, limit, fields", [
    ("executions", 1_000, lambda n: [run() for _ in range(n)]),
    ("executions[0].actions", 200, lambda n: [{**run(), "actions": [{"name": f"a{i}", "calls": 1} for i in range(n)]}]),
    ("executions[0].error_type", 255, lambda n: [{**run(), "outcome": "failed", "error_type": WIDE * n}]),
    ("executions[0].error_message", 1_000,
     lambda n: [{**run(), "outcome": "failed", "error_type": "E", "error_message": WIDE * n}]),
    ("executions[0].actions[0].name", 255, lambda n: [{**run(), "actions": [{"name": WIDE * n, "calls": 1}]}]),
    ("executions[0].duration", 366 * 86_400, lambda n: [{**run(), "duration": f"{n}s"}]),
    ("executions[0].actions[0].duration", 366 * 86_400,
     lambda n: [{**run(), "actions": [{"name": "a", "calls": 1, "duration": f"{n}s"}]}]),
    ("executions[0].actions[0].failures", 3,
     lambda n: [{**run(), "actions": [{"name": "a", "calls": 3, "failures": n}]}]),
])
def test_runs_have_limits(client, service, process, way, kind, limit, fields):
    answer = client(way, "RecordExecutions", {"process_id": process, "executions": fields(limit + 1)}, service)
    assert answer.code == INVALID_ARGUMENT and list(answer.violations) == [kind], answer
    answer = client(way, "RecordExecutions", {"process_id": process, "executions": fields(limit)}, service)
    assert answer.code == 0 and answer.body["recorded"] == len(fields(limit)), answer


def test_a_run_is_named_with_all_that_is_wrong_with_it(client, service, process, way):
    future = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)
    wrong = {
        "execution_id": "x", "version_number": 0, "started_at": future.isoformat(), "duration": "-1s",
        "outcome": "fine", "error_line": -1, "actions": [{"name": "", "calls": 0}]}
    answer = client(way, "RecordExecutions", {"process_id": process, "executions": [run(), wrong]}, service)
    assert answer.violations.keys() == {
        "executions[1]." + name for name in
        ("execution_id", "version_number", "started_at", "duration", "outcome", "error_line", "actions[0].name",
         "actions[0].calls")}
    for change, field in (({"outcome": "failed"}, "error_type"), ({"version_number": 2}, "version_number"),
                          ({"started_at": "1969-12-31T23:59:59Z"}, "started_at")):
        answer = client(way, "RecordExecutions", {"process_id": process, "executions": [{**run(), **change}]}, service)
        assert list(answer.violations) == [f"executions[0].{field}"], answer
    total = client(way, "SummarizeExecutions", {"process_id": process}, service).body["total"]
    assert int(total.get("runs", 0)) == 0, "of a call that is refused, nothing is kept"


def test_periods_have_limits(client, editor, process, way):
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)

    def ask(days=1.0, **more):
        end = start + datetime.timedelta(days=days)
        request = {"process_id": process, "from_time": start.isoformat(), "to_time": end.isoformat(), **more}
        return client(way, "SummarizeExecutions", request, editor)

    assert ask(366).code == 0 and ask(366, interval="day").code == 0 and ask(41, interval="hour").code == 0
    for answer, field in ((ask(366.001), "from"), (ask(0), "from"), (ask(-1), "from"),
                          (ask(42, interval="hour"), "interval"), (ask(interval="minute"), "interval"),
                          (ask(interval="Day"), "interval")):
        assert answer.code == INVALID_ARGUMENT and list(answer.violations) == [field], answer


def test_batches_have_limits(client, editor, process, way):
    ask = [{"process_id": process}] * 1_000
    answer = client(way, "BatchGetProcessMappings", {"requests": ask}, editor)
    assert answer.code == 0 and len(answer.body["results"]) == 1_000
    answer = client(way, "BatchGetProcessMappings", {"requests": ask + ask[:1]}, editor)
    assert answer.code == INVALID_ARGUMENT and list(answer.violations) == ["requests"], answer


def test_dry_runs_have_limits(client, editor, way):
    code = "def f(a):\n    return send(a)\n"
    for run_, field in (({"max_steps": 10_000_001}, "dry_run.max_steps"), ({"arguments": "{"}, "dry_run.arguments"),
                        ({"arguments": "5"}, "dry_run.arguments"), ({"entry_point": "f" * 256}, "dry_run.entry_point"),
                        ({"action_results": {"send": "{"}}, 'dry_run.action_results["send"]')):
        answer = client(way, "ValidateProcess", {"spy_code": code, "dry_run": run_}, editor)
        assert answer.code == INVALID_ARGUMENT and list(answer.violations) == [field], answer
    assert client(way, "ValidateProcess", {"spy_code": code, "dry_run": {"max_steps": 10_000_000}}, editor).code == 0


def test_a_key_of_a_call_has_a_limit(client, editor, way):
    request = {"name": "P", "spy_code": "x = 1\n"}
    made = [client(way, "CreateProcess", request, editor, idempotency_key="k" * 254 + way[0]) for _ in range(2)]
    assert made[0].code == 0 and made[0] == made[1]
    answer = client(way, "CreateProcess", request, editor, idempotency_key="k" * 256)
    assert answer.code == INVALID_ARGUMENT and list(answer.violations) == ["idempotency-key"], answer


def test_a_message_that_is_too_large_is_said_so(client, editor, way):
    request = {"name": "P", "spy_code": "x = 1\n", "description": "d" * (5 * MIB)}
    answer = client(way, "CreateProcess", request, editor)
    assert answer.code == RESOURCE_EXHAUSTED, answer


def version_fields(api):
    """Methods that are asked for a version, and how."""
    found = []
    for method in every_method(api):
        fields = method.descriptor.input_type.fields_by_name
        names = [name for name in fields if name.endswith("version") or name == "version_number"]
        if "process_id" in fields and names and method.service != "MappingSource":
            found.append((method, names))
    return found


def test_a_version_that_is_not_there_is_not_found(client, api, editor, process, way):
    tried = set()
    for method, names in version_fields(api):
        if method.name in ("UpdateProcess",) or way not in method.ways:
            continue
        for name in names:
            request = {"process_id": process, name: 2}
            if method.name == "GetMappingEvolution":
                request |= {"from_version": 1} if name == "to_version" else {"to_version": 3}
            answer = client(way, method, request, editor)
            if method.name == "SummarizeExecutions":
                assert answer.code == 0 and not int(answer.body["total"].get("runs", 0)), answer
                continue
            assert answer.code == NOT_FOUND and "version" in answer.message, (method.name, answer)
            tried.add(method.name)
    assert tried >= {
        "GetProcess", "GetProcessSpy", "GetProcessMapping", "DiffVersions", "VerifyVersion", "GetMappingEvolution"}


def reasons(answer):
    return {detail["reason"]: detail for detail in answer.details if "reason" in detail}


def test_another_version_than_expected_is_a_conflict_that_says_which_it_is(client, editor, process, way):
    request = {"process_id": process, "spy_code": "x = 2\n"}
    assert client(way, "UpdateProcess", {**request, "expected_version": 1}, editor).body["version_number"] == 2
    for expected in (1, 3, 2_147_483_647):
        answer = client(way, "UpdateProcess", {**request, "spy_code": "x = 3\n", "expected_version": expected}, editor)
        assert answer.code == ABORTED, answer
        detail, = reasons(answer).values()
        assert "2" in detail["metadata"].values() and "2" in answer.message, answer
    # Also where it would change nothing.
    assert client(way, "UpdateProcess", {**request, "expected_version": 1}, editor).code == ABORTED
    assert client(way, "GetProcess", {"process_id": process}, editor).body["version_number"] == 2


def test_a_key_that_was_used_for_another_request_is_a_conflict(client, editor, process, way):
    key = str(uuid.uuid4())
    request = {"process_id": process, "spy_code": "x = 2\n"}
    first = client(way, "UpdateProcess", request, editor, idempotency_key=key)
    assert first.body["version_number"] == 2
    for other in THROUGH_ENVOY:
        # The same request is the same in whichever way it comes.
        assert client(other, "UpdateProcess", request, editor, idempotency_key=key).body["version_number"] == 2
    answer = client(way, "UpdateProcess", {**request, "changelog": "c"}, editor, idempotency_key=key)
    assert answer.code == ABORTED and "IDEMPOTENCY_KEY_REUSED" in reasons(answer), answer


def test_a_mapping_that_would_lose_a_fact_is_a_failed_precondition(client, editor, way):
    made = client(way, "CreateProcess", {"name": "P", "spy_code": "x = 1\ny = 2\n", "stable_mapping": {"x": "f1"},
                                         "compatibility": "BACKWARD"}, editor)
    answer = client(way, "UpdateProcess", {"process_id": made.body["process_id"], "spy_code": "y = 2\n"}, editor)
    assert answer.code == FAILED_PRECONDITION and "MAPPING_INCOMPATIBLE" in reasons(answer), answer
    violations = [each for detail in answer.details for each in detail.get("violations", [])]
    assert [each["subject"] for each in violations] == ['stable_mapping["x"]']


def test_code_that_is_no_spy_is_refused_with_its_diagnostics(client, editor, process, way):
    for method, base in (("CreateProcess", {"name": "P"}), ("UpdateProcess", {"process_id": process})):
        answer = client(way, method, {**base, "spy_code": "x = 1\nclass A: pass\n"}, editor)
        assert answer.code == INVALID_ARGUMENT and list(answer.violations) == ["spy_code"], answer
        assert any(detail["@type"].endswith("SpyDiagnostic") for detail in answer.details)
    answer = client(way, "CreateProcess", {"name": "P", "spy_code": "x = 1\n", "stable_mapping": {"x y": "f"}}, editor)
    assert list(answer.violations) == ['stable_mapping["x y"]'], answer


def test_an_update_that_changes_nothing_says_so(client, editor, process, way):
    for more in ({}, {"changelog": "c"}, {"name": "P"}):
        answer = client(way, "UpdateProcess", {"process_id": process, "spy_code": "x = 1\n", **more}, editor)
        assert answer.code == 0 and answer.body["unchanged"] and answer.body["version_number"] == 1, answer


def test_of_what_was_never_there_everything_says_the_same(client, editor, way):
    for method in ("GetProcess", "DeleteProcess", "ListProcessVersions", "GetProcessSpy", "GetProcessMapping",
                   "DiffVersions", "VerifyVersion", "SummarizeExecutions"):
        answer = client(way, method, {"process_id": MISSING}, editor)
        assert answer.code == NOT_FOUND, (method, answer)
        assert answer.message == f"There is no process {MISSING} in your organization."
