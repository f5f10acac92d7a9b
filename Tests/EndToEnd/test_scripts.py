"""scripts/up, down and token, as someone uses them who also mistypes."""
import pathlib
import re
import signal
import socket
import subprocess

import pytest

from conftest import ROOT, setting


def script(name, *arguments):
    command = [ROOT / "scripts" / name, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)


def processes(state):
    return {file.name: file.read_text() for file in pathlib.Path(state, "run").iterdir()}


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["up", "--colour"], "--colour is not an option"),
        (["up", "--rest-port"], "--rest-port needs a value"),
        (["up", "--rest-port", "http"], "http"),
        (["up", "--rest-port", "70000"], "70000"),
        (["down", "--now"], "--now is not an option"),
        (["chat"], "which process?"),
        (["chat", "--colour", "x"], "--colour is not an option"),
        (["chat", "x", "y"], "y is one process too many"),
        # The environment of these tests names a Grimoire.
        (["chat", "--state", "/nonexistent", "x"], "no Grimoire in /nonexistent"),
        (["test", "--only", "some"], "Give swift, conformance, outside or threads"),
        (["generate", "now"], "Usage: scripts/generate"),
        (["token", "--role", "king"], "viewer, editor, admin or service"),
        (["token", "--org", "mine"], "mine is no UUID"),
        (["token", "--user", "me"], "me is no UUID"),
        (["token", "--expires-in", "soon"], "soon is no number of seconds"),
        (["token", "--state", "/nonexistent"], "scripts/up makes it"),
    ],
)
def test_a_mistyped_argument_is_told_what_is_allowed(arguments, words, tmp_path):
    state = [] if "--state" in arguments or arguments[0] not in ("up", "down") else ["--state", tmp_path]
    answer = script(arguments[0], *state, *arguments[1:])
    assert answer.returncode != 0
    assert words in answer.stderr
    assert "unbound variable" not in answer.stderr


@pytest.mark.parametrize("name", ["up", "down", "test", "token", "chat", "bench"])
def test_help_is_given(name):
    answer = script(name, "--help")
    assert answer.returncode == 0
    assert f"Usage: scripts/{name}" in answer.stdout + answer.stderr
    assert '"""' not in answer.stdout + answer.stderr


def test_a_second_up_changes_nothing_and_down_stops_only_its_own(tmp_path):
    before = processes(setting("GRIMOIRE_STATE"))
    state = tmp_path / "state"
    try:
        first = script("up", "--debug", "--without-suggestions", "--state", state)
        assert first.returncode == 0, first.stderr
        assert re.search(r"REST +http://127\.0\.0\.1:\d+", first.stdout)
        running = processes(state)
        again = script("up", "--debug", "--without-suggestions", "--state", state)
        assert again.returncode == 0, again.stderr
        assert (again.stdout, processes(state)) == (first.stdout, running)
        assert script("down", "--state", state).returncode == 0
        assert script("down", "--state", state).returncode == 0, "down twice is no mistake"
        assert (state / "postgres").exists(), "the data stays"
    finally:
        purge = script("down", "--state", state, "--purge")
    assert purge.returncode == 0
    assert not (state / "postgres").exists()
    assert processes(setting("GRIMOIRE_STATE")) == before


def test_a_port_in_use_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = script("up", "--debug", "--without-suggestions", "--state", tmp_path / "state", "--processes-port", port)
        script("down", "--state", tmp_path / "state", "--purge")
    assert answer.returncode != 0
    assert str(port) in answer.stderr
    assert "in use" in answer.stderr


def program(name, **environment):
    folder = subprocess.run(
        ["swift", "build", "--package-path", ROOT, "--show-bin-path"], check=True, capture_output=True, text=True
    ).stdout.strip()
    return subprocess.Popen(
        [f"{folder}/{name}"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def mappings_settings(port):
    return {
        "GRIMOIRE_LISTEN_PORT": str(port),
        "GRIMOIRE_AUTH_JWKS_FILE": setting("GRIMOIRE_STATE") + "/keys/jwks.json",
        "GRIMOIRE_AUTH_ISSUER": "anyone",
        "GRIMOIRE_PROCESSES_ADDRESS": setting("GRIMOIRE_PROCESSES_ADDRESS"),
    }


def test_a_service_without_its_settings_says_which_and_ends_with_64():
    service = program("grimoire-mappings", GRIMOIRE_LISTEN_PORT="many")
    _, errors = service.communicate(timeout=30)
    assert service.returncode == 64
    assert "GRIMOIRE_LISTEN_PORT" in errors
    assert "0 to 65535" in errors


def test_sigterm_ends_a_service_with_0():
    service = program("grimoire-mappings", **mappings_settings(0))
    with service.stderr:
        assert any("Listening" in line for line in service.stderr), "it ended before it listened"
    service.send_signal(signal.SIGTERM)
    assert service.wait(timeout=30) == 0
