"""What scripts, manifests and documents say of settings, against what the programs themselves know."""
import pathlib
import re
import signal
import socket
import subprocess

import grpc
import pytest

from conftest import ROOT, setting

PROGRAMS = ("grimoire-processes", "grimoire-mappings", "grimoire-suggestions")
# What every program must be told, and what each must beside; all else has a default or may be left out.
REQUIRED_BY_ALL = {"GRIMOIRE_LISTEN_PORT", "GRIMOIRE_AUTH_JWKS_FILE", "GRIMOIRE_AUTH_ISSUER"}
REQUIRED = {
    "grimoire-processes": REQUIRED_BY_ALL | {
        "GRIMOIRE_DATABASE_URL", "GRIMOIRE_DATABASE_APPLICATION_URL", "GRIMOIRE_SIGNING_KEYS_FILE"},
    "grimoire-mappings": REQUIRED_BY_ALL | {"GRIMOIRE_PROCESSES_ADDRESS"},
    "grimoire-suggestions": REQUIRED_BY_ALL | {
        "GRIMOIRE_PROCESSES_ADDRESS", "GRIMOIRE_LITELLM_URL", "GRIMOIRE_LITELLM_MODEL"},
}
# Names that are no setting of a program: the scripts' own, a provider's, a benchmark's, and an example of what Kubernetes makes.
OTHERS = {
    "GRIMOIRE_CONFIG_FILE", "GRIMOIRE_STATE", "GRIMOIRE_STOP_SIGNAL", "GRIMOIRE_SERVICE_TOKEN", "GRIMOIRE_LEAK_CALLS",
    "GRIMOIRE_PROCESSES_SERVICE_HOST", "GRIMOIRE_LLM_BASE_URL", "GRIMOIRE_LLM_API_KEY", "GRIMOIRE_LLM_MODEL",
    "GRIMOIRE_LLM_EMBEDDING_MODEL", "GRIMOIRE_FUZZ_SECONDS", "GRIMOIRE_FUZZ_SEED"}


def running(name):
    """The program that scripts/up started, and its environment.

    The program is named by its process: the file it was started from may be gone, for a `scripts/up` of another test
    builds, and a build replaces what it links.
    """
    number = int((pathlib.Path(setting("GRIMOIRE_STATE")) / "run" / f"{name}.pid").read_text())
    pairs = pathlib.Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
    return f"/proc/{number}/exe", dict(pair.decode().split("=", 1) for pair in pairs if pair)


def known(name):
    program, _ = running(name)
    text = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"--[a-z-]+, (GRIMOIRE_[A-Z_]+)", text))


def test_every_name_that_is_written_somewhere_is_one_that_a_program_knows():
    """A name that nobody knows is passed over in silence, unless it is almost one: nothing is set by it."""
    settings = set().union(*map(known, PROGRAMS))
    assert len(settings) > 15
    exported = set(re.findall(r"^export (GRIMOIRE_[A-Z_]+)=", (ROOT / "scripts" / "up").read_text(), re.MULTILINE))
    files = [ROOT / "README.md", *(ROOT / "Sources").rglob("*.md")]
    files += [file for folder in ("scripts", "k8s") for file in (ROOT / folder).rglob("*") if file.suffix != ".pyc"]
    found = set()
    for file in filter(pathlib.Path.is_file, files):
        names = set(re.findall(r"GRIMOIRE_[A-Z_]*[A-Z]\b", file.read_text(errors="replace")))
        assert names <= settings | exported | OTHERS, file
        found |= names
    assert set().union(*REQUIRED.values()) <= found


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_required_is_asked_for_by_name_and_what_runs_here_has_it(name):
    program, environment = running(name)
    given, asked = {}, set()
    environment |= {"GRIMOIRE_LISTEN_PORT": "0"}
    while True:
        with subprocess.Popen(
            [program], env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            line = process.stderr.readline()
            process.kill()
        missing = re.match(r"(GRIMOIRE_[A-Z_]+)\b.* is required: give ", line)
        if not missing:
            break
        assert process.returncode in (64, -9) and missing[1] not in asked, line
        asked.add(missing[1])
        given[missing[1]] = environment[missing[1]]
    assert line.startswith('{"time"'), f"it does not start with what it has asked for: {line}"
    assert asked == REQUIRED[name]
    assert asked <= known(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_runs_with_what_is_required_and_nothing_else_until_it_is_told_to_stop(name):
    program, environment = running(name)
    given = {key: environment[key] for key in REQUIRED[name]} | {"GRIMOIRE_LISTEN_PORT": "0"}
    with subprocess.Popen([program], env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            listening = next(line for line in process.stderr if '"message":"Listening"' in line)
            with grpc.insecure_channel(re.search(r'"address":"(.*?)"', listening)[1]) as channel:
                grpc.channel_ready_future(channel).result(timeout=30)
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(timeout=1)
            process.terminate()
            _, rest = process.communicate(timeout=30)
        finally:
            process.kill()
    assert "Stopping" in rest
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_it_starts(number):
    """By a handler of its own: process 1 of a container does not hear of a signal that it has none for."""
    program, environment = running("grimoire-processes")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        database = f"postgres://nobody@127.0.0.1:{silent.getsockname()[1]}/grimoire"
        given = {key: environment[key] for key in REQUIRED["grimoire-processes"]}
        given |= {"GRIMOIRE_LISTEN_PORT": "0", "GRIMOIRE_DATABASE_URL": database, "GRIMOIRE_DATABASE_APPLICATION_URL": database}
        with subprocess.Popen([program], env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                # It waits for a server that says nothing.
                connection, _ = silent.accept()
                with connection:
                    process.send_signal(number)
                    assert process.wait(timeout=30) == 128 + number
            finally:
                process.kill()


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("holder", ["a stranger", "a program of ours"])
def test_a_port_that_is_taken_stops_the_start_with_71(name, holder):
    program, environment = running(name)
    given = {key: environment[key] for key in REQUIRED[name]}
    if name == "grimoire-suggestions":
        given["GRIMOIRE_WEBSOCKET_PORT"] = "0"
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        ours = setting("GRIMOIRE_MAPPINGS_ADDRESS").rpartition(":")[2]
        given["GRIMOIRE_LISTEN_PORT"] = str(stranger.getsockname()[1]) if holder == "a stranger" else ours
        ended = subprocess.run([program], env=given, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 71, ended.stderr
    assert "GRIMOIRE_LISTEN_PORT" in ended.stderr and "in use" in ended.stderr
    assert given["GRIMOIRE_LISTEN_PORT"] in ended.stderr


def test_envoys_configuration_is_filled_in_completely():
    template = (ROOT / "k8s" / "envoy" / "envoy.yaml").read_text()
    words = set(re.findall(r"@[A-Z_]+@", template))
    assert words and words == set(re.findall(r"@[A-Z_]+@", (ROOT / "scripts" / "lib" / "services.sh").read_text()))
    assert not re.search(r"@[A-Z_]+@", (pathlib.Path(setting("GRIMOIRE_STATE")) / "envoy.yaml").read_text())
