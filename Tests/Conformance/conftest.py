"""Conformance of the transports with gRPC Python: programs of ours as its servers and clients, and its own."""
import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys

import grpc
import pytest

HERE = pathlib.Path(__file__).resolve().parent
PROTOS = HERE.parent / "Interop" / "Protos"
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "scripts" / "lib")]

# The transports under test; grpc-swift-nio-transport proves the suite itself.
TRANSPORTS = ["nio", "nghttp2"]


def program(name):
    folder = os.environ.get("INTEROP_PROGRAMS")
    if not folder:
        raise RuntimeError("INTEROP_PROGRAMS is not set: scripts/test builds interop-server and interop-client and sets it")
    return pathlib.Path(folder) / name


def pytest_generate_tests(metafunc):
    if "transport" in metafunc.fixturenames:
        metafunc.parametrize("transport", TRANSPORTS)


def pytest_collection_modifyitems(items):
    """A test may name what grpc-swift-nio-transport cannot do: strictly, unless it is a matter of luck."""
    # A server that does not end in time is one of them.
    failures = (AssertionError, grpc.RpcError, subprocess.TimeoutExpired)
    for item in items:
        if getattr(item, "callspec", None) is None or item.callspec.params.get("transport") != "nio":
            continue
        for name, strict in (("nio_cannot", True), ("nio_may_fail", False)):
            for marker in item.iter_markers(name):
                item.add_marker(pytest.mark.xfail(reason=marker.args[0], raises=failures, strict=strict))


# What grpc-swift-nio-transport's server says, in builds for debugging, when a large answer and a PING or SETTINGS meet.
NIO_TRAP = "Received flush data frames while buffering control frames"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """The peer's trap is a matter of luck in any test with large answers: a test that failed by it has said nothing."""
    report = yield
    is_nio = getattr(item, "callspec", None) is not None and item.callspec.params.get("transport") == "nio"
    if report.failed and is_nio and any(NIO_TRAP in text for _, text in report.sections):
        report.outcome = "skipped"
        report.wasxfail = f"reason: its debug builds trap: '{NIO_TRAP}'"
    return report


def pytest_configure(config):
    config.addinivalue_line("markers", "nio_cannot(reason): fails with grpc-swift-nio-transport")
    config.addinivalue_line("markers", "nio_may_fail(reason): may fail with grpc-swift-nio-transport")


@pytest.fixture(scope="session")
def api(tmp_path_factory):
    """The generated Python modules of grpc.testing, under short names."""
    from grpc_tools import protoc

    output = tmp_path_factory.mktemp("stubs")
    protos = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    result = protoc.main(
        ["protoc", f"-I{PROTOS}", f"--python_out={output}", f"--grpc_python_out={output}"] + protos
    )
    assert result == 0
    # Our package is named like the library's: join it rather than hide it.
    import grpc as library

    library.__path__.append(str(output / "grpc"))
    from grpc.testing import empty_pb2, messages_pb2, test_pb2_grpc

    class Api:
        Empty = empty_pb2.Empty
        messages = messages_pb2
        services = test_pb2_grpc

    return Api


@dataclasses.dataclass
class Server:
    """A running interop-server."""

    process: subprocess.Popen
    target: str

    @property
    def port(self):
        return int(self.target.rsplit(":", 1)[1])

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds=20):
        return self.process.wait(seconds)


@contextlib.contextmanager
def running_server(transport, *flags):
    command = [str(program("interop-server")), "--transport", transport, *map(str, flags)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        target = process.stdout.readline().strip()
        assert target, f"interop-server ended before it listened: {process.poll()}"
        yield Server(process, target)
        # Debug builds of grpc-swift-nio-transport trap under load now and then; its callers notice.
        assert transport == "nio" or process.poll() in (None, 0), f"interop-server has died: {process.returncode}"
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def start_server(transport):
    """Starts interop-server with flags, as often as called."""
    with contextlib.ExitStack() as stack:
        yield lambda *flags: stack.enter_context(running_server(transport, *flags))


@pytest.fixture
def server(start_server):
    return start_server()


@pytest.fixture
def connect(api):
    """Opens a channel to a target, and gives the stub."""
    with contextlib.ExitStack() as stack:

        def open_channel(target, *options, **more):
            # A subchannel pool of its own: connections are not shared between tests.
            options = [("grpc.use_local_subchannel_pool", 1), *options]
            channel = stack.enter_context(grpc.insecure_channel(target, options=options, **more))
            return api.services.TestServiceStub(channel)

        yield open_channel


@pytest.fixture
def stub(connect, server):
    return connect(server.target)
