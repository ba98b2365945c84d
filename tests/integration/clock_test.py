"""Wrong clocks: years ahead, years behind, jumping back. The nodes converge, and nobody's time is moved by another's."""

import subprocess
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from support import ROOT, NodeCase, gi_rows, introduce, main, reconnect

KEY = "gi/AGI90001"
YEARS_AHEAD, YEARS_BEHIND = "+3650d", "-3650d"
TODAY = "2026-01-01"  # in the past for an honest clock: a node that lives in another decade says when its writes hold
HONEST = timedelta(minutes=5)
INSTALL_TIME_MAX_S = 300


def library():
    """The library that bends the clock of a process, installed when it can be; else why there is none."""
    places = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if places:
        return places[0], ""
    try:
        done = subprocess.run([ROOT / "scripts" / "install-deps", "--for", "test"], capture_output=True, text=True,
                              timeout=INSTALL_TIME_MAX_S)
        why = done.stderr.strip()
    except (OSError, subprocess.TimeoutExpired) as failure:
        why = str(failure)
    places = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return (places[0], "") if places else (None, why)


class WrongClocks(NodeCase):
    @classmethod
    def setUpClass(cls):
        cls.library, why = library()
        if cls.library is None:
            raise unittest.SkipTest(f"the Debian package faketime is needed and cannot be installed: {why}")

    def living_at(self, name, offset):
        """A running node whose clock is off by `offset`, e.g. +3650d; `set_clock` changes that while it runs."""
        self.set_clock(name, offset)
        return self.node(name, environment={
            "LD_PRELOAD": str(self.library), "FAKETIME_TIMESTAMP_FILE": str(self.folder / f"clock-{name}"),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"})

    def set_clock(self, name, offset):
        fresh = self.folder / "clock.new"
        fresh.write_text(f"{offset}\n")
        fresh.rename(self.folder / f"clock-{name}")

    def introduce_all(self, *nodes):
        for near in nodes:
            for far in nodes:
                if near is not far:
                    introduce(near, far)

    def write(self, node, field, value):
        node.edit(KEY, f"{field}={value}", more=("--effective-on", TODAY), actor=node.name)

    def times_by(self, node, author, key=KEY):
        """The times that `author` gave to its writes of an entry, in the order of its log."""
        mine = [item for item in node.history(key) if item["author"] == author]
        return [datetime.fromisoformat(item["time"])
                for item in sorted(mine, key=lambda item: int(item["dot"].rpartition(":")[2]))]

    def assert_near(self, moment, offset_days):
        off = moment - (datetime.now(timezone.utc) + timedelta(days=offset_days))
        self.assertLess(abs(off), HONEST, f"{moment} should be {offset_days} days from now")

    @staticmethod
    def ahead_of(node):
        """Whose clocks this node complains about."""
        return {item["subject"].partition("-")[0] for item in node.items("incident", "list")
                if item["kind"] == "clock_ahead"}

    def test_a_node_years_ahead_and_one_years_behind_converge_with_an_honest_one(self):
        cq = self.node("cq")
        sc, gz = self.living_at("sc", YEARS_AHEAD), self.living_at("gz", YEARS_BEHIND)
        self.introduce_all(cq, sc, gz)
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)), "--effective-on", TODAY)
        reconnect(cq, sc, gz)
        self.until_equal(cq, sc, gz)
        # Each writes after it saw what the others wrote: several times round.
        for turn in range(3):
            for node in (sc, gz, cq):
                self.write(node, "category", f"{node.name} {turn}")
                reconnect(cq, sc, gz)
                self.until_equal(cq, sc, gz)
        for reader in (cq, sc, gz):
            for author, days in (("cq", 0), ("sc", 3650), ("gz", -3650)):
                for moment in self.times_by(reader, author):
                    self.assert_near(moment, days)
        # Who saw the other's write supersedes it, whatever the clocks say.
        self.assertEqual("cq 2", cq.entry(KEY)["fields"]["category"])
        self.assertEqual("cq 2", sc.entry(KEY)["fields"]["category"])
        self.assertEqual([], cq.conflicts("all"))
        self.assertEqual({"sc"}, self.ahead_of(cq), "a clock behind costs nothing")
        self.assertEqual({"sc", "cq"}, self.ahead_of(gz))
        self.assertEqual(set(), self.ahead_of(sc), "for the one ahead all others are behind")
        self.assert_sound(cq, sc, gz)

    def test_a_clock_ahead_wins_no_more_than_a_provisional_tie(self):
        cq, sc = self.node("cq"), self.living_at("sc", YEARS_AHEAD)
        gz = self.node("gz")
        self.introduce_all(cq, sc, gz)
        # Neither of the two is the entry's home, whose value would show.
        gz.bring_in(self.file("list.csv", gi_rows(90001, 1, place="贵州省")), "--effective-on", TODAY)
        reconnect(cq, sc, gz)
        self.until_equal(cq, sc, gz)
        seen = gz.entry(KEY)["etag"]
        for node, value in ((sc, "蔬菜"), (cq, "粮食")):
            node.edit(KEY, f"category={value}", more=("--seen", seen, "--effective-on", TODAY))
        reconnect(cq, sc, gz)
        self.until_equal(cq, sc, gz)
        ids = [[conflict["id"] for conflict in node.conflicts()] for node in (cq, sc, gz)]
        self.assertEqual(1, len(ids[0]))
        self.assertEqual([ids[0]] * 3, ids)
        self.assertEqual("蔬菜", gz.entry(KEY)["fields"]["category"])
        cq.ok("conflict", "resolve", ids[0][0], "--take", "ours", "--reason", "以公告为准", "--effective-on", TODAY)
        reconnect(cq, sc, gz)
        self.until_equal(cq, sc, gz)
        for node in (cq, sc, gz):
            self.assertEqual(([], "粮食"), (node.conflicts(), node.entry(KEY)["fields"]["category"]))
        self.assert_near(self.times_by(cq, "cq")[-1], 0)

    def test_a_clock_that_jumps_back_between_starts_and_while_it_runs(self):
        sc, cq = self.living_at("sc", "+30d"), self.node("cq")
        self.introduce_all(cq, sc)
        sc.bring_in(self.file("list.csv", gi_rows(90001, 1)), "--effective-on", TODAY)
        reconnect(cq, sc)
        self.until_equal(cq, sc)
        for number, offset in enumerate(("+20d", "-10d", "+0", "-3650d")):
            if number % 2 == 0:
                sc.stop()
            self.set_clock(sc.name, offset)
            if number % 2 == 0:
                sc.start()
            self.assertEqual(200, sc.http("GET", "/readyz").status)
            self.write(sc, "category", f"第{number}次")
            self.write(cq, "notes", f"第{number}次")
            reconnect(cq, sc)
            self.until_equal(cq, sc)
        times = self.times_by(cq, "sc")
        self.assertEqual(5, len(times))
        self.assertEqual(sorted(times), times, "the times of a log never go back")
        for moment in self.times_by(sc, "cq"):
            self.assert_near(moment, 0)
        self.assertEqual("第3次", cq.entry(KEY)["fields"]["category"])
        self.assertEqual({"sc"}, self.ahead_of(cq))
        self.assert_sound(cq, sc)


if __name__ == "__main__":
    main()
