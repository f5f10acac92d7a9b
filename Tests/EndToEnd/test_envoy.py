"""What Envoy does for REST and gRPC beside passing calls on: the real Envoy with the real configuration, and, where a service must
misbehave, in front of services made of gRPC Python."""
import concurrent.futures
import contextlib
import json
import pathlib
import re
import socket
import subprocess
import threading
import time
import uuid
from random import Random

import grpc
import pytest
import requests

from conftest import ROOT, Rest, channel, setting
from free_port import free_port

GOOD = {"name": "P", "spy_code": "x = 1\n"}
SOME_ID = "00000000-0000-4000-8000-00000000dead"
BROWSER = "http://localhost:3000"


def assert_error(answer, status, code):
    """One form for every error: JSON with code, message and details."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    body = answer.json()
    assert body.keys() == {"code", "message", "details"}
    assert body["code"] == code
    assert body["message"]
    assert isinstance(body["details"], list)
    return body


@pytest.fixture(scope="module", autouse=True)
def no_mistake_of_our_lua():
    """A mistake in rest.lua lets requests pass unchecked; Envoy says so in its log alone."""
    before = log("envoy").count("script log:")
    yield
    assert log("envoy").count("script log:") == before


def violation(answer):
    return assert_error(answer, 400, 3)["details"][0]["field_violations"][0]


@pytest.mark.parametrize(
    "change, field, words",
    [
        ({"name": 5}, "name", "a text"),
        ({"name": ["P"]}, "name", "a text"),
        ({"stable_mapping": []}, "stable_mapping", "an object"),
        ({"stable_mapping": {"x": 1}}, "stable_mapping.x", "a text"),
        ({"process_document": "text"}, "process_document", "an object"),
        ({"process_document": {"attributes": {"a": {}}}}, "process_document.attributes.a", "a text"),
    ],
)
def test_a_field_of_the_wrong_type_is_named_with_the_right_one(organization, change, field, words):
    found = violation(organization.rest("POST", "/processes", {**GOOD, **change}))
    assert found["field"] == field
    assert words in found["description"]
    assert found["reason"] == "INVALID_TYPE"


@pytest.mark.parametrize("value", ["3.5", '"x"', "true", "[1]"])
def test_a_version_that_is_no_whole_number_is_refused(organization, value):
    process_id = organization.rest("POST", "/processes", GOOD).json()["process_id"]
    body = '{"spy_code": "x = 2\\n", "expected_version": %s}' % value
    answer = organization.rest.session.put(f"{organization.rest.url}/processes/{process_id}", data=body, timeout=30)
    assert_error(answer, 400, 3)


def test_numbers_as_texts_and_null_are_what_json_says_they_are(organization):
    process_id = organization.rest("POST", "/processes", GOOD).json()["process_id"]
    body = {"spy_code": "x = 2\n", "expected_version": "1", "changelog": None}
    answer = organization.rest("PUT", f"/processes/{process_id}", body)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "query, field, words",
    [
        ("colour=red", "colour", "page_size"), ("page_size=ten", "page_size", "whole number"),
        ("page%5Fsize=%31.5", "page_size", "whole number"), ("=x", "", "page_size"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(organization, query, field, words):
    found = violation(organization.rest("GET", f"/processes?{query}"))
    assert found["field"] == field
    assert words in found["description"]


def test_a_refused_request_does_not_cost_the_client_its_connection(organization):
    # requests would open a new connection without a word, a bare one tells.
    host = organization.rest.url.removeprefix("http://")
    with socket.create_connection(host.split(":"), timeout=10) as opened:
        for body in ("{", '{"name": 5}', '{"colour": 1}'):
            head = f"POST /processes HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n\r\n"
            opened.sendall((head + body).encode())
            received = b""
            while b"\r\n\r\n" not in received or not received.rstrip().endswith(b"}"):
                more = opened.recv(65_536)
                assert more, received
                received += more
            assert received.startswith(b"HTTP/1.1 400")
            assert b"connection: close" not in received.lower()


NO_JSON = [
    "{'spy_code': 'x = 1'}", '{spy_code: "x = 1"}', '{"spy_code": "x = 1",}', '{"spy_code": "x = \\q"}',
    '{"spy_code": "x = 1\n"}', '{"spy_code": "x = \\u12"}', '{"spy_code": "x = 1"} {}', '{"spy_code": "x = 1"}}',
    '{"spy_code" "x = 1"}', "{,}", "{:}", '{"', "{]", '{"spy_code": "x = 1" "replace_mapping": false}',
    '{"spy_code": "x = 1",, "dry_run": null}', '/**/{"spy_code": "x = 1"}',
    *(f'{{"spy_code": "x = 1", "dry_run": {{"max_steps": {number}}}}}'
      for number in ("01", "+1", "1.", ".1", "0x10", "1e", "- 1", "--1")),
    *(f'{{"spy_code": "x = 1", "replace_mapping": {word}}}'
      for word in ("True", "fals", "falsee", "'false'", "nul", "undefined")),
]


def changed_texts(text, count):
    """The text with a letter or two left out, added, changed or swapped; the same ones each time."""
    random = Random(7)
    for _ in range(count):
        letters = list(text)
        for _ in range(random.choice((1, 1, 2))):
            at, other = random.randrange(len(letters)), random.randrange(len(letters))
            kind = random.randrange(4)
            if kind == 0:
                del letters[at]
            elif kind == 3:
                letters[at], letters[min(other, len(letters) - 1)] = letters[min(other, len(letters) - 1)], letters[at]
            else:
                letters[at:at + kind - 1] = random.choice("{}[]\",:\\'0123 \nxtfn\0\x1f")
        yield "".join(letters)


def is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_what_is_no_json_is_never_taken_for_some(organization):
    """Python's parser is the judge. The transcoder's own would take `\\q` for q, which changes what a client means."""
    good = ('{"spy_code": "x = 1\\n\\u0041\\u00e9", "stable_mapping": {"x": "f", "y": "g\\t"}, '
            '"replace_mapping": false, "dry_run": {"max_steps": 10, "action_results": {"a": "1"}}}')
    bad = [*NO_JSON, *(text for text in changed_texts(good, 400) if not is_json(text))]
    assert len(bad) > 200 and not any(map(is_json, bad))
    for text in bad:
        answer = organization.rest.session.post(
            f"{organization.rest.url}/processes:validate", data=text.encode(), timeout=30)
        assert answer.status_code == 400, (text, answer.text)
        assert_error(answer, 400, 3)
    answer = organization.rest.session.post(
        f"{organization.rest.url}/processes:validate", data='{"spy_code": "a\\d"}', timeout=30)
    assert answer.json()["message"] == "The body is no JSON: byte 14 is not what has to stand there."


def test_however_a_text_is_written_in_json_it_is_stored_as_it_is(organization):
    text = "\"quoted\" \\\\ /slash\\ \b\f\t \x7f \u00e9 e\u0301 \u2028 \ufeff \U0001f600 \uffff {}[],: it's"
    document = {"text": text, "attributes": {text: text}}
    body = {**GOOD, "name": text, "description": text, "process_document": document, "changelog": text}
    units = "".join(f"\\u{unit:04X}" for unit in memoryview(text.encode("utf-16-le")).cast("H"))
    for written in (
        json.dumps(body), json.dumps(body, ensure_ascii=False), json.dumps(body, indent="\t"),
        json.dumps(body).replace("/", "\\/"), json.dumps(body).replace(json.dumps(text), f'"{units}"'),
        "\r\n " + json.dumps(body, separators=(" ,\n", " :\t")) + " \n",
    ):
        answer = organization.rest.session.post(
            organization.rest.url + "/processes", data=written.encode(), timeout=30)
        assert answer.status_code == 201, (written, answer.text)
        read = organization.rest("GET", f"/processes/{answer.json()['process_id']}").json()
        assert (read["name"], read["description"], read["process_document"]["text"]) == (text, text, text)
        assert read["process_document"]["attributes"] == {text: text}
        assert read["version_history"][0]["changelog"] == text


@pytest.mark.parametrize("method, path", [("GET", "/nothing"), ("GET", "/"), ("PATCH", "/processes"), ("PUT", "/processes")])
def test_what_is_not_there_is_said_so(organization, method, path):
    assert_error(organization.rest(method, path), 404, 5)


def test_a_body_or_head_that_is_too_large_is_refused_by_name(organization):
    big = json.dumps({**GOOD, "changelog": "x" * 5_000_000}).encode()
    url = organization.rest.url + "/processes"
    assert_error(organization.rest.session.post(url, data=big, timeout=30), 413, 8)
    pieces = (big[at:at + 65_536] for at in range(0, len(big), 65_536))
    assert_error(organization.rest.session.post(url, data=pieces, timeout=30), 413, 8)
    answer = requests.get(url, headers={"x-long": "x" * 40_000}, timeout=30)
    assert_error(answer, 431, 8)
    # What Envoy lets through and a service does not take, is told in the same way.
    for long, many in ((17_000, 0), (30_000, 0), (12_000, 80)):
        headers = {"x-long": "x" * long} | {f"x-{number}": "x" * 20 for number in range(many)}
        assert_error(organization.rest("GET", "/processes", headers=headers), 431, 8)
    assert organization.rest("GET", "/processes", headers={"x-long": "x" * 12_000}).status_code == 200


def test_nothing_of_grpc_or_envoy_is_in_a_rest_answer(organization):
    created = organization.rest("POST", "/processes", GOOD)
    process_id = created.json()["process_id"]
    answers = [
        created, organization.rest("GET", f"/processes/{process_id}"), organization.rest("GET", f"/processes/{SOME_ID}"),
        organization.rest("GET", "/nothing"), Rest(None)("GET", "/processes"),
    ]
    for answer in answers:
        for name in answer.headers:
            assert not name.lower().startswith(("grpc-", "x-envoy-", "x-http-status")), answer.headers


def test_browsers_may_call_from_allowed_origins_only(organization):
    url = organization.rest.url + "/processes"
    asked = {"origin": BROWSER, "access-control-request-method": "POST"}
    answer = requests.options(url, headers=asked, timeout=30)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == BROWSER
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert "PUT" in answer.headers["access-control-allow-methods"]
    refused = requests.options(url, headers={**asked, "origin": "https://localhost.example"}, timeout=30)
    assert "access-control-allow-origin" not in refused.headers
    for origin, allowed in ((BROWSER, True), ("https://example.com", False), (None, False)):
        headers = {"origin": origin} if origin else {}
        for path in ("/processes", f"/processes/{SOME_ID}", "/processes?colour=red"):
            answer = organization.rest("GET", path, headers=headers)
            assert ("access-control-allow-origin" in answer.headers) == allowed, (origin, path)


def test_grpc_that_nobody_serves_is_unimplemented():
    with channel(setting("GRIMOIRE_REST_URL").removeprefix("http://")) as opened:
        for method in ("/grimoire.v1.Nothing/Get", "/grimoire.v1.ProcessManager/Nothing"):
            with pytest.raises(grpc.RpcError) as caught:
                opened.unary_unary(method)(b"")
            assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
            assert not caught.value.details().startswith("{")


def log(component):
    return (pathlib.Path(setting("GRIMOIRE_STATE")) / "log" / f"{component}.log").read_text(errors="replace")


def wait_until(condition, seconds=20):
    """For what is written a moment later, by other processes."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.1)
    return found


