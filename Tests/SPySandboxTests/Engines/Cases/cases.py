"""What every generator of cases needs: a seeded source, a row printer, the outcome of a call."""
import random
import sys


def start():
    """Seed and count from the command line."""
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    sys.set_int_max_str_digits(0)
    return random.Random(seed), count


def quote(value):
    return str(value).encode("unicode_escape").decode("ascii")


def row(*fields):
    print("\t".join(map(quote, fields)))


def outcome(function, show=str):
    """The answer as text, or the exception as `Type: message`."""
    try:
        return show(function())
    except Exception as error:
        name = type(error).__name__
        module = type(error).__module__
        return f"{name if module == 'builtins' else module + '.' + name}: {error}"
