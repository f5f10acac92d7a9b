"""Fixtures of the tests from outside: a running Grimoire, REST and gRPC clients that nobody here wrote, tokens."""
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import uuid

import grpc
import pytest
import requests

from scripted_model import ScriptedModel

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What scripts and tests share.
sys.path.insert(0, str(ROOT / "scripts" / "lib"))
EXAMPLES = ROOT / "Tests" / "Fixtures" / "Processes"


def setting(name):
    value = os.environ.get(name)
    assert value, f"{name} is not set: scripts/test starts a Grimoire and sets it"
    return value


def make_token(org=None, role="editor", user=None, **options):
    """A token from scripts/token, with --expires-in and the like as keyword arguments."""
    command = [ROOT / "scripts" / "token", "--state", setting("GRIMOIRE_STATE"), "--role", role]
    for name, value in {"org": org, "user": user, **options}.items():
        if value is not None:
            command += ["--" + name.replace("_", "-"), str(value)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Rest:
    """A REST client with a token."""

    def __init__(self, token, url=None):
        self.url = url or setting("GRIMOIRE_REST_URL")
        self.session = requests.Session()
        if token:
            self.session.headers["authorization"] = f"Bearer {token}"

    def __call__(self, method, path, body=None, **options):
        return self.session.request(method, self.url + path, json=body, timeout=30, **options)


@dataclasses.dataclass
class Organization:
    """A fresh organization with an editor in it."""

    id: str
    user: str
    token: str
    rest: Rest

    @property
    def metadata(self):
        return [("authorization", f"Bearer {self.token}")]


@pytest.fixture
def organization():
    org, user = str(uuid.uuid4()), str(uuid.uuid4())
    token = make_token(org, "editor", user)
    return Organization(org, user, token, Rest(token))


@pytest.fixture
def other_organization():
    org, user = str(uuid.uuid4()), str(uuid.uuid4())
    token = make_token(org, "editor", user)
    return Organization(org, user, token, Rest(token))


@pytest.fixture(scope="session")
def api(tmp_path_factory):
    """The generated Python modules of grimoire.v1."""
    import google.api.annotations_pb2
    from grpc_tools import protoc

    output = tmp_path_factory.mktemp("stubs")
    googleapis = pathlib.Path(google.api.annotations_pb2.__file__).parents[2]
    well_known = pathlib.Path(protoc.__file__).parent / "_proto"
    protos = sorted(str(p.relative_to(ROOT / "Protos")) for p in (ROOT / "Protos" / "grimoire").rglob("*.proto"))
    result = protoc.main(
        ["protoc", f"-I{ROOT / 'Protos'}", f"-I{googleapis}", f"-I{well_known}"]
        + [f"--python_out={output}", f"--grpc_python_out={output}"]
        + protos
    )
    assert result == 0
    sys.path.insert(0, str(output))
    from grimoire.v1 import (
        process_manager_pb2,
        process_manager_pb2_grpc,
        process_mappings_pb2,
        process_mappings_pb2_grpc,
        process_suggestions_pb2,
        process_suggestions_pb2_grpc,
    )

    class Api:
        messages = process_manager_pb2
        mapping_request = process_mappings_pb2.GetProcessMappingRequest
        batch_request = process_mappings_pb2.BatchGetProcessMappingsRequest
        evolution_request = process_mappings_pb2.GetMappingEvolutionRequest
        fact_request = process_mappings_pb2.FindProcessesByFactRequest
        processes = process_manager_pb2_grpc.ProcessManagerStub
        mappings = process_mappings_pb2_grpc.ProcessMappingsStub
        suggestion_messages = process_suggestions_pb2
        suggestions = process_suggestions_pb2_grpc.ProcessSuggestionsStub

    return Api


def channel(address):
    return grpc.insecure_channel(
        address, options=[("grpc.max_receive_message_length", 16 << 20), ("grpc.max_send_message_length", 16 << 20)]
    )


@pytest.fixture(scope="session")
def processes(api):
    """ProcessManager, directly."""
    with channel(setting("GRIMOIRE_PROCESSES_ADDRESS")) as opened:
        yield api.processes(opened)


@pytest.fixture(scope="session")
def through_envoy(api):
    """ProcessManager, the only service that this client knows, through Envoy."""
    with channel(setting("GRIMOIRE_REST_URL").removeprefix("http://")) as opened:
        yield api.processes(opened)


@pytest.fixture(scope="session")
def mappings(api):
    """ProcessMappings, directly."""
    with channel(setting("GRIMOIRE_MAPPINGS_ADDRESS")) as opened:
        yield api.mappings(opened)


@pytest.fixture(scope="session")
def the_model():
    """What answers for the provider behind LiteLLM Proxy."""
    with ScriptedModel(setting("GRIMOIRE_LLM_BASE_URL")) as listening:
        yield listening


@pytest.fixture
def model(the_model):
    """The same, well-behaved and with nothing asked yet."""
    the_model.reset()
    yield the_model
    the_model.reset()


@pytest.fixture(scope="session")
def client(api):
    """All methods of all services in every way."""
    from callers import Client

    opened = Client(api)
    yield opened
    opened.close()


def load_example(folder):
    """An example process with the contents of its files in place of their names."""
    example = json.loads((folder / "process.json").read_text())
    for version in example["versions"]:
        version["document"] = (folder / version["document"]).read_text()
        version["code"] = (folder / version["code"]).read_text()
        version["mapping"] = json.loads((folder / version["mapping"]).read_text())
    return example


def example_folders():
    return sorted(path.parent for path in EXAMPLES.glob("*/process.json"))


@pytest.fixture(scope="session")
def private_stack(api):
    """A Grimoire of its own, for tests that stop parts of it."""
    from private_stack import Stack

    made = Stack(api)
    try:
        yield made.open()
    finally:
        made.close()


@pytest.fixture
def stack(private_stack):
    """The private stack with everything running, whatever the test before has done to it."""
    yield private_stack
    private_stack.mend()