def test_one_trace_leads_through_all_logs_and_no_log_holds_what_was_sent(organization):
    trace = uuid.uuid4().hex
    parent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    secret = f"secret{uuid.uuid4().hex}"
    answer = organization.rest("GET", f"/processes/{SOME_ID}/mapping?version=7", headers=parent)
    assert answer.status_code == 404
    organization.rest("POST", "/processes", {**GOOD, "name": secret, "spy_code": ""}, headers=parent)
    organization.rest("GET", f"/processes?name={secret}&page_size=501", headers=parent)
    for component in ("envoy", "grimoire-mappings", "grimoire-processes"):
        wait_until(lambda: trace in log(component))
        assert secret not in log(component)
        assert organization.token not in log(component)
        assert organization.token.split(".")[2] not in log(component)
    lines = [json.loads(line) for line in log("envoy").splitlines() if trace in line]
    assert {"method", "path", "status", "milliseconds", "upstream", "traceparent"} <= lines[0].keys()
    assert all("?" not in line["path"] for line in lines)
    assert any(line["path"] == f"/processes/{SOME_ID}/mapping" for line in lines)


def test_a_request_without_a_trace_begins_one_that_all_logs_name(organization):
    name = uuid.uuid4().hex
    organization.rest("GET", f"/processes/{name}")
    line = wait_until(lambda: next((json.loads(each) for each in log("envoy").splitlines() if name in each), None))
    trace = line["traceparent"].split("-")[1]
    wait_until(lambda: trace in log("grimoire-processes"))


