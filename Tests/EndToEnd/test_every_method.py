"""Every method of every service, in every way: who may call it, and what it tells of other organizations. A new one
must be added here, or these tests fail."""
import time
import uuid

import psycopg
import pytest
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from callers import NEEDS_TWO_VERSIONS, REQUESTS, Process, every_method, suggestion
from conftest import channel, setting
from tokens import claims, signed

ROLES = {
    "viewer": ["viewer"], "editor": ["editor"], "admin": ["admin"], "service": ["service"], "none": [],
    "unknown": ["owner", "Editor", "root"],
}
# Which roles may do what asks for a role (DESIGN, section 11).
ALLOWED = {
    "viewer": {"viewer", "editor", "admin", "service"}, "editor": {"editor", "admin"}, "admin": {"admin"},
    "service": {"service"},
}
NOT_FOUND, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED = 5, 7, 12, 16


# Those that name no process: whoever may call them is answered, whatever others have.
WITHOUT_A_PROCESS = {"ProcessManager.CreateProcess"}


def prepared(client, method, token):
    return Process(client, token).prepare(method)


def ways_of_methods():
    return [(name, way) for name in REQUESTS for way in ("REST", "gRPC", "direct")]


def find(client, name, way):
    method = client.methods[name]
    return method if way in method.ways else None


