"""Programs under measurement: started on a free port of 127.0.0.1, watched in /proc, stopped by their own id."""
import contextlib
import os
import pathlib
import socket
import subprocess
import time

from bench import places
from bench.speak import BenchmarkFailed
from free_port import free_port

START_SECONDS = 20
STOP_SECONDS = 5
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Program:
    """A server that runs until the `with` ends. {port} in its command or environment is replaced by the port chosen for it."""

    def __init__(self, name, command, environment=None, start_seconds=START_SECONDS):
        self.name = name
        self.port = free_port()
        self.start_seconds = start_seconds
        self.command = [str(word).replace("{port}", str(self.port)) for word in command]
        self.environment = {name: value.replace("{port}", str(self.port)) for name, value in (environment or os.environ).items()}
        self.log = places.LOGS / f"bench-{name}.log"

    def __enter__(self):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment
            )
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self):
        """Processor time, in user code and kernel, since the start."""
        # The second field, the command's name in brackets, may hold spaces.
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def resident_kib(self):
        return self._status("VmRSS")

    def peak_kib(self):
        """The most that was resident since the start."""
        return self._status("VmHWM")

    def _status(self, name):
        (line,) = [line for line in self._proc("status").splitlines() if line.startswith(f"{name}:")]
        return int(line.split()[1])

    def _proc(self, file):
        if self.process.poll() is not None:
            raise BenchmarkFailed(f"{self.name} ended with {self.process.returncode}; see {self.log}")
        return pathlib.Path(f"/proc/{self.process.pid}/{file}").read_text()

    def _wait_until_it_listens(self):
        end = time.monotonic() + self.start_seconds
        while time.monotonic() < end:
            self._proc("stat")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise BenchmarkFailed(f"{self.name} does not listen on {self.port}; see {self.log}")


@contextlib.contextmanager
def running(commands):
    """name → command becomes name → Program, all of them up."""
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(Program(name, command)) for name, command in commands.items()}
