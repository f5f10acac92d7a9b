"""Every method of grimoire.v1, in each of the ways that clients have: REST and gRPC through Envoy, gRPC directly."""
import dataclasses
import datetime
import importlib
import json
import pathlib
import re
import urllib.parse
import uuid

import grpc
import requests
from google.api import annotations_pb2
from google.protobuf import json_format, message_factory
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from conftest import ROOT, channel, setting

MISSING = "00000000-0000-4000-8000-00000000dead"
WAYS = ("REST", "gRPC", "direct")
THROUGH_ENVOY = ("REST", "gRPC")
# What the other services ask of grimoire-processes is not reached through Envoy.
INTERNAL = {"MappingSource", "SuggestionRecords"}
# Which setting has the address of a service; grimoire-processes has the others.
ADDRESSES = {"ProcessMappings": "GRIMOIRE_MAPPINGS_ADDRESS", "ProcessSuggestions": "GRIMOIRE_SUGGESTIONS_ADDRESS"}
# RFC 9110's statuses for gRPC's codes, as DESIGN has them.
STATUSES = {0: 200, 3: 400, 4: 504, 5: 404, 7: 403, 8: 429, 9: 400, 10: 409, 12: 501, 13: 500, 14: 503, 16: 401}


@dataclasses.dataclass
class Answer:
    """What came back: gRPC's code, also where it came over REST, and the message as JSON."""

    code: int
    body: dict
    message: str = ""
    details: list = dataclasses.field(default_factory=list)

    @property
    def violations(self):
        """The offending fields with what is said of each."""
        return {each["field"]: each["description"] for detail in self.details
                for each in detail.get("field_violations", [])}


@dataclasses.dataclass(frozen=True)
class Method:
    """A method of a service, with what its proto says of it."""

    service: str
    name: str
    # The lowest role that may call it.
    role: str
    descriptor: object

    def __str__(self):
        return f"{self.service}.{self.name}"

    @property
    def path(self):
        return f"/grimoire.v1.{self.service}/{self.name}"

    @property
    def rule(self):
        """The verb, the path and whether there is a body; nothing where REST does not have it."""
        rule = self.descriptor.GetOptions().Extensions[annotations_pb2.http]
        verb = rule.WhichOneof("pattern")
        return (verb.upper(), getattr(rule, verb), bool(rule.body)) if verb else None

    @property
    def is_elsewhere(self):
        """Whether it is one of ProcessSuggestions' by another name, which Envoy alone takes there."""
        file = self.descriptor.containing_service.file
        named = file.pool.FindServiceByName("grimoire.v1.ProcessSuggestions").methods_by_name
        return self.service == "ProcessManager" and self.name in named

    @property
    def is_stream(self):
        return self.descriptor.client_streaming

    @property
    def ways(self):
        """The ways of a single question and answer; a conversation has tests of its own."""
        if self.is_stream:
            return []
        if self.is_elsewhere:
            return ["gRPC"]
        return [way for way in WAYS if way == "direct" or self.service not in INTERNAL and (way == "gRPC" or self.rule)]


def every_method(api):
    """All methods of all services in Protos, from the descriptors; the role is what the comment above each says."""
    assert api
    found = []
    for proto in sorted((ROOT / "Protos" / "grimoire").rglob("*.proto")):
        module = importlib.import_module(".".join(proto.relative_to(ROOT / "Protos").with_suffix("").parts) + "_pb2")
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                made = Method(service.name, method.name, "", method)
                described = (proto.with_name("process_suggestions.proto"), "ProcessSuggestions")
                proto_and_service = described if made.is_elsewhere else (proto, service.name)
                found.append(dataclasses.replace(made, role=role_in(*proto_and_service, method.name)))
    return found


def role_in(proto, service, method):
    text = pathlib.Path(proto).read_text()
    body = text[text.index(f"service {service} {{"):]
    comment = body[:body.index(f"  rpc {method}(")].rpartition("\n\n")[2].rpartition("{\n")[2]
    roles = re.findall(r"Role: (\w+)[.\s]", comment)
    assert len(roles) == 1, f"the comment of {service}.{method} names no role"
    return roles[0]


