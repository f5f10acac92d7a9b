"""`grimoire spy` as a user runs it: files, exit status, JSON, a terminal; and names as CPython's symtable sees them."""
import builtins
import json
import os
import pathlib
import pty
import subprocess
import symtable
import sys
import sysconfig

import pytest

from test_readme import blocks

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests" / "Fixtures" / "Processes"


@pytest.fixture(scope="session")
def grimoire():
    """The binary that scripts/test has built."""
    shown = subprocess.run(
        ["swift", "build", "--package-path", ROOT, "--show-bin-path"], check=True, capture_output=True, text=True
    )
    return pathlib.Path(shown.stdout.strip()) / "grimoire"


@pytest.fixture
def spy(grimoire, tmp_path):
    def run(*arguments, stdin=None, **options):
        return subprocess.run(
            [grimoire, "spy", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            check=False,
            **options,
        )

    return run


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return name

    return write


def test_the_example_processes_are_accepted(spy):
    programs = sorted(FIXTURES.rglob("*.spy"))
    assert len(programs) >= 8
    done = spy("check", *programs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "error" not in done.stdout


def test_a_refused_program_is_shown_with_a_mark(spy, write):
    done = spy("check", write("a.spy", "x = 1\ny = eval('x')\n"))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("a.spy:2:5: error SPY-X002: ")
    assert lines[1] == "  2 │ y = eval('x')"
    assert lines[2] == "    │     ^^^^"
    assert lines[3].startswith("    = ")
    assert "\x1b" not in done.stdout


def test_json_has_one_object_per_file(spy, write):
    names = [write("a.spy", "x = 1\n"), write("b.spy", "import os\n"), write("c.spy", "x = = 1\n")]
    done = spy("check", "--json", *names)
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["path"] for each in found] == names
    assert [each["ok"] for each in found] == [True, False, False]
    assert found[0]["diagnostics"] == []
    (imported,) = [each for each in found[1]["diagnostics"] if each["severity"] == "error"]
    assert set(imported) == {"id", "severity", "line", "column", "end_line", "end_column", "message", "hint"}
    assert (imported["id"], imported["line"], imported["column"]) == ("SPY-X001", 1, 8)
    assert (imported["end_line"], imported["end_column"]) == (1, 10)
    assert found[2]["diagnostics"][0]["id"].startswith("SPY-S")


def test_parse_looks_at_syntax_alone(spy, write):
    done = spy("parse", "--json", write("a.spy", "import os\nclass A: pass\n"))
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"path": "a.spy", "ok": True, "diagnostics": []}


def test_standard_input_is_a_dash(spy):
    done = spy("check", "--json", "-", stdin="eval(1)\n")
    assert done.returncode == 1
    assert json.loads(done.stdout)["path"] == "-"
    done = spy("run", "-", "--call", "f", "--args", "[20]", stdin="def f(n):\n    return n + 1\n")
    assert (done.returncode, done.stdout) == (0, "21\n")


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(spy, write, tmp_path):
    (tmp_path / "folder").mkdir()
    good = write("a.spy", "x = 1\n")
    done = spy("check", "--json", "missing.spy", "folder", good)
    assert done.returncode == 2
    missing, folder, fine = [json.loads(line) for line in done.stdout.splitlines()]
    assert (missing["ok"], missing["error"]) == (False, "No such file or directory")
    assert (folder["ok"], folder["error"]) == (False, "It is a directory")
    assert fine["ok"] is True
    assert done.stderr.splitlines() == ["missing.spy: No such file or directory", "folder: It is a directory"]


def test_bytes_that_are_no_text_are_refused_not_crashed_on(spy, tmp_path):
    (tmp_path / "a.spy").write_bytes(bytes(range(256)))
    (tmp_path / "b.spy").write_bytes(b"x = '\xff'\n")
    done = spy("check", "--json", "a.spy", "b.spy")
    assert done.returncode == 1
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [False, False]


def test_analyze_says_what_is_known(spy, write):
    name = write("a.spy", "import math\ndef f(a):\n    if a:\n        notify(math.floor(a))\n    return f(a - 1)\n")
    done = spy("analyze", "--json", name)
    assert done.returncode == 0
    analysis = json.loads(done.stdout)["analysis"]
    (function,) = analysis["functions"]
    assert function["path"] == "f"
    assert function["cyclomatic_complexity"] == 2
    assert function["recursive"] is True
    assert [each["name"] for each in analysis["actions"]] == ["notify"]
    assert analysis["modules"] == [{"name": "math", "imports": [{"line": 1, "column": 8}], "members": ["floor"]}]
    assert {each["callee"] for each in analysis["calls"]} == {"notify", "math.floor", "f"}


