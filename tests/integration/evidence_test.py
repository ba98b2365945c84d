"""Evidence that one node issues about an entry of another, checked on a machine that has neither's database."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from node import MINGLU, ROOT
from support import SAMPLE, NodeCase, gi_rows, introduce, main

CHECKERS = ROOT / "tests" / "evidence"
DEBIAN_PYTHON = "/usr/bin/python3"  # the one that Debian's python3-botan is for
KEY = "gi/AGI00136"  # of sc
ABSENT = "gi/AGI99999"
LISTED_2019 = "gi/AGI90001"


class Offline:
    """A machine with the file and the cards as they are now, the second checker, and nothing else."""

    def __init__(self, case, *nodes):
        self.folder = Path(case.enterContext(tempfile.TemporaryDirectory()))
        self.alone = Path(shutil.copy(CHECKERS / "check_evidence.py", self.folder))
        self.cards = []
        for node in nodes:
            card = self.folder / f"{node.name}.json"
            card.write_text(node.ok("peer", "card").out, encoding="utf-8")
            self.cards.append(str(card))

    def keep(self, evidence):
        file = self.folder / "evidence.json"
        file.write_bytes(evidence)
        return file

    def verify(self, evidence, cards=None):
        trust = [word for card in self.cards if cards is None or Path(card).stem in cards for word in ("--trust", card)]
        return self._run(MINGLU, "--json", "verify-evidence", self.keep(evidence), *trust)

    def second_checker(self, evidence):
        """The file that needs no other; and where that accepts, with what the rules of merge and law say."""
        alone = self._run(DEBIAN_PYTHON, self.alone, self.keep(evidence), *self.cards)
        return alone if alone.returncode else self.answer_checker(evidence)

    def answer_checker(self, evidence):
        return self._run(DEBIAN_PYTHON, CHECKERS / "check_answer.py", self.keep(evidence), *self.cards)

    def _run(self, *command):
        return subprocess.run([str(word) for word in command], cwd=self.folder, capture_output=True, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}, check=False)


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def signed_anew(node, evidence):
    """Evidence that says something else, with the true signature of its issuer, whose key is one of Ed25519."""
    unsigned = {name: value for name, value in evidence.items() if name != "signature"}
    with tempfile.NamedTemporaryFile() as body:
        body.write(b"minglu/evidence/1\n" + canonical(unsigned))
        body.flush()
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(node.data / "keys" / "sign.pem"),
                                    "-in", body.name], capture_output=True, check=True).stdout
    return canonical({**unsigned, "signature": base64.b64encode(signature).decode("ascii")}) + b"\n"


NEVER = {"fields": {}, "listing": {"state": "never"}, "right": {"basis": "none", "state": "unknown"},
         "verdict": "never_listed"}


def cut_otherwise(path):
    """The last node with the same octets and the same hash, in other pieces: nothing stands where KEY does."""
    names = "0123456789abcdef"
    own = names[int(hashlib.sha256(KEY.encode()).hexdigest()[len(path) - 1], 16)]
    pieces = [base64.b64decode(path[-1].get(name, "")) or bytes(32) for name in names]
    hole = pieces.index(bytes(32))
    changed = dict.fromkeys(names, b"")
    changed["0"], changed[own], changed["f"] = b"".join(pieces[:hole]), bytes(32), b"".join(pieces[hole + 1:])
    return [*path[:-1], {name: base64.b64encode(piece).decode("ascii") for name, piece in changed.items()}]


def damaged(evidence):
    """One value changed in each of many ways, and bytes changed here and there."""
    text = evidence.decode("utf-8")
    for at in range(0, len(evidence), max(1, len(evidence) // 40)):
        yield evidence[:at] + bytes([evidence[at] ^ 1]) + evidence[at + 1:]
    for old, new in (("protected", "never_listed"), ('"as_of":"2', '"as_of":"1'), ("listed", "remove"), ('"index":0', '"index":1'),
                     ("AGI", "AGJ"), ('"made":1', '"made":2')):
        if old in text:
            yield text.replace(old, new, 1).encode("utf-8")
    yield evidence + b" "
    yield evidence[:-1]


class EvidenceCase(NodeCase):
    options_of = {}

    def pair(self):
        cq, sc = (self.node(name, options=self.options_of.get(name, ())) for name in ("cq", "sc"))
        introduce(cq, sc)
        introduce(sc, cq)
        cq.bring_in(SAMPLE / "gi_cq.csv")
        sc.bring_in(SAMPLE / "gi_sc.csv")
        self.until_equal(cq, sc)
        return cq, sc

    def issue(self, node, key, *options):
        file = self.folder_for("out") / "evidence.json"
        node.ok("evidence", key, "--out", str(file), *options)
        return file.read_bytes()

    def folder_for(self, name):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory())) / name
        folder.mkdir()
        return folder

    def assert_holds(self, outcome, verdict):
        self.assertEqual(0, outcome.returncode, outcome.stdout + outcome.stderr)
        self.assertEqual(verdict, json.loads(outcome.stdout)["answer"]["verdict"])


class OneSuite(EvidenceCase):
    def test_cq_issues_about_an_entry_of_sc_and_it_is_checked_without_either(self):
        cq, sc = self.pair()
        cq.edit(KEY, "status=certified", "category=酱腌菜")
        offline = Offline(self, cq, sc)
        for key, verdict in ((KEY, "protected"), (ABSENT, "never_listed")):
            evidence = self.issue(cq, key)
            self.assert_holds(offline.verify(evidence), verdict)
            second = offline.second_checker(evidence)
            self.assertEqual(0, second.returncode, second.stderr)
            self.assertTrue(second.stdout.strip().endswith(f'"{verdict}"'), second.stdout)
            for changed in damaged(evidence):
                refused = offline.verify(changed)
                self.assertNotEqual(0, refused.returncode, changed)
                self.assertTrue(json.loads(refused.stderr.splitlines()[-1])["detail"])
                again = offline.second_checker(changed)
                self.assertEqual(1, again.returncode, changed)
                self.assertTrue(again.stderr.startswith("refused: "), again.stderr)
        # A card of each author is needed, and a stranger's does not do.
        refused = offline.verify(self.issue(cq, KEY), cards=["cq"])
        self.assertNotEqual(0, refused.returncode)
        self.assertIn("sc", json.loads(refused.stderr.splitlines()[-1])["detail"])

    def test_an_issuer_that_lies_is_found_out_by_every_checker(self):
        cq, sc = self.pair()
        cq.edit(KEY, "status=certified", "granted_on=2014-05-22", "category=酱腌菜")
        offline = Offline(self, cq, sc)
        true = json.loads(self.issue(cq, KEY))
        self.assertEqual(0, offline.second_checker(signed_anew(cq, true)).returncode)
        answer, state = true["answer"], true["state"]
        fields = answer["fields"]
        entry = json.loads(state["entry"])
        groups = {**entry["groups"], "category": {**entry["groups"]["category"], "value": {"category": "蔬菜"}}}
        old_category = json.loads(true["ops"][-1]["line"])["set"]["category"]
        self.assertNotEqual(old_category, fields["category"])
        lies = {
            "a field that nobody wrote": {"answer": {**answer, "fields": {**fields, "category": "蔬菜"}}},
            "a field of before": {"answer": {**answer, "fields": {**fields, "category": old_category}}},
            "a field left out": {"answer": {**answer, "fields": {n: v for n, v in fields.items() if n != "name"}}},
            "another verdict": {"answer": {**answer, "verdict": "listed_not_in_force"}},
            "another listing": {"answer": {**answer, "listing": {"state": "removed"}, "verdict": "was_protected"}},
            "another state": {"state": {**state, "entry": canonical({**entry, "groups": groups}).decode("utf-8")}},
            "no state": {"state": {n: v for n, v in state.items() if n != "entry"}},
            "an op left out": {"ops": true["ops"][:-1]},
            "none of the ops": {"ops": []},
            "not listed, by a node of the trie that is cut otherwise": {
                "ops": [], "logs": [], "answer": NEVER, "state": {"head": state["head"], "path": cut_otherwise(state["path"])}},
        }
        for what, lie in lies.items():
            told = signed_anew(cq, {**true, **lie})
            self.assertNotEqual(0, offline.verify(told).returncode, what)
            self.assertEqual(1, offline.second_checker(told).returncode, what)
        # What only the rule of the law shows is beyond the file that stands alone.
        told = signed_anew(cq, {**true, "answer": {**answer, "right": {**answer["right"], "since": "2015-01-01"}}})
        self.assertNotEqual(0, offline.verify(told).returncode)
        self.assertIn("does not follow", offline.answer_checker(told).stderr)

    def test_two_clocks(self):
        cq, sc = self.pair()
        offline = Offline(self, cq, sc)
        arrived = cq.history(KEY)[0]["arrived"]
        day = cq.entry(KEY)["from"]
        sc.ok("entry", "remove", KEY, "--ground", "expired", "--effective-on", day, "--reason", "到期")
        self.until_equal(cq, sc)
        self.assert_holds(offline.verify(self.issue(cq, KEY, "--as-of", day)), "was_listed")
        known = self.issue(cq, KEY, "--as-of", day, "--known-at", arrived)
        self.assert_holds(offline.verify(known), "listed_right_unknown")
        self.assertEqual(0, offline.second_checker(known).returncode)
        shown = cq.json("entry", "show", KEY, "--known-at", arrived)
        self.assertEqual("listed_right_unknown", shown["verdict"])
        found = cq.items("query", "--known-at", arrived, "--listing", "listed", KEY)
        self.assertEqual([KEY], [item["key"] for item in found])

    def test_a_lapse_and_a_renewal_that_were_entered_late_count_from_their_own_days(self):
        cq, sc = self.pair()
        rows = self.folder_for("list") / "gi.csv"
        rows.write_text(gi_rows(90001, 1), encoding="utf-8")
        cq.bring_in(rows, "--effective-on", "2019-01-01")
        cq.edit(LISTED_2019, "status=registered", "expires_on=2020-03-06", more=("--effective-on", "2019-01-01"))
        self.until_equal(cq, sc)
        for written, verdicts in ((("expires_on=2030-03-06",), {"2022-01-01": "protected"}),
                                  (("status=revoked", "status_on=2025-08-01"),
                                   {"2022-01-01": "protected", "2025-07-31": "protected", "2025-08-01": "listed_not_in_force"})):
            cq.edit(LISTED_2019, *written)
            self.until_equal(cq, sc)
            offline = Offline(self, cq, sc)
            for day, verdict in verdicts.items():
                for issuer in (cq, sc):
                    evidence = self.issue(issuer, LISTED_2019, "--as-of", day)
                    self.assert_holds(offline.verify(evidence), verdict)
                    second = offline.second_checker(evidence)
                    self.assertEqual(0, second.returncode, second.stderr)
                    self.assertTrue(second.stdout.strip().endswith(f'"{verdict}"'), second.stdout)
                found = cq.items("query", "--as-of", day, LISTED_2019)
                self.assertEqual([verdict], [item["verdict"] for item in found])

    def test_the_sheet_carries_the_file_and_names_its_hash(self):
        cq, sc = self.pair()
        folder = self.folder_for("out")
        cq.ok("evidence", KEY, "--out", str(folder / "e.json"), "--sheet", str(folder / "e.html"))
        evidence = (folder / "e.json").read_bytes()
        page = (folder / "e.html").read_text(encoding="utf-8")
        self.assertIn(hashlib.sha256(evidence).hexdigest(), page)
        self.assertIn("minglu verify-evidence e.json --trust", page)
        inside = re.search(r'href="data:application/json;base64,([^"]+)"', page).group(1)
        self.assertEqual(evidence, base64.b64decode(inside))
        self.assertEqual([], re.findall(r'(?:src|href)="(?!data:)', page))
        self.assertNotIn("<script", page)
        self.assert_holds(Offline(self, cq, sc).verify(evidence), "listed_right_unknown")
        # A sheet that was handed out goes on matching its file.
        self.assertEqual(5, cq.run("evidence", KEY, "--out", str(folder / "e.json")).status)
        self.assertEqual(5, cq.run("evidence", KEY, "--out", str(folder / "f.json"), "--sheet", str(folder / "e.html")).status)
        self.assertEqual(["e.html", "e.json"], sorted(file.name for file in folder.iterdir()))
        self.assertEqual(evidence, (folder / "e.json").read_bytes())
        cq.ok("evidence", KEY, "--out", str(folder / "e.json"), "--sheet", str(folder / "e.html"), "--force")
        self.assertNotEqual(evidence, (folder / "e.json").read_bytes())


    def test_who_asks_for_another_spelling_of_a_listed_entry_is_warned(self):
        cq, _ = self.pair()
        folder = self.folder_for("spelt")
        asked = "gi/崇庆枇杷茶"  # its name instead of its number
        done = cq.run("evidence", asked, "--out", str(folder / "e.json"), "--sheet", str(folder / "e.html"))
        self.assertEqual(0, done.status, str(done))
        self.assertIn(KEY, done.err)
        self.assertIn(KEY, (folder / "e.html").read_text(encoding="utf-8"))
        named = cq.json("evidence", asked, "--out", str(folder / "e.json"), "--force")
        self.assertEqual([KEY], named["similar"])


class ChangedKeys(EvidenceCase):
    """Entries of both nodes from before, between and after changes of both nodes' keys, cosigned under each."""

    def rotate(self, *nodes):
        for node in nodes:
            node.ok("key", "rotate", "--reason", "年度更换")
        self.until_equal(*nodes)

    def eras(self, cq, sc):
        """Cards of each era: what a reader may have."""
        cards = [Offline(self, cq, sc)]
        before = self.issue(cq, KEY)
        for category in ("酱腌菜", "调味品"):
            self.rotate(sc, cq)
            sc.edit(KEY, f"category={category}")
            self.until_equal(cq, sc)
            cards.append(Offline(self, cq, sc))
        return before, cards

    def both(self, reader, evidence):
        return reader.verify(evidence).returncode, reader.second_checker(evidence).returncode

    def test_old_and_new_cards_do_for_what_is_issued_after_two_changes(self):
        cq, sc = self.pair()
        before, (first, second, third) = self.eras(cq, sc)
        for issuer, key in ((cq, KEY), (sc, KEY), (cq, "gi/AGI00137"), (sc, ABSENT)):
            evidence = self.issue(issuer, key)
            self.assertEqual(4, len(json.loads(evidence)["key_changes"]))
            for reader in (first, second, third):
                self.assertEqual((0, 0), self.both(reader, evidence), (issuer.name, key, reader.verify(evidence).stderr))
        # What was issued before is checked with the cards of then: no file can carry what came later.
        self.assertEqual((0, 0), self.both(first, before))
        self.assertNotIn(0, self.both(third, before))

    def test_a_key_that_was_given_up_signs_no_evidence(self):
        cq, sc = self.pair()
        _, (first, _, third) = self.eras(cq, sc)
        evidence = self.issue(cq, KEY)
        for changed in damaged(evidence):
            self.assertNotIn(0, self.both(first, changed), changed)
        # Without one of the changes nothing leads from the first card to the last key; with a changed one neither.
        parsed = json.loads(evidence)
        for at in range(len(parsed["key_changes"])):
            changes = parsed["key_changes"]
            shorter = dict(parsed, key_changes=changes[:at] + changes[at + 1:])
            text = json.dumps(shorter, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
            for reader in (first, third):
                self.assertNotIn(0, self.both(reader, text.encode("utf-8")))


class OtherSuite(EvidenceCase):
    options_of = {"sc": ("--suite", "sm2-sm3")}

    def test_evidence_over_logs_of_both_suites(self):
        cq, sc = self.pair()
        offline = Offline(self, cq, sc)
        for issuer in (cq, sc):
            evidence = self.issue(issuer, KEY)
            self.assert_holds(offline.verify(evidence), "listed_right_unknown")
            second = offline.second_checker(evidence)
            self.assertEqual(0, second.returncode, second.stderr)
            for changed in damaged(evidence):
                self.assertNotEqual(0, offline.verify(changed).returncode, changed)
                again = offline.second_checker(changed)
                self.assertTrue(again.stderr.startswith("refused: "), again.stderr)

    def test_evidence_after_a_change_of_an_sm2_key(self):
        cq, sc = self.pair()
        cards = [Offline(self, cq, sc)]
        sc.ok("key", "rotate", "--reason", "年度更换")
        sc.edit(KEY, "category=酱腌菜")
        self.until_equal(cq, sc)
        cards.append(Offline(self, cq, sc))
        for issuer in (cq, sc):
            evidence = self.issue(issuer, KEY)
            for reader in cards:
                self.assert_holds(reader.verify(evidence), "listed_right_unknown")
                second = reader.second_checker(evidence)
                self.assertEqual(0, second.returncode, second.stderr)


if __name__ == "__main__":
    main()
