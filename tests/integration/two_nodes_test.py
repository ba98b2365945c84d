"""Two provinces: lists are imported, exchanged, changed, exported; both nodes show the same."""

import csv
import datetime
import io

from support import GI_HEADER, SAMPLE, NodeCase, eventually, gi_rows, main

ZHACAI = "gi/AGI03244"
BLOOD_ORANGE = "gi/AGI02425"


def sample(kind, node):
    return SAMPLE / f"{kind}_{node}.csv"


def rows_of(file):
    with open(file, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


class Replication(NodeCase):
    def test_lists_of_both_sides_reach_both_sides(self):
        cq, sc = self.pair()
        rows = 0
        for node in (cq, sc):
            for kind, file in (("gi", "gi"), ("patent", "patents"), ("trademark", "trademarks")):
                listed = rows_of(sample(file, node.name))
                done = node.bring_in(sample(file, node.name), "--kind", kind, "--title", f"{node.name} {kind}",
                                     "--actor", f"editor.{node.name}")
                self.assertEqual("done", done["state"], done)
                self.assertEqual((len(listed), 0), (done["rows_read"], done["refused"]))
                rows += done["added"]
        self.until_equal(cq, sc)
        self.assertEqual(rows, len(cq.keys()))
        self.assertEqual(cq.keys(), sc.keys())

        # Each side finds what the other published, as the other wrote it.
        self.assertEqual([ZHACAI], sc.keys("涪陵榨菜"))
        self.assertEqual(["trademark/19179791/43", "trademark/983760/42"], cq.keys("海底捞", "--kind", "trademark"))
        for key in (ZHACAI, BLOOD_ORANGE):
            self.assertEqual(cq.entry(key)["fields"], sc.entry(key)["fields"])
            self.assertEqual(cq.entry(key)["etag"], sc.entry(key)["etag"])
        self.assertEqual("cq", sc.entry(ZHACAI)["fields"]["home"])
        self.assertEqual("sc", cq.entry(BLOOD_ORANGE)["fields"]["home"])

        # Batches with their titles, on the node that did not publish them too.
        titles = [f"{node} {kind}" for node in ("cq", "sc") for kind in ("gi", "patent", "trademark")]
        for node in (cq, sc):
            batches = node.items("batch", "list", "--all")
            self.assertEqual(sorted(titles), sorted(batch["title"] for batch in batches))
            self.assertTrue(all(batch["state"] == "published" and batch["valid"] for batch in batches), batches)
        batch = next(batch for batch in sc.items("batch", "list", "--all") if batch["title"] == "cq gi")
        shown = sc.json("batch", "show", batch["dot"], "--limit", "200")
        self.assertEqual(batch["ops"], len(shown["entries"]))
        self.assertIn(ZHACAI, [entry["key"] for entry in shown["entries"]])
        self.assertEqual(batch["ops"], len(sc.keys("--batch", batch["dot"])))
        self.assert_sound(cq, sc)

    def test_edit_removal_and_restoration_travel_with_their_authors(self):
        cq, sc = self.pair()
        cq.bring_in(sample("gi", "cq"), "--actor", "li.wei")
        eventually("sc holds the list", lambda: sc.holds(ZHACAI))

        sc.edit(ZHACAI, "category=酱腌菜", actor="wang.fang", reason="按统一目录调整")
        eventually("cq shows the edit", lambda: cq.entry(ZHACAI)["fields"]["category"] == "酱腌菜")

        cq.json("entry", "remove", ZHACAI, "--ground", "surrendered", "--reason", "权利人放弃", "--actor", "zhao.lei")
        eventually("sc shows the removal", lambda: not sc.entry(ZHACAI)["listed"])
        self.assertEqual("surrendered", sc.entry(ZHACAI)["fields"]["ground"])
        self.assertEqual([ZHACAI], sc.keys("--listing", "removed"))
        self.assertNotIn(ZHACAI, sc.keys("--listing", "listed"))

        sc.json("entry", "restore", ZHACAI, "--reason", "复核后恢复", "--actor", "wang.fang")
        eventually("cq shows the restoration", lambda: cq.entry(ZHACAI)["listed"])
        self.assertEqual([], cq.keys("--listing", "removed"))

        self.until_equal(cq, sc)
        expected = [("cq", "li.wei"), ("sc", "wang.fang"), ("cq", "zhao.lei"), ("sc", "wang.fang")]
        for node in (cq, sc):
            history = node.history(ZHACAI)
            self.assertEqual(expected, [(item["author"], item["actor"]) for item in history])
            self.assertEqual(["按统一目录调整", "权利人放弃", "复核后恢复"], [item["reason"] for item in history[1:]])
            self.assertTrue(all(item["effective"] for item in history))
        self.assertEqual([item["dot"] for item in cq.history(ZHACAI)], [item["dot"] for item in sc.history(ZHACAI)])
        self.assertEqual([], cq.conflicts("all"), "one edit after the other is no conflict")

    def test_answers_say_how_fresh_the_partners_part_is(self):
        cq, sc = self.pair()
        self.until_equal(cq, sc)
        freshness = cq.json("query", "任何")["freshness"]
        self.assertEqual("cq", freshness["node"])
        self.assertEqual(["sc"], [partner["node"] for partner in freshness["partners"]])
        sc.stop()
        eventually("the link is known to be down",
                   lambda: cq.json("query")["freshness"]["partners"][0]["lag"] == "backing_off")
        self.assertEqual(0, cq.run("query", "榨菜").status, "a node answers alone")


class Lists(NodeCase):
    """One node, without a server: what importing a list does and does not."""

    def setUp(self):
        super().setUp()
        self.cq = self.node("cq", start=False)

    def state(self):
        sync = self.cq.sync()
        return sync["vector"], sync["state_root"]

    def test_the_same_list_twice_changes_nothing(self):
        first = self.cq.bring_in(sample("gi", "cq"))
        before = self.state()
        second = self.cq.bring_in(sample("gi", "cq"))
        self.assertEqual((0, 0, first["added"]), (second["added"], second["changed"], second["unchanged"]))
        self.assertEqual([], second["batches"])
        self.assertEqual(before, self.state())

    def test_an_export_imported_again_changes_nothing(self):
        for kind, file in (("gi", "gi"), ("patent", "patents"), ("trademark", "trademarks")):
            self.cq.bring_in(sample(file, "cq"), "--kind", kind)
        before = self.state()
        for kind in ("gi", "patent", "trademark"):
            exported = self.folder / f"{kind}.csv"
            self.cq.ok("export", "--kind", kind, "-o", exported)
            rows = rows_of(exported)
            self.assertEqual(len(self.cq.keys("--kind", kind)), len(rows))
            again = self.cq.bring_in(exported, "--kind", kind)
            self.assertEqual((0, 0, 0, len(rows)),
                             (again["added"], again["changed"], again["refused"], again["unchanged"]), (kind, again))
        self.assertEqual(before, self.state())

    def test_a_list_of_the_partner_keeps_its_home(self):
        """Entries are the partner's although this node imports them."""
        sc = self.node("sc", start=False)
        sc.bring_in(sample("gi", "sc"))
        exported = self.folder / "sc.csv"
        sc.ok("export", "--kind", "gi", "-o", exported)
        first = self.cq.bring_in(exported, "--kind", "gi", "--home", "sc")
        self.assertEqual(len(rows_of(exported)), first["added"])
        self.assertEqual(sc.entry(BLOOD_ORANGE)["fields"]["name"], self.cq.entry(BLOOD_ORANGE)["fields"]["name"])
        self.assertEqual("sc", self.cq.entry(BLOOD_ORANGE)["fields"]["home"])

    def test_a_dry_run_writes_nothing_and_says_what_would_be_done(self):
        before = self.state()
        planned = self.cq.bring_in(sample("gi", "cq"), "--dry-run")
        self.assertEqual("planned", planned["state"])
        self.assertEqual(len(rows_of(sample("gi", "cq"))), planned["added"])
        self.assertEqual(before, self.state())
        self.assertEqual([], self.cq.keys())
        done = self.cq.bring_in(sample("gi", "cq"))
        self.assertEqual(planned["added"], done["added"])
        self.assertEqual([item["key"] for item in planned["plan"]], [item["key"] for item in done["plan"]])

    def test_a_list_with_a_wrong_row_is_refused_whole(self):
        before = self.state()
        file = self.file("bad.csv", gi_rows(90001, 2).replace("AGI90002", "AGI9"))
        outcome = self.cq.run("import", file)
        self.assertEqual(3, outcome.status, outcome)
        for said in ("bad.csv", "row 3", "编号", "AGI9"):
            self.assertIn(said, outcome.err)
        self.assertEqual(before, self.state())
        self.assertEqual([], self.cq.keys())

    def test_skipped_rows_can_be_mended_and_imported(self):
        text = gi_rows(90001, 5).replace("AGI90003", "AGI9003x").replace("AGI90005", "无编号")
        refused = self.folder / "refused.csv"
        done = self.cq.bring_in(self.file("list.csv", text), "--skip-invalid", refused)
        self.assertEqual((3, 2), (done["added"], done["refused"]), done)
        self.assertEqual(["gi/AGI90001", "gi/AGI90002", "gi/AGI90004"], self.cq.keys())
        rows = rows_of(refused)
        self.assertEqual(["AGI9003x", "无编号"], [row["编号"] for row in rows])
        self.assertTrue(all(row["错误"] for row in rows), rows)
        # Mended where it stands, with the column of errors still there.
        mended = refused.read_text(encoding="utf-8-sig")
        for wrong, right in (("AGI9003x", "AGI90003"), ("无编号", "AGI90005")):
            mended = mended.replace(wrong, right, 1)
        done = self.cq.bring_in(self.file("mended.csv", mended), "--kind", "gi")
        self.assertEqual((2, 0), (done["added"], done["refused"]), done)
        self.assertEqual([f"gi/AGI9000{n}" for n in range(1, 6)], self.cq.keys())

    def test_what_a_newer_list_does_not_name_stays(self):
        self.cq.bring_in(self.file("first.csv", gi_rows(90001, 3)))
        done = self.cq.bring_in(self.file("second.csv", gi_rows(90003, 2, category="蔬菜")))
        self.assertEqual((1, 1, 0), (done["added"], done["changed"], done["unchanged"]), done)
        self.assertEqual([f"gi/AGI9000{n}" for n in range(1, 5)], self.cq.keys("--listing", "listed"))
        self.assertEqual([], self.cq.keys("--listing", "removed"))
        self.assertEqual("蔬菜", self.cq.entry("gi/AGI90003")["fields"]["category"])
        self.assertEqual("果品", self.cq.entry("gi/AGI90001")["fields"]["category"])

    def test_a_removal_needs_a_ground_that_the_lists_know(self):
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        before = self.state()
        missing = self.cq.run("entry", "remove", "gi/AGI90001", "--reason", "到期")
        self.assertEqual(2, missing.status, missing)
        self.assertIn("--ground", missing.err)
        unknown = self.cq.run("entry", "remove", "gi/AGI90001", "--reason", "到期", "--ground", "whim")
        self.assertIn(unknown.status, (2, 3), unknown)
        self.assertEqual(before, self.state())
        # The label of the list is as good as its code.
        self.cq.ok("entry", "remove", "gi/AGI90001", "--reason", "到期", "--ground", "权利期满或未续展")
        self.assertEqual("expired", self.cq.entry("gi/AGI90001")["fields"]["ground"])

    def test_what_takes_effect_later_is_listed_later(self):
        day = datetime.date.today() + datetime.timedelta(days=400)
        eve = day - datetime.timedelta(days=1)
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 1)), "--effective-on", day.isoformat())
        self.assertEqual([], self.cq.keys("--listing", "listed"))
        self.assertEqual([], self.cq.keys("--listing", "listed", "--as-of", eve.isoformat()))
        self.assertEqual(["gi/AGI90001"], self.cq.keys("--listing", "listed", "--as-of", day.isoformat()))
        self.assertFalse(self.cq.entry("gi/AGI90001")["listed"])
        self.assertEqual(day.isoformat(), self.cq.entry("gi/AGI90001")["scheduled"][0]["from"])
        self.assertTrue(self.cq.entry("gi/AGI90001", "--as-of", day.isoformat())["listed"])
        # The mirror: what takes effect in the past was listed then.
        past = datetime.date(2020, 1, 1)
        self.cq.bring_in(self.file("old.csv", gi_rows(90002, 1)), "--effective-on", past.isoformat())
        self.assertIn("gi/AGI90002", self.cq.keys("--listing", "listed", "--as-of", "2020-01-01"))
        self.assertNotIn("gi/AGI90002", self.cq.keys("--listing", "listed", "--as-of", "2019-12-31"))

    def test_an_edit_does_not_override_what_is_scheduled_unless_told_to(self):
        key, day = "gi/AGI90001", (datetime.date.today() + datetime.timedelta(days=400)).isoformat()
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        self.cq.edit(key, "category=蔬菜", more=("--effective-on", day))
        self.assertEqual("果品", self.cq.entry(key)["fields"]["category"])
        self.assertEqual("蔬菜", self.cq.entry(key, "--as-of", day)["fields"]["category"])
        before = self.state()
        edit = ("entry", "edit", key, "--set", "category=粮食", "--reason", "更正")
        self.cq.refused(5, *edit)
        self.assertEqual(before, self.state())
        self.cq.ok(*edit, "--override-scheduled")
        for words in ((), ("--as-of", day)):
            self.assertEqual("粮食", self.cq.entry(key, *words)["fields"]["category"])

    def test_lists_in_gb18030_are_read_like_lists_in_utf_8(self):
        text = gi_rows(90001, 3)
        first = self.cq.bring_in(self.file("utf8.csv", text))
        path = self.folder / "gb.csv"
        path.write_bytes(text.encode("gb18030"))
        second = self.cq.bring_in(path)
        self.assertEqual((3, 3), (first["added"], second["unchanged"]), second)

    def test_exported_text_is_csv_that_other_programs_read(self):
        awkward = '"引号""与,逗号"'
        self.cq.bring_in(self.file("list.csv", GI_HEADER + f"{awkward},农产品地理标志,AGI90001,,协会,重庆市,果品\n"))
        rows = list(csv.DictReader(io.StringIO(self.cq.ok("export").out.lstrip("\ufeff"))))
        self.assertEqual(['引号"与,逗号'], [row["名称"] for row in rows])


if __name__ == "__main__":
    main()
