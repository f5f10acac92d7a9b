"""The table that a benchmark prints and the JSON that it leaves behind."""
import json

from bench import places

COLUMNS = ("case", "value", "unit", "peer", "peer_value", "ratio", "target", "met")


class Report:
    """Rows of ours against a peer; `ratio` is ours over the peer's such that more is better."""

    def __init__(self, name, keep=False, folder=places.RESULTS):
        self.file = folder / f"{name}.json"
        self.rows = json.loads(self.file.read_text()) if keep and self.file.exists() else []

    def add(self, case, value, unit, peer=None, peer_value=None, target=None, less_is_better=False):
        ratio = None
        if peer_value is not None:
            ratio = peer_value / value if less_is_better else value / peer_value
        met = None if target is None else ratio >= target
        row = dict(zip(COLUMNS, (case, value, unit, peer, peer_value, ratio, target, met)))
        key = (case, peer)
        self.rows = [other for other in self.rows if (other["case"], other["peer"]) != key] + [row]

    def save(self):
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.rows, indent=2) + "\n")

    def table(self):
        cells = [[title.replace("_", " ") for title in COLUMNS]]
        cells += [[text(row[column]) for column in COLUMNS] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(*cells)]
        lines = ["  ".join(align(*cell) for cell in zip(line, widths, COLUMNS)).rstrip() for line in cells]
        lines.insert(1, "  ".join("─" * width for width in widths))
        marks = [row["met"] for row in self.rows if row["met"] is not None]
        return "\n".join(lines + ["", f"{sum(marks)} of {len(marks)} marks met. {self.file}"])


def align(cell, width, column):
    return cell.rjust(width) if column in ("value", "peer_value", "ratio", "target") else cell.ljust(width)


def text(value):
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, (int, float)):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return value
