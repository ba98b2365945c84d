"""One flipped byte in the database of a real node: the node finds it by itself, `verify` names it and its cure, no backup is
made of it, and the next exchange does not spread it."""

import itertools
import json
import shutil

from damage import database, flip_in_file, flip_value, flipped, put_value, value_of
from support import NodeCase, eventually, gi_rows, introduce, main

UNSOUND = 7
KEY = "gi/AGI90002"
EDITED = 3  # the record that edits KEY: behind the one that opens the log and the import
OF_KEY = f"key_no = (SELECT key_no FROM key WHERE key = '{KEY}')"
OF_ENTRY = f"entry_no = (SELECT key_no FROM key WHERE key = '{KEY}')"
OF_PERIOD = f"period_no >> 24 = (SELECT key_no FROM key WHERE key = '{KEY}')"
LAST_OP = f"op_no = (SELECT max(op_no) FROM op WHERE {OF_KEY})"
PAGE = "page_no = (SELECT min(page_no) FROM search_page)"

REBUILD, BACKUP = "run minglu rebuild", "bring back a backup"

# name: where a bit is flipped (table, column, row, byte), the subject that verify names, the cure
LOG_CASES = {
    "a field of an op": ("op", "line", LAST_OP, -4, f":{EDITED}", BACKUP),
    "the key of an op": ("op", "line", LAST_OP, 12, f":{EDITED}", BACKUP),
    "a header": ("record", "header", f"seq = {EDITED}", -3, f":{EDITED}", BACKUP),
    "the hash of a header": ("record", "leaf", f"seq = {EDITED}", 5, f":{EDITED}", BACKUP),
    "a leaf of the tree": ("tree_node", "hash", f"level = 0 AND number = {EDITED - 1}", 5, f":{EDITED}", BACKUP),
    "a node of the tree": ("tree_node", "hash", "level = 1 AND number = 0", 5, "tree node 1/0", BACKUP),
}
FILING_CASES = {
    "the time of a record": ("record", "time_ms", f"seq = {EDITED}", 0, f":{EDITED}", BACKUP),
    "the kind of a record": ("record", "kind", f"seq = {EDITED}", 1, f":{EDITED}", BACKUP),
    "what a record does": ("record", "resolves", f"seq = {EDITED}", 0, f":{EDITED}", BACKUP),
    "a key": ("key", "key", f"key = '{KEY}'", -2, f":{EDITED}", BACKUP),
    "the head of a peer": ("log", "head", "own = 0", -8, "head of log sc-", BACKUP),
    "the tree of a peer's log": ("log", "frontier", "own = 0", 3, "log sc-", BACKUP),
}
VIEW_CASES = {
    "the leaf of an entry": ("entry", "trie_leaf", OF_ENTRY, 5, KEY, REBUILD),
    "the etag of an entry": ("entry", "etag", OF_ENTRY, -1, KEY, REBUILD),
    "what an entry shows": ("period", "view", OF_PERIOD, -3, KEY, REBUILD),
    "the name of an entry": ("period", "name", OF_PERIOD, -1, KEY, REBUILD),
    "a page of the search index": ("search_page", "data", PAGE, 40, "page 0 of run", REBUILD),
    "the checksum of a page": ("search_page", "checksum", PAGE, 0, "page 0 of run", REBUILD),
}


