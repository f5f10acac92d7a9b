"""pgbench as the peer: the same statements on the same cluster, without a service between."""
import os
import pathlib
import re
import subprocess
import tempfile
import urllib.parse

from bench.speak import BenchmarkFailed

PACKAGES = ("postgresql-contrib",)


def environment(url):
    """A database's URL as libpq's variables, which other users cannot read, as they can arguments."""
    parts = urllib.parse.urlsplit(url)
    return {
        **os.environ,
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.path.lstrip("/"),
    }


def run(url, script, connections, seconds, threads=2, **variables):
    """Transactions per second, and how many there were."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "script.sql")
        file.write_text(str(script))
        command = [
            "pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", str(threads),
            "-T", str(max(1, round(seconds))), "-f", str(file),
        ]  # fmt: skip
        for name, value in {**script.variables, **variables}.items():
            command += ["-D", f"{name}={value}"]
        done = subprocess.run(command, env=environment(url), capture_output=True, text=True, check=False)
    rate = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    count = re.search(r"^number of transactions actually processed: (\d+)", done.stdout, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: (\d+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not rate or not count or (failed and failed[1] != "0"):
        raise BenchmarkFailed(f"pgbench said:\n{done.stdout}\n{done.stderr[-2000:]}")
    return float(rate[1]), int(count[1])


def sql(url, statement):
    """What a statement answers, in psql's unaligned form."""
    command = ["psql", "--no-psqlrc", "-qAt", "--set", "ON_ERROR_STOP=1", "-c", statement]
    done = subprocess.run(command, env=environment(url), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchmarkFailed(f"psql said: {done.stderr}")
    return done.stdout.strip()
