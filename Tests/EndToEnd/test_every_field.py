"""Every field of every request, in every way: of the wrong type, out of its range, no text, no UUID. Fields are found
in the descriptors, so that a new one is tried too."""
import copy
import dataclasses
import json
import re
import uuid

import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor

from callers import NEEDS_TWO_VERSIONS, REQUESTS, Process, every_method, query_name, rest_answer
from tokens import claims, signed

INVALID_ARGUMENT = 3
# Deeper than any request goes.
MAX_DEPTH = 4
NOT_UUIDS = [
    "x", "0", "00000000-0000-4000-8000-00000000dea", "00000000-0000-4000-8000-00000000deadd",
    "0000000000004000800000000000dead", "{00000000-0000-4000-8000-00000000dead}",
    "00000000-0000-4000-8000-00000000deag",
    "urn:uuid:00000000-0000-4000-8000-00000000dead", "00000000_0000_4000_8000_00000000dead",
    " 00000000-0000-4000-8000-00000000dead", "00000000-0000-4000-8000-00000000dea\u0661",
    "' OR 1=1 --", "%", "null",
]
# These may say anything: what is not known is only not the same.
FREE = {"if_content_hash"}
# What the path says is all that these need.
NEEDS_NO_BODY = {"RestoreProcess", "AnalyzeProcess", "GenerateProcessInsights", "PlanProcessImprovement"}
# IDs that are others' own words, and one that must not be given.
NO_UUIDS = {"fact_id", "session_id", "call_id", "user_id"}


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a value stands in a request: the names of fields, and the index or key within those that have several."""

    path: tuple
    field: object
    # A map's key rather than its value.
    is_key: bool = False

    @property
    def name(self):
        return ".".join(str(part) for part in self.path if not isinstance(part, int))

    def filled(self, request, value):
        """The request with a value at this place; what is missing on the way is made."""
        request = copy.deepcopy(request)
        at = request
        for part, following in zip(self.path, self.path[1:] + (None,)):
            if following is None:
                if self.is_key:
                    at[value] = "f"
                else:
                    at[part] = value
            elif isinstance(part, int):
                at = at[part]
            else:
                at.setdefault(part, [{}] if isinstance(following, int) else {})
                at = at[part]
        return request


def is_map(field):
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def is_list(field):
    return field.is_repeated and not is_map(field)


def places(message, path=(), depth=0):
    """Every place of a message that has a value of its own, map entries and lists' first elements among them."""
    assert depth < MAX_DEPTH
    for field in message.fields:
        here = path + (field.name,)
        if is_map(field):
            yield Place(here + ("key",), field.message_type.fields_by_name["key"], is_key=True)
            yield Place(here + ("x",), field.message_type.fields_by_name["value"])
        elif field.message_type is None or field.message_type.full_name.startswith("google.protobuf."):
            yield Place(here + (0,) if is_list(field) else here, field)
        else:
            yield from places(field.message_type, here + (0,) if is_list(field) else here, depth + 1)


def containers(message, path=(), depth=0):
    """Every field that holds others."""
    assert depth < MAX_DEPTH
    for field in message.fields:
        here = path + (field.name,)
        if field.message_type is not None and not field.message_type.full_name.startswith("google.protobuf."):
            yield Place(here, field)
            if not is_map(field):
                yield from containers(field.message_type, here + (0,) if is_list(field) else here, depth + 1)


@pytest.fixture(scope="module")
def house():
    org = str(uuid.uuid4())
    return {role: signed(claims(org, [role])) for role in ("viewer", "editor", "admin", "service")}


@pytest.fixture(scope="module")
def process(client, house):
    return Process(client, house["editor"])


@pytest.fixture(params=REQUESTS)
def method(request, client):
    return client.methods[request.param]


@pytest.fixture
def base(method, process):
    """A request that would be answered."""
    return REQUESTS[str(method)](process if method.name in NEEDS_TWO_VERSIONS else process.prepare(method))


@pytest.fixture
def token(method, house):
    return house[method.role]


def in_path(method, place):
    return method.rule is not None and f"{{{place.path[0]}}}" in method.rule[1]


def assert_names(answer, place, context):
    """The answer is that the field is wrong; of several, all may be named."""
    assert answer.code == INVALID_ARGUMENT, (context, answer)
    names = {place.path[0], query_name_of(place)}
    assert any(field.split("[")[0].split(".")[0] in names for field in answer.violations), (context, answer)


def query_name_of(place):
    json_name = place.field.json_name
    return json_name if json_name.islower() else place.path[0]