CONFLICT = "finding_no = (SELECT min(finding_no) FROM conflict)"
CONFLICT_CASES = {
    "the state of a conflict": ("conflict", "state", CONFLICT, 0, KEY, REBUILD),
    "the groups of a conflict": ("conflict", "groups", CONFLICT, -1, KEY, REBUILD),
    "what was told of a conflict": ("finding", "state", CONFLICT, -1, "conflict number 1", REBUILD),
    "a side of a conflict": ("conflict", "a_seq", CONFLICT, 0, KEY, REBUILD),
}
OWN_COSIGNATURE = "node = 'cq'"
COSIGNED_CASES = {
    "the head of a cosignature": ("cosignature", "note", OWN_COSIGNATURE, 40, "cosigned by cq", BACKUP),
    "a cosignature": ("cosignature", "note", OWN_COSIGNATURE, -8, "cosigned by cq", BACKUP),
    "who cosigned": ("cosignature", "node", OWN_COSIGNATURE, 0, "cosigned by bq", BACKUP),
    "the size that was cosigned": ("cosignature", "size", OWN_COSIGNATURE, 0, "cosigned by cq", BACKUP),
}
PROOF_CASES = {
    "the root of a proof": ("proof_step", "root", "position = 0", 5, "log sc-", BACKUP),
    "the path of a proof": ("proof_step", "path", "position = 0", 5, "log sc-", BACKUP),
}


def verify_every(node, round_s):
    """Configures how long a node takes to verify all that it holds; 0: it does not."""
    with open(node.data / "minglu.toml", "a", encoding="utf-8") as config:
        config.write(f"\n[verify]\nround_s = {round_s}\n")


class SettledCase(NodeCase):
    """cq and sc run and hold the same."""

    def setUp(self):
        super().setUp()
        self.cq, self.sc = self.pair()
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 5)), "--kind", "gi")
        self.cq.edit(KEY, "goods=甲")
        self.until_equal(self.cq, self.sc)


class DamagedCase(SettledCase):
    """cq does not run, and `sound` is a backup of it."""

    def setUp(self):
        super().setUp()
        self.cq.stop()
        self.sound = self.folder / "sound.db"
        self.cq.ok("backup", self.sound)


class Flipped(DamagedCase):
    def put_back(self):
        for file in self.cq.data.glob("minglu.db*"):
            file.unlink()
        shutil.copy(self.sound, self.cq.data / "minglu.db")

    def findings(self):
        outcome = self.cq.run("--json", "verify")
        self.assertEqual(UNSOUND, outcome.status, outcome)
        return outcome.json()["findings"]

    def assert_named(self, table, subject, cure):
        findings = self.findings()
        self.assertTrue(any(finding.startswith(f"table {table}") and subject in finding and cure in finding
                            for finding in findings), findings)

    def test_a_byte_through_sql(self):
        cases = {**LOG_CASES, **FILING_CASES, **VIEW_CASES, **COSIGNED_CASES}
        for name, (table, column, where, at, subject, cure) in cases.items():
            self.put_back()
            with self.subTest(name):
                flip_value(self.cq, table, column, where, at)
                self.assert_named(table, subject, cure)
                if cure == REBUILD:
                    self.cq.run("rebuild")
                    self.assert_sound(self.cq)

    def test_no_views_are_made_of_a_damaged_log(self):
        for name in ("a field of an op", "a header", "a leaf of the tree"):
            self.put_back()
            with self.subTest(name):
                table, column, where, at, subject, _ = LOG_CASES[name]
                before = self.cq.ok("export").out
                flip_value(self.cq, table, column, where, at)
                refused = self.cq.run("rebuild")
                self.assertEqual(UNSOUND, refused.status, refused)
                self.assertIn(subject, refused.err)
                self.assertIn(BACKUP, refused.err)
                self.assertEqual(before, self.cq.ok("export").out)

    def test_a_byte_in_the_file(self):
        line = value_of(self.cq, "op", "line", LAST_OP)
        view = value_of(self.cq, "period", "view", OF_PERIOD)
        page = value_of(self.cq, "search_page", "data", PAGE)
        header = value_of(self.cq, "record", "header", f"seq = {EDITED}")
        for name, needle, at, table, subject in (("op", line, -4, "op", f":{EDITED}"), ("view", view, -3, "period", KEY),
                                                 ("page", page[:64], 40, "search_page", "page 0 of run"),
                                                 ("header", header, -3, "record", f":{EDITED}")):
            with self.subTest(name):
                flip_in_file(self.cq, needle, at)
                self.assert_named(table, subject, "")
                self.put_back()

    def test_what_would_sign_a_lie_does_not_start(self):
        for column, at in (("frontier", 3), ("head", 60)):
            with self.subTest(column):
                flip_value(self.cq, "log", column, "own = 1", at)
                outcome = self.cq.run("verify")
                self.assertEqual(UNSOUND, outcome.status, outcome)
                self.assertIn("own", outcome.err)
                self.put_back()

    def test_the_card_of_a_peer(self):
        flip_value(self.cq, "peer", "card", "node = 'sc'", 60)
        self.assert_named("peer", "peer sc", "minglu peer add")
        self.cq.start()  # that peer alone is not reached
        self.assertIn("minglu peer add CARD --replace", self.cq.ok("sync", "status").out)
        introduce(self.cq, self.sc, f"https://127.0.0.1:{self.sc.peer_port}", ("--replace",))
        self.cq.edit(KEY, "goods=乙")
        self.until_equal(self.cq, self.sc)
        self.assert_sound(self.cq)


