#!/usr/bin/env python3
"""Random histories and what the reference makes of them, one JSON object a line.

usage: histories.py --seed N --count M

line: {"records": [...as in fold.py...], "folded": fold(records), "views": {day: fold(records, day)}}
The authors are honest as a rule: they see a prefix of every log, and an op's `seen` is what the fold showed them. Some lie, some write
on scheduled or past days, propose, approve late or twice, resolve together, cut their own or (in vain) another's log.
"""
import argparse
import json
import random

import fold

NODES = ["cq", "sc", "gz"]
KEYS = ["gi/AGI00053", "gi/AGI00175", "trademark/10325554/33"]
DAYS = ["2025-01-01", "2025-06-01", "2026-01-01"]
GROUPS = ["name", "goods", "holders", "notes"]


class History:
    def __init__(self, rng):
        self.rng = rng
        self.logs = {node: f"{node}-{rng.getrandbits(64):016x}" for node in NODES}
        self.records = []
        self.held = {node: {} for node in NODES}   # what each node has, by log
        self.clock = 1_700_000_000_000

    def visible(self, node):
        return [r for r in self.records if r["seq"] <= self.held[node].get(r["log"], 0)]

    def sync(self, node):
        for log in self.logs.values():
            size = sum(r["log"] == log for r in self.records)
            have = self.held[node].get(log, 0)
            self.held[node][log] = self.rng.randint(have, size) if size else 0

    def write(self, node, kind, **more):
        log = self.logs[node]
        seq = self.held[node].get(log, 0) + 1
        self.clock += self.rng.randint(0, 5)
        time = [self.clock - self.rng.choice([0, 0, 0, 40]), self.rng.randint(0, 2)]
        record = {"log": log, "node": node, "seq": seq, "time": time, "kind": kind, "ops": []} | more
        self.records.append(record)
        self.held[node][log] = seq
        return record

    def ops(self, node, keys):
        shown = fold.fold(self.visible(node))
        ops = []
        for key in keys:
            seen = dict(shown.get(key, {"etag": {}})["etag"])
            if seen and self.rng.random() < 0.08:    # a stale screen, or a lie
                seen.pop(self.rng.choice(sorted(seen)))
            if self.rng.random() < 0.04:
                log = self.rng.choice(sorted(self.logs.values()))
                seen[log] = self.rng.randint(1, 6)
            groups = {g: self.rng.choice(["a", "b", "c"]) for g in self.rng.sample(GROUPS, self.rng.randint(1, 2))}
            if not seen or self.rng.random() < 0.15:
                groups["home"] = self.rng.choice(NODES)
            if self.rng.random() < 0.25:
                groups = {"listing": self.rng.choice(["removed", "removed", "listed"])}
            ops.append({"key": key, "seen": seen, "effective_on": self.rng.choice(DAYS), "set": groups})
        return ops

    def resolve(self, node):
        shown = fold.fold(self.visible(node))
        open_ones = [(key, c) for key, entry in sorted(shown.items()) for c in entry["conflicts"] if c["state"] == "open"]
        if not open_ones:
            return
        key, conflict = self.rng.choice(open_ones)
        groups = {g: self.rng.choice(["a", "b", "removed" if g == "listing" else "d"]) for g in conflict["groups"]}
        self.write(node, "change", label="resolve", ops=[
            {"key": key, "seen": shown[key]["etag"], "effective_on": self.rng.choice(DAYS), "set": groups}])

    def approve(self, node):
        waiting = [r for r in self.visible(node) if r["kind"] == "batch.propose" and node in r["needs"]]
        if waiting:
            proposal = self.rng.choice(waiting)
            self.write(node, self.rng.choice(["batch.approve"] * 5 + ["batch.close"]), of=[proposal["log"], proposal["seq"]])

    def step(self):
        node = self.rng.choice(NODES)
        if self.rng.random() < 0.5:
            self.sync(node)
        act = self.rng.random()
        keys = self.rng.sample(KEYS, self.rng.choice([1, 1, 2]))
        if act < 0.6:
            self.write(node, "change", ops=self.ops(node, keys))
        elif act < 0.7:
            needs = self.rng.sample([n for n in NODES if n != node], self.rng.randint(1, 2))
            self.write(node, "batch.propose", needs=needs, ops=self.ops(node, keys))
        elif act < 0.85:
            self.approve(node)
        elif act < 0.97:
            self.resolve(node)
        else:
            log = self.rng.choice(sorted(self.logs.values()))
            size = sum(r["log"] == log for r in self.records)
            if size:
                self.write(node, "open", cut=[log, self.rng.randint(1, size)])


def line(rng):
    history = History(rng)
    for _ in range(rng.randint(2, 16)):
        history.step()
    records = history.records
    rng.shuffle(records)
    return {"records": records, "folded": fold.fold(records), "views": {day: fold.fold(records, day) for day in DAYS}}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    for i in range(options.count):
        print(json.dumps(line(random.Random(options.seed * 1_000_003 + i)), ensure_ascii=False))
