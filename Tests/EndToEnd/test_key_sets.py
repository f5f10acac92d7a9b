"""Keys that both services fetch over https from a real TLS server with an authority of its own."""
import contextlib
import dataclasses
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import threading
import uuid

import grpc
import pytest
import requests

from conftest import channel, setting
from private_stack import until
from tokens import claims, new_key, signed

PROGRAMS = {
    "grimoire-processes": "/grimoire.v1.ProcessManager/GetProcess",
    "grimoire-mappings": "/grimoire.v1.ProcessMappings/GetProcessMapping",
}
# What a caller is told whose token is believed and who asks for nothing.
BELIEVED = grpc.StatusCode.INVALID_ARGUMENT
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@dataclasses.dataclass
class Authority:
    """Signs certificates."""

    folder: pathlib.Path
    name: str

    def __post_init__(self):
        self.certificate, self.key = self.folder / f"{self.name}.pem", self.folder / f"{self.name}.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-keyout", self.key, "-out", self.certificate, "-subj", f"/CN={self.name}",
                "-addext", "keyUsage=critical,keyCertSign")

    def sign(self, name, subject, days=1):
        """The chain file of a server."""
        file = self.folder / f"{name}.pem"
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{file}.key",
                "-out", f"{file}.csr", "-subj", "/CN=server", "-addext", f"subjectAltName={subject}")
        openssl("x509", "-req", "-in", f"{file}.csr", "-CA", self.certificate, "-CAkey", self.key, "-days", days,
                "-copy_extensions", "copy", "-out", f"{file}.crt")
        file.write_text(pathlib.Path(f"{file}.crt").read_text() + pathlib.Path(f"{file}.key").read_text())
        return file


