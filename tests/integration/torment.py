"""Torments real nodes: editors at work while lines fail and processes are killed. Called by scripts/torment.

Each round disturbs the lines, lets editors work at every node, kills or freezes nodes at random moments and in acts of
their operators (happenings.py), then heals everything and checks: `verify` is clean, the nodes hold the same, every
acknowledged write is accounted for on every node, and every other write is there whole, once, or not at all; partners
follow every change of a key, carried records are there, and incidents keep what was noted of them. The seed decides
what is tried; the moments at which a process dies are real time. After a failure the data directories stay.
"""

import argparse
import collections
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from audit import Audit, Failed
from editor import GONE, HOT_KEYS, Editor, settle
from happenings import Happenings
from ledger import Ledger
from line import Line
from node import MINGLU, WAIT_MAX_S, Node, eventually
from support import are_equal, introduce, reconnect

# The third node signs with the other suite.
NODES = (("cq", ()), ("sc", ()), ("gz", ("--suite", "sm2-sm3")))
ROUNDS_PER_WINDOW = 4
OLD_KEYS_PER_ROUND = 40
LONG_ROUND_EVERY = 25
LONG_ROUND_S = 40
HEAL_TIME_MAX_S = 150  # twice the longest patience of a node after failures, and some


class Torment:
    """The nodes, a line for every way between two of them, and what is known about them."""

    def __init__(self, folder, seed, count):
        self.folder = Path(folder)
        self.random = random.Random(seed)
        self.ledger = Ledger()
        self.counts = collections.Counter()
        self.longest_apart_s, self.slowest_heal_s, self.longest_healed_s = 0.0, 0.0, 0.0
        self.nodes = [Node(self.folder, name, options=options) for name, options in NODES[:count]]
        self.lines, self.tokens = {}, {}
        # All know all before the first exchange: a log of an unknown node would be a complaint of its own.
        for near in self.nodes:
            for far in self.nodes:
                if near is not far:
                    line = self.lines[near.name, far.name] = Line(far.peer_port)
                    introduce(near, far, line.url)
        for node in self.nodes:
            self.tokens[node.name] = node.start().token("approver", "torment")
        self.audit = Audit(self.nodes, self.tokens, self.ledger, self.counts)
        self.happenings = Happenings(self.folder, self.nodes, self.tokens, self.ledger, self.counts, self.random)

    def close(self):
        self.happenings.close()
        for node in self.nodes:
            if node.is_running():
                node.kill()
        for line in self.lines.values():
            line.close()

    # -- one round

    def round(self, number):
        touched_from = len(self.ledger.writes)
        editors = self.begin_work(number)
        started = time.monotonic()
        self.disturb_lines()
        self.disturb_nodes(number)
        for editor in editors:
            if self.random.random() < 0.7:
                editor.join(WAIT_MAX_S)
            editor.end()
        apart_s = time.monotonic() - started
        heal_s = self.heal()
        self.settle_doubtful()
        self.until_equal()
        self.happenings.settle_keys()
        self.audit.check(self.keys_to_check(touched_from))
        self.note(apart_s, heal_s)
        if self.happenings.backups and (not self.counts["restore"] or self.random.random() < 0.2):
            self.happenings.go_back()
            self.heal()
            self.audit.check(self.keys_to_check(touched_from))
        return apart_s, heal_s

    def begin_work(self, number):
        window = 1 + number // ROUNDS_PER_WINDOW * HOT_KEYS
        return [Editor(self.ledger, node, self.tokens[node.name], random.Random(self.random.getrandbits(64)),
                       f"r{number}.{node.name}.{which}", window, self.random.randrange(3, 20))
                for node in self.nodes for which in ("a", "b")]

    def disturb_lines(self):
        for name, line in self.lines.items():
            fault = self.random.choice(("none", "none", "cut", "pause", "truncate", "corrupt", "delay", "throttle"))
            if fault != "none":
                self.counts[f"line {fault}"] += 1
            if fault == "cut":
                line.cut()
            elif fault == "pause":
                line.pause()
            elif fault in ("truncate", "corrupt"):
                line.damage(fault, int(2 ** self.random.uniform(0, 16)), self.random.choice(("caller", "target")))
            elif fault == "delay":
                line.slow(self.random.uniform(0.005, 0.1))
            elif fault == "throttle":
                line.slow(0, int(2 ** self.random.uniform(13, 20)))

    def disturb_nodes(self, number):
        """Things that happen to processes, one after the other, while the editors work."""
        for _ in range(self.random.randrange(2, 5)):
            self.happenings.pause(0.3)
            happening = self.happenings.next()
            happening(self.random.choice(self.nodes))
        if number % LONG_ROUND_EVERY == LONG_ROUND_EVERY - 1:
            for line in self.lines.values():
                line.cut()
            self.counts["long interruption"] += 1
            self.happenings.pause(LONG_ROUND_S)

    # -- after the storm

    def heal(self):
        """Everything works again; returns the seconds until the nodes hold the same."""
        for line in self.lines.values():
            line.resume()
            line.heal()
        for node in self.nodes:
            self.happenings.wait_for_commands(node.name)
        started = time.monotonic()
        if self.random.random() < 0.3:
            self.counts["healed with nobody asking"] += 1
        else:
            reconnect(*self.nodes)
        self.until_equal()
        return time.monotonic() - started

    def until_equal(self):
        eventually("the nodes hold the same", lambda: are_equal(*self.nodes), HEAL_TIME_MAX_S)

    def settle_doubtful(self):
        """Asks some writes again that got no answer; the others stay as they are, done or not."""
        for write in self.ledger.writes:
            if write.state != "doubtful":
                continue
            self.counts["doubtful"] += 1
            if write.path.startswith("/v1/imports") or self.random.random() < 0.3:
                write.state = "abandoned"
                continue
            node = next(node for node in self.nodes if node.name == write.node)
            settle(node, self.tokens[node.name], write)
            self.counts["asked again"] += 1

    def keys_to_check(self, touched_from):
        """All keys of single writes of this round; some of each import's; some old ones."""
        keys = set()
        for write in self.ledger.writes[touched_from:]:
            keys |= set(write.keys if len(write.keys) <= 2 else
                        [write.keys[0], write.keys[-1], *self.random.sample(write.keys, min(8, len(write.keys)))])
        known = self.ledger.keys()
        keys |= set(self.random.sample(known, min(OLD_KEYS_PER_ROUND, len(known))))
        return sorted(keys)

    def note(self, apart_s, heal_s):
        if apart_s > self.longest_apart_s:
            self.longest_apart_s, self.longest_healed_s = apart_s, heal_s
        self.slowest_heal_s = max(self.slowest_heal_s, heal_s)

    def summary(self):
        counted = ", ".join(f"{what} {count}" for what, count in sorted(self.counts.items()))
        return (f"{self.ledger.acknowledged()} of {len(self.ledger.writes)} writes acknowledged; {counted}\n"
                f"longest interruption {self.longest_apart_s:.1f} s, healed in {self.longest_healed_s:.2f} s; "
                f"slowest healing {self.slowest_heal_s:.2f} s")


