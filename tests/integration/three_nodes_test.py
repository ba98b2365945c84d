"""Three provinces in a line, cq – sc – gz: the two ends have no way to each other and hold the same all the same."""

from support import SAMPLE, NodeCase, ask_peer_listener, eventually, gi_rows, introduce, main, reconnect, tls_of


class Line(NodeCase):
    """What holds whatever the suites of the nodes are."""

    options_of = {}

    def line(self):
        """All know the cards of all, since only records of known authors are taken; addresses only next door."""
        cq, sc, gz = (self.node(name, sync_url="", options=self.options_of.get(name, ())) for name in ("cq", "sc", "gz"))
        introduce(cq, sc, sc.peer_url)
        introduce(sc, cq, cq.peer_url)
        introduce(sc, gz, gz.peer_url)
        introduce(gz, sc, sc.peer_url)
        introduce(cq, gz)
        introduce(gz, cq)
        return cq, sc, gz

    def test_edits_at_both_ends_reach_all(self):
        cq, sc, gz = nodes = self.line()
        self.assertEqual("passive", next(p for p in cq.sync()["peers"] if p["node"] == "gz")["state"])
        cq.bring_in(SAMPLE / "gi_cq.csv")
        sc.bring_in(SAMPLE / "gi_sc.csv")
        gz.bring_in(self.file("gz.csv", gi_rows(90001, 3, place="贵州省")))
        self.until_equal(*nodes)
        self.assertTrue(all(node.holds("gi/AGI90001") and node.holds("gi/AGI03244") for node in nodes))

        gz.edit("gi/AGI03244", "category=酱腌菜", actor="gz.editor")
        cq.edit("gi/AGI90001", "category=蔬菜", actor="cq.editor")
        eventually("the far ends show the edits", lambda: (
            cq.entry("gi/AGI03244")["fields"]["category"], gz.entry("gi/AGI90001")["fields"]["category"]) == (
                "酱腌菜", "蔬菜"))
        self.until_equal(*nodes)
        for node in nodes:
            self.assertEqual(("gz", "gz.editor"),
                             [(item["author"], item["actor"]) for item in node.history("gi/AGI03244")][-1])
        self.assert_sound(*nodes)

    def test_a_conflict_between_the_ends_has_one_id_everywhere_and_one_decision_ends_it(self):
        cq, sc, gz = nodes = self.line()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        self.until_equal(*nodes)
        sc.stop()
        cq.edit("gi/AGI90001", "category=蔬菜")
        gz.edit("gi/AGI90001", "category=粮食")
        sc.start()
        reconnect(*nodes)
        self.until_equal(*nodes)
        ids = [[conflict["id"] for conflict in node.conflicts()] for node in nodes]
        self.assertEqual(1, len(ids[0]))
        self.assertEqual([ids[0]] * 3, ids)
        # The one in the middle decides, although it wrote neither side.
        shown = sc.json("conflict", "show", ids[0][0])
        side = "ours" if shown["ours"]["author"] == "gz" else "theirs"
        sc.ok("conflict", "resolve", ids[0][0], "--take", side, "--reason", "三方确认")
        eventually("closed everywhere", lambda: not any(node.conflicts() for node in nodes))
        self.until_equal(*nodes)
        self.assertEqual(["粮食"] * 3, [node.entry("gi/AGI90001")["fields"]["category"] for node in nodes])


class OneSuite(Line):
    def test_the_middle_passes_on_what_it_holds_while_the_author_is_away(self):
        cq, sc, gz = nodes = self.line()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        gz.stop()
        self.until_equal(cq, sc)
        cq.stop()
        gz.start()
        reconnect(gz)
        self.until_equal(sc, gz)
        self.assertTrue(gz.holds("gi/AGI90003"))
        self.assertEqual("cq", gz.history("gi/AGI90003")[0]["author"])

    def test_an_author_whose_card_is_not_pinned_is_not_taken_until_it_is(self):
        cq, sc, gz = (self.node(name, sync_url="") for name in ("cq", "sc", "gz"))
        introduce(cq, sc, sc.peer_url)
        introduce(sc, cq, cq.peer_url)
        introduce(sc, gz, gz.peer_url)
        introduce(gz, sc, sc.peer_url)
        cq.bring_in(self.file("cq.csv", gi_rows(90001, 1)))
        sc.bring_in(self.file("sc.csv", gi_rows(90002, 1)))
        eventually("what sc wrote is there", lambda: gz.holds("gi/AGI90002"))
        eventually("sc holds what cq wrote", lambda: sc.holds("gi/AGI90001"))
        gz.run("sync", "now")
        self.assertFalse(gz.holds("gi/AGI90001"), "gz does not know cq")
        introduce(gz, cq)
        gz.run("sync", "now")
        eventually("asked for again after the card", lambda: gz.holds("gi/AGI90001"))
        self.assert_sound(gz)


class TwoSuites(Line):
    """Chinese national algorithms in the middle, Ed25519 at the ends."""

    options_of = {"sc": ["--suite", "sm2-sm3"]}

    def test_the_card_names_the_suite(self):
        nodes = cq, sc, gz = self.line()
        suites = [node.json("peer", "card")["card"] for node in nodes]
        self.assertEqual([False, True, False], ["sm2" in str(card) for card in suites])
        told = ask_peer_listener(sc, tls_of(cq), "/sync/v1/node", {"Accept": "application/json"})
        self.assertEqual(200, told.status, told)
        self.assertIn("sm2-sm3", told.json()["suites"])


del Line  # no case of its own


if __name__ == "__main__":
    main()
