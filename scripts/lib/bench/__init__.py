"""What the benchmarks of scripts/bench.d share: builds, programs, load, rounds in turn, tables."""