def run(rounds, seed, count, say=print, folder=None):
    """Runs the rounds; returns the torment for its counts. Raises with the seed, leaving the data, when one fails."""
    folder = Path(folder or tempfile.mkdtemp(prefix="minglu-torment-"))
    torment, number = Torment(folder, seed, count), -1
    try:
        for number in range(rounds):
            apart_s, heal_s = torment.round(number)
            say(f"round {number}: apart {apart_s:.1f} s, equal after {heal_s:.2f} s, "
                f"{torment.ledger.acknowledged()} acknowledged, {torment.counts['kill']} kills")
        torment.audit.check_all()
    except (AssertionError, *GONE) as fault:
        raise Failed(f"seed {seed}, {count} nodes, round {number}: {fault}\ndata directories and logs: {folder}"
                     ) from fault
    finally:
        torment.close()
    shutil.rmtree(folder, ignore_errors=True)
    return torment


def main():
    parser = argparse.ArgumentParser(prog="scripts/torment", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="how many rounds (20)")
    parser.add_argument("--seed", type=int, default=None, help="what is tried; a new one when not given")
    parser.add_argument("--nodes", type=int, choices=(2, 3), default=2, help="how many nodes (2)")
    arguments = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    print(f"seed {seed}, {arguments.nodes} nodes, {arguments.rounds} rounds of {MINGLU}", flush=True)
    try:
        torment = run(arguments.rounds, seed, arguments.nodes, lambda text: print(text, flush=True))
    except Failed as failed:
        print(f"FAILED {failed}", flush=True)
        return 1
    print(f"ok: {arguments.rounds} rounds, {torment.summary()}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
