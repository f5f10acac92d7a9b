"""scripts/bench: what it refuses, and that its figures come out the right way round."""
import contextlib
import json
import re
import socket
import struct
import threading
import time
import uuid

import pytest

from conftest import ROOT
from test_scripts import script

from bench import h2load, idle, proxy, rounds, stack, statements
from bench.programs import Program
from bench.report import COLUMNS, Report
from bench.speak import BenchmarkFailed

H2LOAD = """
finished in 1.50s, 40000.00 req/s, 14.86MB/s
requests: 60000 total, 60000 started, 60000 done, {succeeded} succeeded, {failed} failed, 0 errored, 0 timeout
status codes: {succeeded} 2xx, {failed} 3xx, 0 4xx, 0 5xx
traffic: 22.29MB (23374136) total, 1.09MB (1140376) headers (space savings 90.23%), 18.48MB (19380000) data
                     min         max         mean         sd        +/- sd
time for request:      104us     11.82ms      2.10ms       611us    79.40%
"""


def test_without_a_name_the_benchmarks_are_listed():
    answer = script("bench")
    assert answer.returncode == 0
    for file in (ROOT / "scripts" / "bench.d").glob("*.py"):
        assert re.search(rf"^  {file.stem} +\S", answer.stdout, re.MULTILINE), "name and what it measures"


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["speed"], "speed is not a benchmark"),
        (["../up"], "is not a benchmark"),
        (["transport", "--rounds"], "--rounds needs a value"),
        (["transport", "--fast"], "--fast is not an option"),
        (["transport", "twice"], "one benchmark at a time"),
    ],
)
def test_a_mistyped_argument_is_told_what_is_allowed(arguments, words):
    answer = script("bench", *arguments)
    assert answer.returncode != 0
    assert words in answer.stderr


def test_h2load_is_read():
    load = h2load.parse(H2LOAD.format(succeeded=60000, failed=0))
    assert load == h2load.Load(requests=60000, seconds=1.5, data_bytes=19380000)
    assert load.per_second == 40000


def test_a_failed_request_spoils_the_run():
    with pytest.raises(BenchmarkFailed):
        h2load.parse(H2LOAD.format(succeeded=59999, failed=1))


def test_answers_of_another_size_spoil_the_run(monkeypatch):
    monkeypatch.setattr(h2load.Caller, "_run", lambda *_: H2LOAD.format(succeeded=60000, failed=0))
    right = h2load.Caller("/a.B/C", b"", answer_bytes=323, connections=8, streams=16)
    assert right.rate(1, 60000).data_bytes == 60000 * 323
    with pytest.raises(BenchmarkFailed, match="322 bytes each"):
        h2load.Caller("/a.B/C", b"", answer_bytes=322, connections=8, streams=16).rate(1, 60000)


def test_a_ratio_above_one_is_better_in_rates_and_in_costs(tmp_path):
    report = Report("example", folder=tmp_path)
    report.add("rate", 130, "calls/s", peer="peer", peer_value=100, target=1.3)
    report.add("rate", 130, "calls/s", peer="other", peer_value=130, target=1.3)
    report.add("memory", 20, "KiB", peer="peer", peer_value=50, target=2, less_is_better=True)
    report.add("alone", 5, "ms")
    report.save()
    rows = json.loads((tmp_path / "example.json").read_text())
    assert [tuple(row) for row in rows] == [COLUMNS] * 4
    assert [row["ratio"] for row in rows] == [1.3, 1, 2.5, None]
    assert [row["met"] for row in rows] == [True, False, True, None]
    assert "2 of 3 marks met" in report.table()


def test_a_kept_report_loses_only_the_rows_that_were_measured_again(tmp_path):
    first = Report("example", folder=tmp_path)
    first.add("a", 1, "ms", peer="peer", peer_value=1)
    first.add("b", 1, "ms", peer="peer", peer_value=1)
    first.save()
    again = Report("example", keep=True, folder=tmp_path)
    again.add("a", 2, "ms", peer="peer", peer_value=2)
    assert {row["case"]: row["value"] for row in again.rows} == {"a": 2, "b": 1}


def test_rounds_go_in_turn_and_medians_are_per_figure():
    order = []
    values = iter([1, 10, 5, 30, 3, 20])

    def measure(subject):
        order.append(subject)
        return {"figure": next(values)}

    results = rounds.in_turn(["a", "b"], 3, measure)
    assert order == ["a", "b"] * 3
    assert rounds.medians(results) == {"a": {"figure": 3}, "b": {"figure": 20}}


