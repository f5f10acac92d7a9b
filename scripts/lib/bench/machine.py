"""What the machine itself adds to latencies."""
import pathlib

# /proc/stat, proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal; guest times are in the first two already.
FIELDS = 8
IDLE = slice(3, 5)
STEAL = 7


class Stolen:
    """How much of the time that processors wanted to work, until the `with` ends, a virtual machine's host gave to others."""

    percent = None

    def __enter__(self):
        self.before = times()
        return self

    def __exit__(self, *_):
        spent = [after - before for before, after in zip(self.before, times())]
        busy = sum(spent) - sum(spent[IDLE])
        self.percent = 100 * spent[STEAL] / max(1, busy)


def times():
    return [int(ticks) for ticks in pathlib.Path("/proc/stat").read_text().split(maxsplit=FIELDS + 1)[1 : FIELDS + 1]]