def test_every_method_that_is_described_or_served_is_in_the_table(api):
    assert {str(method) for method in every_method(api)} == REQUESTS.keys()
    for address in ("GRIMOIRE_PROCESSES_ADDRESS", "GRIMOIRE_MAPPINGS_ADDRESS", "GRIMOIRE_SUGGESTIONS_ADDRESS"):
        with channel(setting(address)) as opened:
            services = ProtoReflectionDescriptorDatabase(opened).get_services()
        ours = {name.removeprefix("grimoire.v1.") for name in services if name.startswith("grimoire.")}
        assert ours and ours <= {name.split(".")[0] for name in REQUESTS}
        # Whatever else there is, anyone may ask.
        assert {name for name in services if not name.startswith("grimoire.")} <= {
            "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}


@pytest.fixture(scope="module")
def house():
    """Tokens of one organization, one for each role."""
    org = str(uuid.uuid4())
    return {role: signed(claims(org, roles)) for role, roles in ROLES.items()}


@pytest.fixture(scope="module")
def strangers():
    org = str(uuid.uuid4())
    return {role: signed(claims(org, [role])) for role in ("admin", "service")}


@pytest.mark.parametrize("name, way", ways_of_methods())
def test_only_the_roles_that_the_proto_names_may_call_it(client, house, name, way):
    method = find(client, name, way)
    if not method:
        return
    for role, token in house.items():
        process = prepared(client, method, house["editor"])
        answer = client(way, method, REQUESTS[name](process), token)
        if role in ALLOWED[method.role]:
            assert answer.code == 0, (role, answer)
        else:
            assert answer.code == PERMISSION_DENIED, (role, answer)
            assert f"needs the role {method.role}" in answer.message
            unchanged = client("direct", "GetProcess", {"process_id": process.id}, house["viewer"])
            assert unchanged.body["version_number"] == (2 if method.name in NEEDS_TWO_VERSIONS else 1)
    answer = client(way, method, REQUESTS[name](process), None)
    assert answer.code == UNAUTHENTICATED, answer


@pytest.mark.parametrize("name, way", ways_of_methods())
def test_what_another_organization_has_looks_absent(client, house, strangers, name, way):
    """To a stranger with every right, and to a service that names its own organization, there is no difference."""
    method = find(client, name, way)
    if not method or name in WITHOUT_A_PROCESS:
        return
    process, absent = prepared(client, method, house["editor"]), Process()
    before = client("direct", "GetProcess", {"process_id": process.id}, house["viewer"]).body
    if method.role == "viewer":
        # What is kept in memory is its owner's alone.
        assert client(way, method, REQUESTS[name](process), house["viewer"]).code == 0
    token = strangers["service" if method.role == "service" else "admin"]
    foreign = client(way, method, REQUESTS[name](process), token)
    missing = client(way, method, REQUESTS[name](absent), token)
    assert process.hidden([foreign.code, foreign.message, foreign.details, foreign.body]) == absent.hidden(
        [missing.code, missing.message, missing.details, missing.body])
    assert foreign.code in (0, NOT_FOUND)
    # That there is something to be found, its owner sees.
    own = client(way, method, REQUESTS[name](process), house["service" if method.role == "service" else "admin"])
    assert own.code == 0, own
    assert process.hidden(own.body) != process.hidden(foreign.body)
    if method.name not in ("UpdateProcess", "DeleteProcess"):
        assert client("direct", "GetProcess", {"process_id": process.id}, house["viewer"]).body == before


@pytest.mark.parametrize("name, way", ways_of_methods())
def test_what_was_deleted_looks_absent_to_its_own_organization(client, house, name, way):
    method = find(client, name, way)
    if not method or name in WITHOUT_A_PROCESS or method.name == "RestoreProcess":
        return
    process, absent = prepared(client, method, house["editor"]), Process()
    assert client("direct", "DeleteProcess", {"process_id": process.id}, house["editor"]).code == 0
    token = house["service" if method.role == "service" else "admin"]
    deleted = client(way, method, REQUESTS[name](process), token)
    missing = client(way, method, REQUESTS[name](absent), token)
    assert process.hidden([deleted.code, deleted.message, deleted.details, deleted.body]) == absent.hidden(
        [missing.code, missing.message, missing.details, missing.body])


@pytest.mark.parametrize("name, way", ways_of_methods())
def test_an_organization_is_named_by_services_only(client, house, strangers, name, way):
    """A service that names one is shown that one's; anybody else is refused, whether there is such a one or not."""
    method = find(client, name, way)
    if not method:
        return
    process = prepared(client, method, house["editor"])
    owner = client("direct", "GetProcess", {"process_id": process.id}, house["viewer"]).body["organization_id"]
    for org in (owner, str(uuid.uuid4())):
        answer = client(way, method, REQUESTS[name](process), strangers["admin"], grimoire_organization=org)
        assert answer.code == PERMISSION_DENIED, answer
    answer = client(way, method, REQUESTS[name](process), strangers["service"], grimoire_organization=owner)
    assert answer.code == (0 if "service" in ALLOWED[method.role] else PERMISSION_DENIED), answer
    answer = client(way, method, REQUESTS[name](process), strangers["service"], grimoire_organization="nobody")
    assert answer.code == 3, answer


def test_what_is_answered_elsewhere_says_so_where_it_is_not(client, house):
    found = [method for method in client.methods.values() if method.is_elsewhere]
    assert len(found) == 4
    for method in found:
        answer = client("direct", method, REQUESTS[str(method)](Process()), house["admin"])
        assert answer.code == UNIMPLEMENTED and "grimoire-suggestions" in answer.message, answer


def test_what_a_list_gave_leads_nobody_elsewhere(client, house, strangers):
    """Page tokens hold for their own list in their own organization."""
    editor, stranger = house["editor"], strangers["admin"]
    first, second = Process(client, editor), Process(client, editor)
    for process in (first, second):
        for number in (2, 3):
            client("direct", "UpdateProcess", {"process_id": process.id, "spy_code": f"x = {number}\n"}, editor)
    processes = client("REST", "ListProcesses", {"page_size": 1}, editor).body["next_page_token"]
    versions = client("REST", "ListProcessVersions", {"process_id": first.id, "page_size": 1}, editor)
    versions = versions.body["next_page_token"]
    assert processes and versions
    for way in ("REST", "gRPC"):
        for token, request in (
            (stranger, {"page_size": 1, "page_token": processes}), (editor, {"page_size": 1, "page_token": versions}),
            (editor, {"page_size": 1, "page_token": processes, "order_by": "name"}),
        ):
            answer = client(way, "ListProcesses", request, token)
            assert (answer.code, list(answer.violations)) == (3, ["page_token"]), answer
        request = {"process_id": second.id, "page_size": 1, "page_token": versions}
        answer = client(way, "ListProcessVersions", request, editor)
        assert (answer.code, list(answer.violations)) == (3, ["page_token"]), answer


def test_keys_of_calls_are_each_organizations_own(client):
    """The same person with the same key in two organizations makes two processes."""
    user, key = str(uuid.uuid4()), str(uuid.uuid4())
    request = {"name": "P", "spy_code": "x = 1\n"}
    made = {client("gRPC", "CreateProcess", request, signed(claims(str(uuid.uuid4()), sub=user)),
                   idempotency_key=key).body["process_id"] for _ in range(2)}
    assert len(made) == 2


def test_what_a_chat_asks_with_each_message_is_the_same_on_the_short_way(client):
    """A token that was not seen before takes the ordinary way, one that was, the short one."""
    mine = claims(str(uuid.uuid4()), ["editor"])
    editor, stranger = signed(mine), signed(claims(str(uuid.uuid4()), ["admin"]))
    process, absent = Process(client, editor), Process()
    first = {"process_id": process.id, "session_id": "s", "brief": True}

    def both(**changes):
        unseen = signed({**mine, "jti": str(uuid.uuid4())})
        ways = [client("direct", "SuggestionRecords.GetSuggestionContext", {**first, **changes}, token, traceparent=trace)
                for token in (unseen, unseen, editor) for trace in (None, f"00-{uuid.uuid4().hex}-{'1' * 16}-01")]
        assert all(way == ways[0] for way in ways), ways
        return ways[0]

    whole = both()
    # Only the short way has several calls in one row of the audit.
    with psycopg.connect(setting("GRIMOIRE_DATABASE_URL"), autocommit=True) as owner:
        end = time.monotonic() + 60
        while not owner.execute("SELECT 1 FROM audit_log WHERE process_id = %s AND method = 'GetSuggestionContext' "
                                "AND calls > 1", [process.id]).fetchone():
            assert time.monotonic() < end, "no call took the short way"
            time.sleep(0.1)
    assert whole.code == 0 and whole.body["process"]["spy_code"] == "x = 1\n" and not whole.body.get("session")
    known = {"known_content_hash": whole.body["process"]["content_hash"]}
    assert not both(**known).body["process"].get("spy_code")
    assert both(**known, known_version_number=1).body == both(**known).body
    exchange = {**suggestion(process), "suggestion_id": process.suggestion}
    assert client("direct", "SuggestionRecords.RecordSuggestion", {"suggestion": exchange}, editor).code == 0
    assert [said["answer"] for said in both(**known).body["session"]] == ["Nothing."]
    assert not both(session_id="another").body.get("session") and not both(session_id="").body.get("session")
    # A new version is seen at once.
    assert client("direct", "UpdateProcess", {"process_id": process.id, "spy_code": "x = 2\n"}, editor).code == 0
    assert both(**known).body["process"]["spy_code"] == "x = 2\n"
    assert both(**known, known_version_number=1).body["process"]["spy_code"] == "x = 2\n"
    assert not both(version_number=1, **known).body["process"].get("spy_code")
    assert both(version_number=9).code == both(process_id=absent.id).code == NOT_FOUND
    assert both(process_id="x").code == both(known_content_hash="x").code == both(rated_suggestions=-1).code == 3
    for _ in range(2):
        foreign = client("direct", "SuggestionRecords.GetSuggestionContext", first, stranger)
        assert foreign.code == NOT_FOUND and not foreign.body
    assert client("direct", "DeleteProcess", {"process_id": process.id}, editor).code == 0
    assert both().code == NOT_FOUND
