"""grimoire-processes beside pgbench with the same SQL, and beside MLflow's prompt registry; memory, start, lists."""
import contextlib
import functools
import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.request

from bench import builds, copies, h2load, pgbench, places, protobuf, statements
from bench.programs import Program
from bench.rounds import in_turn, medians
from bench.speak import BenchmarkFailed, step
from bench.stack import Stack, proxy

PACKAGES = ("postgresql", "postgresql-contrib", *h2load.PACKAGES)
MLFLOW = "mlflow==3.17.2", "psycopg[binary]==3.3.4"

# As scripts/up has it: a loop for each core, eight connections to the database for each loop.
CONNECTIONS = 8 * os.cpu_count()
WRITERS = 2 * CONNECTIONS
PGBENCH = "pgbench"
UNCACHED = "uncached"
CACHED = "cached"
OURS = "grimoire-processes"

GET = "/grimoire.v1.ProcessManager/GetProcess"
LIST = "/grimoire.v1.ProcessManager/ListProcesses"
EXAMPLE = places.ROOT / "Tests" / "Fixtures" / "Processes" / "purchase-approval"
ORGANIZATION = "00000000-0000-4000-8000-000000000001"
USER = "00000000-0000-4000-8000-00000000000a"

DELAY_MILLISECONDS = 15
DELAYED_WRITERS = 200
DELAYED_CONNECTIONS = 40
DELAYED_WARM_UP_SECONDS = 3
WARM_UP_SECONDS = 0.5
# Over REST: how many versions are made at once (MLflow makes fewer with more than its eight), and how many of each process.
MAKERS = 16
VERSIONS_OF_EACH = 20

MARKED_MEBIBYTES = 40
MARKED_READY_MILLISECONDS = 300
SETTLE_SECONDS = 3

stack = Stack("--examples", "--without-suggestions")


def surroundings():
    return stack


def client(*arguments):
    command = [builds.swift("process-bench-client"), *map(str, arguments)]
    environment = {**os.environ, "GRIMOIRE_TOKEN": stack.token}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(command)} failed: {done.stderr[-2000:]}")
    return done.stdout.strip()


@functools.cache
def example():
    """The process that is read: three versions, each with code, document and mapping."""
    return pgbench.sql(stack.superuser_url(), "SELECT id FROM processes WHERE name = 'Purchase approval'")


SMALL_CODE = """def approve(request):
    limit = 500
    if request.amount > limit:
        return notify("manager", request)
    return "approved"
"""


