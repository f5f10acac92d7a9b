"""Where things are."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
CACHE = ROOT / ".grimoire"
# Results, and what the benchmarks build for themselves.
RESULTS = CACHE / "bench"
LOGS = CACHE / "log"
BENCHMARKS = ROOT / "scripts" / "bench.d"
SOURCES = ROOT / "Tests" / "Benchmarks"