class Client:
    """Calls methods by their names, with requests as JSON in the fields' names of the proto."""

    def __init__(self, api):
        self.methods = {str(method): method for method in every_method(api)}
        self.session = requests.Session()
        self.rest_url = setting("GRIMOIRE_REST_URL")
        self.envoy = channel(self.rest_url.removeprefix("http://"))
        self.processes = channel(setting("GRIMOIRE_PROCESSES_ADDRESS"))
        self.others = {service: channel(setting(name)) for service, name in ADDRESSES.items()}

    def close(self):
        for each in (self.session, self.envoy, self.processes, *self.others.values()):
            each.close()

    def find(self, name):
        """`CreateProcess`, or `MappingSource.GetMappingEvolution` where several services have one: else the one whose it is."""
        if name == "GetProcessMapping":
            name = "ProcessMappings.GetProcessMapping"
        found = [method for full, method in self.methods.items() if full == name or method.name == name]
        public = [method for method in found if method.service not in INTERNAL and not method.is_elsewhere]
        return found[0] if len(found) == 1 else public[0]

    def __call__(self, way, method, request, token=None, **metadata):
        """Metadata have _ for -; what is None is left out. A token of None sends none."""
        if isinstance(method, str):
            method = self.find(method)
        pairs = {name.replace("_", "-"): value for name, value in metadata.items() if value is not None}
        if token is not None:
            pairs["authorization"] = f"Bearer {token}"
        if way == "REST":
            return self.over_rest(method, request, pairs)
        message = json_format.ParseDict(request, message_factory.GetMessageClass(method.descriptor.input_type)())
        return self.over_grpc(way, method, message.SerializeToString(), pairs.items())

    def over_rest(self, method, request, headers):
        verb, path, has_body = method.rule
        rest = dict(request)
        for name in re.findall(r"{(\w+)}", path):
            path = path.replace(f"{{{name}}}", urllib.parse.quote(rest.pop(name, ""), safe=""))
        query = {} if has_body else {
            query_name(method, name): str(value).lower() if isinstance(value, bool) else value
            for name, value in rest.items()}
        answer = self.session.request(
            verb, self.rest_url + path, params=query, json=rest if has_body else None, headers=headers, timeout=60)
        return rest_answer(answer)

    def over_grpc(self, way, method, request, metadata=()):
        """A request of any bytes."""
        direct = self.others.get(method.service, self.processes)
        opened = self.envoy if way == "gRPC" else direct
        call = opened.unary_unary(method.path)
        try:
            answer = call(request, metadata=list(metadata), timeout=60)
        except grpc.RpcError as error:
            status = rpc_status.from_call(error)
            details = [unpacked(each) for each in status.details] if status else []
            return Answer(error.code().value[0], {}, error.details(), details)
        message = message_factory.GetMessageClass(method.descriptor.output_type).FromString(answer)
        return Answer(0, json_format.MessageToDict(message, preserving_proto_field_name=True))


def rest_answer(answer):
    """An answer over REST, whose status must be that of its code."""
    body = answer.json()
    if answer.status_code in (200, 201):
        return Answer(0, body)
    assert body.keys() == {"code", "message", "details"}, body
    expected = {STATUSES[body["code"]]} | ({413, 431} if body["code"] == 8 else set())
    assert answer.status_code in expected, body
    return Answer(body["code"], {}, body["message"], body["details"])


def query_name(method, field):
    """A parameter is called as the field, unless the proto names it."""
    described = method.descriptor.input_type.fields_by_name[field]
    camel = re.sub("_(.)", lambda found: found[1].upper(), field)
    return field if described.json_name == camel else described.json_name


def unpacked(detail):
    """A detail in the form that REST has."""
    kinds = (error_details_pb2.BadRequest, error_details_pb2.ErrorInfo, error_details_pb2.PreconditionFailure,
             error_details_pb2.RetryInfo)
    for kind in kinds:
        if detail.Is(kind.DESCRIPTOR):
            made = kind()
            detail.Unpack(made)
            return {"@type": detail.type_url, **json_format.MessageToDict(made, preserving_proto_field_name=True)}
    return {"@type": detail.type_url}


class Process:
    """What requests may name of a process; of one that does not exist, too."""

    def __init__(self, client=None, token=None):
        self.id, self.name, self.fact, self.suggestion, self.twin = (str(uuid.uuid4()) for _ in range(5))
        self.client, self.token = client, token
        if client:
            made = client("direct", "CreateProcess", {"name": self.name, "spy_code": "x = 1\n",
                                                      "stable_mapping": {"x": self.fact}}, token)
            assert made.code == 0, made
            self.id = made.body["process_id"]

    def prepare(self, method):
        """Makes what a method is to find besides the process itself."""
        if method.name in NEEDS_TWO_VERSIONS:
            made = self.client("direct", "UpdateProcess", {"process_id": self.id, "spy_code": "x = 2\n"}, self.token)
            assert made.body["version_number"] == 2
        elif method.name in NEEDS_A_SUGGESTION:
            request = {"suggestion": {**suggestion(self), "suggestion_id": self.suggestion}}
            assert self.client("direct", "RecordSuggestion", request, self.token).code == 0
        elif method.name == "FindReuse":
            request = {"name": self.name, "spy_code": "x = 1\n", "stable_mapping": {"x": self.fact}}
            self.twin = self.client("direct", "CreateProcess", request, self.token).body["process_id"]
        return self

    def hidden(self, value):
        """A text of the value in which everything that tells which process it is has gone."""
        text = json.dumps(value, sort_keys=True)
        for number, word in enumerate((self.id, self.name, self.fact, self.suggestion, self.twin)):
            text = text.replace(word, f"<{number}>")
        return text


