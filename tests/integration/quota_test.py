"""A node that floods: what it brings in one day is bounded, the rest waits, and nobody else does."""

from support import NodeCase, eventually, gi_rows, introduce, main

LIST_ROWS = 200  # some 60 KiB of records
QUOTA = 65536


def set_quota(node, bytes_per_day):
    path = node.data / "minglu.toml"
    text = path.read_text().partition("\n[sync]")[0]
    path.write_text(f"{text}\n[sync]\nbundle_bytes_max = 65536\nlog_bytes_per_day_max = {bytes_per_day}\n")


class Flood(NodeCase):
    def publish(self, node, first):
        node.bring_in(self.file(f"list-{first}.csv", gi_rows(first, LIST_ROWS)), "--kind", "gi")

    def quota_of(self, node, author):
        logs = [log for log in node.sync()["quota"]["logs"] if log["log"].startswith(author.name)]
        return logs[0] if logs else {"bytes_today": 0, "waits": False}

    def test_a_flood_waits_and_holds_back_nobody(self):
        flooder, honest = self.node("cq"), self.node("gz")
        sc = self.node("sc", start=False)
        set_quota(sc, QUOTA)
        sc.start()
        for first in (10000, 20000, 30000, 40000):
            self.publish(flooder, first)
        introduce(flooder, sc)
        introduce(sc, flooder)
        eventually("the flooder's log waits", lambda: self.quota_of(sc, flooder)["waits"])
        held = sc.sync()["vector"]
        self.assertLess(len(sc.keys()), 4 * LIST_ROWS)

        # Another log does not wait, neither do own writes.
        introduce(honest, sc)
        introduce(sc, honest)
        honest.bring_in(self.file("honest.csv", gi_rows(70000, 3)), "--kind", "gi")
        eventually("the honest log is taken", lambda: sc.holds("gi/AGI70002"))
        sc.edit("gi/AGI70000", "goods=甲")

        incident = [item for item in sc.items("incident", "list") if item["kind"] == "quota"]
        self.assertEqual(1, len(incident))
        self.assertIn("log_bytes_per_day_max", incident[0]["advice"])
        self.assertIn("每日限额", sc.ok("sync", "status").out)
        metrics = sc.http("GET", "/metrics").body.decode()
        self.assertRegex(metrics, r'minglu_log_over_quota\{log="cq-[0-9a-f]{16}"\} 1')
        self.assertIn('minglu_incidents_open_of_kind{kind="quota"} 1', metrics)

        # A restart does not begin a new day.
        sc.stop()
        sc.start()
        self.assertTrue(self.quota_of(sc, flooder)["waits"])
        sc.run("sync", "now", "cq")
        cq_log = [item for item in held.split(",") if item.startswith("cq-")]
        self.assertEqual(cq_log, [item for item in sc.sync()["vector"].split(",") if item.startswith("cq-")])

        # It was a delay: with a larger quota all of it comes, and nothing was lost.
        sc.stop()
        set_quota(sc, 1 << 30)
        sc.start()
        eventually("all of it is here", lambda: sc.holds(f"gi/AGI{40000 + LIST_ROWS - 1}"))
        self.assertEqual(4 * LIST_ROWS + 3, len(sc.keys()))
        self.assert_sound(sc)


if __name__ == "__main__":
    main()