# Services that misbehave, behind an Envoy of their own.


class Upstream(grpc.GenericRpcHandler):
    """Answers every method as `behave` says, and remembers what came."""

    def __init__(self):
        self.calls, self.paths = [], []
        self.behave = lambda context: b""
        self.lock = threading.Lock()

    def service(self, details):
        def handle(request, context):
            with self.lock:
                self.paths.append(details.method)
                self.calls.append((details.method.rsplit("/", 1)[1], dict(details.invocation_metadata), context.time_remaining()))
            return self.behave(context)

        return grpc.unary_unary_rpc_method_handler(handle)


@contextlib.contextmanager
def envoy(upstream_port, changes=()):
    """An Envoy with the configuration of the running one, in front of another port; `changes` shorten its times."""
    state = pathlib.Path(setting("GRIMOIRE_STATE"))
    text = (state / "envoy.yaml").read_text()
    ports = dict(re.findall(r"port_(\w+)=(\d+)", (state / "ports").read_text()))
    rest = free_port()
    for name, port in (("rest", rest), ("envoy_admin", free_port()), ("processes", upstream_port), ("mappings", upstream_port),
                       ("suggestions", upstream_port)):
        text, count = re.subn(rf"port_value: {ports[name]}\b", f"port_value: {port}", text)
        assert count == 1
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    program = ROOT / ".grimoire" / "venv" / "envoy" / "bin" / "envoy"
    process = subprocess.Popen(
        [program, "--config-yaml", text, "--disable-hot-restart", "--concurrency", "1", "--log-level", "error"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        def listens():
            assert process.poll() is None
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", rest), timeout=1):
                return True

        wait_until(listens)
        yield f"http://127.0.0.1:{rest}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def fake():
    """Fake services, and the URL of an Envoy with short times in front of them."""
    upstream = Upstream()
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=16))
    server.add_generic_rpc_handlers([upstream])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with envoy(port, [(" timeout: 30s", " timeout: 1s"), ("idle_timeout: 30s", "idle_timeout: 1s")]) as url:
        upstream.url = url
        yield upstream
    server.stop(None)