class Found(SettledCase):
    """Nobody asks, nobody new comes: a running node finds by itself what changes in what it holds."""

    def found(self, table, subject):
        """The incident that the node's own verification has raised of it."""
        return next((item for item in self.cq.items("incident", "list", "--all")
                     if item["kind"] == "damaged_database" and item["subject"].startswith(f"table {table}")
                     and subject in item["subject"] + item["received"]), None)

    def check_found(self, table, column, where, at, subject, cure):
        value = value_of(self.cq, table, column, where)
        flip_value(self.cq, table, column, where, at)
        incident = eventually("the node finds it", lambda: self.found(table, subject))
        self.assertEqual("cq", incident["peer"])
        self.assertIn(cure, incident["advice"])
        target = self.folder / "damaged.db"
        refused = self.cq.run("--json", "backup", target)
        self.assertEqual(UNSOUND, refused.status, refused)
        error = refused.json()["error"]
        self.assertIn(f"table {table}", error["what"])
        self.assertIn("--no-verify", error["what"])
        self.assertEqual([], list(self.folder.glob("damaged.db*")))
        if isinstance(value, bytes):  # where the row is known by what was flipped
            where = where.replace(value.decode(errors="replace"), flipped(value, at).decode(errors="replace"))
        put_value(self.cq, table, column, where, value)

    def check_each(self, cases):
        self.cq.stop()
        verify_every(self.cq, 1)
        self.cq.start()
        for name, case in cases.items():
            with self.subTest(name):
                self.check_found(*case)
        rounds = self.cq.sync()["verification"]["rounds"]
        eventually("it is sound again", lambda: self.cq.sync()["verification"]["rounds"] > rounds + 1
                   and self.cq.sync()["verification"]["last_findings"] == 0)
        self.assert_sound(self.cq)
        self.cq.ok("backup", self.folder / "sound.db")

    def test_a_byte_of_the_log(self):
        self.check_each({**LOG_CASES, **FILING_CASES})

    def test_a_byte_of_a_view(self):
        self.check_each(VIEW_CASES)

    def disagree(self):
        """One conflict, on both nodes."""
        for node, other in ((self.cq, self.sc), (self.sc, self.cq)):
            node.ok("peer", "pause", other.name)
        self.cq.edit(KEY, "goods=乙")
        self.sc.edit(KEY, "goods=丙")
        for node, other in ((self.cq, self.sc), (self.sc, self.cq)):
            node.ok("peer", "resume", other.name)
        eventually("it is a conflict", self.cq.conflicts)
        self.until_equal(self.cq, self.sc)

    def test_a_byte_of_a_conflict(self):
        self.disagree()
        self.check_each(CONFLICT_CASES)

    def test_a_finding_under_another_key(self):
        self.disagree()
        self.cq.stop()
        with database(self.cq) as opened:
            opened.execute("UPDATE finding SET key_no = key_no + 1")
        self.assertEqual(UNSOUND, self.cq.run("verify").status)
        self.cq.run("rebuild")
        self.assert_sound(self.cq)
        self.assertEqual(KEY, self.cq.conflicts()[0]["key"])

    def test_a_byte_of_a_proof(self):
        for node, other in ((self.cq, self.sc), (self.sc, self.cq)):
            node.ok("peer", "pause", other.name)
        for number in range(3):
            self.sc.edit("gi/AGI90003", f"goods=丁{number}")
        part = self.folder / "part"
        self.sc.ok("sync", "export", part, "--have", self.cq.sync()["vector"], "--limit-bytes", "1")
        self.cq.ok("sync", "import", part)  # up to a record that its head is beyond
        self.check_each(PROOF_CASES)

    def test_the_next_exchange_is_a_cause_to_look(self):
        """Unconfigured a round takes a day; what comes from a partner drives it on."""
        table, column, where, at, subject, _ = VIEW_CASES["what an entry shows"]
        flip_value(self.cq, table, column, where, at)
        numbers = itertools.count()

        def found_after_an_exchange():
            self.sc.edit("gi/AGI90003", f"goods=戊{next(numbers)}")
            self.until_equal(self.cq, self.sc)
            return self.found(table, subject)

        eventually("the node finds it", found_after_an_exchange)
        self.assertEqual([], self.sc.items("incident", "list"))
        self.assertIn("自检", self.cq.ok("sync", "status").out)
        metrics = self.cq.http("GET", "/metrics").body.decode()
        self.assertRegex(metrics, r"\nminglu_verify_findings [1-9]")
        self.assertIn('\nminglu_incidents_open_of_kind{kind="damaged_database"}', metrics)

    def test_it_tells_when_all_was_well(self):
        verify_every(self.cq, 1)
        self.cq.stop()
        self.cq.start()
        before = eventually("a round is through", lambda: self.cq.sync()["verification"].get("last_ok"))
        eventually("another one is", lambda: self.cq.sync()["verification"]["last_ok"] > before)
        metrics = self.cq.http("GET", "/metrics").body.decode()
        self.assertRegex(metrics, r"\nminglu_verify_last_ok_timestamp_seconds [1-9]")
        self.assertIn("\nminglu_verify_findings 0", metrics)
        self.assertEqual([], self.cq.items("incident", "list"))
        rounds = self.cq.sync()["verification"]["rounds"]
        self.cq.stop()
        told = self.cq.sync()["verification"]  # of a node that does not run
        self.assertGreaterEqual(told["rounds"], rounds)
        self.assertGreaterEqual(told["last_ok"], before)

    def test_it_can_be_switched_off(self):
        verify_every(self.cq, 0)
        self.cq.stop()
        self.cq.start()
        self.assertEqual({"on": False}, self.cq.sync()["verification"])
        self.assertIn("自检", self.cq.ok("sync", "status").out)


