"""Health, readiness and metrics over HTTP/1.1, of the running services and of some that lack what they need."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import uuid

import grpc
import pytest
import requests

from conftest import ROOT, channel, make_token, setting
from test_scripts import program

SERVICES = [
    ("GRIMOIRE_PROCESSES_HTTP_URL", "database", "grimoire.v1.ProcessManager", "GetProcess"),
    ("GRIMOIRE_MAPPINGS_HTTP_URL", "grimoire-processes", "grimoire.v1.ProcessMappings", "GetProcessMapping"),
]
SAMPLE = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]\w*="([^"\\\n]|\\["\\n])*",?)+\})? (-?\d+(\.\d+)?(e[-+]?\d+)?|NaN|[+-]Inf)$')


@pytest.mark.parametrize("url, part, service, method", SERVICES)
def test_a_service_that_has_all_it_needs_is_alive_and_ready(url, part, service, method):
    assert requests.get(setting(url) + "/healthz", timeout=5).json() == {"status": "alive"}
    answer = requests.get(setting(url) + "/readyz", timeout=5)
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ready"
    # grimoire-mappings serves what it knows without the others.
    assert {"name": part, "ready": True, "required": part == "database", "state": "ready"} in body["checks"]


@pytest.mark.parametrize("url, part, service, method", SERVICES)
def test_other_paths_and_verbs_are_refused(url, part, service, method):
    assert requests.get(setting(url) + "/", timeout=5).status_code == 404
    assert requests.get(setting(url) + "/metrics/", timeout=5).status_code == 404
    answer = requests.post(setting(url) + "/metrics", data=b"x" * 100_000, timeout=5)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    head = requests.head(setting(url) + "/metrics", timeout=5)
    assert (head.status_code, head.text) == (200, "")


@pytest.mark.parametrize("url, part, service, method", SERVICES)
def test_metrics_count_calls_by_method_and_code(organization, url, part, service, method):
    def count(code):
        text = requests.get(setting(url) + "/metrics", timeout=5).text
        found = re.search(
            rf'^grpc_server_handled_total{{grpc_code="{code}",grpc_method="{method}",grpc_service="{service}"}} (\d+)$',
            text, re.MULTILINE)
        return int(found[1]) if found else 0

    path = "/processes/00000000-0000-4000-8000-00000000dead" + ("/mapping" if "Mapping" in method else "")
    before = count("NOT_FOUND"), count("UNAUTHENTICATED")
    assert organization.rest("GET", path).status_code == 404
    assert requests.get(organization.rest.url + path, timeout=30).status_code == 401
    deadline = time.monotonic() + 10
    while (now := (count("NOT_FOUND"), count("UNAUTHENTICATED"))) != (before[0] + 1, before[1] + 1):
        assert time.monotonic() < deadline, (before, now)
        time.sleep(0.05)


@pytest.mark.parametrize("url, part, service, method", SERVICES)
def test_metrics_are_in_prometheus_text_format(organization, url, part, service, method):
    organization.rest("GET", "/processes")
    answer = requests.get(setting(url) + "/metrics", timeout=5)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text.endswith("\n")
    kinds = {}
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds, "each metric in one piece"
            kinds[name] = kind
        elif not line.startswith("# HELP "):
            assert SAMPLE.match(line), line
            name = re.match(r"\w+", line)[0]
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            assert name in kinds or kinds.get(family) == "histogram", line
    assert kinds["grpc_server_handling_seconds"] == "histogram"
    assert kinds["grpc_server_in_flight"] == "gauge"
    assert kinds["process_resident_memory_bytes"] == "gauge"


def test_a_service_at_rest_is_small():
    for url, *_ in SERVICES:
        text = requests.get(setting(url) + "/metrics", timeout=5).text
        resident = int(re.search(r"^process_resident_memory_bytes (\d+)$", text, re.MULTILINE)[1])
        print(url, resident // 1024, "KiB")
        assert resident < 200 * 1024 * 1024


@contextlib.contextmanager
def started(name, **settings):
    """A service of its own, with the URL of its health and its gRPC address."""
    service = program(
        name, GRIMOIRE_LISTEN_PORT="0", GRIMOIRE_HTTP_PORT="0", GRIMOIRE_AUTH_ISSUER="grimoire-local",
        GRIMOIRE_AUTH_JWKS_FILE=setting("GRIMOIRE_STATE") + "/keys/jwks.json", **settings,
    )
    lines = []
    try:
        found = {}
        for line in service.stderr:
            lines.append(line)
            event = json.loads(line)
            if event["message"].startswith("Listening"):
                found["http" if "HTTP" in event["message"] else "grpc"] = event["address"].removeprefix("ipv4:")
            if len(found) == 2:
                break
        assert len(found) == 2, lines
        reader = threading.Thread(target=lambda: lines.extend(service.stderr), daemon=True)
        reader.start()
        service.lines = lines
        service.url = "http://" + found["http"]
        service.address = found["grpc"]
        yield service
    finally:
        service.kill()
        service.wait(timeout=30)


def test_a_service_without_its_database_is_alive_and_says_what_is_missing():
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    url = f"postgresql://grimoire_app:hunter2@127.0.0.1:{port}/grimoire"
    with started(
        "grimoire-processes", GRIMOIRE_DATABASE_APPLICATION_URL=url, GRIMOIRE_DATABASE_MIGRATE="false",
        GRIMOIRE_SIGNING_KEYS_FILE=setting("GRIMOIRE_STATE") + "/keys/signing.json",
    ) as service:
        assert requests.get(service.url + "/healthz", timeout=5).status_code == 200
        begun = time.monotonic()
        answer = requests.get(service.url + "/readyz", timeout=5)
        assert time.monotonic() - begun < 3
        assert answer.status_code == 503
        body = answer.json()
        assert body["status"] == "not ready"
        assert body["checks"][0]["name"] == "database"
        assert not body["checks"][0]["ready"]
        assert "hunter2" not in answer.text and str(port) not in answer.text


def test_a_service_that_stops_is_not_ready_at_once_and_finishes_its_calls():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        # Accepts and never answers: the call waits for it.
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        with started("grimoire-mappings", GRIMOIRE_PROCESSES_ADDRESS=address, GRIMOIRE_SHUTDOWN_GRACE_SECONDS="5") as service:
            assert requests.get(service.url + "/readyz", timeout=5).json()["status"] == "ready"
            with channel(service.address) as opened:
                # What it does not know, it has to ask for.
                question = b"\x0a\x24" + str(uuid.uuid4()).encode()
                call = opened.unary_unary("/grimoire.v1.ProcessMappings/GetProcessMapping").future(
                    question, metadata=[("authorization", f"Bearer {setting('GRIMOIRE_TOKEN')}")])

                def in_flight():
                    return re.search(
                        r'^grpc_server_in_flight\{grpc_method="GetProcessMapping".* 1$',
                        requests.get(service.url + "/metrics", timeout=5).text, re.MULTILINE)

                deadline = time.monotonic() + 10
                while not in_flight():
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                service.send_signal(signal.SIGTERM)
                deadline = time.monotonic() + 3
                while (answer := requests.get(service.url + "/readyz", timeout=5)).json()["status"] != "stopping":
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                assert answer.status_code == 503
                assert requests.get(service.url + "/healthz", timeout=5).status_code == 200
                with pytest.raises(grpc.RpcError):
                    call.result(timeout=30)
            assert service.wait(timeout=30) in (0, 69)


def test_a_wrong_setting_is_named_with_where_it_was(tmp_path):
    config = tmp_path / "config.json"
    config.write_text('{"listen": {"port": 70000}}')
    for environment, words in [
        ({"GRIMOIRE_CONFIG_FILE": str(config)}, ["listen.port", str(config), "0 to 65535"]),
        ({"GRIMOIRE_LISTEN_PROT": "1"}, ["GRIMOIRE_LISTEN_PROT", "GRIMOIRE_LISTEN_PORT"]),
        ({"GRIMOIRE_HTTP_PORT": "web"}, ["GRIMOIRE_HTTP_PORT", "web", "0 to 65535"]),
    ]:
        if "GRIMOIRE_HTTP_PORT" in environment:
            environment["GRIMOIRE_LISTEN_PORT"] = "0"
        service = program("grimoire-mappings", **environment)
        _, errors = service.communicate(timeout=30)
        assert service.returncode == 64, errors
        for word in words:
            assert word in errors


def test_keys_that_change_are_believed_without_a_restart(tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir()
    good = (pathlib.Path(setting("GRIMOIRE_STATE")) / "keys" / "jwks.json").read_text()
    other = good.replace('"kid":"local"', '"kid":"other"')
    jwks = keys / "jwks.json"
    jwks.write_text(other)
    service = program(
        "grimoire-mappings", GRIMOIRE_LISTEN_PORT="0", GRIMOIRE_AUTH_ISSUER="grimoire-local", GRIMOIRE_AUTH_JWKS_FILE=str(jwks),
        GRIMOIRE_PROCESSES_ADDRESS=setting("GRIMOIRE_PROCESSES_ADDRESS"),
    )
    try:
        line = next(line for line in service.stderr if '"Listening"' in line)
        address = json.loads(line)["address"].removeprefix("ipv4:")
        metadata = [("authorization", f"Bearer {setting('GRIMOIRE_TOKEN')}")]

        def code():
            with channel(address) as opened, pytest.raises(grpc.RpcError) as caught:
                opened.unary_unary("/grimoire.v1.ProcessMappings/GetProcessMapping")(b"", metadata=metadata, timeout=10)
            return caught.value.code()

        assert code() == grpc.StatusCode.UNAUTHENTICATED
        fresh = keys / "new.json"
        fresh.write_text(good)
        os.replace(fresh, jwks)
        deadline = time.monotonic() + 10
        while code() != grpc.StatusCode.INVALID_ARGUMENT:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        service.kill()
        service.wait(timeout=30)


def test_the_private_redis_answers_to_its_password_only():
    found = re.fullmatch(r"redis://:(\w+)@127\.0\.0\.1:(\d+)/0", setting("GRIMOIRE_REDIS_URL"))
    with socket.create_connection(("127.0.0.1", int(found[2])), timeout=5) as opened:
        opened.sendall(b"PING\r\n")
        assert opened.recv(100).startswith(b"-NOAUTH")
        opened.sendall(f"AUTH {found[1]}\r\n".encode())
        assert opened.recv(100) == b"+OK\r\n"
        opened.sendall(b"PING\r\n")
        assert opened.recv(100) == b"+PONG\r\n"
