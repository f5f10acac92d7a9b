"""Every documented error: its code, its HTTP status, the field, and what is allowed."""
import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from conftest import Rest, make_token

GOOD = {"name": "P", "spy_code": "x = 1\n"}
MISSING = "00000000-0000-4000-8000-00000000dead"


@pytest.mark.parametrize(
    "change, field, words",
    [
        ({"name": ""}, "name", "1 to 255"),
        ({"name": "x" * 256}, "name", "at most 255"),
        ({"name": "a\u0000b"}, "name", "U+0000"),
        ({"spy_code": ""}, "spy_code", "required"),
        ({"spy_code": "x" * 1_048_577}, "spy_code", "1048576 bytes"),
        ({"description": "x" * 10_001}, "description", "at most 10000"),
        ({"changelog": "x" * 10_001}, "changelog", "at most 10000"),
        ({"stable_mapping": {"": "f"}}, "stable_mapping", "empty key"),
        ({"stable_mapping": {"x": ""}}, 'stable_mapping["x"]', "fact ID"),
        ({"stable_mapping": {"x": "f" * 256}}, 'stable_mapping["x"]', "at most 255"),
        ({"process_document": {"format": "text/html"}}, "process_document.format", "text/markdown"),
        ({"process_document": {"text": "x" * 1_048_577}}, "process_document.text", "1048576 bytes"),
        ({"process_document": {"attributes": {str(n): "" for n in range(101)}}}, "process_document.attributes", "100"),
        ({"organization_id": "mine"}, "organization_id", "UUID"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(organization, change, field, words):
    answer = organization.rest("POST", "/processes", {**GOOD, **change})
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert body["code"] == 3
    violation = body["details"][0]["field_violations"][0]
    assert violation["field"] == field
    assert words in violation["description"]
    assert not any(name.startswith("grpc-") for name in answer.headers)


@pytest.mark.parametrize(
    "change, field, allowed",
    [
        ({"colour": "red"}, "colour", "spy_code"),
        ({"Name": "P"}, "Name", "name"),
        ({"process_document": {"titel": "x"}}, "process_document.titel", "attributes"),
        ({"stable_mapping": {"x": "f"}, "replace_mapping": True}, "replace_mapping", "stable_mapping"),
        ({"changelog": '"}, "hidden": {"', "x[]": [{"a": {}}]}, "x[]", "changelog"),
    ],
)
def test_an_unknown_field_is_named_with_those_that_exist(organization, change, field, allowed):
    answer = organization.rest("POST", "/processes", {**GOOD, **change})
    assert answer.status_code == 400, answer.text
    violation = answer.json()["details"][0]["field_violations"][0]
    assert violation["field"] == field
    assert allowed in violation["description"]


def test_field_names_in_camel_case_and_escaped_ones_are_known(organization):
    body = r'{"n\u0061me": "\"}{[", "spyCode": "x = 1\n", "processDocument": {"attributes": {"any \" key": "]"}}}'
    answer = organization.rest.session.post(
        organization.rest.url + "/processes", data=body, headers={"content-type": "application/json"}, timeout=30
    )
    assert answer.status_code == 201, answer.text


def test_all_wrong_fields_are_told_at_once(organization):
    body = organization.rest("POST", "/processes", {"name": "", "spy_code": ""}).json()
    assert {v["field"] for v in body["details"][0]["field_violations"]} == {"name", "spy_code"}


def test_the_longest_allowed_values_are_accepted(organization):
    answer = organization.rest("POST", "/processes", {**GOOD, "name": "é" * 255, "spy_code": "x" * 1_048_576})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    "method, path, status, code",
    [
        ("GET", "/processes/abc", 400, 3),
        ("GET", f"/processes/{MISSING}", 404, 5),
        ("GET", f"/processes/{MISSING}/spy", 404, 5),
        ("GET", f"/processes/{MISSING}/mapping", 404, 5),
        ("GET", f"/processes/{MISSING}/versions", 404, 5),
        ("DELETE", f"/processes/{MISSING}", 404, 5),
        ("GET", f"/processes/{MISSING}?version=0", 400, 3),
        ("GET", f"/processes/{MISSING}?version=-1", 400, 3),
        ("GET", f"/processes/{MISSING}/mapping?version=0", 400, 3),
        ("GET", f"/processes/{MISSING}?version=one", 400, 3),
        ("GET", "/processes?page_size=501", 400, 3),
        ("GET", "/processes?page_size=-1", 400, 3),
        ("GET", "/processes?page_token=abc", 400, 3),
        ("GET", "/processes?colour=red", 400, 3),
        ("GET", "/nothing", 404, 5),
    ],
)
def test_a_wrong_path_or_query_is_answered_as_json(organization, method, path, status, code):
    answer = organization.rest(method, path)
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["code"] == code
    assert body["message"]
    assert isinstance(body["details"], list)


def test_a_version_that_does_not_exist_is_not_found(organization):
    process_id = organization.rest("POST", "/processes", GOOD).json()["process_id"]
    for path in ("?version=2", "/spy?version=2", "/mapping?version=2"):
        answer = organization.rest("GET", f"/processes/{process_id}{path}")
        assert answer.status_code == 404
        assert "version" in answer.json()["message"]


def test_a_page_token_of_another_list_is_refused(organization):
    for _ in range(2):
        organization.rest("POST", "/processes", GOOD)
    token = organization.rest("GET", "/processes?page_size=1").json()["next_page_token"]
    assert token
    assert organization.rest("GET", f"/processes?page_token={token}").status_code == 200
    for changed in (token[:-1], token + "A", "A" + token):
        assert organization.rest("GET", f"/processes?page_token={changed}").status_code == 400
    assert organization.rest("GET", f"/processes?name=P&page_token={token}").status_code == 400


def test_malformed_json_and_a_body_that_is_too_large_are_answered_as_json(organization):
    session = organization.rest.session
    url = organization.rest.url + "/processes"
    answer = session.post(url, data='{"name":', headers={"content-type": "application/json"}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    answer = session.post(url, data='{"name": 5}', headers={"content-type": "application/json"}, timeout=30)
    assert answer.status_code == 400
    answer = organization.rest("POST", "/processes", {**GOOD, "changelog": "x" * 5_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, 8)


@pytest.mark.parametrize(
    "token",
    ["", "nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."],
)
def test_a_call_without_a_good_token_is_unauthenticated(token):
    answer = Rest(token)("GET", "/processes")
    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == 16


def test_expired_and_foreign_tokens_are_unauthenticated(organization):
    for token in (
        make_token(organization.id, expires_in=-10),
        make_token(organization.id, issuer="someone-else"),
        organization.token[:-4] + "AAAA",
    ):
        assert Rest(token)("GET", "/processes").status_code == 401


def test_a_viewer_reads_and_does_not_write(organization):
    process_id = organization.rest("POST", "/processes", GOOD).json()["process_id"]
    viewer = Rest(make_token(organization.id, role="viewer"))
    assert viewer("GET", f"/processes/{process_id}").status_code == 200
    assert viewer("GET", f"/processes/{process_id}/mapping").status_code == 200
    for method, path, body in [
        ("POST", "/processes", GOOD), ("PUT", f"/processes/{process_id}", GOOD),
        ("DELETE", f"/processes/{process_id}", None),
    ]:
        answer = viewer(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, 7)


def test_another_organizations_process_looks_absent(organization, other_organization, api, processes, mappings):
    process_id = organization.rest("POST", "/processes", GOOD).json()["process_id"]
    stranger = other_organization.rest
    absent = stranger("GET", f"/processes/{MISSING}").json()["message"].replace(MISSING, process_id)
    for method, tail, body in [
        ("GET", "", None), ("GET", "?version=1", None), ("GET", "/spy", None), ("GET", "/mapping", None),
        ("GET", "/versions", None), ("PUT", "", {"spy_code": "x = 2\n"}), ("DELETE", "", None),
    ]:
        answer = stranger(method, f"/processes/{process_id}{tail}", body)
        assert answer.status_code == 404
        assert answer.json()["message"] == absent
    assert stranger("GET", "/processes").json()["processes"] == []
    answer = stranger("POST", "/processes", {**GOOD, "organization_id": organization.id})
    assert answer.status_code == 403
    with pytest.raises(grpc.RpcError) as caught:
        mappings.GetProcessMapping(
            api.mapping_request(process_id=process_id), metadata=other_organization.metadata)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    assert organization.rest("GET", f"/processes/{process_id}").status_code == 200


def test_a_service_names_the_organization_that_it_reads(organization, other_organization):
    process_id = organization.rest("POST", "/processes", GOOD).json()["process_id"]
    service = Rest(make_token(other_organization.id, role="service"))
    path = f"/processes/{process_id}/spy"
    assert service("GET", path).status_code == 404
    named = {"grimoire-organization": organization.id}
    assert service("GET", path, headers=named).status_code == 200
    assert service("GET", f"/processes/{process_id}/mapping", headers=named).status_code == 200
    assert service("POST", "/processes", GOOD, headers=named).status_code == 403
    assert other_organization.rest("GET", path, headers=named).status_code == 403
    assert service("GET", path, headers={"grimoire-organization": "x"}).status_code == 400


def test_a_call_that_names_two_organizations_is_refused(organization, other_organization, api, processes, mappings):
    process_id = organization.rest("POST", "/processes", GOOD).json()["process_id"]
    token = make_token(other_organization.id, role="service")
    one = [("authorization", f"Bearer {token}"), ("grimoire-organization", organization.id)]
    for read in (
        lambda metadata: processes.GetProcess(api.messages.GetProcessRequest(process_id=process_id), metadata=metadata),
        lambda metadata: mappings.GetProcessMapping(api.mapping_request(process_id=process_id), metadata=metadata),
    ):
        # Twice, for who has been seen before is let in another way.
        for _ in range(2):
            assert read(one).process_id == process_id
            with pytest.raises(grpc.RpcError) as caught:
                read([*one, ("grimoire-organization", other_organization.id)])
            assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
            assert "grimoire-organization" in caught.value.details()


def test_grpc_errors_carry_their_details(organization, api, processes, mappings, through_envoy):
    for stub in (processes, through_envoy):
        with pytest.raises(grpc.RpcError) as caught:
            stub.CreateProcess(api.messages.CreateProcessRequest(), metadata=organization.metadata)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        details = error_details_pb2.BadRequest()
        assert rpc_status.from_call(caught.value).details[0].Unpack(details)
        assert {violation.field for violation in details.field_violations} == {"name", "spy_code"}
    for stub in (mappings, through_envoy):
        with pytest.raises(grpc.RpcError) as caught:
            stub.GetProcessMapping(api.mapping_request(process_id="x"), metadata=organization.metadata)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert rpc_status.from_call(caught.value).details
