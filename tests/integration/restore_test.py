"""Backups, views made anew, and files that somebody changed."""

import contextlib
import shutil
import sqlite3

from node import Node
from support import NodeCase, eventually, gi_rows, introduce, main


class Restoring(NodeCase):
    def test_a_restored_node_opens_a_new_log_and_gets_its_old_records_back(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        backup = self.folder / "cq.db"
        cq.ok("backup", backup)
        self.assertEqual(0o600, backup.stat().st_mode & 0o777)
        cq.edit("gi/AGI90001", "category=蔬菜", reason="备份之后")
        eventually("sc holds the edit", lambda: sc.holds("gi/AGI90001")
                   and sc.entry("gi/AGI90001")["fields"]["category"] == "蔬菜")
        old_log = cq.sync()["own_log"]
        cq.stop()
        cq.ok("restore", backup, "--actor", "zhao.lei", "--case", "案7")
        cq.start()
        self.until_equal(cq, sc)
        self.assertNotEqual(old_log, cq.sync()["own_log"])
        (row,) = [item["row"] for item in cq.items("audit", "list", "--all", "--kind", "restore")]
        self.assertEqual(("zhao.lei", "案7", ["backup=cq.db"]), (row["actor"], row["case"], row["parameters"]))
        cq.ok("audit", "verify")
        self.assertEqual("蔬菜", cq.entry("gi/AGI90001")["fields"]["category"], "the partner gave the edit back")
        cq.edit("gi/AGI90002", "category=粮食", reason="恢复之后")
        eventually("sc holds an edit of the new log", lambda: sc.entry("gi/AGI90002")["fields"]["category"] == "粮食")
        self.until_equal(cq, sc)
        self.assertEqual([], cq.conflicts("all"))
        self.assert_sound(cq, sc)

    def test_a_restored_node_writes_at_once_though_its_partner_is_away(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        backup = self.folder / "cq.db"
        cq.ok("backup", backup)
        cq.edit("gi/AGI90001", "category=蔬菜")
        self.until_equal(cq, sc)
        sc.stop()
        cq.stop()
        cq.ok("restore", backup)
        cq.start()
        # Its editor cannot have seen the edit that the backup lacks: with the partner's copy it is a conflict.
        cq.edit("gi/AGI90001", "category=粮食", actor="zhao.lei")
        sc.start()
        self.until_equal(cq, sc)
        self.assertEqual([1, 1], [len(node.conflicts()) for node in (cq, sc)])
        self.assertEqual({"蔬菜", "粮食"}, {side["set"]["category"] for side in sc.conflicts()[0]["sides"]})
        self.assert_sound(cq, sc)

    def test_what_no_partner_had_taken_comes_back_out_of_the_database_that_was_moved_aside(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 2)))
        backup = self.folder / "cq.db"
        cq.ok("backup", backup)
        self.until_equal(cq, sc)
        sc.stop()
        cq.edit("gi/AGI90001", "category=蔬菜", reason="无人收到")
        cq.stop()
        cq.ok("restore", backup)
        cq.start()
        sc.start()
        self.until_equal(cq, sc)
        self.assertEqual("果品", cq.entry("gi/AGI90001")["fields"]["category"])
        # As the operations guide has it.
        aside = Node(self.folder, "aside", init=False)
        aside.data.mkdir()
        for name in ("card.json", "minglu.toml"):
            shutil.copy(cq.data / name, aside.data)
        shutil.copytree(cq.data / "keys", aside.data / "keys")
        (old,) = (path for path in cq.data.glob("minglu.db.before-restore-*") if path.name[-1].isdigit())
        for end in ("", "-wal"):
            if (part := old.with_name(old.name + end)).exists():
                shutil.copy(part, aside.data / f"minglu.db{end}")
        carried = self.folder / "lost.minglu"
        aside.ok("sync", "export", carried, "--all")
        cq.ok("sync", "import", carried)
        self.until_equal(cq, sc)
        for node in (cq, sc):
            self.assertEqual("蔬菜", node.entry("gi/AGI90001")["fields"]["category"])
            self.assertEqual([], node.conflicts("all"))
            self.assertEqual([], node.items("incident", "list", "--all"))
        self.assert_sound(cq, sc)

    def test_views_made_anew_are_the_same(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 30)))
        self.until_equal(cq, sc)
        seen = cq.entry("gi/AGI90001")["etag"]
        for category in ("蔬菜", "粮食"):  # neither saw the other: a conflict
            cq.edit("gi/AGI90001", f"category={category}", more=("--seen", seen))
        sc.json("entry", "remove", "gi/AGI90003", "--ground", "expired", "--reason", "到期")
        self.until_equal(cq, sc)
        before = [self.views(node) for node in (cq, sc)]
        for node in (cq, sc):
            node.ok("rebuild")
        self.assertEqual(before, [self.views(node) for node in (cq, sc)])
        self.assertEqual(1, len(cq.conflicts()))
        self.assert_sound(cq, sc)

    @staticmethod
    def views(node):
        return (node.sync()["state_root"], node.ok("export").out, node.items("query", "产品", "--all"),
                node.conflicts("all"), node.items("batch", "list", "--all"))

    def test_what_is_no_backup_replaces_nothing(self):
        node = self.node("cq", start=False)
        node.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        before = node.sync()["state_root"]
        outcome = node.run("restore", self.file("not.db", "this is no database\n" * 100))
        self.assertNotEqual(0, outcome.status, outcome)
        self.assertEqual(before, node.sync()["state_root"])
        self.assert_sound(node)