def test_the_walk_finds_what_is_there(api):
    found = {f"{method}:{place.name}" for method in every_method(api) for place in places(method.descriptor.input_type)}
    assert {"ProcessManager.CreateProcess:stable_mapping.key",
            "ProcessManager.CreateProcess:process_document.attributes.x",
            "ProcessManager.RecordExecutions:executions.actions.name",
            "ProcessMappings.BatchGetProcessMappings:requests.process_id"} <= found
    assert len(found) > 80


def texts(method):
    return [place for place in places(method.descriptor.input_type) if place.field.type == FieldDescriptor.TYPE_STRING]


def test_no_text_has_a_nul(client, method, base, token):
    for place in texts(method):
        if place.field.name in FREE:
            continue
        for way in method.ways:
            for value in ("\0", "a\0b"):
                answer = client(way, method, place.filled(base, value), token)
                if way == "REST" and in_path(method, place):
                    # Envoy's refusal of such a path names no field.
                    assert answer.code == INVALID_ARGUMENT, (place.name, answer)
                else:
                    assert_batch_or_names(method, answer, place, (way, place.name, value))


BATCHES = {"BatchGetProcessMappings", "RecordSuggestions"}


def assert_batch_or_names(method, answer, place, context):
    """What is wrong with one question of a batch is its answer, not the batch's."""
    if method.name in BATCHES and answer.code == 0:
        assert answer.body["results"][0]["failure"]["code"] == INVALID_ARGUMENT, (context, answer)
    else:
        assert_names(answer, place, context)


# As long as a surrogate is where UTF-8 is made of it as if it were a character (CESU-8), which is not allowed.
MARK = "QZX"


def test_half_a_character_is_no_text(client, method, base, token):
    """Lone surrogates, as JSON escapes and as bytes in a body, a path, a query, protobuf; and other wrong bytes."""
    for place in texts(method):
        request = place.filled(base, MARK)
        for way in method.ways:
            if way == "REST":
                for answer in broken_over_rest(client, method, request, token):
                    assert answer.code == INVALID_ARGUMENT, (place.name, answer)
                continue
            message = json_format.ParseDict(request, message_factory.GetMessageClass(method.descriptor.input_type)())
            for bad in (b"\xed\xa0\x80", b"a\xffb", b"\xc0\x80x", b"x\xe2\x82"):
                data = message.SerializeToString().replace(MARK.encode(), bad)
                answer = client.over_grpc(way, method, data, [("authorization", f"Bearer {token}")])
                assert answer.code == INVALID_ARGUMENT, (way, place.name, bad, answer)


def broken_over_rest(client, method, request, token):
    verb, path, has_body = method.rule
    rest = dict(request)
    for name in re.findall(r"{(\w+)}", path):
        path = path.replace(f"{{{name}}}", rest.pop(name))
    headers = {"authorization": f"Bearer {token}"}
    if has_body:
        text = json.dumps(rest).encode()
        wrong = (rb"\ud800", rb"\udc00x", rb"\ud800\u0041", b"\xed\xa0\x80", b"a\xffb")
        versions = [text.replace(MARK.encode(), bad) for bad in wrong]
        asked = [(path, body) for body in versions] if MARK.encode() in text else [(path, text)]
    else:
        query = "&".join(f"{query_name(method, name)}={value}" for name, value in rest.items())
        asked = [(f"{path}?{query}", None)]
    for target, body in asked:
        for bad in ("%ED%A0%80", "a%FFb", "%C0%80") if MARK in target else ("",):
            yield rest_answer(client.session.request(
                verb, client.rest_url + target.replace(MARK, bad), data=body, headers=headers, timeout=60))


def test_a_uuid_has_one_form(client, method, base, token):
    for place in places(method.descriptor.input_type):
        if not place.field.name.endswith("_id") or place.field.name in NO_UUIDS:
            continue
        for value in NOT_UUIDS:
            for way in method.ways:
                answer = client(way, method, place.filled(base, value), token)
                assert_batch_or_names(method, answer, place, (way, place.name, value))
        for way in method.ways:
            value = MISSING_IN_CAPITALS
            answer = client(way, method, place.filled(base, value), token)
            assert answer.code != INVALID_ARGUMENT, (way, place.name, answer)


MISSING_IN_CAPITALS = "00000000-0000-4000-8000-00000000DEAD"