def run():
    started = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    return {"execution_id": str(uuid.uuid4()), "version_number": 1, "started_at": started.isoformat(),
            "duration": "0.250s", "outcome": "succeeded"}


def suggestion(process):
    return {"suggestion_id": str(uuid.uuid4()), "process_id": process.id, "version_number": 1, "kind": "chat",
            "session_id": "s", "message": "What is wrong?", "answer": "Nothing.", "suggestion_type": "improvement"}


NEEDS_TWO_VERSIONS = {"GetMappingEvolution"}
NEEDS_A_SUGGESTION = {"RateSuggestion", "ListSuggestions"}

# A request that is answered where the process exists.
REQUESTS = {
    "ProcessManager.CreateProcess": lambda p: {"name": "made", "spy_code": "x = 1\n"},
    "ProcessManager.GetProcess": lambda p: {"process_id": p.id},
    "ProcessManager.UpdateProcess": lambda p: {"process_id": p.id, "spy_code": "x = 2\n"},
    "ProcessManager.DeleteProcess": lambda p: {"process_id": p.id},
    "ProcessManager.RestoreProcess": lambda p: {"process_id": p.id},
    "ProcessManager.ListProcesses": lambda p: {"name": p.name},
    "ProcessManager.ListProcessVersions": lambda p: {"process_id": p.id},
    "ProcessManager.GetProcessSpy": lambda p: {"process_id": p.id},
    "ProcessManager.GetProcessMapping": lambda p: {"process_id": p.id},
    "ProcessManager.ValidateProcess": lambda p: {"spy_code": "x = 3\n", "process_id": p.id},
    "ProcessManager.DiffVersions": lambda p: {"process_id": p.id},
    "ProcessManager.VerifyVersion": lambda p: {"process_id": p.id},
    "ProcessManager.RecordExecutions": lambda p: {"process_id": p.id, "executions": [run()]},
    "ProcessManager.SummarizeExecutions": lambda p: {"process_id": p.id},
    "ProcessMappings.GetProcessMapping": lambda p: {"process_id": p.id},
    "ProcessMappings.BatchGetProcessMappings": lambda p: {"requests": [{"process_id": p.id}]},
    "ProcessMappings.GetMappingEvolution": lambda p: {"process_id": p.id, "from_version": 1, "to_version": 2},
    "ProcessMappings.FindProcessesByFact": lambda p: {"fact_id": p.fact},
    "MappingSource.GetMappingEvolution": lambda p: {"process_id": p.id, "from_version": 1, "to_version": 2},
    "MappingSource.FindProcessesByFact": lambda p: {"fact_id": p.fact},
    "SuggestionRecords.GetSuggestionContext": lambda p: {"process_id": p.id},
    "SuggestionRecords.RecordSuggestion": lambda p: {"suggestion": suggestion(p)},
    "SuggestionRecords.RecordSuggestions": lambda p: {"suggestions": [suggestion(p)]},
    "SuggestionRecords.RateSuggestion": lambda p: {"suggestion_id": p.suggestion, "rating": 4},
    "SuggestionRecords.ListSuggestions": lambda p: {"process_id": p.id},
    "SuggestionRecords.FindReuse": lambda p: {"process_id": p.id, "fact_ids": [p.fact]},
    **{f"{service}.{method}": request for service in ("ProcessManager", "ProcessSuggestions")
       for method, request in {
           "SuggestionsChat": lambda p: {"process_id": p.id, "session_id": "s", "message": "What is wrong?"},
           "AnalyzeProcess": lambda p: {"process_id": p.id, "without_ai": True},
           "GenerateProcessInsights": lambda p: {"process_id": p.id, "without_ai": True},
           "PlanProcessImprovement": lambda p: {"process_id": p.id, "without_ai": True},
       }.items()},
    "ProcessSuggestions.RateSuggestion": lambda p: {"suggestion_id": p.suggestion, "rating": 4},
    "ProcessSuggestions.ListSuggestions": lambda p: {"process_id": p.id},
}