@functools.cache
def small():
    """A process of a few lines with one entry: what a call costs beside the size of what it carries."""
    body = {"name": "A small process", "spy_code": SMALL_CODE, "stable_mapping": {"limit": "fact-limit"}}
    request = urllib.request.Request(
        stack["GRIMOIRE_REST_URL"] + "/processes",
        method="POST",
        data=json.dumps(body).encode(),
        headers={"authorization": f"Bearer {stack.token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["process_id"]


@functools.cache
def code_file(process):
    """The code that a process is updated with, in a file."""
    if process != small():
        return EXAMPLE / "v1.spy"
    file = stack.folder / "small.spy"
    file.write_text(SMALL_CODE)
    return file


def copies_of_example(count):
    """Processes to be updated: equal to the example at its first version."""
    return copies.of(stack, example(), count)


def versions_made(processes):
    """How many versions were made of copies since they were made."""
    return int(
        pgbench.sql(
            stack.superuser_url(),
            f"SELECT sum(latest_version - 1) FROM processes WHERE id BETWEEN '{processes[0]}' AND '{processes[-1]}'",
        )
    )


def update(port, original, writers, seconds, change="statement", connections=8, warm_up=WARM_UP_SECONDS):
    """Updates a second, by as many writers, each of a copy of its own, whose code changes so; each answer was looked at."""
    processes = copies.of(stack, original, writers)
    with tempfile.NamedTemporaryFile("w") as list_of_processes:
        list_of_processes.write("\n".join(processes))
        list_of_processes.flush()
        summary = json.loads(
            client(
                "update", port, "--processes", list_of_processes.name, "--code", code_file(original), "--change", change,
                "--connections", connections, "--warm-up-seconds", warm_up, "--seconds", seconds,
            )
        )  # fmt: skip
    if versions_made(processes) < summary["calls"]:
        raise BenchmarkFailed(f"{summary['calls']} updates were answered, the database has fewer")
    return {"updates/s": summary["per_second"], "p99 ms": summary["p99_us"] / 1000}


@functools.cache
def asked(original):
    """What the service sends for a pinned version, for the latest, for a process's first update and for one after it.

    The first update reads the version that it builds upon. It is in memory then: updates that follow only write.
    """
    (updated,) = copies.of(stack, original, 1)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "record.jsonl")
        with proxy(stack.database_port, record=file) as recorder:
            there = stack.at_port(stack.application_url, recorder.port)
            settings = {"CACHE_MEGABYTES": 0, "REDIS_URL": None, "DATABASE_APPLICATION_URL": there}
            with stack.service("recorded", **settings) as service:
                for version in (1, 0):
                    client("read", service.port, original, version)
            with stack.service("recorded", **{**settings, "CACHE_MEGABYTES": 1}) as service:
                client_update(service.port, updated, code_file(original))
        reads = statements.recorded(file, original)
        updates = statements.recorded(file, updated)
    made = versions_made([updated])
    if len(reads) != 2 or len(updates) != made + 1 or made < 2:
        raise BenchmarkFailed(
            f"a read is one round trip, and so is an update after a process's first: not {len(reads)} for 2, "
            f"and {len(updates)} for {made}"
        )
    return {"pinned": reads[:1], "latest": reads[1:], "updated": updated, "first": updates[:2], "next": updates[2:3]}


def client_update(port, process, code):
    """Some updates of one process, one after the other."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(process)
        file.flush()
        client(
            "update", port, "--processes", file.name, "--code", code,
            "--connections", 1, "--warm-up-seconds", 0, "--seconds", 2,
        )  # fmt: skip


# Reads


def reads(report, options):
    """GetProcess of a pinned version and of the latest, without and with the cache."""
    process = example()
    for version, case in ((1, "pinned"), (0, "latest")):
        script = statements.Script()
        for pipeline in asked(process)[case]:
            script.pipeline(pipeline)
        message = protobuf.field(1, process.encode()) + (protobuf.number(2, version) if version else b"")
        with contextlib.ExitStack() as services:
            running = {
                UNCACHED: services.enter_context(stack.service("uncached", CACHE_MEGABYTES=0, REDIS_URL=None)),
                CACHED: services.enter_context(stack.service("cached")),
            }
            size = int(client("read", running[UNCACHED].port, process, version)) + 5
            call = h2load.Caller(GET, message, size, connections=8, streams=8, token=stack.token)
            counts = {name: call.enough(service.port, options.seconds) for name, service in running.items()}

            def measure(name):
                if name == PGBENCH:
                    rate, _ = pgbench.run(stack.application_url, script, CONNECTIONS, options.seconds)
                    return {"calls/s": rate}
                before = running[name].cpu_seconds()
                rate = call.rate(running[name].port, counts[name]).per_second
                used = running[name].cpu_seconds() - before
                return {"calls/s": rate, "CPU µs each": used / counts[name] * 1e6}

            results = medians(in_turn([PGBENCH, UNCACHED, CACHED], options.rounds, measure))
        marks = {UNCACHED: 0.7, CACHED: 5.0 if case == "pinned" else None}
        for name in (UNCACHED, CACHED):
            report.add(
                f"GetProcess, {case}, {name}", results[name]["calls/s"], "calls/s",
                PGBENCH, results[PGBENCH]["calls/s"], target=marks[name],
            )  # fmt: skip
            report.add(f"GetProcess, {case}, {name}, processor", results[name]["CPU µs each"], "µs")


# Writes


def update_script(original, case):
    """An update's pipelines; each client of pgbench has a process of its own and counts its versions."""
    process, pipelines = asked(original)["updated"], asked(original)[case]
    script = statements.Script()
    own = f"('{copies.PREFIX}' || lpad((:first::int8 + :client_id::int8)::text, 12, '0'))::uuid"

    # The statement that writes has the version that it builds upon as its last number, and as its only time that one's.
    written = next(each for each in pipelines[-1] if each["sql"].lstrip().startswith("WITH"))
    current = max(index for index, kind in enumerate(written["types"], 1) if kind == statements.INT4)

    def replace(sql, index, kind, plain):
        if plain == process:
            return own
        if sql != written["sql"]:
            return None
        if index == current:
            return ":version::int4"
        if kind == statements.TIMESTAMPTZ:
            return "processes.updated_at"
        return "gen_random_uuid()" if kind == statements.UUID and plain not in (ORGANIZATION, USER) else None

    for pipeline in pipelines:
        script.pipeline(pipeline, replace)
    script.command("\\set version :version + 1")
    return script


PGBENCH_WRITE = "pgbench, the write alone"
COMMENTING = "comments alone"


def writes(report, options):
    """UpdateProcess beside an update's transaction, of the example and of a process of a few lines.

    The transaction is that of a service with nothing in memory: it reads a version and writes the next one. The service
    that is measured has in memory what it wrote last, so beside that stands the rate of the write alone.
    """
    for original, size in ((example(), "4 KB"), (small(), "small")):
        scripts = {PGBENCH: update_script(original, "first"), PGBENCH_WRITE: update_script(original, "next")}
        changes = {OURS: "statement", COMMENTING: "comment"}
        with stack.service("writing") as service:

            def measure(name):
                if name in changes:
                    return update(service.port, original, WRITERS, options.seconds, changes[name])
                processes = copies.of(stack, original, CONNECTIONS)
                first = int(processes[0][len(copies.PREFIX) :])
                rate, count = pgbench.run(
                    stack.application_url, scripts[name], CONNECTIONS, options.seconds, first=first, version=1
                )
                if versions_made(processes) != count:
                    raise BenchmarkFailed(f"pgbench made {versions_made(processes)} versions in {count} transactions")
                return {"updates/s": rate}

            results = medians(in_turn([*scripts, *changes], options.rounds, measure))
        for name, mark in ((PGBENCH, 0.7), (PGBENCH_WRITE, None)):
            report.add(
                f"UpdateProcess, {size}", results[OURS]["updates/s"], "updates/s",
                name, results[name]["updates/s"], target=mark,
            )  # fmt: skip
        report.add(f"UpdateProcess, {size}, p99", results[OURS]["p99 ms"], "ms")
        report.add(f"UpdateProcess, {size}, of comments alone", results[COMMENTING]["updates/s"], "updates/s")


def delayed(report, options):
    """200 writers of different processes where every round trip to the database takes 15 ms more."""
    with proxy(stack.database_port, delay_ms=DELAY_MILLISECONDS) as slow:
        there = stack.at_port(stack.application_url, slow.port)
        settings = {"DATABASE_APPLICATION_URL": there, "DATABASE_CONNECTIONS": DELAYED_CONNECTIONS}
        with stack.service("delayed", **settings) as service:
            for original, size in ((example(), "4 KB"), (small(), "small")):

                def measure(change):
                    return update(
                        service.port, original, DELAYED_WRITERS, max(1, options.seconds), change,
                        warm_up=DELAYED_WARM_UP_SECONDS,
                    )  # fmt: skip

                results = medians(in_turn(["statement", "comment"], options.rounds, measure))
                name = f"UpdateProcess, {size}, {DELAYED_WRITERS} writers, +{DELAY_MILLISECONDS} ms"
                rates = {change: result["updates/s"] for change, result in results.items()}
                report.add(name, rates["statement"], "updates/s", "mark", 1_200, target=1.0)
                report.add(f"{name}, of comments alone", rates["comment"], "updates/s")


# Lists

SMALL, LARGE = 1_000, 1_000_000
QUICK_LARGE = 20_000
FOUND = 20


def fill(url, count):
    """Processes with names, descriptions and words as people write them; FOUND of them have a word that the others lack."""
    pgbench.sql(
        url,
        f"""
        INSERT INTO processes
            (id, name, description, created_at, updated_at, latest_version, created_by, organization_id, search)
        SELECT gen_random_uuid(), name, description, at, at, 1, '{USER}', '{ORGANIZATION}',
               grimoire_search_vector(name, description, NULL, 'def approve(request): return request.amount < ' || n)
        FROM generate_series(1, {count}) AS n,
            LATERAL (SELECT md5(n::text) || ' approval ' || n AS name,
                'Who signs for orders of department ' || n % 97 || CASE WHEN n % {count // FOUND} = 0
                    THEN ' and for quicksilver' ELSE '' END AS description,
                now() - n * interval '1 second' AS at) AS made;
        """,
    )
    pgbench.sql(url, "VACUUM ANALYZE processes")


def lists(report, options):
    """ListProcesses with a thousand processes and with a million."""
    sizes = {"small": SMALL, "large": QUICK_LARGE if options.quick else LARGE}
    cases = {
        "first page": lambda _: b"",
        "page after page": lambda service: protobuf.field(2, client("walk", service.port, 10).encode()),
        "by name": lambda _: protobuf.field(5, b"name"),
        # A full page of each: names begin with one of sixteen digits.
        "name prefix": lambda _: protobuf.field(3, b"c"),
        "search": lambda _: protobuf.field(4, b"quicksilver"),
    }
    with contextlib.ExitStack() as services:
        running = {}
        for name, count in sizes.items():
            stack.make_database(f"bench_{name}")
            running[name] = services.enter_context(stack.service(f"lists-{name}", database=f"bench_{name}"))
            step(f"Making {count:,} processes")
            fill(stack.superuser_url(f"bench_{name}"), count)
        for case, message_for in cases.items():
            calls, counts = {}, {}
            for name, service in running.items():
                message = message_for(service)
                size = h2load.size(service.port, LIST, message, stack.token)
                if size < 100:
                    raise BenchmarkFailed(f"{case}: an answer of {size} bytes")
                calls[name] = h2load.Caller(LIST, message, size, connections=4, streams=4, token=stack.token)
                counts[name] = calls[name].enough(service.port, options.seconds)

            def measure(name):
                return {"ms": 1e3 / calls[name].rate(running[name].port, counts[name]).per_second}

            results = medians(in_turn(sizes, options.rounds, measure))
            report.add(
                f"ListProcesses, {case}, of {sizes['large']:,}", results["large"]["ms"], "ms each",
                f"of {SMALL:,}", results["small"]["ms"], target=1 / 1.5, less_is_better=True,
            )  # fmt: skip


# MLflow


def request(url, body):
    head = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), head), timeout=60) as answer:
        return json.load(answer)


