"""A private Grimoire for a benchmark, and services beside it on the same database with settings of their own."""
import contextlib
import functools
import http.client
import os
import re
import subprocess
import time

from bench import builds, pgbench, places
from bench.programs import Program
from bench.speak import BenchmarkFailed
from free_port import free_port

READY_SECONDS = 30


class Stack:
    """What scripts/up starts, until the `with` ends; then it is purged. Where it does not come up, its logs are kept."""

    def __init__(self, *options):
        self.folder = places.RESULTS / "stack"
        self.options = options

    def __enter__(self):
        self._script("down", "--purge")
        try:
            self._script("up", *self.options)
        except BaseException:
            self._script("down")
            raise
        text = (self.folder / "env").read_text()
        self.settings = dict(re.findall(r"^export (\w+)=(.*)$", text, re.MULTILINE))
        return self

    def __exit__(self, *_):
        self._script("down", "--purge")

    def _script(self, name, *options):
        command = [places.ROOT / "scripts" / name, "--state", self.folder, *options]
        builds.quietly(f"bench-{name}", command)

    def __getitem__(self, name):
        return self.settings[name]

    @property
    def owner_url(self):
        return self.settings["GRIMOIRE_DATABASE_URL"]

    @property
    def application_url(self):
        return self.settings["GRIMOIRE_DATABASE_APPLICATION_URL"]

    def superuser_url(self, database="grimoire"):
        return self.on_database(self.settings["GRIMOIRE_TEST_DATABASE_URL"], database)

    @staticmethod
    def on_database(url, database):
        return url.rpartition("/")[0] + "/" + database

    @staticmethod
    def at_port(url, port):
        return re.sub(r":\d+/", f":{port}/", url)

    @property
    def database_port(self):
        return int(re.search(r":(\d+)/", self.owner_url)[1])

    @functools.cached_property
    def token(self):
        command = [places.ROOT / "scripts" / "token", "--state", self.folder]
        return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout.strip()

    def make_database(self, name):
        """An empty database of that name, which a service started on it brings up to date."""
        administrator = self.superuser_url("postgres")
        pgbench.sql(administrator, f"CREATE DATABASE {name} OWNER grimoire_owner")
        pgbench.sql(self.superuser_url(name), "ALTER SCHEMA public OWNER TO grimoire_owner")

    def service(self, name, product="grimoire-processes", database="grimoire", **settings):
        """A Program of that product with the settings of scripts/up, but for `settings` (CACHE_MEGABYTES="0").

        None leaves one out.
        """
        common = {
            "GRIMOIRE_AUTH_JWKS_FILE": str(self.folder / "keys" / "jwks.json"),
            "GRIMOIRE_AUTH_ISSUER": "grimoire-local",
            "GRIMOIRE_AUTH_CLOCK_SKEW_SECONDS": "0",
            "GRIMOIRE_LISTEN_PORT": "{port}",
            "GRIMOIRE_HTTP_PORT": str(free_port()),
            "GRIMOIRE_DATABASE_URL": self.on_database(self.owner_url, database),
            "GRIMOIRE_DATABASE_APPLICATION_URL": self.on_database(self.application_url, database),
            "GRIMOIRE_SIGNING_KEYS_FILE": str(self.folder / "keys" / "signing.json"),
            "GRIMOIRE_PROCESSES_ADDRESS": self.settings["GRIMOIRE_PROCESSES_ADDRESS"],
            "GRIMOIRE_REDIS_URL": self.settings["GRIMOIRE_REDIS_URL"],
        }
        own = {f"GRIMOIRE_{setting}": value for setting, value in settings.items()}
        environment = {name: str(value) for name, value in {**common, **own}.items() if value is not None}
        return Service(name, [builds.swift(product)], environment)


class Service(Program):
    """A service that is ready when its `with` begins, and knows how long it took."""

    ready_milliseconds = None

    def _wait_until_it_listens(self):
        began = time.monotonic()
        port = int(self.environment["GRIMOIRE_HTTP_PORT"])
        while time.monotonic() < began + READY_SECONDS:
            self._proc("stat")
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
                try:
                    connection.request("GET", "/readyz")
                    if connection.getresponse().status == 200:
                        self.ready_milliseconds = (time.monotonic() - began) * 1e3
                        return
                finally:
                    connection.close()
            time.sleep(0.001)
        raise BenchmarkFailed(f"{self.name} was not ready in {READY_SECONDS} s; see {self.log}")


@contextlib.contextmanager
def proxy(port_there, **options):
    """The proxy in front of a port, in a process of its own."""
    arguments = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    environment = {**os.environ, "PYTHONPATH": str(places.ROOT / "scripts" / "lib")}
    with Program("proxy", ["python3", "-m", "bench.proxy", "{port}", port_there, *arguments], environment) as program:
        yield program
