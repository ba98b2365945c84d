"""Both provinces change the same entry while the line is down: nothing is overwritten, and people decide."""

from concurrent.futures import ThreadPoolExecutor

from support import NodeCase, eventually, gi_rows, main, reconnect

KEY = "gi/AGI90001"


def side_by(conflict, author):
    return next(side for side in conflict["sides"] if side["author"] == author)


class Conflicts(NodeCase):
    def setUp(self):
        super().setUp()
        self.cq, self.sc, self.to_cq, self.to_sc = self.pair(with_lines=True)
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 3)), "--actor", "li.wei")
        self.until_equal(self.cq, self.sc)

    def cut(self):
        self.to_cq.cut()
        self.to_sc.cut()

    def heal(self):
        self.to_cq.heal()
        self.to_sc.heal()
        reconnect(self.cq, self.sc)
        self.until_equal(self.cq, self.sc)

    def both(self):
        return (self.cq, self.sc)

    def the_only_conflict(self, state="open"):
        """The one conflict that both nodes list, as each shows it."""
        ids = [[conflict["id"] for conflict in node.conflicts(state)] for node in self.both()]
        self.assertEqual(ids[0], ids[1])
        self.assertEqual(1, len(ids[0]), ids)
        return [node.json("conflict", "show", ids[0][0]) for node in self.both()]

    def resolve(self, node, conflict, *words, actor="li.wei", reason="双方电话确认"):
        return node.json("conflict", "resolve", conflict["id"], *words, "--reason", reason, "--actor", actor)

    def test_both_nodes_list_the_same_conflict_with_both_sides_whole(self):
        self.cut()
        self.cq.edit(KEY, "category=酱腌菜", actor="li.wei", reason="按新分类调整")
        self.sc.edit(KEY, "category=调味品", actor="wang.fang", reason="按川渝统一目录调整")
        self.heal()
        at_cq, at_sc = self.the_only_conflict()
        for shown in (at_cq, at_sc):
            self.assertEqual((KEY, "update_update", "open"), (shown["key"], shown["type"], shown["state"]))
            self.assertEqual("果品", shown["base"]["fields"]["category"])
            self.assertEqual(("li.wei", "按新分类调整", "酱腌菜"),
                             (lambda s: (s["actor"], s["reason"], s["set"]["category"]))(side_by(shown, "cq")))
            self.assertEqual(("wang.fang", "按川渝统一目录调整", "调味品"),
                             (lambda s: (s["actor"], s["reason"], s["set"]["category"]))(side_by(shown, "sc")))
        # Ours is what this node wrote: the mirror on the other one.
        self.assertEqual(("酱腌菜", "调味品"), (at_cq["ours"]["fields"]["category"], at_cq["theirs"]["fields"]["category"]))
        self.assertEqual(("调味品", "酱腌菜"), (at_sc["ours"]["fields"]["category"], at_sc["theirs"]["fields"]["category"]))
        # For the time being the home node's value shows, on both, and says that it is contested.
        for node in self.both():
            entry = node.entry(KEY)
            self.assertEqual(("酱腌菜", 1), (entry["fields"]["category"], entry["open_conflicts"]))
            self.assertEqual([KEY], node.keys("--conflict"))
        for shown, side in ((at_cq, "ours"), (at_sc, "theirs")):
            winner, = shown["winner"].values()
            self.assertEqual((side, "home"), (winner["side"], winner["rule"]))
        self.assert_sound(*self.both())

    def test_claimed_here_resolved_here_closed_there(self):
        self.cut()
        self.cq.edit(KEY, "category=酱腌菜")
        self.sc.edit(KEY, "category=调味品", actor="wang.fang")
        self.heal()
        conflict, _ = self.the_only_conflict()
        self.sc.ok("conflict", "claim", conflict["id"][:8], "--actor", "wang.fang")
        claimed = self.sc.conflicts()[0]
        self.assertEqual("wang.fang", claimed["claimed_by"])
        self.assertNotIn("claimed_by", self.cq.conflicts()[0], "who works on it is each node's own affair")
        # Sichuan decides for Chongqing's value: theirs, seen from there.
        answer = self.resolve(self.sc, conflict, "--take", "theirs", actor="wang.fang")
        self.assertEqual("resolved", answer["conflict"]["state"])
        eventually("Chongqing's conflict is closed", lambda: not self.cq.conflicts())
        self.until_equal(*self.both())
        for node in self.both():
            self.assertEqual("酱腌菜", node.entry(KEY)["fields"]["category"])
            self.assertEqual(0, node.entry(KEY)["open_conflicts"])
            shown = node.json("conflict", "show", conflict["id"])
            self.assertEqual("resolved", shown["state"])
            self.assertEqual(["wang.fang"], [resolution["actor"] for resolution in shown["resolutions"]])
            self.assertEqual("resolve", node.history(KEY)[-1]["label"])
        events = [event["event"] for event in self.sc.json("conflict", "show", conflict["id"])["journal"]]
        self.assertTrue(any("claim" in event for event in events), events)
        # What is decided cannot be decided again.
        self.cq.refused(5, "conflict", "resolve", conflict["id"], "--take", "ours", "--reason", "再次处理")

    def test_who_writes_blindly_is_sent_back_to_look_and_holds_up_nobody(self):
        writers, limit = 4, 256
        self.cut()
        token, etag = self.sc.token("editor"), self.sc.entry(KEY)["etag"]

        def write_blindly(number):
            return self.sc.http("PUT", f"/v1/entries/{KEY}", {"reason": "重复提交", "fields": {"goods": f"第{number}稿"}}, token,
                                {"If-Match": f'"{etag}"'})

        with ThreadPoolExecutor(writers) as crowd:
            statuses = [answer.status for answer in crowd.map(write_blindly, range(limit + writers))]
            self.sc.edit("gi/AGI90002", "category=调味品")
        self.assertLessEqual(limit, statuses.count(200))
        written, refused = self.sc.entry(KEY)["etag"], write_blindly(0)
        self.assertEqual((412, "stale"), (refused.status, refused.json()["code"]))
        self.assertIn("settle its conflicts", refused.json()["cure"])
        self.assertEqual(written, self.sc.entry(KEY)["etag"])

        # The other node takes all of it, and goes on working.
        self.to_cq.heal()
        self.to_sc.heal()
        reconnect(self.cq, self.sc)
        self.cq.edit("gi/AGI90003", "category=蔬菜")
        self.until_equal(self.cq, self.sc)
        count = statuses.count(200)
        for node in self.both():
            self.assertEqual(count * (count - 1) // 2, node.entry(KEY)["open_conflicts"])
        # One decision settles them all.
        conflict, = self.cq.http("GET", "/v1/conflicts?state=open&limit=1", token=self.cq.token("editor")).json()["items"]
        self.resolve(self.cq, conflict, "--take", "ours")
        self.until_equal(self.cq, self.sc)
        for node in self.both():
            self.assertEqual(0, node.entry(KEY)["open_conflicts"])
        self.assert_sound(*self.both())

    def test_a_removal_against_an_edit_is_a_conflict_whichever_side_removes(self):
        for remover, editor, key in ((self.cq, self.sc, "gi/AGI90001"), (self.sc, self.cq, "gi/AGI90002")):
            with self.subTest(remover=remover.name):
                self.cut()
                remover.ok("entry", "remove", key, "--ground", "not_renewed", "--reason", "未申请延续")
                editor.edit(key, "category=调味品")
                self.heal()
                conflicts = [node.conflicts() for node in self.both()]
                self.assertEqual(*[[conflict["id"] for conflict in listed] for listed in conflicts])
                conflict, = conflicts[0]
                self.assertEqual((key, "update_remove"), (conflict["key"], conflict["type"]))
                # The editor takes the other side: the entry stays removed on both.
                self.resolve(editor, conflict, "--take", "theirs")
                eventually("both lists of conflicts are empty", lambda: not any(n.conflicts() for n in self.both()))
                self.until_equal(*self.both())
                for node in self.both():
                    self.assertFalse(node.entry(key)["listed"])

    def test_the_same_new_entry_on_both_sides_with_other_values(self):
        self.cut()
        self.cq.bring_in(self.file("cq.csv", gi_rows(90010, 1, category="蔬菜")))
        self.sc.bring_in(self.file("sc.csv", gi_rows(90010, 1, category="粮食")))
        self.heal()
        conflict, _ = self.the_only_conflict()
        self.assertEqual("insert_insert", conflict["type"])
        self.assertEqual(self.cq.entry("gi/AGI90010")["fields"], self.sc.entry("gi/AGI90010")["fields"])

    def test_edits_that_say_the_same_or_touch_other_groups_are_none(self):
        self.cut()
        self.cq.edit("gi/AGI90001", "category=酱腌菜")
        self.sc.edit("gi/AGI90001", "category=酱腌菜")
        self.cq.edit("gi/AGI90002", "category=酱腌菜")
        self.sc.edit("gi/AGI90002", "holders=新协会")
        self.heal()
        self.assertEqual([], self.cq.conflicts("all"))
        for node in self.both():
            merged = node.entry("gi/AGI90002")["fields"]
            self.assertEqual(("酱腌菜", "新协会"), (merged["category"], merged["holders"][0]["name"]))
            self.assertEqual(3, len(node.history("gi/AGI90001")), "both edits stand in the history")

    def test_two_decisions_that_did_not_see_each_other_are_a_conflict_again(self):
        self.cut()
        self.cq.edit(KEY, "category=酱腌菜")
        self.sc.edit(KEY, "category=调味品")
        self.heal()
        first, _ = self.the_only_conflict()
        self.cut()
        self.resolve(self.cq, first, "--take", "ours", actor="li.wei")
        self.resolve(self.sc, first, "--take", "ours", actor="wang.fang")
        self.heal()
        again, _ = self.the_only_conflict()
        self.assertNotEqual(first["id"], again["id"])
        self.assertEqual({"li.wei", "wang.fang"}, {side["actor"] for side in again["sides"]})
        self.assertEqual({"酱腌菜", "调味品"}, {side["set"]["category"] for side in again["sides"]})
        self.resolve(self.cq, again, "--take", "theirs")
        eventually("nothing is open any more", lambda: not any(node.conflicts() for node in self.both()))
        self.until_equal(*self.both())
        for node in self.both():
            self.assertEqual("调味品", node.entry(KEY)["fields"]["category"])
        self.assert_sound(*self.both())

    def test_each_contested_group_can_be_decided_for_another_side(self):
        self.cut()
        self.cq.edit(KEY, "category=酱腌菜", "name=涪陵名")
        self.sc.edit(KEY, "category=调味品", "name=四川名")
        self.heal()
        conflict, _ = self.the_only_conflict()
        self.assertEqual(2, len(conflict["groups"]), conflict["groups"])
        name = next(group for group in conflict["groups"] if "name" in group)
        other = next(group for group in conflict["groups"] if group != name)
        # One group of two leaves it open, so it is refused or still open; never half forgotten.
        partly = self.cq.run("--json", "conflict", "resolve", conflict["id"], "--group", f"{name}=ours", "--reason",
                             "部分")
        if partly.status == 0:
            self.assertEqual("open", partly.json()["conflict"]["state"])
        self.assertEqual(1, len(self.cq.conflicts()))
        open_one = self.cq.conflicts()[0]
        self.resolve(self.cq, open_one, "--group", f"{name}=ours", "--group", f"{other}=theirs")
        eventually("closed on both", lambda: not any(node.conflicts() for node in self.both()))
        self.until_equal(*self.both())
        for node in self.both():
            fields = node.entry(KEY)["fields"]
            self.assertEqual(("涪陵名", "调味品"), (fields["name"], fields["category"]))

    def test_two_editors_of_one_node_conflict_like_two_nodes(self):
        seen = self.cq.entry(KEY)["etag"]
        self.cq.edit(KEY, "category=酱腌菜", actor="li.wei", more=("--seen", seen))
        self.cq.edit(KEY, "category=调味品", actor="zhao.lei", more=("--seen", seen))
        self.until_equal(*self.both())
        conflict, _ = self.the_only_conflict()
        self.assertEqual({"li.wei", "zhao.lei"}, {side["actor"] for side in conflict["sides"]})
        # The mirror: who saw the change before changes it again, and there is no new conflict.
        self.resolve(self.cq, conflict, "--take", "ours")
        self.cq.edit(KEY, "category=水果", actor="zhao.lei")
        self.assertEqual([], self.cq.conflicts())


if __name__ == "__main__":
    main()
