"""Heads that the partner has signed: over the line, in files, over a restart and a rebuild."""

from support import NodeCase, eventually, gi_rows, introduce, main


def vouched(node, author, by):
    """Up to where `node` knows that `by` has signed the log that `author` writes."""
    log = author.sync()["own_log"] if author is not node else node.sync()["own_log"]
    return next((row["size"] for row in node.sync()["cosigned"] if (row["log"], row["node"]) == (log, by.name)), 0)


class Cosigned(NodeCase):
    def learns(self, *suites):
        cq, sc = (self.node(name, options=("--suite", suite)) for name, suite in zip(("cq", "sc"), suites))
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        introduce(cq, sc)
        introduce(sc, cq)
        eventually("cq knows that sc vouches for all of its log", lambda: vouched(cq, cq, sc) == 2)
        eventually("sc knows that cq vouches for its log", lambda: vouched(sc, sc, cq) == 1)
        self.assertIn("联署", cq.ok("sync", "status").out)
        metrics = cq.http("GET", "/metrics").body.decode()
        self.assertIn('minglu_cosigned_records{peer="sc"} 2\n', metrics)
        self.assertIn("minglu_records_not_cosigned 0\n", metrics)
        sc.stop()
        cq.edit("gi/AGI90001", "category=蔬菜")
        self.assertIn("minglu_records_not_cosigned 1\n", cq.http("GET", "/metrics").body.decode())
        sc.start()
        cq.stop()
        self.assertLessEqual(2, vouched(cq, cq, sc))
        before = vouched(cq, cq, sc)
        cq.ok("rebuild")
        self.assertEqual(before, vouched(cq, cq, sc))
        self.assert_sound(cq, sc)
        self.assertEqual([], cq.items("incident", "list", "--all") + sc.items("incident", "list", "--all"))

    def test_the_author_learns_that_its_partner_holds_its_log(self):
        self.learns("ed25519-sha256", "ed25519-sha256")

    def test_also_where_the_nodes_sign_differently(self):
        self.learns("ed25519-sha256", "sm2-sm3")

    def test_files_carry_them_both_ways(self):
        cq, sc = (self.node(name, sync_url="", start=False) for name in ("cq", "sc"))
        introduce(cq, sc)
        introduce(sc, cq)
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        there, back = self.folder / "there", self.folder / "back"
        cq.ok("sync", "export", there)
        sc.ok("sync", "import", there)
        sc.ok("sync", "export", back, "--for", "cq")
        cq.ok("sync", "import", back)
        self.assertEqual(2, vouched(cq, cq, sc))
        self.assertEqual(1, vouched(cq, sc, cq))


if __name__ == "__main__":
    main()
