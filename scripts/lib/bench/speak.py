"""What goes to standard error: progress and failures. Tables go to standard output."""
import sys


def step(text):
    print(f"• {text}", file=sys.stderr, flush=True)


class BenchmarkFailed(Exception):
    """A measurement that could not be taken, or cannot be believed."""