class Unverified(DamagedCase):
    """A copy that was kept as it is, or was made by an earlier program."""

    def setUp(self):
        super().setUp()
        flip_value(self.cq, *VIEW_CASES["what an entry shows"][:4])
        self.copy = self.folder / "copy.db"
        self.cq.ok("backup", self.copy, "--no-verify")
        self.manifest = self.folder / "copy.db.manifest.json"

    def test_the_manifest_says_so_and_restore_looks_into_it(self):
        self.assertIs(False, json.loads(self.manifest.read_text())["verified"])
        self.assertIs(True, json.loads((self.folder / "sound.db.manifest.json").read_text())["verified"])
        before = (self.cq.data / "minglu.db").read_bytes()
        refused = self.cq.refused(UNSOUND, "restore", self.copy)
        self.assertIn(KEY, refused["detail"])
        self.assertEqual(before, (self.cq.data / "minglu.db").read_bytes())
        self.assertEqual([], list(self.cq.data.glob("*.restoring*")))
        self.cq.ok("restore", self.copy, "--damaged")
        self.cq.run("rebuild")
        self.assert_sound(self.cq)

    def test_a_manifest_of_an_earlier_program_says_nothing(self):
        said = json.loads(self.manifest.read_text())
        del said["verified"]
        self.manifest.write_text(json.dumps(said))
        self.cq.refused(UNSOUND, "restore", self.copy)
        sound = json.loads((self.folder / "sound.db.manifest.json").read_text())
        del sound["verified"]
        (self.folder / "sound.db.manifest.json").write_text(json.dumps(sound))
        self.cq.ok("restore", self.sound)


