### create and show
print([], [1], [1, [2, "a"]], list("ab"), list(range(3)), [0] * 3, [[]] * 2)
### methods
a = [3, 1, 2]
a.append(4); a.extend([5, 6]); a.insert(0, 9); a.insert(100, 7); a.insert(-1, 8)
print(a, a.pop(), a.pop(0), a)
a.remove(8)
a.reverse()
print(a, a.index(5), a.count(1), len(a))
a.sort()
print(a, a.copy() is a, a.copy() == a)
a.clear()
print(a)
### pop empty
[].pop()
### pop out of range
[1].pop(5)
### remove missing
[1].remove(2)
### index missing
[1].index(2)
### index range
a = [1, 2, 3, 2]
print(a.index(2, 2), a.index(2, -1))
a.index(1, 1)
### index out of range
[1][3]
### index negative out of range
[1][-3]
### index by text
[1]["a"]
### index by float
[1][1.0]
### assign out of range
a = []
a[0] = 1
### slices
a = list(range(10))
print(a[2:5], a[:3], a[7:], a[::3], a[::-1], a[-3:-1], a[5:2], a[8:2:-2], a[100:], a[-100:2])
### slice assignment
a = list(range(6))
a[1:3] = ["x", "y", "z"]
print(a)
a[::2] = [0, 0, 0, 0]
print(a)
a[2:2] = [7]
print(a)
a[1:-1] = []
print(a)
### extended slice size
a = [1, 2, 3]
a[::2] = [1]
### slice assign not iterable
a = [1]
a[0:1] = 5
### slice deletion
a = list(range(10))
del a[2:4]
del a[::3]
print(a)
### concatenate
print([1] + [2], [1, 2] * 2, 2 * [0], [1] * 0)
### concatenate tuple
[1] + (2,)
### extend by string and tuple
a = []
a += "ab"
a += (1, 2)
a.extend({3: 4})
print(a)
### extend not iterable
[].extend(5)
### compare
print([1, 2] < [1, 3], [1] < [1, 0], [] < [1], [1, 2] == [1, 2], [1, "a"] == [1, "a"], [2] > [1, 9], [1] != [1.0])
### compare bad elements
[1, "a"] < [1, 2]
### contains
print(2 in [1, 2], "a" in ["b"], None in [None], 1.0 in [1], [1] in [[1]])
### sort stability and key
a = ["bb", "a", "ccc", "dd", "e"]
a.sort(key=len)
print(a)
a.sort(key=len, reverse=True)
print(a)
### sort mixed
[1, "a"].sort()
### sort positional
[1].sort(len)
### sorted of things
print(sorted("bca"), sorted({"b": 1, "a": 2}), sorted((3, 1)), sorted([True, False]), sorted([1.5, 1, -2]), sorted([[2], [1, 5]]))
### sorted returns list
t = (3, 1, 2)
print(sorted(t), t)
### sort during sort
a = [3, 1, 2]
def key(x):
    a.append(x)
    return x
try:
    a.sort(key=key)
except ValueError as e:
    print(e)
### reversed and enumerate
print(list(reversed([1, 2])), list(enumerate("ab", 1)), list(zip([1, 2], "ab", (True, False))))
### aliasing
m = [[0] * 2] * 2
m[0][0] = 1
print(m)
m = [[0] * 2 for _ in range(2)]
m[0][0] = 1
print(m)
### recursive repr
a = [1]
a.append(a)
print(a, len(a))
d = {}
d["d"] = d
print(d)
### matrix
m = [[1, 2, 3], [4, 5, 6]]
print([list(r) for r in zip(*m)], [sum(r) for r in m])
### bubble sort
def bubble(a):
    a = a[:]
    for i in range(len(a)):
        for j in range(len(a) - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return a
print(bubble([5, 2, 9, 1]))
### binary search
def search(a, x):
    low, high = 0, len(a)
    while low < high:
        mid = (low + high) // 2
        if a[mid] < x:
            low = mid + 1
        else:
            high = mid
    return low
print(search([1, 3, 5, 7], 5), search([1, 3], 9))
### quicksort
def qs(a):
    if len(a) <= 1:
        return a
    p, *r = a
    return qs([x for x in r if x < p]) + [p] + qs([x for x in r if x >= p])
print(qs([3, 6, 1, 8, 2, 9, 2]))
### stack and queue
s = []
for x in range(3):
    s.append(x)
while s:
    print(s.pop(), end=" ")
print()
### list attribute error
[].foo
### append arguments
[].append()
### append two
[].append(1, 2)
### unhashable
{[1]: 2}
### big list
a = [i % 7 for i in range(1000)]
a.sort()
print(a[:3], a[-3:], len(a), a.count(3), sum(a))
### tuple basics
t = (1, "a", [2])
print(t, t[0], t[-1], t[:2], len(t), t + (3,), t * 2, () , (1,), tuple("ab"), 1 in t, t.index("a"), t.count(1))
### tuple assign
t = (1,)
t[0] = 2
### tuple index missing
(1,).index(2)
### tuple out of range
(1,)[2]
### tuple compare and hash
print((1, 2) < (1, 3), (1, 2) == (1, 2), hash((1, 2)) == hash((1, 2)), {(1, 2): "x"}[(1, 2)], (1, 2) == [1, 2])
### tuple with list is unhashable
hash(([],))
### tuple concatenation error
(1,) + [2]
### range basics
r = range(2, 10, 3)
print(r, list(r), len(r), r[1], r[-1], 5 in r, 6 in r, r.index(8), list(r[::-1]), range(0), range(5, 0, -2), list(range(5, 0, -2)))
print(range(3) == range(0, 3, 1), range(0) == range(2, 2), r.start, r.stop, r.step, bool(range(0)))
### range errors
range(1, 2, 0)
### range float
range(1.5)
### range no arguments
range()
### range index
range(3)[5]
### slice objects
s = slice(1, 5, 2)
print([0, 1, 2, 3, 4, 5][s], s, s.indices(4), s == slice(1, 5, 2))