@pytest.fixture
def upstream(fake):
    fake.calls.clear()
    fake.paths.clear()
    fake.behave = lambda context: b""
    return fake


def refuse_first(count, code):
    left = [count]

    def behave(context):
        if left[0] > 0:
            left[0] -= 1
            context.abort(code, "not now")
        return b""

    return behave


def test_reads_are_tried_again_where_the_service_cannot_and_writes_are_not(upstream):
    upstream.behave = refuse_first(2, grpc.StatusCode.UNAVAILABLE)
    assert requests.get(f"{upstream.url}/processes/{SOME_ID}", timeout=30).status_code == 200
    assert len(upstream.calls) == 3
    for method, path in (("POST", "/processes"), ("PUT", f"/processes/{SOME_ID}"), ("DELETE", f"/processes/{SOME_ID}")):
        upstream.calls.clear()
        upstream.behave = refuse_first(1, grpc.StatusCode.UNAVAILABLE)
        body = GOOD if method != "DELETE" else None
        assert_error(requests.request(method, upstream.url + path, json=body, timeout=30), 503, 14)
        assert len(upstream.calls) == 1
    upstream.calls.clear()
    upstream.behave = refuse_first(1, grpc.StatusCode.INTERNAL)
    assert_error(requests.get(f"{upstream.url}/processes", timeout=30), 500, 13)
    assert len(upstream.calls) == 1, "only what may be otherwise in a moment"