def test_a_number_below_zero_is_refused_and_one_that_is_too_large_too(client, method, base, token):
    for place in places(method.descriptor.input_type):
        if place.field.cpp_type != FieldDescriptor.CPPTYPE_INT32:
            continue
        for way in method.ways:
            for value in (-1, -2_147_483_648):
                answer = client(way, method, place.filled(base, value), token)
                assert_batch_or_names(method, answer, place, (way, place.name, value))
        if method.rule:
            for value in (2_147_483_648, -2_147_483_649, 10**30, 1.5):
                answer = client("REST", method, place.filled(base, value), token)
                assert answer.code == INVALID_ARGUMENT, (place.name, value, answer)
            if not method.rule[2] and query_name_of(place) == "version":
                assert_names(client("REST", method, place.filled(base, 0), token), place, (place.name, 0))


def wrong_values(field, is_query):
    """Values of other types, as JSON or in a query."""
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_STRING:
        return [] if is_query else [5, True, ["x"], {"x": "y"}]
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return ["maybe", "TRUE", 2] if is_query else ["maybe", 1, [], {}]
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        return ["NONSENSE"] if is_query else ["NONSENSE", [], {}, True]
    if kind == FieldDescriptor.CPPTYPE_MESSAGE:
        return ["yesterday", "1"] if is_query else ["yesterday", 5, [], True]
    return ["x", "1x", "0x1", "1e3.5", "one"] if is_query else ["x", True, [], {}]


def test_a_value_of_another_type_is_refused(client, method, base, token):
    if not method.rule:
        return
    is_query = not method.rule[2]
    for place in places(method.descriptor.input_type):
        if place.is_key or in_path(method, place):
            continue
        for value in wrong_values(place.field, is_query):
            answer = client("REST", method, place.filled(base, value), token)
            assert answer.code == INVALID_ARGUMENT, (place.name, value, answer)
    for place in containers(method.descriptor.input_type):
        for value in (5, "x", True, {"x": {}} if is_list(place.field) else []):
            answer = client("REST", method, place.filled(base, value), token)
            assert answer.code == INVALID_ARGUMENT, (place.name, value, answer)


def test_a_field_that_is_not_there_is_named_over_rest_and_passed_over_by_grpc(client, method, base, token):
    if method.rule and not method.rule[2]:
        verb, path, _ = method.rule
        path = re.sub(r"{(\w+)}", lambda found: base[found[1]], path)
        answer = rest_answer(client.session.request(
            verb, f"{client.rest_url}{path}?colour=red", headers={"authorization": f"Bearer {token}"}, timeout=60))
        assert list(answer.violations) == ["colour"], answer
    elif method.rule:
        answer = client("REST", method, {**base, "colour": 1}, token)
        assert list(answer.violations) == ["colour"], answer
        for place in containers(method.descriptor.input_type):
            if is_map(place.field):
                continue
            inside = [{"colour": 1}] if is_list(place.field) else {"colour": 1}
            answer = client("REST", method, place.filled(base, inside), token)
            assert [field.rpartition(".")[2] for field in answer.violations] == ["colour"], (place.name, answer)
    message = json_format.ParseDict(base, message_factory.GetMessageClass(method.descriptor.input_type)())
    for way in ("gRPC", "direct"):
        if way in method.ways and method.name not in ("DeleteProcess", "GetMappingEvolution"):
            # Field 1000, a number: what a newer client may know.
            data = message.SerializeToString() + b"\xc0\x3e\x01"
            answer = client.over_grpc(way, method, data, [("authorization", f"Bearer {token}")])
            assert answer.code == 0, (way, answer)


def test_bytes_that_are_no_message_are_the_callers_mistake(client, method, token):
    for way in ("gRPC", "direct"):
        if way not in method.ways:
            continue
        for data in (b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x05ab", b"\x00\x00", b"{}", b"\x0f" * 40):
            answer = client.over_grpc(way, method, data, [("authorization", f"Bearer {token}")])
            assert answer.code == INVALID_ARGUMENT, (way, data, answer)
    if method.rule and method.rule[2]:
        path = re.sub(r"{\w+}", str(uuid.uuid4()), method.rule[1])
        for body in ("", "{", "[]", "5", '"x"', "null", '{"name"}', "{'name': 1}", "\ufeff{}", "{}{}", "{" * 200,
                     "[" * 5_000):
            if body == "" and method.name in NEEDS_NO_BODY:
                continue
            answer = rest_answer(client.session.request(
                method.rule[0], client.rest_url + path, data=body.encode(),
                headers={"authorization": f"Bearer {token}"}, timeout=60))
            assert answer.code == INVALID_ARGUMENT, (body[:20], answer)
