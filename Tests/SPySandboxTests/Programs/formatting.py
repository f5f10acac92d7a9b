### f string basics
x, name = 5, "Ann"
print(f"{x}", f"{x + 1}", f"{name!r}", f"{name!s}", f"{'é'!a}", f"{{}}", f"{x=}", f"{x + 1 = }", f"{name=!s}", f"{x=:>4}")
### f string specs
print(f"{3.14159:.2f}", f"{1234567:,}", f"{1234567.891:,.2f}", f"{0.25:.0%}", f"{255:x}", f"{255:#X}", f"{5:03d}", f"{5:+d}", f"{-5: d}", f"{5:b}", f"{1e10:g}", f"{65:c}")
### alignment
print(f"|{'a':<5}|{'a':>5}|{'a':^5}|{'a':*^5}|{5:<5}|{5:^5}|{5:=+5}|")
### nested spec
w, p = 10, 3
print(f"{3.14159:{w}.{p}f}|{'x':{'*'}^{w}}|")
### expressions in fields
d = {"k": [1, 2]}
print(f"{d['k'][1]}", f"{len(d)}", f"{'yes' if d else 'no'}", f"{[i for i in range(3)]}", f"{(lambda v: v * 2)(4)}", f"{ {'a': 1}['a'] }")
### nested quotes
print(f'{"a" + "b"}', f"{'a' 'b'}")
### str format
print("{} {}".format(1, 2), "{1} {0}".format("a", "b"), "{a} {b}".format(a=1, b=2), "{0[k]}".format({"k": 5}), "{:>5}|{:<5}|".format(1, 2), "{!r}".format("x"), "{{}}".format())
### str format nested
print("{:{w}.{p}f}".format(3.14159, w=8, p=2), "{0:{1}}".format(5, 4))
### format missing index
"{} {}".format(1)
### format missing key
"{a}".format()
### format mix
"{} {0}".format(1)
### format unmatched
"{".format(1)
### format bad close
"}".format(1)
### format code errors
f"{5:q}"
### format str code
f"{'a':d}"
### format float code
f"{1.5:d}"
### format precision int
f"{5:.2d}"
### format list spec
f"{[1]:5}"
### format none spec
f"{None:5}"
### format map
print("{a}-{b}".format_map({"a": 1, "b": 2}))
### format builtin
print(format(5, "04d"), format(1.5), format("a", ">3"), format(True), format(True, "d"))
### percent
print("%s %d %i" % ("a", 5, 6.7), "%5.2f|%-5d|%05d" % (1.234, 5, 6), "%x %X %o %e %g %%" % (255, 255, 8, 12345.678, 0.0001), "%r %a" % ("é", "é"), "%c%c" % ("a", 66))
### percent dict
print("%(a)s-%(b)03d" % {"a": 1, "b": 2}, "%s" % [1], "%s" % (None,), "%s" % {"a": 1})
### percent star
print("%*d|%-*d|%.*f" % (5, 42, 5, 42, 2, 3.14159))
### percent too few
"%s %s" % (1,)
### percent too many
"%s" % (1, 2)
### percent bad type
"%d" % "a"
### percent bad code
"%z" % 1
### percent key without mapping
"%(a)s" % 5
### numbers in columns
for n in (1, 22, 333.5):
    print(f"{n:>8}|{n:<8}|{n:^8}")
### percent of float rounding
print("%.0f %.0f %.0f %.3e" % (0.5, 1.5, 2.5, 1234.5678))
### big numbers
print(f"{2 ** 70:,}", f"{2 ** 70:x}", f"{10 ** 25:_}", f"{1e300:.3e}", f"{2 ** 70:e}")
### special floats
print(f"{float('inf'):>6}", f"{float('nan'):.2f}", f"{-0.0:.1f}", f"{float('-inf'):+}")
### bool and none
print(f"{True} {None} {True:>6} {False:d}")
### grouping
print(f"{1234:_}", f"{0b1111:_b}", f"{-1234567:,}", f"{123456.789:_.1f}")
### repr of containers in f string
print(f"{[1, 'a', None]} {('x',)} { {1: 'a'} } {set()}")
### print arguments
print(1, "a", None, sep=", ", end="!\n")
print()
print("a", "b", sep="")
print(sep="x")
### print bad sep
print(1, sep=1)
### print unknown keyword
print(1, foo=2)