def test_a_request_cannot_steer_retries_or_times(upstream):
    upstream.behave = refuse_first(1, grpc.StatusCode.UNAVAILABLE)
    steering = {
        "x-envoy-original-method": "GET", "x-envoy-retry-on": "5xx", "x-envoy-retry-grpc-on": "unavailable",
        "x-envoy-max-retries": "5", "x-envoy-upstream-rq-timeout-ms": "60000", "x-grimoire-refused": "1",
    }
    answer = requests.post(f"{upstream.url}/processes", json=GOOD, headers=steering, timeout=30)
    assert_error(answer, 503, 14)
    assert len(upstream.calls) == 1


def test_a_service_is_told_how_long_a_request_is_waited_for(upstream):
    requests.get(f"{upstream.url}/processes", timeout=30)
    _, _, remaining = upstream.calls[0]
    assert 20 < remaining < 30


def test_each_path_reaches_its_service_as_a_client_of_one_service_expects(upstream):
    with channel(upstream.url.removeprefix("http://")) as opened:
        opened.unary_unary("/grimoire.v1.ProcessManager/GetProcessMapping")(b"")
        opened.unary_unary("/grimoire.v1.ProcessMappings/GetProcessMapping")(b"")
        opened.unary_unary("/grimoire.v1.ProcessManager/GetProcess")(b"")
    assert [method for method, _, _ in upstream.calls] == ["GetProcessMapping", "GetProcessMapping", "GetProcess"]


def test_suggestions_are_reached_under_both_names(upstream):
    methods = ("SuggestionsChat", "AnalyzeProcess", "GenerateProcessInsights", "PlanProcessImprovement")
    with channel(upstream.url.removeprefix("http://")) as opened:
        for method in methods:
            for service in ("ProcessManager", "ProcessSuggestions"):
                opened.unary_unary(f"/grimoire.v1.{service}/{method}")(b"", timeout=20)
        opened.unary_unary("/grimoire.v1.ProcessSuggestions/RateSuggestion")(b"", timeout=20)
    for verb, path in (("POST", f"/processes/{SOME_ID}/analysis"), ("POST", f"/processes/{SOME_ID}/insights"),
                       ("POST", f"/processes/{SOME_ID}/improvement-plan"), ("POST", f"/suggestions/{SOME_ID}/rating"),
                       ("GET", f"/processes/{SOME_ID}/suggestions")):
        answer = requests.request(verb, upstream.url + path, json={} if verb == "POST" else None, timeout=30)
        assert answer.status_code == 200, answer.text
    names = [name for name in methods for _ in range(2)] + ["RateSuggestion", *methods[1:], "RateSuggestion", "ListSuggestions"]
    assert upstream.paths == [f"/grimoire.v1.ProcessSuggestions/{name}" for name in names]


def test_a_conversation_may_be_silent_and_a_report_has_its_time(upstream):
    """All else has a second here."""
    upstream.behave = lambda context: time.sleep(2.5) or b""
    with channel(upstream.url.removeprefix("http://")) as opened:
        assert opened.unary_unary("/grimoire.v1.ProcessManager/SuggestionsChat")(b"", timeout=20) == b""
    assert requests.post(f"{upstream.url}/processes/{SOME_ID}/analysis", json={}, timeout=30).status_code == 200
    assert 100 < upstream.calls[-1][2] < 120


