#!/usr/bin/env python3
"""Executable reference of the merge rule (docs/PROTOCOL.md section 5): from a set of records to entries and conflicts.

Small and slow on purpose; the C++ fold must agree with it on every history.
usage: fold.py < history.json > folded.json        (--as-of YYYY-MM-DD folds the view of that day)

history.json: {"records": [record, ...]} in any order.
record: {"log": "cq-1", "node": "cq", "seq": 3, "time": [ms, counter], "kind": "open|change|batch.propose|batch.approve|batch.close|key",
         "label": "resolve"?, "needs": [node, ...]?, "of": [log, seq]?, "cut": [log, k]?,
         "ops": [{"key": "...", "seen": {log: seq}, "effective_on": "YYYY-MM-DD", "set": {group: value}}]}
Fields are already gathered into groups here; group "listing" with value "removed" removes; group "home" holds a node_id.
"""
import itertools, json, sys
from collections import defaultdict


def dot(r): return (r["log"], r["seq"])
def covers(vector, d): return vector.get(d[0], 0) >= d[1]


def without_cut_tails(records):
    """A cut counts only from the cut log's own node; of several, the smallest position."""
    author = {r["log"]: r["node"] for r in records}
    limit = {}
    for r in records:
        if r.get("cut") and author.get(r["cut"][0], r["node"]) == r["node"]:
            log, k = r["cut"]
            limit[log] = min(k, limit.get(log, k))
    return [r for r in records if r["seq"] <= limit.get(r["log"], r["seq"])]


class Effective:
    """One op that counts. `approvals`: for each node in needs, its approvals, earliest first."""
    def __init__(self, record, op, approvals):
        self.record, self.op, self.approvals, self.dot = record, op, approvals, dot(record)
        self.node, self.set, self.day = record["node"], op["set"], op["effective_on"]
        self.resolves = record.get("label") == "resolve"
        self.time = max([list(record["time"])] + [a[0]["time"] for a in approvals])

    def claims(self, other):
        """Own dot covered and, for a proposal, any one approval of each node that it needed."""
        return (self is not other and covers(self.op["seen"], other.dot)
                and all(any(covers(self.op["seen"], dot(a)) for a in of_node) for of_node in other.approvals))

    def saw(self, other):
        """Ops that claim to have seen each other lie: they count as concurrent."""
        return self.claims(other) and not other.claims(self)

    def removes(self): return self.set.get("listing") == "removed"


def effective_ops(records):
    """key -> effective ops. A close never undoes an approval; both stay listed in the batch."""
    approvals = defaultdict(lambda: defaultdict(list))
    for r in records:
        if r["kind"] == "batch.approve":
            approvals[tuple(r["of"])][r["node"]].append(r)
    by_key = defaultdict(list)
    for r in records:
        if r["kind"] == "change":
            needed = []
        elif r["kind"] == "batch.propose" and r["needs"] and all(n in approvals[dot(r)] for n in r["needs"]):
            needed = [sorted(approvals[dot(r)][n], key=lambda a: (list(a["time"]), a["log"], a["seq"])) for n in r["needs"]]
        else:
            continue
        for op in r["ops"]:
            by_key[op["key"]].append(Effective(r, op, needed))
    return by_key


def concurrent(a, b): return a is not b and not a.saw(b) and not b.saw(a)


def contested(a, b):
    """Pairs (group of a, group of b) on which two concurrent ops disagree."""
    pairs = {(g, g) for g in a.set if g in b.set and a.set[g] != b.set[g]}
    if a.removes() != b.removes():
        pairs |= {("listing", h) for h in b.set} if a.removes() else {(h, "listing") for h in a.set}
    return pairs


def overwrites(z, x, group, y):
    """z overwrites x in `group` as far as the pair (x, y) is concerned: on every day on which both could stand."""
    return (z.saw(x) and group in z.set
            and (z.day <= max(x.day, y.day) or (z.resolves and z.saw(y))))


def frontier(ops):
    """Pairs in which, on some contested group, neither side was overwritten by an op concurrent with the other side."""
    for x, y in itertools.combinations(ops, 2):
        if concurrent(x, y) and any(
                not any(overwrites(z, x, g, y) and concurrent(z, y) for z in ops) and
                not any(overwrites(z, y, h, x) and concurrent(z, x) for z in ops) for g, h in contested(x, y)):
            yield (x, y) if x.dot < y.dot else (y, x)


def state(x, y, ops):
    if any(not any(overwrites(z, x, g, y) for z in ops) and not any(overwrites(z, y, h, x) for z in ops) for g, h in contested(x, y)):
        return "open"
    return "resolved" if any(z.resolves and z.saw(x) and z.saw(y) for z in ops) else "superseded"


def conflicts(ops):
    """Now on the frontier, or on the frontier of what a resolving op saw: a decided pair never vanishes."""
    listed = {(x.dot, y.dot): (x, y) for x, y in frontier(ops)}
    for r in ops:
        if r.resolves:
            listed.update({(x.dot, y.dot): (x, y) for x, y in frontier([o for o in ops if r.saw(o)])})
    return [{"ops": [list(x.dot), list(y.dot)], "state": state(x, y, ops),
             "groups": sorted({g for pair in contested(x, y) for g in pair})} for (x, y) in (listed[k] for k in sorted(listed))]


def merged(ops):
    """group -> surviving writes, winner first."""
    home, groups = None, {}
    for g in sorted({g for o in ops for g in o.set}, key=lambda g: (g != "home", g)):
        written = [o for o in ops if g in o.set]
        alive = [o for o in written if not any(z.saw(o) for z in written)] or written   # a longer circle of lies leaves all
        order = lambda o: (g != "home" and o.node == home, o.time, o.dot[0], o.dot[1])
        alive.sort(key=order, reverse=True)
        groups[g] = {"value": alive[0].set[g], "by": [list(o.dot) for o in alive]}
        if g == "home":
            home = alive[0].set[g]
    return groups


def etag(ops):
    """What `seen` must be for an op written by someone who was shown this entry now: every effective op and every approval of them."""
    v = {}
    for o in ops:
        for log, seq in [o.dot] + [dot(a) for of_node in o.approvals for a in of_node]:
            v[log] = max(seq, v.get(log, 0))
    return v


def fold(records, as_of=None):
    out = {}
    for key, ops in effective_ops(without_cut_tails(records)).items():
        shown = [o for o in ops if as_of is None or o.day <= as_of]
        if shown:
            out[key] = {"groups": merged(shown), "conflicts": conflicts(ops), "etag": etag(ops)}
    return out


if __name__ == "__main__":
    day = sys.argv[sys.argv.index("--as-of") + 1] if "--as-of" in sys.argv else None
    json.dump(fold(json.load(sys.stdin)["records"], day), sys.stdout, ensure_ascii=False, sort_keys=True, indent=1)
