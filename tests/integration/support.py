"""What the integration tests share: nodes as real processes, the command line, HTTP, a line that can be disturbed.

A test case takes nodes from `NodeCase.node`; whatever it started is ended after it, and the logs of the nodes are shown
when it failed. Nothing here waits a fixed time: `eventually` polls until a condition holds or its deadline is over.
"""

import json
import os
import random
import shutil
import tempfile
import time
import unittest
from pathlib import Path

from line import Line
from node import (MINGLU, ROOT, SKIP_STATUS, WAIT_MAX_S, Node, ask_peer_listener, eventually, free_ports, tls_context,
                  tls_of)

__all__ = ["GI_HEADER", "MINGLU", "ROOT", "SAMPLE", "SKIP_STATUS", "NodeCase", "are_equal", "ask_peer_listener",
           "eventually", "free_ports", "gi_rows", "introduce", "main", "reconnect", "seeded", "tls_context", "tls_of",
           "waits_for_news"]

SAMPLE = ROOT / "config" / "sample"
GI_HEADER = "名称,类型,编号,类别,申请人,地区,产品类别\n"


def introduce(node, other, url=None, more=()):
    """Pins the card of `other` at `node`; `url` "" when there is no way from here to there."""
    card = node.data.parent / f"card-{other.name}.json"
    card.write_text(other.ok("peer", "card").out)
    options = ["--url", url] if url else []
    node.ok("peer", "add", card, *options, *more)


def waits_for_news(*nodes):
    """Whether each node has all that its partners have, and its next question to them is on its way."""
    return all(peer.get("last_success") and peer["failures"] == 0 and peer["lag_records"] == 0
               for node in nodes for peer in node.sync()["peers"])


def reconnect(*nodes):
    """Has the nodes exchange at once, where their patience after a failure is not what is tested."""
    for node in nodes:
        eventually(f"{node.name} reaches its partners", lambda n=node: n.run("sync", "now").status == 0)


def are_equal(*nodes):
    """Whether all nodes hold the same records and derived the same catalogue from them."""
    states = [node.sync() for node in nodes]
    return len({(state["vector"], state["state_root"]) for state in states}) == 1


def gi_rows(first, count, category="果品", place="重庆市涪陵区"):
    """The text of a list of made-up agricultural GIs AGI<first>…, valid for import."""
    rows = (f"试验产品{number},农产品地理标志,AGI{number:05d},,试验协会{number},{place},{category}\n"
            for number in range(first, first + count))
    return GI_HEADER + "".join(rows)


class NodeCase(unittest.TestCase):
    """A temporary folder, nodes and lines that are ended after each test."""

    maxDiff = None

    def setUp(self):
        started = time.monotonic()
        self.addCleanup(lambda: print(f"{time.monotonic() - started:.1f} s ", end="", flush=True))
        self.folder = Path(tempfile.mkdtemp(prefix="minglu-test-"))
        self.nodes, self.lines = [], []
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        failed = self._is_failed()
        for node in self.nodes:
            if node.is_running():
                node.kill()
            if failed:
                print(f"--- log of {node.name}\n{node.log_text()[-6000:]}", flush=True)
        for line in self.lines:
            line.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_failed(self):
        outcome = self._outcome
        errors = getattr(outcome, "errors", None) or getattr(outcome.result, "errors", [])
        failures = getattr(getattr(outcome, "result", None), "failures", [])
        return any(test is self and error for test, error in [*errors, *failures])

    def node(self, name, sync_url=None, start=True, options=(), listens=True, environment=None):
        node = Node(self.folder, name, sync_url, options=options, listens=listens, environment=environment)
        self.nodes.append(node)
        return node.start() if start else node

    def line_to(self, node):
        line = Line(node.peer_port)
        self.lines.append(line)
        return line

    def pair(self, with_lines=False):
        """Two running nodes that know each other: cq and sc. With lines: (cq, sc, line to cq, line to sc)."""
        cq, sc = self.node("cq"), self.node("sc")
        if not with_lines:
            introduce(cq, sc)
            introduce(sc, cq)
            return cq, sc
        to_cq, to_sc = self.line_to(cq), self.line_to(sc)
        introduce(cq, sc, to_sc.url)
        introduce(sc, cq, to_cq.url)
        return cq, sc, to_cq, to_sc

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def until_equal(self, *nodes, time_max_s=WAIT_MAX_S):
        def equal():
            if are_equal(*nodes):
                return True
            return False

        try:
            eventually("the nodes hold the same", equal, time_max_s)
        except AssertionError as late:
            states = "\n".join(json.dumps(node.sync(), ensure_ascii=False) for node in nodes)
            raise AssertionError(f"{late}\n{states}") from None

    def assert_sound(self, *nodes):
        for node in nodes:
            self.assertEqual([], node.verified(), f"verify of {node.name}")


def seeded(default):
    """A random source; the seed is printed and can be given with MINGLU_SEED to see the same again."""
    seed = int(os.environ.get("MINGLU_SEED", default))
    print(f"seed {seed}", flush=True)
    return random.Random(seed)


def main():
    unittest.main(verbosity=2)
