"""Every code point, but one in a hundred of ideographs, syllables and unassigned planes: its predicates as letters, then its case mappings."""
PREDICATES = ["isspace", "isalpha", "isdecimal", "isdigit", "isnumeric", "isupper", "islower", "istitle", "isprintable"]
DULL = [range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xAC00, 0xD7A4), range(0xE000, 0xF900), range(0x13000, 0x16800),
        range(0x17000, 0x1AFF0), range(0x20000, 0x110000)]
for number in range(0x110000):
    character = chr(number)
    if number % 100 and not character.isnumeric() and any(number in dull for dull in DULL):
        continue
    flags = "".join("01"[getattr(character, name)()] for name in PREDICATES)
    flags += "01"[character.isidentifier()] + "01"[("a" + character).isidentifier()]
    # In these contexts a sigma shows whether the character is cased and whether it is ignored.
    flags += "01"[("a\u03a3" + character).lower()[1] == "\u03c3"] + "01"[("a\u03a3" + character + "a").lower()[1] == "\u03c3"]
    names = [getattr(character, name)() for name in ("upper", "lower", "title", "casefold", "swapcase")]
    print(f"{number:x}\t{flags} " + " ".join(",".join(f"{ord(c):x}" for c in name) for name in names))
