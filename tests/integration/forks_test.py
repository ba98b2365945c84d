"""A node that was copied, put back to an old state, or restored twice: what it does by itself, and that all agree."""

import json
import re
import shutil
from pathlib import Path

from node import Node, free_ports
from support import NodeCase, eventually, gi_rows, introduce, main


class Copies(NodeCase):
    def copy_of(self, node, name):
        """The data directory copied while the node is stopped, with ports of its own: nothing else tells them apart."""
        target = self.folder / name
        shutil.copytree(node.data, target)
        copy = Node(self.folder, name, init=False)
        config = (target / "minglu.toml").read_text()
        for old, new in ((node.http_port, copy.http_port), (node.peer_port, copy.peer_port)):
            config = config.replace(f":{old}", f":{new}")
        config = re.sub(r'(?m)^data = .*\n', "", config)
        (target / "minglu.toml").write_text(config)
        self.nodes.append(copy)
        return copy

    def point(self, at, to):
        """Has `at` reach the one node under the address of this copy of it."""
        at.ok("peer", "remove", "cq")
        introduce(at, to, to.peer_url)

    @staticmethod
    def kinds(node):
        return {incident["kind"] for incident in node.items("incident", "list", "--all")}

    def category(self, node, key):
        return node.entry(key)["fields"]["category"]

    def settle(self, sc, *copies):
        """All copies are reached in turn, twice: one hears of the others by way of sc."""
        for copy in copies * 2:
            self.point(sc, copy)
            for node in (sc, *copies):
                eventually(f"{node.name} asks its partners", lambda n=node: n.run("sync", "now").status == 0)
        self.until_equal(sc, *copies)


