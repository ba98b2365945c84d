"""Two nodes that hold the same and say something else: found, named, cured."""

from damage import database, flip_value
from support import NodeCase, are_equal, eventually, gi_rows, main

UNSOUND = 7
DAMAGED = "gi/AGI00107"


OF_ENTRY = f"entry_no = (SELECT key_no FROM key WHERE key = '{DAMAGED}')"


def flip_trie_leaf(node):
    flip_value(node, "entry", "trie_leaf", OF_ENTRY)


def lose_entry(node):
    with database(node) as opened:
        opened.execute(f"DELETE FROM entry WHERE {OF_ENTRY}")


class DivergenceTest(NodeCase):
    def compared(self, node, peer):
        """The blame for each entry that differs, as `node` sees it."""
        outcome = node.run("--json", "sync", "compare", peer.name)
        found = outcome.json()
        self.assertEqual(0 if found["equal"] else UNSOUND, outcome.status)
        return {item["key"]: item["blame"] for item in found["items"]}

    def divergences(self, node, peer):
        return [item for item in node.items("incident", "list")
                if item["kind"] == "divergence" and item["peer"] == peer.name]

    def damaged_pair(self, damage):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(100, 40)), "--kind", "gi")
        self.until_equal(cq, sc)
        self.assertEqual({}, self.compared(cq, sc))
        sc.stop()
        damage(sc)
        return cq, sc.start()

    def check_found_and_cured(self, damage):
        cq, sc = self.damaged_pair(damage)
        eventually("sc has noticed it by itself", lambda: self.divergences(sc, sc))  # it answers others meanwhile
        self.assertEqual(1, len(self.divergences(sc, sc)))
        self.until_vectors_equal(cq, sc)
        self.assertEqual({DAMAGED: "our_views"}, self.compared(sc, cq))
        self.assertEqual({DAMAGED: "their_views"}, self.compared(cq, sc))
        text = sc.run("sync", "compare", "cq")
        self.assertEqual(UNSOUND, text.status)
        self.assertIn("run minglu rebuild here", text.out)

        sc.edit("gi/AGI00100", "goods=甲")  # a new head of sc states what sc has now
        for node, other, cure in ((cq, sc, "have minglu rebuild run there"), (sc, cq, "run minglu rebuild here")):
            def named():
                return [item for item in self.divergences(node, other) if DAMAGED in item["received"]]

            incident = eventually(f"{node.name} names the entry", named)[0]
            self.assertIn(cure, incident["advice"])
        self.assertTrue(any(DAMAGED in finding for finding in map(str, sc.verified())))

        sc.run("rebuild")
        self.until_equal(cq, sc)
        self.assertEqual({}, self.compared(cq, sc))
        self.assertEqual({}, self.compared(sc, cq))
        self.assert_sound(cq, sc)

    def until_vectors_equal(self, *nodes):
        eventually("the nodes hold the same", lambda: len({node.sync()["vector"] for node in nodes}) == 1)

    def test_a_stored_leaf_that_changed(self):
        self.check_found_and_cured(flip_trie_leaf)

    def test_an_entry_that_is_gone(self):
        self.check_found_and_cured(lose_entry)

    def test_what_cannot_be_compared_says_why(self):
        cq, sc = self.pair()
        self.until_equal(cq, sc)
        self.assertEqual("not_found", cq.refused(4, "sync", "compare", "gz")["code"])
        sc.stop()
        self.assertEqual("unreachable", cq.refused(6, "sync", "compare", "sc")["code"])
        cq.bring_in(self.file("list.csv", gi_rows(1, 1)), "--kind", "gi")
        sc.start()
        self.until_equal(cq, sc)
        self.assertTrue(are_equal(cq, sc))
        self.assertEqual({}, self.compared(cq, sc))


if __name__ == "__main__":
    main()
