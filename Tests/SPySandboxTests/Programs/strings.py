### literals
print('a', "b", 'it''s', "tab\tnew\\n", r"raw\n", """multi
line""", "\x41\u00e9\U0001F600", "a" "b")
### repr of strings
print(repr("a'b"), repr('a"b'), repr("a'b\"c"), repr("\n\t\\\x00\x7f"), repr("é"), repr("\u200b"), repr("😀"))
### indexing
s = "hello"
print(s[0], s[-1], s[1:3], s[::-1], s[::2], s[10:], s[-3:], s[:-1], s[3:1], s[4:0:-2])
### index out of range
"abc"[5]
### index by text
"abc"["a"]
### slice with text
"abc"["a":]
### slice step zero
"abc"[::0]
### assign item
s = "abc"
s[0] = "x"
### del item
s = "abc"
del s[0]
### unicode indexing
s = "naïve😀x"
print(len(s), s[2], s[5], s[5:], s[::-1], s.upper())
### concatenate and repeat
print("a" + "b", "ab" * 3, 3 * "x", "x" * 0, "x" * -1)
### multiply by float
"a" * 1.5
### multiply by text
"a" * "b"
### in
print("ell" in "hello", "" in "", "x" not in "abc")
### in with int
1 in "abc"
### compare
print("a" < "b", "a" < "B", "abc" < "abd", "" < "a", "é" > "z", "a" == "a", "10" < "9")
### case methods
s = "Hello wORLD"
print(s.upper(), s.lower(), s.title(), s.capitalize(), s.swapcase(), "ß".casefold(), "ß".upper(), "they're".title())
### strip
print("  a ".strip() + "|", " a ".lstrip() + "|", " a ".rstrip() + "|", "xxaxx".strip("x"), "abcba".strip("ab"), "\t\na".strip())
### strip bad
"a".strip(1)
### split
print("a b  c".split(), "a,b,,c".split(","), "a b c".split(" ", 1), "".split(), "".split(","), " a ".split(" "), "a\nb\tc".split())
### rsplit
print("a,b,c".rsplit(",", 1), "a b c".rsplit(None, 1), "a,b".rsplit(","))
### split empty separator
"a".split("")
### split bad separator
"a".split(1)
### splitlines
print("a\nb\r\nc\rd".splitlines(), "a\n".splitlines(), "a\n".splitlines(True), "".splitlines())
### join
print(",".join(["a", "b"]), "".join("abc"), "-".join([]), ", ".join(str(i) for i in range(3)), "x".join({"k": 1}))
### join bad item
",".join(["a", 1])
### join not iterable
",".join(5)
### replace
print("aaa".replace("a", "b"), "aaa".replace("a", "b", 2), "abc".replace("", "-"), "abc".replace("x", "y"), "aXbX".replace("X", ""))
### find and index
s = "hello"
print(s.find("l"), s.rfind("l"), s.find("z"), s.index("e"), s.find("l", 3), s.find("l", 0, 2), s.count("l"), s.count(""), s.rindex("l"))
### index missing
"abc".index("z")
### rindex missing
"abc".rindex("z")
### startswith endswith
s = "report.csv"
print(s.startswith("rep"), s.endswith((".txt", ".csv")), s.startswith("port", 2), s.endswith("rt", 0, 6), "".startswith(""))
### startswith bad
"a".startswith(1)
### startswith bad tuple
"a".startswith(("b", 1))
### affix removal
print("prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"), "x".removesuffix("yy"))
### predicates
for s in ("abc", "ABC", "123", "a1", " ", "", "½", "Abc Def"):
    print(s.isalpha(), s.isdigit(), s.isalnum(), s.isspace(), s.isupper(), s.islower(), s.istitle(), s.isnumeric(), s.isdecimal(), s.isidentifier())
### padding
print("ab".center(7, "*"), "ab".ljust(5) + "|", "ab".rjust(5), "-5".zfill(4), "+3".zfill(5), "abc".center(4), "7".zfill(3))
### padding bad
"a".center(5, "ab")
### partition
print("k=v=w".partition("="), "k=v=w".rpartition("="), "abc".partition("x"), "abc".rpartition("x"))
### partition empty
"a".partition("")
### expandtabs
print("a\tbc\td".expandtabs(4), "\t".expandtabs(2) + "|")
### translate
t = str.maketrans("abc", "xyz", "d")
print("abcd".translate(t), "hello".translate({ord("l"): "L", ord("o"): None}), "ab".translate(str.maketrans({"a": "1"})))
### maketrans lengths
str.maketrans("a", "bc")
### encode decode
print("é".encode(), "abc".encode("ascii"), b"abc".decode(), len("é".encode("utf-8")))
### str of things
print(str(1), str(None), str([1, "a"]), str(1.5), str(True), str(), str((1,)), str({}), str(ValueError("x")))
### ord chr
print(ord("a"), chr(97), ord("é"), chr(8364), ascii("é€"))
### chr range
chr(-1)
### ord long
ord("ab")
### ord type
ord(5)
### iterate
print(list("héy"), [c for c in "ab"], dict.fromkeys("aab"))
### max and min and sorted
print(max("hello"), min("hello"), sorted("hello"), "".join(reversed("abc")), sorted("bA", key=str.lower))
### attribute error
"a".foo
### method arguments
"a".upper(1)
### replace arguments
"a".replace("b")
### build in loop
s = ""
for i in range(5):
    s += str(i)
t = s
s += "x"
print(s, t)
### palindrome
def pal(s):
    s = "".join(c.lower() for c in s if c.isalnum())
    return s == s[::-1]
print(pal("A man, a plan, a canal: Panama"), pal("no"))
### caesar
def caesar(s, k):
    out = []
    for c in s:
        if c.isalpha():
            base = ord("a") if c.islower() else ord("A")
            out.append(chr((ord(c) - base + k) % 26 + base))
        else:
            out.append(c)
    return "".join(out)
print(caesar("Hello, World!", 3), caesar(caesar("abcXYZ", 5), -5))
### word count
text = "the quick brown the lazy the end"
counts = {}
for w in text.split():
    counts[w] = counts.get(w, 0) + 1
print(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))
### bytes
b = b"ab\x00\xff"
print(b, len(b), b[0], b[1:3], list(b), b + b"c", b * 2, b"a" in b, bytes([1, 2]), bytes(2), b.hex())
### title case by hand
print(" ".join(w[0].upper() + w[1:] for w in "hello big world".split()))
### multiline f string
name = "x"
print(f"""line {name}
next {1 + 1}""")
### long text
s = "abc" * 1000
print(len(s), s.count("ca"), s.find("cab", 100), s[1500:1506])
### hash is stable in a run
print(hash("abc") == hash("abc"), hash("a") == hash("a" + ""))