class Exchange(DamagedCase):
    """What is found by exchanges alone: the node does not verify itself here."""

    def setUp(self):
        super().setUp()
        verify_every(self.cq, 0)

    def damage_reports(self, node, by):
        return [item for item in node.items("incident", "list")
                if item["kind"] == "damaged_log" and item["peer"] == by.name]

    def check_not_spread(self, table, column, where, at):
        flip_value(self.cq, table, column, where, at)
        gz = self.node("gz")
        introduce(gz, self.cq)
        introduce(self.cq, gz)
        self.cq.start()
        for node in (gz, self.cq):
            reports = eventually(f"{node.name} reports it", lambda n=node: self.damage_reports(n, self.cq))
            self.assertRegex(reports[0]["received"], r"record cq-[0-9a-f]{16}:\d+|its tree")
            self.assertTrue(reports[0]["subject"].startswith("cq-"))
        # Nobody is accused, nothing damaged was taken, and nothing else is held back.
        kinds = {item["kind"] for item in gz.items("incident", "list")}
        self.assertEqual({"damaged_log"}, kinds - {"unknown_log"})  # it does not know sc yet
        self.assertNotEqual("甲", gz.entry(KEY)["fields"].get("goods") if gz.holds(KEY) else None)
        self.assert_sound(gz)
        gz.bring_in(self.file("own.csv", gi_rows(80001, 1)), "--kind", "gi")
        eventually("cq takes what gz wrote", lambda: self.cq.holds("gi/AGI80001"))
        # What cq cannot give comes from another node that holds it.
        introduce(gz, self.sc)
        introduce(self.sc, gz)
        eventually("gz has it from sc", lambda: gz.holds(KEY) and gz.entry(KEY)["fields"].get("goods") == "甲")

    def test_an_op(self):
        self.check_not_spread(*LOG_CASES["a field of an op"][:4])

    def test_a_header(self):
        self.check_not_spread(*LOG_CASES["a header"][:4])

    def test_a_node_of_the_tree(self):
        self.check_not_spread(*LOG_CASES["a node of the tree"][:4])

    def test_a_receiver_with_a_damaged_tree_accuses_nobody(self):
        flip_value(self.cq, "log", "frontier", "own = 0", 3)
        self.sc.edit("gi/AGI90001", "goods=乙")
        self.cq.start()
        reports = eventually("cq reports itself", lambda: self.damage_reports(self.cq, self.cq))
        self.assertTrue(reports[0]["subject"].startswith("sc-"))
        self.assertEqual({"damaged_log"}, {item["kind"] for item in self.cq.items("incident", "list")})
        self.cq.edit("gi/AGI90003", "goods=丙")
        eventually("sc goes on with cq", lambda: self.sc.entry("gi/AGI90003")["fields"].get("goods") == "丙")

    def test_a_backup_and_the_peers_bring_it_all_back(self):
        self.cq.start()
        self.cq.edit("gi/AGI90004", "goods=丁")  # behind the backup
        self.until_equal(self.cq, self.sc)
        self.cq.stop()
        flip_value(self.cq, *LOG_CASES["a field of an op"][:4])
        self.cq.ok("restore", self.sound)
        self.cq.start()
        self.until_equal(self.cq, self.sc)
        self.assertEqual("丁", self.cq.entry("gi/AGI90004")["fields"]["goods"])
        self.assertEqual("甲", self.cq.entry(KEY)["fields"]["goods"])
        self.assert_sound(self.cq, self.sc)


if __name__ == "__main__":
    main()