class KeyServer:
    """Publishes keys over TLS with a certificate that can be changed; counts who got as far as asking."""

    def __init__(self, certificate):
        self.certificate, self.keys, self.asked = certificate, [], 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def setup(self):
                self.request.settimeout(10)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(outer.certificate)
                self.request = context.wrap_socket(self.request, server_side=True)
                super().setup()

            def do_GET(self):
                outer.asked += 1
                body = json.dumps({"keys": outer.keys}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                # A client that does not like the certificate hangs up.
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"https://127.0.0.1:{self.server.server_port}/keys"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def publish(self, *names):
        self.keys = [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": name, "x": KEYS[name][1]} for name in names]


# What the log has of the certificate.
WHY = {
    "of another authority": "unable to get local issuer certificate", "expired": "certificate has expired",
    "of another host": "no alternative certificate subject name matches",
}
# By its ID: the file of the key, and what is published of it.
KEYS = {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("tls")
    for name in ("first", "second"):
        KEYS[name] = (made / f"{name}.key.pem", new_key(made / f"{name}.key.pem"))
    return made


@pytest.fixture(scope="module")
def authority(folder):
    return Authority(folder, "authority")


@pytest.fixture(scope="module")
def certificates(folder, authority):
    """Servers' certificates by what is the matter with them."""
    return {
        "good": authority.sign("good", "IP:127.0.0.1"),
        "of another host": authority.sign("host", "DNS:issuer.example"),
        "expired": authority.sign("old", "IP:127.0.0.1", days=-1),
        "of another authority": Authority(folder, "other").sign("stranger", "IP:127.0.0.1"),
    }


@pytest.fixture
def key_server(certificates):
    made = KeyServer(certificates["good"])
    made.publish("first")
    yield made
    made.close()


def token(key, **header):
    return signed(claims(str(uuid.uuid4())), {"alg": "EdDSA", "kid": key, **header}, KEYS[key][0])


@dataclasses.dataclass
class Service:
    """A program that runs, and what it says."""

    name: str
    process: subprocess.Popen
    lines: list

    def found(self, words):
        return next((line for line in self.lines if words in line), None)

    def listening(self, over_http):
        def found():
            return next((line for line in self.lines if "Listening" in line and ("HTTP" in line) == over_http), None)

        return json.loads(until(found, "it does not listen"))["address"].removeprefix("ipv4:")

    @property
    def http_url(self):
        return "http://" + self.listening(over_http=True)

    @property
    def address(self):
        return self.listening(over_http=False)

    def ask(self, bearer):
        """The code and what is said."""
        with channel(self.address) as opened:
            try:
                opened.unary_unary(PROGRAMS[self.name])(
                    b"", metadata=[("authorization", f"Bearer {bearer}")], timeout=20)
            except grpc.RpcError as error:
                return error.code(), error.details()

    def is_ready(self):
        return requests.get(self.http_url + "/readyz", timeout=10).status_code == 200


@contextlib.contextmanager
def started(name, **settings):
    """One more of a program, with the settings of the one that runs, and these; without those that are None."""
    number = int((pathlib.Path(setting("GRIMOIRE_STATE")) / "run" / f"{name}.pid").read_text())
    pairs = pathlib.Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
    environment = dict(pair.decode().split("=", 1) for pair in pairs if pair)
    environment |= {"GRIMOIRE_LISTEN_PORT": "0", "GRIMOIRE_HTTP_PORT": "0", "GRIMOIRE_AUTH_JWKS_FILE": None,
                    "GRIMOIRE_AUTH_JWKS_REFRESH_SECONDS": "1", **settings}
    environment = {key: str(value) for key, value in environment.items() if value is not None}
    with subprocess.Popen([os.readlink(f"/proc/{number}/exe")], env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stderr))
        reader.start()
        try:
            yield Service(name, process, lines)
        finally:
            process.kill()
            process.wait(timeout=30)
            reader.join()


@contextlib.contextmanager
def both_started(key_server, authority):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(started(
            name, GRIMOIRE_AUTH_JWKS_URL=key_server.url, GRIMOIRE_AUTH_JWKS_CA_FILE=authority.certificate))
            for name in PROGRAMS]


def of_all(services, claim):
    return lambda: all(claim(service) for service in services)


def test_keys_come_over_https_and_rotate(key_server, authority):
    with both_started(key_server, authority) as services:
        until(of_all(services, Service.is_ready), "one does not become ready")
        first, second = token("first"), token("second")
        for service in services:
            assert service.ask(first)[0] == BELIEVED
            # The key of the Grimoire that runs beside is not in this set.
            assert service.ask(signed(claims(str(uuid.uuid4()))))[0] == UNAUTHENTICATED
            assert service.ask(second)[0] == UNAUTHENTICATED
        key_server.publish("first", "second")
        until(of_all(services, lambda each: each.ask(second)[0] == BELIEVED), "the new key is not believed")
        assert of_all(services, lambda each: each.ask(first)[0] == BELIEVED)()
        key_server.publish("second")
        # Also a token that was believed before.
        until(of_all(services, lambda each: each.ask(first)[0] == UNAUTHENTICATED), "the old key is believed for ever")
        # A set that is no longer published still holds.
        key_server.keys = []
        until(of_all(services, lambda each: each.found("could not be read")), "it is not told")
        assert of_all(services, lambda each: each.ask(second)[0] == BELIEVED)()


@pytest.mark.parametrize("kind", WHY)
def test_of_a_server_that_is_not_known_no_key_is_believed(kind, key_server, authority, certificates):
    """Nothing is asked of it, nobody is let in; when it shows a good certificate, all goes on by itself."""
    key_server.certificate = certificates[kind]
    with both_started(key_server, authority) as services:
        for service in services:
            line = until(lambda: service.found("could not be read"), "it is not told")
            assert WHY[kind] in json.loads(line)["cause"], line
            code, said = service.ask(token("first"))
            assert code == grpc.StatusCode.UNAVAILABLE and "keys could not be fetched" in said
            assert not service.is_ready()
        assert key_server.asked == 0
        key_server.certificate = certificates["good"]
        for service in services:
            until(lambda: service.ask(token("first"))[0] == BELIEVED, "it does not find that all is well now")
            assert service.is_ready()


def test_an_authority_of_ones_own_is_unknown_unless_it_is_given(key_server):
    with started("grimoire-mappings", GRIMOIRE_AUTH_JWKS_URL=key_server.url) as service:
        line = until(lambda: service.found("could not be read"), "it is not told")
        assert "SSL" in json.loads(line)["cause"], line
        assert key_server.asked == 0


@pytest.mark.parametrize("name", PROGRAMS)
def test_authorities_that_are_not_there_stop_the_start(name, key_server, tmp_path):
    (tmp_path / "empty.pem").write_text("nothing")
    for path in (tmp_path / "empty.pem", tmp_path / "absent.pem", tmp_path):
        with started(name, GRIMOIRE_AUTH_JWKS_URL=key_server.url, GRIMOIRE_AUTH_JWKS_CA_FILE=path) as service:
            assert service.process.wait(timeout=30) == 64
        assert service.lines[-1].startswith("GRIMOIRE_AUTH_JWKS_CA_FILE"), service.lines
        assert str(path) in service.lines[-1], service.lines
