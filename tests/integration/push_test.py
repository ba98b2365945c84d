"""A node that nobody can reach: it asks for the others' records and brings them its own."""

from support import NodeCase, are_equal, eventually, gi_rows, introduce, main

REFUSED = 3


class CallsOutOnly(NodeCase):
    def pair_one_way(self, with_line=False):
        """cq listens, sc does not: it has no peer listener and its card no address."""
        cq, sc = self.node("cq"), self.node("sc", sync_url="", listens=False)
        line = self.line_to(cq) if with_line else None
        introduce(cq, sc)
        introduce(sc, cq, line.url if line else None, more=("--push",))
        return (cq, sc, line) if with_line else (cq, sc)

    def push_of(self, node):
        return next(peer for peer in node.sync()["peers"])["push"]

    def test_pull_and_push_from_one_side_make_both_equal(self):
        cq, sc = self.pair_one_way()
        cq.bring_in(self.file("cq.csv", gi_rows(90001, 3)))
        sc.bring_in(self.file("sc.csv", gi_rows(80001, 3)))
        self.until_equal(cq, sc)
        self.assertEqual(6, len(cq.keys()))
        sc.edit("gi/AGI90001", "category=蔬菜")
        eventually("the edit came by itself", lambda: cq.entry("gi/AGI90001")["fields"]["category"] == "蔬菜")
        self.until_equal(cq, sc)
        # Nothing of what cq wrote was brought back to it, and no head was the reason to bring records again.
        eventually("the push is through", lambda: self.push_of(sc)["state"] == "up_to_date")
        self.assertEqual(3, self.push_of(sc)["records"])
        self.assertEqual([], cq.items("incident", "list"))
        self.assert_sound(cq, sc)

    def test_concurrent_edits_over_a_cut_line_are_one_conflict_on_both(self):
        cq, sc, line = self.pair_one_way(with_line=True)
        cq.bring_in(self.file("cq.csv", gi_rows(90001, 2)))
        self.until_equal(cq, sc)
        line.cut()
        cq.edit("gi/AGI90001", "category=蔬菜")
        sc.edit("gi/AGI90001", "category=粮食")
        self.assertEqual(6, sc.run("sync", "now").status)
        eventually("the failure shows", lambda: self.push_of(sc)["failures"] > 0)
        line.heal()
        self.until_equal(cq, sc)
        ids = [[conflict["id"] for conflict in node.conflicts()] for node in (cq, sc)]
        self.assertEqual(1, len(ids[0]))
        self.assertEqual(ids[0], ids[1])
        self.assert_sound(cq, sc)

    def test_damaged_and_killed_pushes_resume_from_what_arrived(self):
        cq, sc, line = self.pair_one_way(with_line=True)
        self.until_equal(cq, sc)
        for number, how in enumerate(("truncate", "corrupt")):
            line.damage(how, 3000)
            sc.bring_in(self.file(f"sc{number}.csv", gi_rows(10000 + number * 3000, 3000)))
            line.heal()
        sc.kill()
        sc.start()
        cq.kill()
        cq.start()
        self.until_equal(cq, sc)
        self.assertEqual(6000, len(cq.keys()))
        self.assert_sound(cq, sc)

    def test_nothing_is_taken_from_a_paused_peer(self):
        cq, sc = self.pair_one_way()
        self.until_equal(cq, sc)
        cq.ok("peer", "pause", "sc")
        sc.edit("gi/AGI80001", "name=新增", "subtype=agricultural_gi", more=("--seen", ""))
        eventually("it is told so", lambda: "503" in self.push_of(sc).get("last_error", {}).get("what", ""))
        self.assertFalse(cq.holds("gi/AGI80001"))
        cq.ok("peer", "resume", "sc")
        sc.ok("sync", "now")
        self.assertTrue(cq.holds("gi/AGI80001"))

    def test_it_is_set_with_the_peer_shown_and_taken_back(self):
        cq, sc = self.pair_one_way()
        [peer] = sc.items("peer", "list")
        self.assertTrue(peer["push"])
        self.assertFalse(cq.items("peer", "list")[0]["push"])
        self.until_equal(cq, sc)
        metrics = sc.http("GET", "/metrics").body.decode()
        for name in ("minglu_peer_push_failures", "minglu_peer_pushed_records_total", "minglu_peer_sent_bytes_total",
                     "minglu_peer_ahead_records"):
            self.assertIn(name + '{peer="cq"}', metrics)
        card = self.folder / "card-cq.json"
        sc.ok("peer", "add", card)
        self.assertTrue(sc.items("peer", "list")[0]["push"], "the same card again leaves it as it is")
        sc.ok("peer", "add", card, "--no-push")
        self.assertFalse(sc.items("peer", "list")[0]["push"])
        self.assertNotIn("push", sc.sync()["peers"][0])
        sc.bring_in(self.file("sc.csv", gi_rows(80001, 1)))
        sc.ok("sync", "now")
        self.assertFalse(cq.holds("gi/AGI80001"))
        # The mirror: with it, "sync now" is enough.
        sc.ok("peer", "add", card, "--push")
        sc.ok("sync", "now")
        self.assertTrue(cq.holds("gi/AGI80001"))
        eventually("both are equal", lambda: are_equal(cq, sc))
        # There is nowhere to bring records to without an address.
        cq.refused(REFUSED, "peer", "add", self.folder / "card-sc.json", "--push")


if __name__ == "__main__":
    main()