def test_without_a_websocket_there_is_nothing_at_a_chats_path(upstream):
    answer = requests.get(f"{upstream.url}/processes/{SOME_ID}/suggestions/chat", timeout=30)
    assert_error(answer, 404, 5)
    assert not upstream.calls


def test_what_the_services_ask_of_each_other_is_not_reached(upstream):
    for method in ("MappingSource/GetMappingEvolution", "MappingSource/FindProcessesByFact",
                   "SuggestionRecords/GetSuggestionContext", "SuggestionRecords/RateSuggestion"):
        with channel(upstream.url.removeprefix("http://")) as opened, pytest.raises(grpc.RpcError) as caught:
            opened.unary_unary(f"/grimoire.v1.{method}")(b"", timeout=20)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
        answer = requests.post(f"{upstream.url}/grimoire.v1.{method}", json={}, timeout=30)
        assert_error(answer, 404, 5)
    assert not upstream.calls


def test_a_service_that_takes_too_long_is_a_gateway_timeout(upstream):
    upstream.behave = lambda context: time.sleep(2) or b""
    assert_error(requests.get(f"{upstream.url}/processes", timeout=30), 504, 4)
    with channel(upstream.url.removeprefix("http://")) as opened, pytest.raises(grpc.RpcError) as caught:
        opened.unary_unary("/grimoire.v1.ProcessManager/GetProcess")(b"", timeout=20)
    assert caught.value.code() in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE)
    assert not caught.value.details().startswith("{")


def test_a_body_that_does_not_come_is_a_request_timeout(upstream):
    host = upstream.url.removeprefix("http://")
    with socket.create_connection(host.split(":"), timeout=20) as opened:
        opened.sendall(f"POST /processes HTTP/1.1\r\nhost: {host}\r\ncontent-length: 100\r\n\r\n{{".encode())
        received = b""
        while more := opened.recv(65_536):
            received += more
            if received.rstrip().endswith(b"}"):
                break
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408"), received
    assert json.loads(body)["code"] == 4
    assert upstream.calls == []


def test_a_limit_says_when_to_come_back(upstream):
    def behave(context):
        context.set_trailing_metadata([("retry-after", "7")])
        context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "Too many.")

    upstream.behave = behave
    answer = requests.get(f"{upstream.url}/processes", timeout=30)
    assert_error(answer, 429, 8)
    assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    "code, status",
    [
        ("INVALID_ARGUMENT", 400), ("FAILED_PRECONDITION", 400), ("OUT_OF_RANGE", 400), ("UNAUTHENTICATED", 401),
        ("PERMISSION_DENIED", 403), ("NOT_FOUND", 404), ("ABORTED", 409), ("ALREADY_EXISTS", 409), ("INTERNAL", 500),
        ("UNIMPLEMENTED", 501), ("DEADLINE_EXCEEDED", 504),
    ],
)
def test_every_code_has_its_http_status(upstream, code, status):
    upstream.behave = lambda context: context.abort(grpc.StatusCode[code], "Said so.")
    body = assert_error(
        requests.get(f"{upstream.url}/processes", timeout=30), status, grpc.StatusCode[code].value[0])
    assert body["message"] == "Said so."


def test_a_status_that_the_service_names_is_the_answers(upstream):
    def behave(context):
        context.send_initial_metadata([("x-http-status", "201")])
        return b""

    upstream.behave = behave
    answer = requests.post(f"{upstream.url}/processes", json=GOOD, timeout=30)
    assert answer.status_code == 201
    assert "x-http-status" not in answer.headers


def test_a_service_that_is_not_there_is_unavailable_to_both():
    with envoy(free_port()) as url:
        answer = requests.get(f"{url}/processes", timeout=30)
        assert_error(answer, 503, 14)
        assert answer.headers["retry-after"] == "1"
        with channel(url.removeprefix("http://")) as opened, pytest.raises(grpc.RpcError) as caught:
            opened.unary_unary("/grimoire.v1.ProcessManager/GetProcess")(b"")
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        assert not caught.value.details().startswith("{")
