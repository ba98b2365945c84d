"""A slice of scripts/torment, and proof that its checks see what they look for."""

import os
import subprocess
import unittest
from collections import Counter
from unittest import mock

from audit import Audit, Failed
from editor import GONE
from happenings import FIRST_FILED, Happenings, import_words
from ledger import (Carried, KeyChange, Ledger, Note, Write, faults_of_carried, faults_of_entry, faults_of_incidents,
                    faults_of_key_change, faults_of_known_keys, faults_of_notes)
from node import Node
from support import NodeCase, main, seeded
from torment import run

ROUNDS = {2: 8, 3: 5}
HAPPENINGS = ("kill", "freeze", "backup", "maintenance", "key rotation", "carried export", "acknowledgement",
              "file import", "rebuild", "restore")


class Torment(unittest.TestCase):
    def torment(self, count):
        seed = int(os.environ.get("MINGLU_SEED", 20264))
        print(f"seed {seed}", flush=True)
        torment = run(ROUNDS[count], seed, count, lambda text: print(text, flush=True))
        print(torment.summary(), flush=True)
        self.assertEqual([], [what for what in HAPPENINGS if not torment.counts[what]], "met in every run")
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


class Operators(unittest.TestCase):
    """What operators were told, broken by hand: the ledger names it."""

    def test_a_key_is_the_old_or_the_new_one(self):
        change = KeyChange("cq", b"old")
        for is_acknowledged, after, fault in ((False, b"old", ""), (False, b"new", ""), (True, b"new", ""),
                                              (True, b"old", "lost: acknowledged key change at cq"),
                                              (False, b"third", "neither the old nor the new")):
            with self.subTest(is_acknowledged=is_acknowledged, after=after):
                change.is_acknowledged, change.after = is_acknowledged, after
                faults = faults_of_key_change(change, [b"old", b"new"])
                self.assertEqual(bool(fault), bool(faults))
                self.assertIn(fault, " ".join(faults))

    def test_partners_follow_a_key(self):
        ledger = Ledger()
        self.assertEqual([], faults_of_known_keys(ledger, "cq", b"old", {"sc": 0}))
        for is_acknowledged in (True, False):  # the second may have come about or not
            change = ledger.add_key_change(KeyChange("cq", b"old"))
            change.is_acknowledged, change.after = is_acknowledged, b"new"
        for followed in (1, 2):
            self.assertEqual([], faults_of_known_keys(ledger, "cq", b"new", {"sc": followed}))
        self.assertIn("sc followed 0 changes", " ".join(faults_of_known_keys(ledger, "cq", b"new", {"sc": 0, "gz": 1})))
        self.assertIn("followed 3 changes", " ".join(faults_of_known_keys(ledger, "cq", b"new", {"sc": 3})))
        self.assertIn("not the key", " ".join(faults_of_known_keys(ledger, "cq", b"old", {"sc": 1})))

    def test_a_note_stays_unless_the_node_went_back(self):
        ledger = Ledger()
        note = ledger.add_note(Note("cq", "note 1"))
        kept, lost = [{"acknowledgements": [{"note": "note 1"}]}], [{"acknowledgements": []}, {}]
        self.assertEqual([], faults_of_notes([note], lost), "nobody was told that it was written")
        note.state = "acknowledged"
        self.assertEqual([], faults_of_notes([note], kept))
        self.assertIn("lost: acknowledged note", " ".join(faults_of_notes([note], lost)))
        self.assertIn("written 2 times", " ".join(faults_of_notes([note], kept * 2)))
        for node, first in (("sc", 0), ("cq", 1)):
            ledger.forget_notes(node, first)
            self.assertNotEqual([], faults_of_notes([note], lost), (node, first))
        ledger.forget_notes("cq", 0)
        self.assertEqual([], faults_of_notes([note], lost))

    def test_carried_records_are_there(self):
        carried = Carried("sc", "cq-1:3,sc-1:2")
        self.assertEqual([], faults_of_carried(carried, "cq-1:3,sc-1:4"))
        for vector in ("cq-1:2,sc-1:4", "sc-1:2", ""):
            self.assertIn("lost: carried records up to ['cq-1:3'", " ".join(faults_of_carried(carried, vector)), vector)

    def test_incidents_have_a_cause(self):
        ledger = Ledger()
        ledger.spoilt.add("sc")
        cut, forged = {"kind": "malformed"}, {"kind": "bad_signature"}
        self.assertEqual([], faults_of_incidents(ledger, "sc", [cut]))
        self.assertEqual(1, len(faults_of_incidents(ledger, "cq", [cut])))
        self.assertEqual(1, len(faults_of_incidents(ledger, "sc", [cut, forged])))


class Broken(NodeCase):
    """A real node that loses what it had acknowledged: the audit says so."""

    def setUp(self):
        super().setUp()
        self.cq, self.sc = self.pair()
        nodes = [self.cq, self.sc]
        tokens = {node.name: node.token("approver") for node in nodes}
        self.ledger, counts = Ledger(), Counter()
        self.audit = Audit(nodes, tokens, self.ledger, counts)
        self.acts = Happenings(self.folder, nodes, tokens, self.ledger, counts, seeded(20265))

    def check(self):
        self.until_equal(self.cq, self.sc)
        self.acts.settle_keys()
        self.audit.check(self.ledger.keys())

    def assert_named(self, fault):
        with self.assertRaises(Failed) as failed:
            self.check()
        self.assertIn(fault, str(failed.exception))

    def test_a_database_put_back_behind_the_ledger(self):
        self.acts.back_up(self.cq)
        self.acts.acknowledge(self.cq)
        self.acts.rotate(self.cq)
        self.check()
        self.acts.go_back()
        self.check()
        self.ledger.notes[0].state = "acknowledged"  # as if the restore were not in the ledger
        self.assert_named("lost: acknowledged note")

    def test_a_program_that_says_done_and_has_done_nothing(self):
        self.sc.ok("peer", "pause", "cq")
        self.cq.edit("gi/AGI90001", "name=新增", "subtype=agricultural_gi", more=("--seen", ""))
        nothing = lambda *_, **__: subprocess.Popen(["true"])
        with mock.patch("happenings.VICTIMS", ("nobody",)), mock.patch.object(Node, "background", nothing):
            for act, fault in ((self.acts.back_up, "backup said it was done"),
                               (self.acts.carry, "lost: carried records"),
                               (self.acts.acknowledge, "lost: acknowledged note"),
                               (self.acts.rotate, "lost: acknowledged key change")):
                with self.subTest(fault), self.assertRaisesRegex(Failed, fault):
                    act(self.cq)
            self.acts.bring_in(self.cq)
        lost = self.ledger.writes[-1]
        self.assertEqual("acknowledged", lost.state)
        self.sc.ok("peer", "resume", "cq")
        self.until_equal(self.cq, self.sc)
        with self.assertRaisesRegex(Failed, "lost: acknowledged write"):
            self.audit.check_key(lost.keys[0])

    def test_a_key_that_somebody_exchanged(self):
        self.acts.rotate(self.sc)
        self.check()
        change = self.ledger.key_changes[0]
        change.after = b"another"
        self.assert_named("sc has not the key that it changed to")

    def test_an_import_that_is_there_in_part(self):
        write, file = self.acts.filed(self.cq, FIRST_FILED, 10)
        self.cq.ok(*import_words(write, file))
        self.assertTrue(self.acts.is_there_whole(self.cq, write))
        write.keys.append(f"gi/AGI{FIRST_FILED + 10:05d}")
        with self.assertRaisesRegex(Failed, "10 of 11 rows"):
            self.acts.is_there_whole(self.cq, write)


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