class Files(NodeCase):
    """What lies about while a node works, and after something was killed."""

    def modes(self, node):
        return {file.name: file.stat().st_mode & 0o777 for file in node.data.glob("minglu.db*")}

    def test_the_database_is_readable_by_its_owner_alone(self):
        cq = self.node("cq", start=False)
        self.assertEqual({"minglu.db": 0o600}, self.modes(cq))
        cq.start()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        private = {"minglu.db": 0o600, "minglu.db-wal": 0o600, "minglu.db-shm": 0o600}
        self.assertEqual(private, self.modes(cq))
        backup = self.folder / "cq.db"
        cq.ok("backup", backup)
        cq.kill()
        for file in cq.data.glob("minglu.db*"):  # as an earlier program made them
            file.chmod(0o644)
        cq.start()
        self.assertEqual(private, self.modes(cq))
        cq.stop()
        backup.chmod(0o644)
        cq.ok("restore", backup)
        self.assertEqual(0o600, (cq.data / "minglu.db").stat().st_mode & 0o777)

    def test_what_a_killed_backup_left_goes_with_the_next_one(self):
        cq = self.node("cq")
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        folder = self.folder / "copies"
        folder.mkdir()
        whole = {"b1.db", "b1.db.manifest.json"}
        beside = ["b1.db.unfinished" + end for end in ("", "-wal", "-shm", ".part", ".part-journal")]
        for left in (beside, ["b1.db.manifest.json.part"], ["b1.db", "b1.db.manifest.json.part"]):
            with self.subTest(left=left):
                for name in left:
                    (folder / name).write_text("left by a backup that was killed")
                cq.ok("backup", folder / "b1.db")
                self.assertEqual(whole, {file.name for file in folder.iterdir()})
                self.assertEqual(5, cq.run("backup", folder / "b1.db").status)
                self.assertEqual(whole, {file.name for file in folder.iterdir()})
                for name in whole:
                    (folder / name).unlink()
        (folder / "b1.db").write_text("somebody's own")
        self.assertEqual(5, cq.run("backup", folder / "b1.db").status)
        self.assertEqual("somebody's own", (folder / "b1.db").read_text())


class InterruptedRestores(NodeCase):
    """A restore that was killed in its middle, and what a later one finds."""

    def setUp(self):
        super().setUp()
        self.cq = self.node("cq")
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        self.backup = self.folder / "cq.db"
        self.cq.ok("backup", self.backup)

    def part(self, suffix):
        return self.cq.data / f"minglu.db{suffix}"

    def test_what_a_killed_restore_left_does_not_mix_into_the_next(self):
        other = self.node("sc")
        other.bring_in(self.file("other.csv", gi_rows(10000, 2000)))
        other.kill()  # its last records stand in the write-ahead log alone
        self.cq.stop()
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(other.data / f"minglu.db{suffix}", self.part(f".restoring{suffix}"))
        self.cq.ok("restore", self.backup)
        self.assertEqual([f"gi/AGI9000{number}" for number in (1, 2, 3)], self.cq.keys())
        self.assertEqual([], sorted(self.cq.data.glob("minglu.db.restoring*")))
        self.assert_sound(self.cq)

    def test_the_copy_of_a_killed_restore_goes_with_the_next_start(self):
        self.cq.stop()
        for suffix in (".restoring", ".restoring-wal", ".restoring-shm"):
            self.part(suffix).write_bytes(b"a copy that was not through")
        self.cq.ok("sync", "status")
        self.assertEqual([], list(self.cq.data.glob("*.restoring*")))

    def test_a_node_whose_database_was_moved_aside_does_not_begin_anew(self):
        self.cq.edit("gi/AGI90001", "category=蔬菜")
        self.cq.kill()
        shutil.copy(self.backup, self.part(".restoring"))
        self.part("").rename(self.part(".before-restore-1"))  # killed here: the log of the old one still has its name
        for command in (["query"], ["serve"], ["verify"]):
            outcome = self.cq.run(*command)
            self.assertEqual(4, outcome.status, outcome)
            self.assertIn("restore", outcome.err)
        self.assertFalse(self.part("").exists())
        self.assertTrue(self.part("-wal").exists(), "acknowledged records may stand in it")
        # Again, and it is as if it had never been broken off.
        self.cq.ok("restore", self.backup)
        self.cq.start()
        self.assertEqual("果品", self.cq.entry("gi/AGI90001")["fields"]["category"])
        self.assert_sound(self.cq)
        self.assertTrue(list(self.cq.data.glob("minglu.db.before-restore-*-wal")), "kept beside")


