"""Just enough of protobuf's wire format to write a small request."""


def varint(value):
    head = []
    while value > 0x7F:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*head, value])


def field(number, content):
    """A string, bytes or message field."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def number(field_number, value):
    """An integer field that is not negative."""
    return varint(field_number << 3) + varint(value)
