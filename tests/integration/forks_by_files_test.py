"""Forks among nodes that exchange nothing but files: nobody can be asked where the branches part."""

import shutil

from files_test import Carried
from support import are_equal, gi_rows, introduce, main


class ByFiles(Carried):
    def exchange(self, *roads):
        """One file along each road; the receiver may well find something in it that it has to report."""
        for source, target in roads:
            self.files = getattr(self, "files", 0) + 1
            path, said = self.export(source, f"file{self.files}", "--for", target.name)
            if said["file"]:
                target.run("sync", "import", path)

    def start(self):
        cq, sc = self.two()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 4)))
        self.exchange((cq, sc), (sc, cq))
        self.assertTrue(are_equal(cq, sc))
        return cq, sc

    def keep(self, node):
        node.stop()
        shutil.copytree(node.data, self.folder / "old")
        node.start()

    def put_back(self, node):
        node.stop()
        shutil.rmtree(node.data)
        shutil.copytree(self.folder / "old", node.data)
        node.start()

    def kinds(self, node):
        return {item["kind"] for item in node.items("incident", "list", "--all")}

    def forks(self, node):
        return {(fork["log"], fork["state"], fork.get("common")) for fork in node.json("incident", "forks")["items"]}

    def categories(self, node):
        return [node.entry(f"gi/AGI9000{i}")["fields"].get("category") for i in (1, 2, 3)]

    def rolled_back(self, forgotten, written, roads):
        """cq writes, sc gets it, cq is put back to before and writes otherwise; then files along the roads, in turn."""
        cq, sc = self.start()
        log = cq.sync()["own_log"]
        self.keep(cq)
        common = cq.sync()["vector"].split(f"{log}:")[1].split(",")[0]
        for i in range(forgotten):
            cq.edit("gi/AGI90001", f"category=蔬菜{i}", reason=f"忘记{i}")
        self.exchange((cq, sc), (sc, cq))
        self.put_back(cq)
        for i in range(written):
            cq.edit("gi/AGI90002", f"category=粮食{i}", reason=f"重写{i}")
        names = {"cq": cq, "sc": sc}
        for source, target in roads * 3:
            self.exchange((names[source], names[target]))
        self.assertTrue(are_equal(cq, sc), (self.forks(cq), self.forks(sc), self.kinds(cq), self.kinds(sc)))
        self.assertEqual(self.categories(cq), self.categories(sc))
        self.assert_sound(cq, sc)
        return cq, sc, log, int(common)

    def parted(self, forgotten, written, roads):
        cq, sc, log, common = self.rolled_back(forgotten, written, roads)
        self.assertEqual(["果品", f"粮食{written - 1}", "果品"], self.categories(sc))
        for node in (cq, sc):
            self.assertIn((log, "cut", common), self.forks(node))
            self.assertIn("fork", self.kinds(node))
        # The branch that no longer counts is listed where it is held, and can be taken over.
        [branch] = sc.json("incident", "branch", log)["items"][:1]
        self.assertEqual("忘记0", branch["reason"])
        cq.edit("gi/AGI90003", "category=水产")
        self.exchange((cq, sc), (sc, cq))
        self.assertTrue(are_equal(cq, sc))
        self.assertEqual("水产", self.categories(sc)[2])


FROM_CQ = [("cq", "sc"), ("sc", "cq")]
FROM_SC = [("sc", "cq"), ("cq", "sc")]


class PutBack(ByFiles):
    def comes_back(self, roads):
        cq, sc, log, _ = self.rolled_back(2, 0, roads)
        self.assertEqual(["蔬菜1", "果品", "果品"], self.categories(cq))
        self.assertNotEqual(log, cq.sync()["own_log"])
        self.assertEqual({"rolled_back"}, self.kinds(cq))
        self.assertEqual(set(), self.forks(sc))

    def test_what_was_forgotten_comes_back(self):
        self.comes_back(FROM_CQ)

    def test_it_does_when_the_other_node_sends_first(self):
        self.comes_back(FROM_SC)

    def test_a_branch_as_long_as_the_forgotten_one(self):
        self.parted(1, 1, FROM_CQ)

    def test_a_longer_branch(self):
        self.parted(1, 3, FROM_SC)

    def test_a_shorter_branch(self):
        self.parted(3, 1, FROM_SC)


if __name__ == "__main__":
    main()
