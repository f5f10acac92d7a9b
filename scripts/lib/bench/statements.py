"""What a service was seen to send to PostgreSQL, as a script of pgbench with the same statements and pipelines."""
import json
import re
import struct
import uuid

# Types by their numbers in pg_type.
BOOL, BYTEA, INT8, INT4, TEXT, TIMESTAMPTZ, UUID, JSONB = 16, 17, 20, 23, 25, 1184, 2950, 3802
# Of one-dimensional arrays, by what they are of.
ARRAYS = {1001: BYTEA, 1007: INT4, 1009: TEXT, 1016: INT8, 2951: UUID}
NAMES = {
    BOOL: "bool", BYTEA: "bytea", INT8: "int8", INT4: "int4", TEXT: "text", TIMESTAMPTZ: "timestamptz", UUID: "uuid",
    JSONB: "jsonb",
}  # fmt: skip
NAMES |= {array: NAMES[element] + "[]" for array, element in ARRAYS.items()}
MICROSECONDS_TO_2000 = 946_684_800_000_000


def recorded(file, process):
    """The pipelines with a parameter that is this process, in their order: the calls' own, not those of audit or upkeep."""
    wanted = uuid.UUID(process).bytes.hex()
    pipelines = map(json.loads, file.read_text().splitlines())
    return [each for each in pipelines if any(wanted in statement["values"] for statement in each)]


def text(kind, value):
    """A parameter's value as SQL reads it, from the protocol's binary form in hexadecimal."""
    data = bytes.fromhex(value)
    if kind == UUID:
        return str(uuid.UUID(bytes=data))
    if kind == TEXT:
        return data.decode()
    if kind == JSONB:
        return data[1:].decode()
    if kind == BYTEA:
        return "\\x" + value
    if kind == BOOL:
        return "true" if data[0] else "false"
    if kind in (INT4, INT8):
        return str(int.from_bytes(data, "big", signed=True))
    if kind == TIMESTAMPTZ:
        seconds = (struct.unpack(">q", data)[0] + MICROSECONDS_TO_2000) / 1e6
        return f"epoch {seconds:.6f}"
    if kind in ARRAYS:
        return array(data)
    raise ValueError(f"no text is known for type number {kind}")


def array(data):
    """An array as SQL reads it, from its binary form (array_recv): dimensions, flags, type, then each element."""
    dimensions, _, kind = struct.unpack_from(">iiI", data)
    if dimensions > 1:
        raise ValueError(f"an array has {dimensions} dimensions, not one")
    count = struct.unpack_from(">i", data, 12)[0] if dimensions else 0
    place, elements = 20, []
    for _ in range(count):
        (length,) = struct.unpack_from(">i", data, place)
        place += 4
        if length < 0:
            elements.append("NULL")
            continue
        plain = text(kind, data[place : place + length].hex())
        elements.append('"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"')
        place += length
    return "{" + ",".join(elements) + "}"


class Script:
    """A script for `pgbench -M prepared`: parameters stay parameters, with their types."""

    def __init__(self):
        self.lines = []
        self.variables = {}

    def command(self, line):
        self.lines.append(line)

    def pipeline(self, statements, replace=None):
        """Adds a pipeline. `replace(sql, index, type, text)` may give SQL that takes a parameter's place, or None."""
        self.command("\\startpipeline")
        for statement in statements:
            places = {}
            for index, (kind, value) in enumerate(zip(statement["types"], statement["values"]), 1):
                plain = None if value is None else text(kind, value)
                places[index] = (replace and replace(statement["sql"], index, kind, plain)) or self._place(kind, plain)
            sql = re.sub(r"\$(\d+)", lambda match: places[int(match[1])], statement["sql"]).strip()
            self.command(sql + ";")
        self.command("\\endpipeline")

    def _place(self, kind, plain):
        if plain is None:
            return f"NULL::{NAMES[kind]}"
        if not plain:
            # pgbench takes no empty variable.
            return f"''::{NAMES[kind]}"
        known = {value: name for name, value in self.variables.items()}
        name = known.get(plain) or f"v{len(self.variables) + 1}"
        self.variables[name] = plain
        return f":{name}::{NAMES[kind]}"

    def __str__(self):
        return "\n".join(self.lines) + "\n"
