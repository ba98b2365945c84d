"""Signing keys that change: while the service runs and without it, over a crash and a restore; keys that are revoked."""

import shutil
import signal
import subprocess

from support import NodeCase, eventually, gi_rows, introduce, main

BAD_INPUT, STALE = 3, 5
KEY_FILES = ["sign.pem", "tls.crt", "tls.pem"]
RENAMES = "rename,renameat,renameat2"


class Keys(NodeCase):
    def fingerprint(self, node):
        return node.json("peer", "card")["fingerprint"]

    def incidents(self, *nodes):
        return sorted(item["kind"] for node in nodes for item in node.items("incident", "list", "--all"))

    def test_partners_follow_a_change_with_the_old_card(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        before = self.fingerprint(cq)
        cq.ok("key", "rotate", "--reason", "年度更换", "--actor", "li.wei")  # through the running service
        running = self.fingerprint(cq)
        cq.edit("gi/AGI90001", "category=蔬菜")
        eventually("sc takes what the second key signs",
                   lambda: sc.holds("gi/AGI90001") and sc.entry("gi/AGI90001")["fields"]["category"] == "蔬菜")
        cq.stop()
        cq.ok("key", "rotate", "--reason", "再次更换")  # without it
        cq.start()
        cq.edit("gi/AGI90002", "category=茶叶")
        eventually("sc takes what the third key signs",
                   lambda: sc.entry("gi/AGI90002")["fields"]["category"] == "茶叶")
        self.until_equal(cq, sc)
        self.assertEqual(3, len({before, running, self.fingerprint(cq)}))
        self.assertEqual(2, sc.json("peer", "list")["items"][0]["key_changes"])
        self.assert_sound(cq, sc)
        self.assertEqual([], self.incidents(cq, sc))

    def test_a_third_node_joins_with_the_newest_cards(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("cq.csv", gi_rows(90001, 3)))
        sc.bring_in(self.file("sc.csv", gi_rows(91001, 3)))
        for category in ("蔬菜", "粮食"):
            for node in (cq, sc):
                node.ok("key", "rotate", "--reason", "更换")
            cq.edit("gi/AGI90001", "category=" + category)
            sc.edit("gi/AGI91001", "category=" + category)
        self.until_equal(cq, sc)
        gz, yn = self.node("gz"), self.node("yn")
        for node in (cq, sc):
            introduce(gz, node)
            introduce(node, gz)
        for node in (cq, sc):  # what they wrote comes to yn by gz alone
            introduce(yn, node)
            yn.ok("peer", "pause", node.name)
        introduce(gz, yn)
        introduce(yn, gz)
        eventually("gz has all", lambda: len(gz.keys()) == 6)
        eventually("yn takes by gz what old keys signed", lambda: len(yn.keys()) == 6)
        for node in (gz, yn):
            self.assertEqual("粮食", node.entry("gi/AGI90001")["fields"]["category"])
            self.assertEqual("粮食", node.entry("gi/AGI91001")["fields"]["category"])
        cq.ok("key", "rotate", "--reason", "更换")
        cq.edit("gi/AGI90002", "category=茶叶")
        eventually("yn follows", lambda: yn.entry("gi/AGI90002")["fields"]["category"] == "茶叶")
        self.assert_sound(cq, sc, gz, yn)
        self.assertEqual([], [kind for kind in self.incidents(cq, sc, gz, yn) if kind != "unknown_log"])

    def test_a_node_comes_up_with_the_key_that_its_log_names(self):
        cq = self.node("cq", start=False)
        keys = cq.data / "keys"
        old = (keys / "sign.pem").read_bytes()
        cq.ok("key", "rotate", "--reason", "更换")
        new = (keys / "sign.pem").read_bytes()
        card = cq.json("peer", "card")["card"]
        self.assertNotEqual(old, new)
        # Stopped between the record and the files: the next key takes its place.
        shutil.copy(keys / "sign.pem", keys / "sign.next.pem")
        (keys / "sign.pem").write_bytes(old)
        cq.ok("sync", "status")
        self.assertEqual(new, (keys / "sign.pem").read_bytes())
        self.assertFalse((keys / "sign.next.pem").exists())
        # Stopped before the record: the next key is one that nobody knows.
        other = self.node("sc", start=False)
        shutil.copy(other.data / "keys" / "sign.pem", keys / "sign.next.pem")
        cq.ok("sync", "status")
        self.assertEqual(new, (keys / "sign.pem").read_bytes())
        self.assertFalse((keys / "sign.next.pem").exists())
        self.assertIn('"node": "cq"', card)
        # A key that is not the log's is refused, and the cure is named.
        (keys / "sign.pem").write_bytes(old)
        refused = cq.run("sync", "status")
        self.assertNotEqual(0, refused.status)
        self.assertIn("restore", refused.err)

    def killed_at(self, node, calls, number, *words):
        """Runs a command that is killed as it makes the given system call for that time; false when it came to its end."""
        strace = shutil.which("strace")
        if not strace:
            self.skipTest("strace is not installed (scripts/install-deps --for test)")
        trace = [strace, "-f", "-qq", "-o", self.folder / "strace", "-e", f"trace={calls}",
                 "-e", f"inject={calls}:signal=KILL:when={number}"]
        done = subprocess.run([*trace, *node.command(*words)], capture_output=True, text=True, check=False,
                              env=node.environment)
        if done.returncode not in (0, -signal.SIGKILL, 128 + signal.SIGKILL):
            self.skipTest(f"a process cannot be traced here: {done.stderr.strip()}")
        return done.returncode != 0

    def leftovers(self, node):
        return sorted(path.name for folder in (node.data, node.data / "keys") for path in folder.iterdir()
                      if ".new-" in path.name or ".restoring" in path.name)

    def assert_no_key_left_behind(self, node):
        self.assertEqual(KEY_FILES, sorted(path.name for path in (node.data / "keys").iterdir()))
        self.assertEqual([], self.leftovers(node))

    def test_a_change_that_is_killed_at_any_step_leaves_no_key_behind(self):
        cq = self.node("cq", start=False)
        left, changes = [], set()
        for calls in (RENAMES, "fsync", "unlink,unlinkat"):
            number = 1
            while self.killed_at(cq, calls, number, "key", "rotate", "--reason", f"{calls} {number}"):
                left += self.leftovers(cq)
                cq.ok("sync", "status")
                self.assert_no_key_left_behind(cq)
                changes.add((cq.data / "keys" / "sign.pem").read_bytes())
                number += 1
            self.assertGreater(number, 2, calls)
        for name in ("sign.next.pem.new-", "sign.pem.new-", "card.json.new-"):
            self.assertTrue(any(found.startswith(name) for found in left), (name, left))
        self.assertGreater(len(changes), 2, "some of these changes were made, others were not")
        self.assert_sound(cq)

    def test_a_passphrase_leaves_no_plain_key_behind(self):
        secret = self.folder / "secret"
        secret.write_text("correct horse\n")
        secret.chmod(0o600)
        for number in (1, 2):  # before and after the record that names the next key
            cq = self.node(f"c{number}", start=False)
            self.assertTrue(self.killed_at(cq, RENAMES, number, "key", "rotate", "--reason", "更换"))
            [left] = self.leftovers(cq)
            plain = (cq.data / "keys" / left).read_bytes()
            self.assertIn(b"BEGIN PRIVATE KEY", plain)
            cq.ok("key", "passphrase", "--new-passphrase-file", secret)
            self.assertEqual([], self.leftovers(cq))
            for path in (cq.data / "keys").glob("*.pem"):
                self.assertIn(b"ENCRYPTED PRIVATE KEY", path.read_bytes(), path.name)
            cq.ok("key", "passphrase", "--remove", "--passphrase-file", secret)
            cq.ok("sync", "status")
            self.assertEqual(number == 2, (cq.data / "keys" / "sign.pem").read_bytes() == plain)
            self.assert_no_key_left_behind(cq)

    def test_what_only_looks_like_a_leftover_stays(self):
        cq = self.node("cq", start=False)
        keys = cq.data / "keys"
        others = ("sign.pem.new-", "sign.pem.new-0123", "sign.pem.new-0123456789abcdeg", "sign.pem.old",
                  "other.pem.new-0123456789abcdef")
        for name in others:
            (keys / name).write_text("kept")
        (keys / "tls.pem.new-0123456789abcdef").write_text("removed")
        cq.ok("sync", "status")
        self.assertEqual(sorted([*KEY_FILES, *others]), sorted(path.name for path in keys.iterdir()))

    def test_a_key_that_is_nowhere_else_is_not_removed(self):
        cq = self.node("cq", start=False)
        keys = cq.data / "keys"
        before = (keys / "sign.pem").read_bytes()
        cq.ok("key", "rotate", "--reason", "更换")
        shutil.copy(keys / "sign.pem", keys / "sign.pem.new-0123456789abcdef")
        (keys / "sign.pem").write_bytes(before)  # somebody put back the old one
        self.assertNotEqual(0, cq.run("sync", "status").status)
        self.assertEqual(["sign.pem.new-0123456789abcdef"], self.leftovers(cq))

    def test_a_backup_from_before_the_change_is_restored(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        backup = self.folder / "backup"
        cq.ok("backup", backup)
        cq.ok("key", "rotate", "--reason", "更换")
        cq.edit("gi/AGI90001", "category=蔬菜")
        self.until_equal(cq, sc)
        cq.stop()
        cq.ok("restore", backup)
        cq.start()
        cq.edit("gi/AGI90002", "category=茶叶")
        self.until_equal(cq, sc)
        self.assertEqual("蔬菜", cq.entry("gi/AGI90001")["fields"]["category"])
        self.assertEqual("茶叶", sc.entry("gi/AGI90002")["fields"]["category"])
        self.assert_sound(cq, sc)
        self.assertEqual([], self.incidents(cq, sc))

    def changed_since_a_snapshot(self):
        """cq has changed its key and written since, sc has followed; cq is stopped, its directory of before is kept."""
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        self.until_equal(cq, sc)
        cq.stop()
        snapshot = self.folder / "snapshot"
        shutil.copytree(cq.data, snapshot, ignore=shutil.ignore_patterns("minglu.sock"))
        cq.start()
        cq.ok("key", "rotate", "--reason", "更换")
        cq.edit("gi/AGI90001", "category=蔬菜")
        self.until_equal(cq, sc)
        cq.stop()
        return cq, sc, snapshot

    def test_put_back_to_before_the_change_and_given_the_newer_keys(self):
        """docs/OPERATIONS.md, "Put back to before a change of key", step by step."""
        cq, sc, snapshot = self.changed_since_a_snapshot()
        sealed = self.folder / "sealed"
        shutil.copytree(cq.data / "keys", sealed)
        shutil.rmtree(cq.data)
        shutil.copytree(snapshot, cq.data)
        # Before a partner has told of the change nobody can know that the newer key is this log's.
        shutil.copytree(sealed, cq.data / "keys", dirs_exist_ok=True)
        self.assertIn("old_key", cq.refused(BAD_INPUT, "serve")["cure"])
        shutil.copytree(snapshot / "keys", cq.data / "keys", dirs_exist_ok=True)

        cq.start()
        eventually("cq hears of the change", lambda: {"old_key", "rolled_back"} <= set(self.incidents(cq)))
        [met] = [item for item in cq.items("incident", "list", "--all") if item["kind"] == "old_key"]
        self.assertIn("put back the newer keys directory and restart", met["advice"])
        cq.edit("gi/AGI90002", "category=茶叶", reason="凭旧密钥录入")
        cq.stop()
        shutil.copytree(sealed, cq.data / "keys", dirs_exist_ok=True)
        cq.start()
        self.until_equal(cq, sc)
        self.assertEqual("蔬菜", cq.entry("gi/AGI90001")["fields"]["category"])
        self.assertEqual("茶叶", sc.entry("gi/AGI90002")["fields"]["category"], "written again under the newer key")
        self.assertEqual([], cq.conflicts())
        cq.edit("gi/AGI90003", "category=粮食")
        eventually("sc takes the new log", lambda: sc.entry("gi/AGI90003")["fields"]["category"] == "粮食")
        self.assert_sound(cq, sc)

    def test_put_back_to_before_the_change_and_the_newer_keys_are_lost(self):
        """The same page, step 3."""
        cq, sc, snapshot = self.changed_since_a_snapshot()
        shutil.rmtree(cq.data)
        shutil.copytree(snapshot, cq.data)
        cq.start()
        eventually("cq hears of the change", lambda: "old_key" in self.incidents(cq))
        cq.edit("gi/AGI90002", "category=茶叶")
        cq.ok("key", "rotate", "--reason", "新密钥遗失")
        card = self.file("cq-new.json", cq.ok("peer", "card").out)
        sc.ok("peer", "add", card, "--replace")
        self.until_equal(cq, sc)
        self.assertEqual("蔬菜", cq.entry("gi/AGI90001")["fields"]["category"])
        self.assertEqual("茶叶", sc.entry("gi/AGI90002")["fields"]["category"])
        self.assert_sound(cq, sc)

        # Who joins later could not follow by a key that is lost, until partners say how far it counts.
        [log] = {item["subject"] for item in cq.items("incident", "list", "--all") if item["kind"] == "old_key"}
        size = dict(item.split(":") for item in sc.sync()["vector"].split(","))[log]
        sc.ok("peer", "revoke", "cq", "--log", log, "--size", size, "--reason", "新密钥遗失")
        file = self.file("cq-revoked.json", sc.ok("peer", "revocations", "cq").out)
        told = ("--file", file, "--fingerprint", sc.json("peer", "revocations", "cq")["fingerprint"])
        cq.ok("peer", "revoke", "cq", *told)
        gz = self.node("gz")
        gz.ok("peer", "revoke", "cq", *told)
        for node in (cq, sc):
            introduce(gz, node)
            introduce(node, gz)
        self.until_equal(cq, sc, gz)
        self.assertEqual("茶叶", gz.entry("gi/AGI90002")["fields"]["category"])
        cq.edit("gi/AGI90003", "category=粮食")
        self.until_equal(cq, sc, gz)
        self.assert_sound(cq, sc, gz)

    def test_the_card_of_before_a_change_does_not_come_back_by_mistake(self):
        cq, sc = self.pair()
        old, new = (self.folder / f"cq-{name}.json" for name in ("old", "new"))
        old.write_text(cq.ok("peer", "card").out)
        cq.ok("key", "rotate", "--reason", "更换")
        new.write_text(cq.ok("peer", "card").out)
        self.until_equal(cq, sc)
        sc.ok("peer", "add", old)  # the one that is pinned: partners follow the change with it
        sc.ok("peer", "add", new, "--replace")
        refused = sc.refused(STALE, "peer", "add", old, "--replace")
        self.assertIn("its key was changed in record", refused["detail"])
        self.assertEqual(self.fingerprint(cq), sc.json("peer", "list")["items"][0]["fingerprint"])
        self.assertEqual(2, sc.run("peer", "add", old, "--older").status)
        sc.ok("peer", "add", old, "--replace", "--older")

    def test_a_revoked_key_signs_nothing_more(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        self.until_equal(cq, sc)
        log = cq.sync()["own_log"]
        sc.refused(BAD_INPUT, "peer", "revoke", "cq", "--log", log, "--size", "1", "--reason", "密钥被盗")
        sc.ok("peer", "revoke", "cq", "--log", log, "--size", "2", "--reason", "密钥被盗")
        cq.edit("gi/AGI90001", "category=蔬菜")
        eventually("sc reports the stolen key", lambda: self.incidents(sc) == ["old_key"])
        self.assertEqual("果品", sc.entry("gi/AGI90001")["fields"]["category"])
        self.assertEqual(3, len(sc.keys()))
        self.assertEqual("密钥被盗", sc.json("peer", "list")["items"][0]["revoked"][0]["reason"])
        self.assertIn("已作废", sc.ok("peer", "list").out)


if __name__ == "__main__":
    main()