class Copied(Copies):
    def test_two_machines_with_the_same_data_both_write_and_lose_nothing(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 4)))
        self.until_equal(cq, sc)
        cq.stop()
        copy = self.copy_of(cq, "copy")
        old_log = cq.sync()["own_log"]
        cq.start()
        cq.edit("gi/AGI90001", "category=蔬菜", reason="原机")
        cq.edit("gi/AGI90003", "category=蔬菜", reason="原机")
        self.until_equal(cq, sc)
        copy.edit("gi/AGI90002", "category=粮食", reason="副本")  # offline: it cannot know yet
        copy.edit("gi/AGI90003", "category=粮食", reason="副本")
        self.assertEqual(old_log, copy.sync()["own_log"])
        copy.start()
        eventually("the copy notices", lambda: copy.sync()["own_log"] != old_log)
        self.assertIn("fork", self.kinds(copy))
        self.settle(sc, cq, copy)
        for node in (cq, sc, copy):
            self.assertEqual("蔬菜", self.category(node, "gi/AGI90001"), node.name)
            self.assertEqual("粮食", self.category(node, "gi/AGI90002"), node.name)
            conflicts = node.conflicts()
            self.assertEqual(["gi/AGI90003"], [conflict["key"] for conflict in conflicts], node.name)
            self.assertEqual({"蔬菜", "粮食"}, {side["set"]["category"] for side in conflicts[0]["sides"]})
            forks = node.json("incident", "forks")["items"]
            proved = [fork for fork in forks if fork.get("proof")]
            self.assertEqual({old_log}, {fork["log"] for fork in proved}, node.name)
            self.assertEqual({"cut"}, {fork["state"] for fork in proved})
            proof = json.loads(node.ok("incident", "proof", old_log).out)
            self.assertEqual(2, len({side["head"] for side in proof["sides"]}))
            self.assertEqual(2, len(node.items("incident", "branch", old_log, "--all")), node.name)
        self.assert_sound(cq, sc, copy)
        # Both go on, each in a log of its own.
        cq.edit("gi/AGI90004", "category=蔬菜")
        self.settle(sc, cq, copy)
        copy.edit("gi/AGI90004", "category=粮食")
        self.settle(sc, cq, copy)
        self.assertEqual("粮食", self.category(cq, "gi/AGI90004"))
        self.assertEqual(1, len(sc.conflicts()))

    def test_old_data_put_back_is_noticed_at_once_and_made_good(self):
        cq, sc, old = self.pair_and_a_copy()
        cq.edit("gi/AGI90001", "category=蔬菜", reason="之后")
        self.until_equal(cq, sc)
        old_log = self.put_back(cq, old)
        cq.start()
        eventually("cq notices", lambda: cq.sync()["own_log"] != old_log)
        cq.edit("gi/AGI90002", "category=粮食", reason="恢复之后")
        self.until_equal(cq, sc)
        self.assertEqual("蔬菜", self.category(cq, "gi/AGI90001"), "the partner gave the edit back")
        self.assertEqual("粮食", self.category(sc, "gi/AGI90002"))
        self.assertEqual({"rolled_back"}, self.kinds(cq))
        # Nobody else has anything to worry about, but that sc may have met cq before cq noticed.
        self.assertLessEqual(self.kinds(sc), {"rewound_history"})
        self.assertEqual([], cq.json("incident", "forks")["items"])
        self.assert_sound(cq, sc)

    def test_old_data_that_writes_first_forks_and_the_other_branch_is_listed(self):
        cq, sc, old = self.pair_and_a_copy()
        cq.edit("gi/AGI90001", "category=蔬菜", reason="将不计入")
        cq.edit("gi/AGI90002", "category=水产", reason="将不计入")
        self.until_equal(cq, sc)
        old_log = self.put_back(cq, old)
        cq.edit("gi/AGI90002", "category=粮食", reason="先写")
        cq.start()
        eventually("cq notices", lambda: cq.sync()["own_log"] != old_log)
        self.until_equal(cq, sc)
        self.assertEqual("粮食", self.category(sc, "gi/AGI90002"))
        eventually("sc knows where it is cut", lambda: [f for f in sc.json("incident", "forks")["items"]
                                                       if f["state"] == "cut"])
        listed = sc.items("incident", "branch", old_log, "--all")
        self.assertEqual(["将不计入"] * 2, [record["reason"] for record in listed])
        self.assertEqual("gi/AGI90001", listed[0]["ops"][0]["key"])
        self.adopt(sc, old_log)
        self.until_equal(cq, sc)
        for node in (cq, sc):
            self.assertEqual("蔬菜", self.category(node, "gi/AGI90001"), node.name)
            conflict, = node.conflicts()
            self.assertEqual("gi/AGI90002", conflict["key"])
            self.assertEqual({"粮食", "水产"}, {side["set"]["category"] for side in conflict["sides"]})
        self.assert_sound(cq, sc)

    def pair_and_a_copy(self):
        """Two nodes with two entries, and the data directory of the first as it was then."""
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 2)))
        self.until_equal(cq, sc)
        cq.stop()
        old = self.folder / "old"
        shutil.copytree(cq.data, old)
        cq.start()
        return cq, sc, old

    def put_back(self, node, old):
        """Stops the node and puts the old data in the place of its own; the log that it had."""
        old_log = node.sync()["own_log"]
        node.stop()
        shutil.rmtree(node.data)
        shutil.copytree(old, node.data)
        return old_log

    def adopt(self, node, log):
        words = ("incident", "adopt", log, "--reason", "原机已毁", "--actor", "wang.fang")
        before = node.sync()["vector"]
        planned = node.json(*words, "--dry-run")
        self.assertEqual([("write", 0), ("write", 1)],
                         [(step["outcome"], step["changed_since"]) for step in planned["items"]])
        self.assertEqual(before, node.sync()["vector"])
        self.assertEqual(2, node.json(*words)["ops"])
        self.assertEqual(0, node.json(*words)["ops"], "a second time there is nothing left to write")

    def test_a_backup_made_between_fork_and_cut_writes_nothing_twice(self):
        cq, sc, old = self.pair_and_a_copy()
        cq.edit("gi/AGI90001", "category=蔬菜", reason="另一分支")
        self.until_equal(cq, sc)
        cq.stop()
        shutil.rmtree(cq.data)
        shutil.copytree(old, cq.data)
        cq.edit("gi/AGI90002", "category=粮食", reason="先写")
        cq.edit("gi/AGI90002", "category=水产", reason="再写")
        backup = self.folder / "between.db"
        cq.ok("backup", backup)
        forked = cq.sync()["own_log"]
        cq.start()
        eventually("cq notices", lambda: cq.sync()["own_log"] != forked)
        self.until_equal(cq, sc)
        cq.edit("gi/AGI90002", "category=果品", reason="之后")
        self.until_equal(cq, sc)
        cq.stop()
        cq.ok("restore", backup)
        cq.start()
        self.until_equal(cq, sc)
        for node in (cq, sc):
            self.assertEqual("果品", self.category(node, "gi/AGI90002"), node.name)
            self.assertEqual([], node.conflicts("all"), node.name)
        self.assert_sound(cq, sc)