def test_a_program_that_ends_at_once_is_not_measured():
    with pytest.raises(BenchmarkFailed, match="ended with 3"):
        with Program("broken", ["sh", "-c", "exit 3"]):
            pass


def test_a_connection_that_the_server_closed_is_not_idle():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            with listener.accept()[0] as connection:
                receive = idle.receive
                assert receive(connection, len(idle.PREFACE)) == idle.PREFACE
                connection.sendall(idle.frame(idle.SETTINGS) + idle.frame(idle.SETTINGS, idle.ACK))
                receive(connection, 18)

        server = threading.Thread(target=serve)
        server.start()
        with contextlib.closing(idle.connect(listener.getsockname()[1])) as connection:
            server.join()
            with pytest.raises(BenchmarkFailed, match="was to be idle"):
                idle.check_all_are_open([connection])


def pg_message(kind, body):
    return kind + struct.pack(">I", len(body) + 4) + body


def test_the_proxy_notes_pipelines_with_their_parameters():
    process = uuid.uuid4()
    parse = b"g1\0SELECT $1, $2\0" + struct.pack(">HII", 2, statements.UUID, statements.INT4)
    bind = (
        b"\0g1\0" + struct.pack(">HHH", 1, 1, 2) + struct.pack(">i", 16) + process.bytes + struct.pack(">ii", 4, 7)
        + struct.pack(">HH", 1, 1)
    )  # fmt: skip
    session = (
        struct.pack(">II", 8, 80877103) + struct.pack(">II", 9, 196608) + b"\0" + pg_message(b"P", parse)
        + (pg_message(b"B", bind) + pg_message(b"E", b"\0\0\0\0\0") + pg_message(b"S", b"")) * 2
    )  # fmt: skip
    noted = []
    recorder = proxy.Recorder(noted.append)
    for index in range(len(session)):
        recorder.feed(session[index : index + 1])
    assert [[statement["sql"] for statement in pipeline] for pipeline in noted] == [["SELECT $1, $2"]] * 2
    assert noted[0][0]["values"] == [process.bytes.hex(), "00000007"]


def test_what_was_noted_becomes_a_script_of_pgbench():
    pipeline = [
        {"sql": "SELECT $1, $2", "types": [statements.UUID, statements.INT4], "values": ["00" * 16, "00000007"]},
        {"sql": "INSERT $10 $1 $2", "types": [statements.TEXT] * 10, "values": ["61"] * 8 + [None, "62"]},
        {"sql": "SELECT $1", "types": [statements.TEXT], "values": [""]},
    ]
    script = statements.Script()
    script.pipeline(pipeline, lambda sql, index, kind, plain: ":number::int4" if plain == "7" else None)
    assert str(script).splitlines() == [
        "\\startpipeline",
        "SELECT :v1::uuid, :number::int4;",
        "INSERT :v3::text :v2::text :v2::text;",
        "SELECT ''::text;",
        "\\endpipeline",
    ]
    assert script.variables == {"v1": "00000000-0000-0000-0000-000000000000", "v2": "a", "v3": "b"}


@pytest.mark.parametrize(
    "kind, value, plain",
    [
        (statements.JSONB, "017b7d", "{}"),
        (statements.BYTEA, "00ff", "\\x00ff"),
        (statements.INT8, "ffffffffffffffff", "-1"),
        (statements.BOOL, "01", "true"),
        # Arrays: dimensions, flags, type, length, lower bound; then each element behind its length.
        (1009, "00000000" "00000000" "00000019", "{}"),
        (
            1009,
            "00000001" "00000001" "00000019" "00000003" "00000001" "00000002612c" "00000002225c" "ffffffff",
            r'{"a,","\"\\",NULL}',
        ),
        (1007, "00000001" "00000000" "00000017" "00000001" "00000001" "00000004" "fffffffe", '{"-2"}'),
    ],
)
def test_binary_parameters_are_read(kind, value, plain):
    assert statements.text(kind, value) == plain


def test_the_proxy_delays_every_answer_and_keeps_the_order():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def echo():
            # The first one comes to see whether the proxy listens.
            for _ in range(2):
                with listener.accept()[0] as connection:
                    while data := connection.recv(100):
                        connection.sendall(data)

        server = threading.Thread(target=echo, daemon=True)
        server.start()
        with stack.proxy(listener.getsockname()[1], delay_ms=20) as delaying:
            with socket.create_connection(("127.0.0.1", delaying.port), timeout=10) as connection:
                began = time.monotonic()
                for number in range(3):
                    connection.sendall(b"%d" % number)
                received = b""
                while len(received) < 3:
                    received += connection.recv(10)
                assert time.monotonic() - began >= 0.02
                assert received == b"012"
            server.join()
