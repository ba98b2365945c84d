"""A slice of scripts/torment, and proof that its checks see what they look for."""

import os
import unittest
from unittest import mock

from editor import GONE
from ledger import Ledger, Write, faults_of_entry
from support import NodeCase, main
from torment import run

ROUNDS = {2: 8, 3: 5}


class Torment(unittest.TestCase):
    def torment(self, count):
        seed = int(os.environ.get("MINGLU_SEED", 20264))
        print(f"seed {seed}", flush=True)
        torment = run(ROUNDS[count], seed, count, lambda text: print(text, flush=True))
        print(torment.summary(), flush=True)
        self.assertGreater(torment.counts["kill"], 0)
        self.assertGreater(torment.ledger.acknowledged(), ROUNDS[count])

    def test_two_nodes(self):
        self.torment(2)

    def test_three_nodes(self):
        self.torment(3)


KEY = "gi/AGI00001"
FIELDS = {"name": "甲", "subtype": "agricultural_gi", "category": "果品"}


def item(number, fields, seen="", log="cq-1"):
    return {"dot": f"{log}:{number}", "leaf": f"leaf {log} {number}", "reason": f"{log} {number}", "set": fields,
            "seen": seen, "effective": True}


class Asking(NodeCase):
    def test_a_node_that_dies_while_it_is_called_is_gone(self):
        node = self.node("cq", start=False)
        with mock.patch("socket.create_connection", side_effect=ConnectionResetError), self.assertRaises(GONE):
            node.http("GET", "/v1/entries")


class Checks(unittest.TestCase):
    """Each guarantee, broken by hand: the ledger names it."""

    def setUp(self):
        self.ledger = Ledger()

    def asked(self, written, state="acknowledged", conflict=None):
        write = Write("cq", written["reason"], "PUT", f"/v1/entries/{KEY}", {}, {}, [KEY])
        write.state, write.conflict, write.sent = state, conflict, dict(written["set"])
        if state == "acknowledged":
            write.dot, write.leaf = written["dot"], written["leaf"]
        self.ledger.add(write)
        return written

    def faults(self, fields, history, conflicts=()):
        return " ".join(faults_of_entry(self.ledger, KEY, {"fields": fields}, history, conflicts))

    def test_what_is_accounted_for_is_no_fault(self):
        first = self.asked(item(1, FIELDS))
        second = self.asked(item(2, {"category": "蔬菜"}, seen="cq-1:1"))
        other = self.asked(item(7, {"category": "粮食"}, seen="cq-1:1", log="sc-1"))
        listed = {"id": "c", "state": "open", "groups": ["category"],
                  "sides": [{"dot": second["dot"]}, {"dot": other["dot"]}]}
        fields = {**FIELDS, "category": "蔬菜"}
        self.assertEqual("", self.faults(fields, [first, second, other], [listed]))
        # The mirror: without the conflict in the list, one side is overwritten in silence.
        self.assertIn("overwritten without a trace in ['category']", self.faults(fields, [first, second, other]))

    def test_a_lost_write_is_named(self):
        first = self.asked(item(1, FIELDS))
        self.asked(item(2, {"notes": "一"}, seen="cq-1:1"))
        self.assertIn("lost: acknowledged write cq-1 2", self.faults(FIELDS, [first]))

    def test_a_write_that_nobody_saw_does_not_count_as_superseded(self):
        first = self.asked(item(1, FIELDS))
        second = self.asked(item(2, {"category": "蔬菜"}))
        self.assertIn("overwritten without a trace in ['category']",
                      self.faults({**FIELDS, "category": "蔬菜"}, [first, second]))

    def test_writes_that_should_not_be_there_are_named(self):
        first = self.asked(item(1, FIELDS))
        self.assertIn("invented", self.faults(FIELDS, [first, item(2, {"notes": "一"})]))
        self.assertIn("written 2 times", self.faults(FIELDS, [first, {**first, "dot": "cq-1:2"}]))
        refused = self.asked(item(3, {"notes": "一"}), state="refused")
        self.assertIn("refused, yet there", self.faults({**FIELDS, "notes": "一"}, [first, refused]))

    def test_a_write_that_was_changed_is_named(self):
        first = self.asked(item(1, FIELDS))
        changed = {**FIELDS, "category": "蔬菜"}
        self.assertIn("holds other values", self.faults(changed, [{**first, "set": changed}]))
        self.assertIn("acknowledged as", self.faults(FIELDS, [{**first, "leaf": "other"}]))
        self.assertIn("without effect", self.faults(FIELDS, [{**first, "effective": False}]))

    def test_a_decision_that_is_forgotten_is_named(self):
        first = self.asked(item(1, FIELDS), conflict="c")
        listed = {"id": "c", "state": "resolved", "groups": ["category"], "sides": []}
        self.assertEqual("", self.faults(FIELDS, [first], [listed]))
        for conflicts in ([], [{**listed, "state": "open"}]):
            self.assertIn("the decided conflict", self.faults(FIELDS, [first], conflicts))

    def test_what_got_no_answer_may_be_there_or_not(self):
        first = self.asked(item(1, FIELDS))
        maybe = self.asked(item(2, {"notes": "一"}, seen="cq-1:1"), state="doubtful")
        for history in ([first], [first, maybe]):
            self.assertEqual("", self.faults(FIELDS, history))


if __name__ == "__main__":
    main()