class RestoredTwice(Copies):
    def test_the_same_backup_restored_twice_and_on_two_machines(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 4)))
        backup = self.folder / "cq.db"
        cq.ok("backup", backup)
        cq.edit("gi/AGI90001", "category=蔬菜")
        self.until_equal(cq, sc)
        logs = {cq.sync()["own_log"]}
        for key in ("gi/AGI90002", "gi/AGI90003"):
            cq.stop()
            cq.ok("restore", backup)
            cq.start()
            cq.edit(key, "category=蔬菜")
            self.until_equal(cq, sc)
            logs.add(cq.sync()["own_log"])
        self.assertEqual(3, len(logs))
        cq.stop()
        other = self.copy_of(cq, "other")
        other.ok("restore", backup)
        cq.start()
        other.start()
        other.edit("gi/AGI90004", "category=粮食")
        self.settle(sc, cq, other)
        for node in (cq, sc, other):
            for key in ("gi/AGI90001", "gi/AGI90002", "gi/AGI90003"):
                self.assertEqual("蔬菜", self.category(node, key), node.name)
            self.assertEqual("粮食", self.category(node, "gi/AGI90004"), node.name)
            self.assertEqual([], node.json("incident", "forks")["items"])
            self.assertEqual([], node.conflicts("all"))
        self.assert_sound(cq, sc, other)


class Manifests(NodeCase):
    def test_a_backup_says_what_is_in_it_and_only_that_is_restored(self):
        cq, sc = self.node("cq", start=False), self.node("sc", start=False)
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        backup = self.folder / "cq.db"
        cq.ok("backup", backup)
        manifest = Path(f"{backup}.manifest.json")
        stated = json.loads(manifest.read_text())
        sync = cq.sync()
        self.assertEqual(("cq", sync["vector"], sync["state_root"], sync["own_log"], 3, backup.stat().st_size),
                         tuple(stated[name] for name in ("node", "vector", "state_root", "own_log", "entries",
                                                         "bytes")))
        self.assertEqual([sync["own_log"]], [head["log"] for head in stated["heads"]])
        self.assertNotEqual(0, cq.run("backup", backup).status, "a backup is never overwritten")

        good, good_manifest = backup.read_bytes(), manifest.read_text()
        before = cq.sync()["state_root"]

        def refused(node=cq):
            outcome = node.run("--json", "restore", backup)
            self.assertNotEqual(0, outcome.status, outcome)
            self.assertEqual([], list(node.data.glob("*.before-restore-*")))
            self.assertEqual([], list(node.data.glob("*.restoring*")))
            return outcome.problem()["code"]

        self.assertEqual("bad_value", refused(sc), "a backup of another node")
        damaged = bytearray(good)
        damaged[len(damaged) // 2] ^= 1
        backup.write_bytes(damaged)
        self.assertEqual("corrupt", refused())
        backup.write_bytes(good[:-4096])
        self.assertEqual("corrupt", refused())
        backup.write_bytes(good)
        for name, value in (("vector", "cq-0000000000000000:7"), ("records", 99), ("schema", 999), ("minglu_backup", 2)):
            manifest.write_text(json.dumps({**stated, name: value}))
            self.assertIn(refused(), ("corrupt", "unsupported_version", "malformed"), name)
        manifest.unlink()
        self.assertEqual("not_found", refused())
        manifest.write_text(good_manifest)
        self.assertEqual(before, cq.sync()["state_root"])
        cq.ok("restore", backup)
        self.assertEqual(before, cq.sync()["state_root"])
        self.assert_sound(cq)


if __name__ == "__main__":
    main()