def test_run_prints_json_in_the_shape_promised(spy, write):
    name = write("a.spy", "def f(order):\n    print('hello')\n    mail(order)\n    return order['id']\n")
    done = spy("run", name, "--call", "f", "--args", '{"order": {"id": 7}}', "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert list(found) == ["ok", "result", "output", "error", "actions", "steps"]
    assert (found["ok"], found["result"], found["output"], found["error"]) == (True, 7, "hello\n", None)
    assert found["actions"] == [{"name": "mail", "arguments": [{"id": 7}], "keywords": {}, "line": 3}]
    assert found["steps"] > 0


def test_run_reports_errors_budgets_and_refusals(spy, write):
    name = write("a.spy", "def f(n):\n    return 1 / n\n\ndef loop():\n    while True:\n        pass\n")
    done = spy("run", name, "--call", "f", "--args", "[0]", "--json")
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert error == {"type": "ZeroDivisionError", "message": "division by zero", "line": 2}
    done = spy("run", name, "--call", "loop", "--steps", "1000", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["type"] == "BudgetExceeded"
    done = spy("run", write("b.spy", "import os\n"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["line"] == 1


def test_usage_errors_say_what_is_wrong(spy):
    assert spy("check").returncode == 64
    assert "--args needs --call" in spy("run", "a.spy", "--args", "[]").stderr
    assert "--steps" in spy("run", "a.spy", "--steps", "0").stderr


def test_thousands_of_files_in_one_call(grimoire, tmp_path):
    for number in range(3000):
        (tmp_path / f"{number}.spy").write_text(f"def f{number}(a):\n    return a + {number}\n" * 4)
    names = [f"{number}.spy" for number in range(3000)]
    done = subprocess.run(
        [grimoire, "spy", "check", "--json", *names], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0
    assert [json.loads(line)["path"] for line in done.stdout.splitlines()] == names


def test_the_commands_of_the_readme_work_as_printed(grimoire, tmp_path):
    (block,) = [block for block in blocks() if "grimoire spy" in block]
    environment = {**os.environ, "PATH": f"{grimoire.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", block], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "refund(amount, days)" in done.stdout
    assert done.stdout.endswith("'paid'\n")
    assert not list(tmp_path.iterdir())


def on_terminal(command, **environment):
    """What a command writes to a terminal."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command, stdout=follower, stderr=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm", **environment}
    ) as process:
        os.close(follower)
        output = b""
        # A terminal whose other side is closed answers with an error.
        try:
            while part := os.read(leader, 65536):
                output += part
        except OSError:
            pass
        process.wait(60)
    os.close(leader)
    return output.decode()


def test_colours_only_on_a_terminal_that_wants_them(grimoire, tmp_path):
    (tmp_path / "a.spy").write_text("eval(1)\n")
    command = [grimoire, "spy", "check", tmp_path / "a.spy"]
    assert "\x1b[" in on_terminal(command, NO_COLOR="")
    assert "\x1b[" not in on_terminal(command, NO_COLOR="1")
    assert "\x1b[" not in on_terminal(command, NO_COLOR="", TERM="dumb")


# What CPython's symtable says of names that a module uses and does not define.
BUILTINS = set(dir(builtins)) | {"exit", "quit", "copyright", "credits", "license", "help"}


def is_bound(symbol):
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def undefined_names(source, path):
    top = symtable.symtable(source, path, "exec")
    bound = {symbol.get_name() for symbol in top.get_symbols() if is_bound(symbol)}
    used, pending = set(), [top]
    while pending:
        table = pending.pop()
        pending += table.get_children()
        for symbol in table.get_symbols():
            name = symbol.get_name()
            if table is not top and symbol.is_declared_global() and is_bound(symbol):
                bound.add(name)
            # In a table of its own the module's names are local, elsewhere they are global.
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                used.add(name)
    return {name for name in used - bound - BUILTINS if not (name.startswith("__") and name.endswith("__"))}


# A function named `top` is taken for the module by symtable; `del` of a global is no binding for it.
DIFFERENT = {"poplib.py", "test_grammar.py"}


def test_names_resolve_as_in_cpython(grimoire):
    assert sys.version_info[:2] == (3, 11), "SPy follows Python 3.11"
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    files = [path for path in sorted(library.rglob("*.py")) if "site-packages" not in path.parts]
    done = subprocess.run(
        [grimoire, "spy", "analyze", "--json", *files], capture_output=True, text=True, timeout=900, check=False
    )
    compared, differences = 0, []
    for line in done.stdout.splitlines():
        found = json.loads(line)
        path = pathlib.Path(found["path"])
        # Without whole trees there is nothing to compare: syntax errors, limits.
        if any(each["id"].startswith(("SPY-S", "SPY-L")) for each in found["diagnostics"]):
            continue
        ours = {action["name"] for action in found["analysis"]["actions"]}
        theirs = undefined_names(path.read_bytes(), path.name)
        compared += 1
        if ours != theirs and path.name not in DIFFERENT:
            differences.append((path.name, ours - theirs, theirs - ours))
    assert compared > 500
    assert not differences
