"""What Kubernetes is told (k8s), as far as that can be looked at without a cluster."""

import functools
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

import kubernetes_validate
import pytest
import requests
import yaml

from conftest import ROOT, setting
from test_settings import PROGRAMS, REQUIRED, known

BIN = pathlib.Path(sys.executable).parent
# What the operator brings: names and keys. The README says so of each.
BROUGHT = {
    ("Secret", "grimoire-database"): {"owner-url", "application-url"},
    ("Secret", "grimoire-redis"): {"url"},
    ("Secret", "grimoire-signing"): {"signing.json"},
    ("Secret", "litellm"): {"master-key"},
    ("Secret", "litellm-providers"): None,
    ("ConfigMap", "grimoire-auth"): {"issuer", "jwks.json"},
}
# In a cluster, names of services; outside of it, state and providers.
STATE_PORTS = {53, 443, 5432, 6379}


@functools.cache
def built(folder="base"):
    answer = subprocess.run([BIN / "kubectl", "kustomize", ROOT / "k8s" / folder], capture_output=True, text=True)
    assert answer.returncode == 0 and not answer.stderr, answer.stderr
    return [each for each in yaml.safe_load_all(answer.stdout) if each]


def those(kind):
    return {each["metadata"]["name"]: each for each in built() if each["kind"] == kind}


def named(kind, name):
    """One by its name, with or without the sum that kustomize puts behind it."""
    return next(each for found, each in those(kind).items() if re.fullmatch(rf"{name}(-[a-z0-9]{{10}})?", found))


def pod(deployment):
    return deployment["spec"]["template"]["spec"]


def containers(deployment):
    return pod(deployment).get("initContainers", []) + pod(deployment)["containers"]


def environment(container):
    """Names and values of what a container is told; None for what only the cluster knows."""
    found = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            found |= those("ConfigMap")[source["configMapRef"]["name"]]["data"]
    return found | {each["name"]: each.get("value") for each in container.get("env", [])}


def service_of(deployment):
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    (found,) = [each for each in those("Service").values() if each["spec"]["selector"].items() <= labels.items()]
    return found


