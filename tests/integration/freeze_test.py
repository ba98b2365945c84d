"""A partner that stands still: its process is stopped, its connections stay open, and nobody waits for it."""

import threading

from support import GI_HEADER, NodeCase, eventually, gi_rows, main, reconnect, seeded, waits_for_news

LIST_ROWS = 4000
SLOW_BYTES_PER_S = 256 * 1024
STOP_TIME_MAX_S = 10


def rows_that_do_not_compress():
    random = seeded(20265)
    return GI_HEADER + "".join(f"试验产品{random.getrandbits(800):x},农产品地理标志,AGI{10000 + row:05d},,试验协会,"
                               "重庆市涪陵区,果品\n" for row in range(LIST_ROWS))


class Frozen(NodeCase):
    def thaw_at_end(self, node):
        self.addCleanup(lambda: node.is_running() and node.thaw())

    def test_the_other_node_answers_and_publishes_and_the_frozen_one_catches_up(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        self.until_equal(cq, sc)
        eventually("both wait for news", lambda: waits_for_news(cq, sc))
        self.thaw_at_end(sc)
        sc.freeze()
        for number, category in enumerate(("蔬菜", "粮食", "药材")):
            cq.edit("gi/AGI90001", f"category={category}")
            self.assertEqual(category, cq.entry("gi/AGI90001")["fields"]["category"])
            done = cq.bring_in(self.file("more.csv", gi_rows(10000 + number * 500, 500)))
            self.assertEqual(500, done["added"])
        self.assertEqual(200, cq.http("GET", "/readyz").status)
        self.assert_sound(cq)
        sc.thaw()
        # By itself, without anybody asking.
        self.until_equal(cq, sc)
        self.assertEqual("药材", sc.entry("gi/AGI90001")["fields"]["category"])
        self.assert_sound(cq, sc)
        self.assertEqual([], cq.items("incident", "list") + sc.items("incident", "list"))

    def test_a_node_can_be_stopped_and_started_while_its_partner_is_frozen(self):
        cq, sc = self.pair()
        eventually("both wait for news", lambda: waits_for_news(cq, sc))
        self.thaw_at_end(sc)
        sc.freeze()
        self.assertEqual(0, cq.stop(STOP_TIME_MAX_S), cq.log_text())
        cq.start()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        sc.thaw()
        reconnect(sc)
        self.until_equal(cq, sc)
        self.assertEqual(3, len(sc.keys()))

    def first_copy_stopped_midway(self, frozen):
        """sc copies a large list over a slow line; `frozen` (cq or sc) stands still in the middle of it."""
        cq, sc, to_cq, _ = self.pair(with_lines=True)
        to_cq.cut()
        cq.bring_in(self.file("list.csv", rows_that_do_not_compress()))
        to_cq.heal()
        to_cq.slow(0, SLOW_BYTES_PER_S)
        passed = to_cq.passed_bytes
        asking = threading.Thread(target=sc.run, args=("sync", "now"), daemon=True)
        asking.start()
        eventually("a part of the list is on the line", lambda: to_cq.passed_bytes > passed + 100_000)
        node = {"cq": cq, "sc": sc}[frozen]
        self.thaw_at_end(node)
        node.freeze()
        other = cq if node is sc else sc
        self.assertEqual(200, other.http("GET", "/readyz").status)
        other.edit("gi/AGI70000", "name=新增", "subtype=agricultural_gi", more=("--seen", ""))
        self.assertEqual("新增", other.entry("gi/AGI70000")["fields"]["name"])
        if other is sc:
            self.assertIn(len(sc.keys()), (1, LIST_ROWS + 1), "the list is there whole or not at all")
        node.thaw()
        to_cq.heal()
        asking.join()
        reconnect(cq, sc)
        self.until_equal(cq, sc)
        self.assertEqual(LIST_ROWS + 1, len(sc.keys()))
        self.assert_sound(cq, sc)

    def test_the_sender_is_frozen_in_the_middle_of_a_transfer(self):
        self.first_copy_stopped_midway("cq")

    def test_the_receiver_is_frozen_in_the_middle_of_a_transfer(self):
        self.first_copy_stopped_midway("sc")


if __name__ == "__main__":
    main()