def mlflow(report, options):
    """MLflow's prompt registry on the same PostgreSQL, over its REST; ours over REST through Envoy."""
    program = builds.venv("mlflow", *MLFLOW) / "bin" / "mlflow"
    pgbench.sql(stack.superuser_url("postgres"), "CREATE DATABASE bench_mlflow OWNER grimoire_owner")
    environment = {
        **os.environ,
        "MLFLOW_BACKEND_STORE_URI": stack.on_database(stack.owner_url, "bench_mlflow"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "PATH": f"{program.parent}:{os.environ['PATH']}",
    }
    command = [
        program, "server", "--host", "127.0.0.1", "--port", "{port}", "--workers", os.cpu_count(),
        "--default-artifact-root", stack.folder / "mlflow",
    ]  # fmt: skip
    process, code = example(), (EXAMPLE / "v1.spy").read_text()
    with Program("mlflow", command, environment, start_seconds=180) as server:
        api = f"http://127.0.0.1:{server.port}/api/2.0/mlflow"
        is_prompt = {"key": "mlflow.prompt.is_prompt", "value": "true"}
        request(f"{api}/registered-models/create", {"name": "approval", "tags": [is_prompt]})
        text = {"key": "mlflow.prompt.text", "value": code + (EXAMPLE / "v1.md").read_text()}
        version = {"name": "approval", "source": "prompt-template", "tags": [is_prompt, text]}
        made = request(f"{api}/model-versions/create", version)["model_version"]
        if text not in made["tags"]:
            raise BenchmarkFailed(f"MLflow answered {made}")
        ours, token = stack["GRIMOIRE_REST_URL"], stack.token
        urls = {
            "MLflow": f"{api}/model-versions/get?name=approval&version=1",
            OURS: f"{ours}/processes/{process}?version=2",
        }

        def read(name):
            load = functools.partial(h2load.rest, urls[name], token, method=None, streams=1)
            first = load(50, "--h1")
            return {"reads/s": load(max(50, int(first.per_second * options.seconds)), "--h1").per_second}

        results = medians(in_turn(urls, options.rounds, read))
        report.add(
            "reading a version, REST", results[OURS]["reads/s"], "reads/s", "MLflow", results["MLflow"]["reads/s"],
            target=10.0,
        )  # fmt: skip

        def make(name):
            if name == "MLflow":
                body = json.dumps(version).encode()
                count = 50 if options.quick else 300
                load = h2load.rest(
                    f"{api}/model-versions/create", token, count, "--h1", streams=1, method="POST", body=body
                )
                return {"versions/s": load.per_second}
            # Processes get one version after the other, as the prompt does: in each turn all of them, with the same text. One
            # connection, so that each line is called once.
            processes = copies_of_example(50 if options.quick else 100)
            seconds = 0.0
            with tempfile.NamedTemporaryFile("w") as lines:
                lines.write("".join(f"{ours}/processes/{each}\n" for each in processes))
                lines.flush()
                for turn in range(VERSIONS_OF_EACH):
                    body = {"spy_code": code + f"# Revision {turn} of {processes[0]}\n", "changelog": "Another one."}
                    load = h2load.rest(
                        pathlib.Path(lines.name), token, len(processes), connections=1, streams=MAKERS, method="PUT",
                        body=json.dumps(body).encode(),
                    )  # fmt: skip
                    seconds += len(processes) / load.per_second
            versions = versions_made(processes)
            if versions != len(processes) * VERSIONS_OF_EACH:
                raise BenchmarkFailed(f"{len(processes) * VERSIONS_OF_EACH} versions were to be made, {versions} were")
            return {"versions/s": versions / seconds}

        results = medians(in_turn(urls, options.rounds, make))
        report.add(
            "making a version, REST", results[OURS]["versions/s"], "versions/s",
            "MLflow", results["MLflow"]["versions/s"], target=10.0,
        )  # fmt: skip


# Idle


def idle(report, options):
    """Resident memory of a service that nobody calls, and the time from its start until it is ready."""
    for product in ("grimoire-processes", "grimoire-mappings"):

        def measure(_):
            with stack.service(f"idle-{product}", product=product) as service:
                time.sleep(SETTLE_SECONDS)
                return {"MiB": service.resident_kib() / 1024, "ms": service.ready_milliseconds}

        results = medians(in_turn([product], options.rounds, measure))[product]
        report.add(
            f"{product}, idle", results["MiB"], "MiB", "mark", MARKED_MEBIBYTES, target=1.0, less_is_better=True
        )
        report.add(
            f"{product}, ready", results["ms"], "ms", "mark", MARKED_READY_MILLISECONDS, target=1.0,
            less_is_better=True,
        )  # fmt: skip


GROUPS = {"reads": reads, "writes": writes, "delayed": delayed, "lists": lists, "mlflow": mlflow, "idle": idle}
