"""Databases of every earlier schema: the program upgrades them and nothing of them is lost. An upgrade that fails, for want
of room or by a kill, leaves the earlier program what it had."""

import shutil
import subprocess

from node import COMMAND_TIME_MAX_S
from old_schemas import NEWEST, content_of, version_of, write_older
from support import NodeCase, eventually, gi_rows, main

KEY, CONTESTED = "gi/AGI90001", "gi/AGI90002"
CASE = "渝知执 2026-7"
ACKNOWLEDGEMENTS_SINCE, COSIGNATURES_SINCE, AUDIT_SINCE = 3, 4, 5
KIBIBYTE = 1024


class EarlierSchemas(NodeCase):
    """`self.whole` is the database of a node, stopped, that holds something of everything; `self.was` is what it showed."""

    def setUp(self):
        super().setUp()
        self.cq, self.sc = self.pair()
        self.fill()
        self.was = self.shown()
        self.trail = self.rows()
        self.cq.stop()
        self.sc.stop()
        self.whole = self.folder / "whole.db"
        self.cq.ok("backup", self.whole)

    def fill(self):
        cq, sc = self.cq, self.sc
        cq.bring_in(self.file("list.csv", gi_rows(90001, 30)), "--title", "首批地理标志")
        sc.bring_in(self.file("theirs.csv", gi_rows(80001, 10)), "--title", "四川地理标志")
        self.until_equal(cq, sc)
        cq.ok("peer", "pause", "sc")
        sc.ok("peer", "pause", "cq")
        cq.edit(CONTESTED, "category=酱腌菜")
        sc.edit(CONTESTED, "category=调味品")
        cq.ok("peer", "resume", "sc")
        sc.ok("peer", "resume", "cq")
        self.until_equal(cq, sc)
        [conflict] = cq.conflicts()
        cq.ok("conflict", "claim", conflict["id"], "--actor", "li.wei")
        cq.edit(KEY, "category=酱腌菜", more=("--effective-on", "2026-01-01"))
        self.until_equal(cq, sc)
        self.break_rules()
        token = cq.token("reader", "张三")
        self.assertEqual(200, cq.http("GET", f"/v1/entries/{KEY}", token=token, headers={
            "Minglu-Case": "".join(f"%{byte:02X}" for byte in CASE.encode())}).status)
        eventually("cq has a cosignature", lambda: 'minglu_cosigned_records{peer="sc"}' in self.metrics())

    def break_rules(self):
        """Two kinds of incidents; of one it is said that somebody has looked at it, and it happens again after that."""
        cq = self.cq
        garbage = self.file("garbage", "{}\n")
        for _ in range(2):
            self.assertNotEqual(0, cq.run("sync", "import", garbage).status)
        stranger = self.node("gz")
        stranger.ok("sync", "export", self.folder / "stranger")
        cq.run("sync", "import", self.folder / "stranger")
        kinds = {item["kind"]: item["no"] for item in cq.items("incident", "list")}
        self.assertEqual({"malformed", "unknown_log"}, set(kinds))
        cq.ok("incident", "acknowledge", kinds["malformed"], "--note", "线路故障", "--actor", "li.wei")
        self.assertNotEqual(0, cq.run("sync", "import", garbage).status)
        stranger.stop()

    def metrics(self):
        return self.cq.http("GET", "/metrics").body.decode()

    def rows(self):
        return {item["row"]["no"]: item for item in self.cq.items("audit", "list", "--all")}

    def shown(self):
        """What the running node tells people of what it holds."""
        state = self.cq.sync()
        incidents = {item["no"]: item for item in self.cq.items("incident", "list", "--all")}
        entry = self.cq.entry(CONTESTED)
        entry.pop("freshness")
        return {"vector": state["vector"], "root": state["state_root"], "own": state["own_log"],
                "keys": self.cq.keys(), "found": self.cq.keys("试验产品"), "history": self.cq.history(KEY),
                "entry": entry, "conflicts": self.cq.conflicts("all"),
                "tokens": self.cq.items("token", "list"), "incidents": incidents}

    def as_of(self, version):
        """What is shown of a database of that schema: what it had no room for is not there."""
        was = {**self.was, "incidents": {no: dict(item) for no, item in self.was["incidents"].items()}}
        for item in was["incidents"].values():
            item.pop("first", None)
            if version < ACKNOWLEDGEMENTS_SINCE:
                item["acknowledgements"], item["state"] = [], "open"
        return was

    def put(self, version):
        for file in self.cq.data.glob("minglu.db*"):
            file.unlink()
        write_older(self.cq.data / "minglu.db", self.whole, version)

    def test_each_is_upgraded_whole(self):
        for version in range(1, NEWEST):
            with self.subTest(version=version):
                self.put(version)
                self.cq.start()
                expected = self.as_of(version)
                self.assertEqual(expected, self.shown())
                self.assertEqual([], self.cq.verified())
                self.cq.ok("rebuild")
                self.assertEqual(expected, self.shown())
                if version >= AUDIT_SINCE:
                    now = self.rows()
                    self.assertEqual(self.trail, {no: now[no] for no in self.trail})
                    self.assertTrue(any(CASE in str(row) for row in self.trail.values()))
                self.assertEqual(version >= COSIGNATURES_SINCE, 'minglu_cosigned_records{peer="sc"}' in self.metrics())
                self.goes_on()
                self.assertEqual(0, self.cq.stop())
                self.assertEqual(NEWEST, version_of(self.cq.data / "minglu.db"))

    def goes_on(self):
        """It works as any other: edits, incidents that are counted on, and those that are looked at."""
        self.cq.edit(KEY, "category=果品")
        [old] = [item for item in self.cq.items("incident", "list") if item["kind"] == "malformed"]
        self.assertNotEqual(0, self.cq.run("sync", "import", self.folder / "garbage").status)
        [again] = [item for item in self.cq.items("incident", "list") if item["kind"] == "malformed"]
        self.assertEqual((old["count"] + 1, "open", old["acknowledgements"]),
                         (again["count"], again["state"], again["acknowledgements"]))
        self.assertEqual(old["at"], again["first"]["at"])
        self.cq.ok("incident", "acknowledge", "--kind", "unknown_log", "--peer", "gz", "--note", "不交换")
        self.assert_sound(self.cq)

    def limited(self, file_bytes_max):
        """Has a program open the database that can write no file beyond that size: to it the disk is full there."""
        command = ["prlimit", f"--fsize={file_bytes_max}", *self.cq.command("verify")]
        return subprocess.run(command, capture_output=True, check=False, timeout=COMMAND_TIME_MAX_S,
                              env=self.cq.environment).returncode

    def test_without_room_for_it_they_stay_as_they_are(self):
        path = self.cq.data / "minglu.db"
        for version in (1, NEWEST - 1):
            with self.subTest(version=version):
                self.put(version)
                before = content_of(path)
                refused = 0
                for room in range(16 * KIBIBYTE, 512 * KIBIBYTE, 16 * KIBIBYTE):
                    status = self.limited(room)
                    if version_of(path) == NEWEST:
                        break
                    self.assertNotEqual(0, status)
                    self.assertEqual((version, before), (version_of(path), content_of(path)), f"room for {room} bytes")
                    refused += 1
                self.assertGreater(refused, 0, "there was room for all of it")
                self.cq.start()
                self.assertEqual(self.as_of(version), self.shown())
                self.assert_sound(self.cq)
                self.cq.stop()

    def test_a_kill_on_the_way_leaves_the_earlier_or_the_new_schema_whole(self):
        path, log = self.cq.data / "minglu.db", self.cq.data / "minglu.db-wal"
        for version in (1, NEWEST - 1):
            with self.subTest(version=version):
                self.put(version)
                before = content_of(path)
                shutil.copy(path, self.folder / "before.db")
                self.cq.start()
                self.cq.kill()
                written = log.read_bytes()  # what is copied back into the database only later
                seen = set()
                for size in [0, *range(32, len(written), len(written) // 40), len(written)]:
                    for file in self.cq.data.glob("minglu.db*"):
                        file.unlink()
                    shutil.copy(self.folder / "before.db", path)
                    log.write_bytes(written[:size])
                    seen.add(version_of(path))
                    if version_of(path) == version:
                        self.assertEqual(before, content_of(path), f"killed after {size} of {len(written)} bytes")
                self.assertEqual({version, NEWEST}, seen)
                self.cq.start()
                self.assertEqual(self.as_of(version), self.shown())
                self.assert_sound(self.cq)
                self.cq.stop()


if __name__ == "__main__":
    main()