@pytest.mark.parametrize("folder", ["base", "overlays/single"])
def test_everything_is_what_kubernetes_knows(folder):
    kinds = set()
    for each in built(folder):
        kubernetes_validate.validate(each, "1.37", strict=True)
        kinds.add(each["kind"])
        assert each["kind"] == "Namespace" or each["metadata"]["namespace"] == "grimoire"
    assert kinds == {
        "Namespace",
        "ConfigMap",
        "Service",
        "Deployment",
        "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
        "NetworkPolicy",
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_service_is_told_what_it_asks_for_and_nothing_that_it_does_not_know(name):
    deployment = those("Deployment")[name]
    (main,) = pod(deployment)["containers"]
    told = environment(main)
    assert told.keys() <= known(name)
    # The owner of the database is known to the container that migrates, and to no other.
    needed = REQUIRED[name] - {"GRIMOIRE_DATABASE_URL"}
    assert needed <= told.keys()
    if name == "grimoire-processes":
        (migrating,) = pod(deployment)["initContainers"]
        assert environment(migrating).keys() == {"GRIMOIRE_DATABASE_URL"} and migrating["args"] == ["migrate"]
        assert told["GRIMOIRE_DATABASE_MIGRATE"] == "false"
    ports = {each["containerPort"] for each in main["ports"]}
    assert ports == {int(value) for key, value in told.items() if re.fullmatch(r"GRIMOIRE_(LISTEN|HTTP|WEBSOCKET)_PORT", key)}
    # Files that it is told of are there.
    mounts = [each["mountPath"] for each in main["volumeMounts"]]
    for key, value in told.items():
        if key.endswith("_FILE"):
            assert any(value.startswith(mount + "/") for mount in mounts), key
    # Nothing that looks like a secret is written down.
    assert not [key for key, value in told.items() if value and re.search("(?:KEY|TOKEN|URL)$", key) and "@" in value]


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_the_cluster_tells_is_taken(name):
    """The program starts with the values of the manifest, files, ports and addresses of this machine in place of the cluster's."""
    (main,) = pod(those("Deployment")[name])["containers"]
    assert starts(name, {key: value for key, value in environment(main).items() if value is not None})


def starts(name, told):
    """Whether a program listens that is told this, as far as it does not stand for a place in the cluster."""
    state = pathlib.Path(setting("GRIMOIRE_STATE"))
    number = int((state / "run" / f"{name}.pid").read_text())
    pairs = pathlib.Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
    here = dict(pair.decode().split("=", 1) for pair in pairs if pair)
    kept = {"GRIMOIRE_SHUTDOWN_GRACE_SECONDS", "GRIMOIRE_LIMITS_REPLICAS", "GRIMOIRE_LITELLM_MODEL", "GRIMOIRE_DATABASE_MIGRATE"}
    given = here | {key: value for key, value in told.items() if key in kept}
    given |= {"GRIMOIRE_LISTEN_PORT": "0", "GRIMOIRE_HTTP_PORT": "0"}
    if "GRIMOIRE_WEBSOCKET_PORT" in told:
        given["GRIMOIRE_WEBSOCKET_PORT"] = "0"
    if told.get("GRIMOIRE_DATABASE_MIGRATE") == "false":
        del given["GRIMOIRE_DATABASE_URL"]
    program = pathlib.Path(f"/proc/{number}/exe").resolve()
    with subprocess.Popen([program], env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stderr:
                assert line.startswith("{"), line
                if json.loads(line)["message"] == "Listening":
                    return True
        finally:
            process.kill()
    return False


@pytest.mark.parametrize(("name", "url"), [
    ("grimoire-processes", "GRIMOIRE_PROCESSES_HTTP_URL"), ("grimoire-mappings", "GRIMOIRE_MAPPINGS_HTTP_URL"),
    ("grimoire-suggestions", "GRIMOIRE_SUGGESTIONS_HTTP_URL"), ("litellm", "GRIMOIRE_LITELLM_URL")])  # fmt: skip
def test_what_probes_ask_for_is_answered(name, url):
    (main,) = pod(those("Deployment")[name])["containers"]
    ports = {each["name"] for each in main["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = main[probe]["httpGet"]
        assert asked["port"] in ports
        answer = requests.get(urllib.parse.urljoin(setting(url), asked["path"]), timeout=30)
        assert answer.status_code == 200, (probe, answer.text)


def test_every_container_is_confined():
    for name, deployment in those("Deployment").items():
        spec = pod(deployment)
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False and spec["enableServiceLinks"] is False
        for each in containers(deployment):
            context = each["securityContext"]
            assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"], name
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert each["resources"]["requests"].keys() == {"cpu", "memory"} and "memory" in each["resources"]["limits"]
        # What is written needs a place.
        volumes = {each["name"]: each for each in spec["volumes"]}
        for each in containers(deployment):
            for mount in each.get("volumeMounts", []):
                assert mount.get("readOnly") or "emptyDir" in volumes[mount["name"]], (name, mount)


def test_who_stops_has_the_time_for_it():
    for name, deployment in those("Deployment").items():
        (main,) = pod(deployment)["containers"]
        waits = main["lifecycle"]["preStop"]["sleep"]["seconds"]
        grace = int(environment(main).get("GRIMOIRE_SHUTDOWN_GRACE_SECONDS", 0))
        assert pod(deployment)["terminationGracePeriodSeconds"] > waits + grace, name


def test_what_is_referred_to_is_there_or_the_operator_is_told_to_bring_it():
    readme = (ROOT / "README.md").read_text()
    used = set()

    def refer(kind, name, key=None):
        if name in those(kind):
            assert key is None or key in those(kind)[name]["data"], (kind, name, key)
            return
        assert (kind, name) in BROUGHT, f"nobody brings {kind} {name}"
        assert key is None or key in BROUGHT[kind, name], (name, key)
        used.add((kind, name))

    for deployment in those("Deployment").values():
        for each in containers(deployment):
            for source in each.get("envFrom", []):
                for kind, reference in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                    if reference in source:
                        refer(kind, source[reference]["name"])
            for variable in each.get("env", []):
                for kind, reference in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                    if found := variable.get("valueFrom", {}).get(reference):
                        refer(kind, found["name"], found["key"])
        for volume in pod(deployment)["volumes"]:
            for kind, source, field in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName")):
                if found := volume.get(source):
                    for item in found.get("items", [{"key": None}]):
                        refer(kind, found[field], item["key"])
    assert used == BROUGHT.keys()
    for (_, name), keys in BROUGHT.items():
        assert f"`{name}`" in readme, name
        for key in keys or ():
            assert f"`{key}`" in readme, (name, key)


def test_addresses_are_those_of_services_and_their_ports():
    ports = {name: {each["port"] for each in service["spec"]["ports"]} for name, service in those("Service").items()}
    for deployment in those("Deployment").values():
        (main,) = pod(deployment)["containers"]
        names = {each["name"] for each in main["ports"]}
        assert {each["targetPort"] for each in service_of(deployment)["spec"]["ports"]} <= names
        for key, value in environment(main).items():
            if key.endswith("_ADDRESS"):
                host, _, port = value.rpartition(":")
                assert int(port) in ports[host], key
            elif value and value.startswith("http"):
                url = urllib.parse.urlsplit(value)
                assert url.port in ports[url.hostname], key
    for name in PROGRAMS:
        # Headless: who looks the name up finds every replica.
        assert those("Service")[name]["spec"]["clusterIP"] == "None"


def test_each_part_can_be_disturbed_by_one_replica_at_a_time_and_is_scaled_by_itself():
    deployments = those("Deployment")
    assert those("PodDisruptionBudget").keys() == deployments.keys()
    for name, budget in those("PodDisruptionBudget").items():
        labels = deployments[name]["spec"]["template"]["metadata"]["labels"]
        assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
    scaled = {each["spec"]["scaleTargetRef"]["name"]: each for each in those("HorizontalPodAutoscaler").values()}
    assert {"grimoire-mappings", "grimoire-suggestions"} <= scaled.keys() <= deployments.keys()
    for name, deployment in deployments.items():
        # A number that is written down would undo what the scaler does.
        assert ("replicas" in deployment["spec"]) != (name in scaled), name
    most = int(environment(pod(deployments["grimoire-suggestions"])["containers"][0])["GRIMOIRE_LIMITS_REPLICAS"])
    assert scaled["grimoire-suggestions"]["spec"]["maxReplicas"] == most


def test_who_speaks_to_whom_may_do_so_and_nobody_else():
    policies = those("NetworkPolicy")
    assert policies["nobody"]["spec"]["podSelector"] == {} and not policies["nobody"]["spec"].get("ingress")

    def spoken(name):
        """Whom a part speaks to, by its settings, or by Envoy's configuration."""
        if name == "envoy":
            return {(each["port_value"], each["address"]) for each in addresses(yaml.safe_load(filled_in()))} - {
                (8080, "0.0.0.0"),
                (9901, "127.0.0.1"),
            }
        (main,) = pod(those("Deployment")[name])["containers"]
        values = [
            value for key, value in environment(main).items() if value and (key.endswith("_ADDRESS") or value.startswith("http"))
        ]
        return {(int(value.rpartition(":")[2]), value.rpartition(":")[0].removeprefix("http://")) for value in values}

    for name in those("Deployment"):
        rules = policies[name]["spec"]["egress"]
        allowed = {
            (port["port"], peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"])
            for rule in rules
            for peer in rule.get("to", [])
            for port in rule["ports"]
        }
        assert allowed == spoken(name), name
        assert {port["port"] for rule in rules if "to" not in rule for port in rule["ports"]} <= STATE_PORTS
        for port, other in allowed:
            entries = [rule for rule in policies[other]["spec"]["ingress"] if {"port": port} in rule["ports"]]
            labels = [
                peer.get("podSelector", {}).get("matchLabels", {}).get("app.kubernetes.io/name")
                for rule in entries
                for peer in rule["from"]
            ]
            assert name in labels, (name, other)


def filled_in(**places):
    """Envoy's configuration as the cluster's init container makes it, with its own command."""
    (script,) = pod(those("Deployment")["envoy"])["initContainers"][0]["args"]
    assert script.startswith("sed -f /template/words.sed /template/envoy.yaml >")
    data = named("ConfigMap", "envoy")["data"]
    words = data["words.sed"]
    for old, new in places.items():
        assert old in words
        words = words.replace(old, new)
    return subprocess.run(
        ["sed", "-e", words, ROOT / "k8s" / "envoy" / "envoy.yaml"], check=True, capture_output=True, text=True
    ).stdout


def addresses(value):
    if isinstance(value, dict):
        if "port_value" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from addresses(each)


def test_envoy_takes_its_configuration(tmp_path):
    data = named("ConfigMap", "envoy")["data"]
    for name in ("envoy.yaml", "rest.lua", "json_fields.lua"):
        assert data[name] == (ROOT / "k8s" / "envoy" / name).read_text()
    text = filled_in()
    assert not re.findall(r"@[A-Z_]+@", text)
    (main,) = pod(those("Deployment")["envoy"])["containers"]
    listeners = [each["port_value"] for each in addresses(yaml.safe_load(text)["static_resources"]["listeners"])]
    assert listeners == [each["containerPort"] for each in main["ports"]]
    # The same with the files where they are here.
    (tmp_path / "rest.lua").write_text(data["json_fields.lua"] + data["rest.lua"])
    here = text.replace("/usr/share/grimoire/grimoire.protoset", str(ROOT / "Protos" / "grimoire.protoset"))
    (tmp_path / "envoy.yaml").write_text(here.replace("/etc/grimoire/rest.lua", str(tmp_path / "rest.lua")))
    envoy = ROOT / ".grimoire" / "venv" / "envoy" / "bin" / "envoy"
    answer = subprocess.run([envoy, "--mode", "validate", "-c", tmp_path / "envoy.yaml"], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_images_are_those_of_the_dockerfile_with_the_versions_that_are_tested():
    text = (ROOT / "k8s" / "Dockerfile").read_text()
    targets = set(re.findall(r"^FROM .* AS (\S+)$", text, re.MULTILINE))
    assert {each["image"] for deployment in those("Deployment").values() for each in containers(deployment)} <= targets
    packages = (ROOT / "scripts" / "lib" / "packages.sh").read_text()
    for version in (
        re.search(r"litellm\[proxy\]==\S+?(?=\")", packages)[0],
        re.search(r"prisma==[\d.]+", packages)[0],
        "envoy:v" + re.search(r"envoy_version=(\S+)", packages)[1],
    ):
        assert version in text, version
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (ROOT / source).exists(), source
    # What the programs are linked to, by the packages that have it.
    wanted = {
        "libcurl": "libcurl4",
        "libhiredis": "libhiredis0.14",
        "libnghttp2": "libnghttp2-14",
        "libpq": "libpq5",
        "libz": "zlib1g",
    }
    runtime = text.partition("AS runtime")[2].partition("\nFROM")[0]
    for name in PROGRAMS:
        number = int((pathlib.Path(setting("GRIMOIRE_STATE")) / "run" / f"{name}.pid").read_text())
        linked = subprocess.run(["readelf", "-d", f"/proc/{number}/exe"], check=True, capture_output=True, text=True).stdout
        for library in re.findall(r"NEEDED.*\[(lib\w+)[.-]", linked):
            assert library not in wanted or wanted[library] in runtime, library


def test_the_configuration_of_litellm_names_the_model_that_is_asked_for():
    configuration = yaml.safe_load(named("ConfigMap", "litellm")["data"]["litellm.config.yaml"])
    (main,) = pod(those("Deployment")["grimoire-suggestions"])["containers"]
    assert environment(main)["GRIMOIRE_LITELLM_MODEL"] in [each["model_name"] for each in configuration["model_list"]]
    told = json.dumps(configuration)
    (proxy,) = pod(those("Deployment")["litellm"])["containers"]
    asked = set(re.findall(r"os\.environ/([A-Z_]+)", told)) - {"OPENAI_API_KEY"}
    assert asked <= environment(proxy).keys()