class MissingDatabases(NodeCase):
    """Keys, card and configuration alone are no node: begun empty, it would answer "never listed" for everything."""

    NOT_FOUND = 4

    def setUp(self):
        super().setUp()
        self.cq = self.node("cq", start=False)
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        self.backup = self.folder / "cq.db"
        self.cq.ok("backup", self.backup)

    def part(self, suffix):
        return self.cq.data / f"minglu.db{suffix}"

    def remove(self):
        for file in self.cq.data.glob("minglu.db*"):
            file.unlink()

    def empty(self):
        self.remove()
        self.part("").touch()

    def move_aside(self):
        self.remove()
        shutil.copy(self.backup, self.part(".before-restore-1"))

    def without_tables(self):
        self.remove()
        with contextlib.closing(sqlite3.connect(self.part(""))) as database:
            database.execute("vacuum")

    def test_nothing_begins_without_its_database(self):
        for lose in (self.remove, self.empty, self.move_aside, self.without_tables):
            with self.subTest(lost=lose.__name__):
                lose()
                before = sorted(file.name for file in self.cq.data.glob("minglu.db*"))
                for command in (["verify"], ["serve"], ["query"], ["peer", "card"], ["rebuild"],
                                ["backup", self.folder / "none.db"]):
                    problem = self.cq.refused(self.NOT_FOUND, *command)
                    self.assertIn("minglu.db", problem["where"])
                    self.assertIn("minglu restore", problem["cure"])
                    self.assertIn("init --keys", problem["cure"])
                self.assertEqual(before, sorted(file.name for file in self.cq.data.glob("minglu.db*")))
                self.cq.ok("restore", self.backup)
                self.assertEqual([f"gi/AGI9000{number}" for number in (1, 2, 3)], self.cq.keys())
                self.assert_sound(self.cq)

    def test_a_restore_broken_off_after_the_old_one_was_moved_names_it(self):
        self.move_aside()
        self.assertIn("before-restore-1", self.cq.refused(self.NOT_FOUND, "serve")["detail"])


class Tampering(NodeCase):
    """Somebody with access to the file changes what a node has stored."""

    def setUp(self):
        super().setUp()
        self.cq = self.node("cq", start=False)
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))

    def change(self, statement):
        with contextlib.closing(sqlite3.connect(self.cq.data / "minglu.db")) as database, database:
            self.assertGreater(database.execute(statement).rowcount, 0)

    def test_verify_finds_a_changed_value(self):
        self.assert_sound(self.cq)
        changes = {"op": "update op set line = replace(line, '果品', '粮食') where op_no = (select max(op_no) from op)",
                   "header": "update record set header = replace(header, '\"local\"', '\"other\"') where is_batch = 1",
                   "deletion": "delete from op where op_no = (select max(op_no) from op)"}
        original = self.folder / "original.db"
        self.cq.ok("backup", original)
        for what, statement in changes.items():
            with self.subTest(what=what):
                self.change(statement)
                outcome = self.cq.run("--json", "verify")
                self.assertEqual(7, outcome.status, outcome)
                self.assertTrue(outcome.pages()[-1]["findings"])
                for file in self.cq.data.glob("minglu.db*"):
                    file.unlink()
                shutil.copy(original, self.cq.data / "minglu.db")
                self.assert_sound(self.cq)

    def test_a_partner_takes_nothing_that_was_changed_after_signing(self):
        self.change("update op set line = replace(line, '果品', '粮食')")
        self.cq.start()
        sc = self.node("sc")
        introduce(self.cq, sc)
        introduce(sc, self.cq)
        incidents = eventually("sc notes an incident", lambda: sc.items("incident", "list"))
        self.assertIn("cq", str(incidents[0]))
        self.assertEqual([], sc.keys())
        self.assert_sound(sc)
        # It goes on working, and its own records still leave.
        sc.bring_in(self.file("own.csv", gi_rows(90010, 1)))
        eventually("cq takes what sc wrote", lambda: self.cq.holds("gi/AGI90010"))


if __name__ == "__main__":
    main()
