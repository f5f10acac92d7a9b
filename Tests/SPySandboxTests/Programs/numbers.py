### floor division and modulo signs
for a in (7, -7):
    for b in (2, -2, 3, -3):
        print(a // b, a % b, divmod(a, b), end="; ")
print()
### float division and modulo
for a in (7.5, -7.5):
    for b in (2, -2.0):
        print(a // b, a % b, divmod(a, b), end="; ")
print()
### true division
print(7 / 2, 6 / 3, 1 / 3, -1 / 3, 2 ** 70 / 3, 10 ** 30 / 10 ** 29)
### zero division int
1 // 0
### zero modulo int
1 % 0
### zero true division
1 / 0
### zero division float
1.0 / 0
### zero floor float
1.0 // 0
### zero modulo float
1.0 % 0
### zero divmod
divmod(1, 0)
### zero divmod float
divmod(1.0, 0)
### zero power
0 ** -1
### zero float power
0.0 ** -1
### powers
print(2 ** 10, 2 ** -1, (-2) ** 3, 2 ** 0.5, 0 ** 0, 2.0 ** 3, (-8) ** 2, 10 ** 20)
### precedence of power
print(-2 ** 2, 2 ** 3 ** 2, -2 ** -2)
### big integers
a = 2 ** 100
print(a, -a, a + 1, a - a, a * a, a // 3, a % 1000, a >> 90, a << 3)
print(a == 2 ** 100, a > 1e30, a < 1e31, hash(a) == hash(2 ** 100))
### small to big and back
x = 9223372036854775807
print(x + 1, x * 2, -x - 1, -x - 2, (x + 1) - 1, abs(-x - 1), -(-x - 1))
print((x + 1) // -1, (-x - 1) // -1, (-x - 1) % -1)
### bit operations
print(5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 70, -1 >> 3, -5 & 0xFF, -1 << 2, True & False, True | 2, True ^ True)
### negative shift
1 << -1
### bool arithmetic
print(True + True, True * 3, -True, sum([True, False, True]), True == 1, True is True, not 1, ~True)
### int of things
print(int("42"), int(" -7 "), int("1_000"), int("ff", 16), int("0b101", 0), int("z", 36), int(3.99), int(-3.99), int(True))
### int bad text
int("4.5")
### int bad base text
int("9", 8)
### int of none
int(None)
### int of list
int([])
### int of nan
int(float("nan"))
### int of inf
int(float("inf"))
### float of things
print(float("1.5"), float(" 2 "), float("1e3"), float("inf"), float("-inf"), float("nan"), float(3), float("1_0.5"), float(True))
### float bad text
float("abc")
### float of none
float(None)
### float repr
print(0.1, 1.0, 1e16, 1e15, 123456789.123456789, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, -0.0, 2.5e10, 1/3)
### float overflow
print(1e308 * 10, -1e308 * 10)
10.0 ** 400
### int too large for float
10 ** 400 * 1.0
### nan comparisons
n = float("nan")
print(n == n, n != n, n < 1, n in [n], [n] == [n], max(1, n), min(n, 1))
### mixed comparisons
print(1 == 1.0, 2 ** 53 == 2.0 ** 53, 2 ** 53 + 1 == 2.0 ** 53, 1 < 1.5, 10 ** 400 > 1e308, True == 1.0, 3 > 2.9)
### round half even
print([round(x) for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.6)], round(2.675, 2), round(1234.5678, -2), round(5, -1), round(15, -1), round(25, -1), round(1e20))
print(round(2.5, 0), round(-2.567, 1), round(1, 2), round(True), round(2 ** 70, -5))
### round of text
round("a")
### round of inf
round(float("inf"))
### abs
print(abs(-5), abs(5.5), abs(-0.0), abs(True), abs(-2 ** 80))
### abs of text
abs("x")
### pow three
print(pow(2, 10, 1000), pow(3, -1, 7), pow(-2, 3, 5), pow(2, 100, 10 ** 9 + 7), pow(2, 3), pow(2, -1))
### pow zero modulus
pow(2, 3, 0)
### pow not invertible
pow(2, -1, 4)
### hex oct bin
print(hex(255), oct(8), bin(5), hex(-255), bin(0), hex(2 ** 70))
hex(1.5)
### int methods
print((255).bit_length(), (0).bit_length(), (-8).bit_length(), (7).bit_count(), (2 ** 70).bit_length(), (5).real, (5).imag, (5).numerator)
### float methods
print((2.0).is_integer(), (2.5).is_integer(), (0.5).as_integer_ratio(), (1.5).hex(), float.fromhex("0x1.8p+0"), (2.5).real)
### number attribute error
(5).foo
### float attribute error
(5.0).foo
### unsupported operands
1 + "a"
### unsupported operands none
None + 1
### unsupported list and int
[1] + 1
### unsupported str and int
"a" + 1
### unsupported subtraction
"a" - "b"
### unsupported power
"a" ** 2
### unsupported dict add
{} + {}
### bad unary
-"a"
### bad unary list
+[]
### bad invert
~1.5
### bad order
1 < "a"
### bad order none
None < None
### bad order list
[1] < 1
### number literals
print(0xFF, 0o17, 0b11, 1_000_000, 1e3, 1.5e-3, .5, 5., 0x_ff)
### integer division big
print(10 ** 30 // 7, -10 ** 30 // 7, 10 ** 30 % -7, divmod(-10 ** 20, 3))
### sum of floats
print(sum([0.1] * 10), sum([1, 2.5]), sum([], 5), sum([[1], [2]], []))
### sum of strings
sum(["a"], "")
### sum bad
sum([1, "a"])
### min max
print(min(3, 1, 2), max([1, 5, 2]), min("hello"), max("a", "b"), min([(2, "a"), (1, "b")]), max([1, 2, 3], key=lambda x: -x), min([], default=7))
### min empty
min([])
### max mixed
max(1, "a")
### divmod text
divmod("a", 1)
### float formatting in str
print(str(1e22), str(123456789012345678), 1e22 + 1, 0.1 + 0.2, 100.0, 1e100)
### collatz
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps
print([collatz(n) for n in range(1, 12)])
### primes
sieve = [True] * 50
for i in range(2, 50):
    if sieve[i]:
        for j in range(i * i, 50, i):
            sieve[j] = False
print([i for i in range(2, 50) if sieve[i]])
### gcd by hand
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
print(gcd(48, 18), gcd(17, 5))
### newton
x = 2.0
for _ in range(6):
    x = (x + 2 / x) / 2
print(x)
### long text of integer
print(len(str(3 ** 2000)))
### text too long
str(10 ** 5000)
### int from text too long
int("1" * 5000)
