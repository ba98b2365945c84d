"""scripts/nightly: how the parts of a night share its time, what it tells of them, and that no failure gets by."""

import sys
import unittest
from unittest import mock

from support import ROOT, main

sys.path.insert(0, str(ROOT / "scripts"))
import run_nightly  # noqa: E402  (of the folder above)


class Clock:
    """Stands for the time module: goes on only when told."""

    def __init__(self):
        self.now_s = 0.0

    def monotonic(self):
        return self.now_s


class Told:
    """A night whose programs say what is given here, one after the other, and take `takes_s` each."""

    seed = 7_000_000

    def __init__(self, clock, takes_s, *answers):
        self.clock, self.takes_s, self.answers = clock, takes_s, list(answers)
        self.commands = []

    def run(self, part, command, environment=None):
        self.commands.append(" ".join(str(word) for word in command[1:]))
        self.clock.now_s += self.takes_s
        return self.answers.pop(0)


class Nightly(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        patch = mock.patch.object(run_nightly, "time", self.clock)
        patch.start()
        self.addCleanup(patch.stop)
        self.said = []

    def part(self, weight, takes_s, failures=()):
        """A part that takes so long, however long it might; `shares` has what it was given."""
        def run(night, name, until):
            self.shares.append(until - self.clock.now_s)
            self.clock.now_s += takes_s
            outcome = run_nightly.Outcome()
            outcome.add(seeds=1)
            outcome.failures += failures
            return outcome

        return run, weight

    def spend(self, *parts):
        self.shares = []
        return run_nightly.spend([(f"part{n}", part) for n, part in enumerate(parts)], 1, None, self.said.append)

    def test_parts_share_the_time_and_leave_what_they_do_not_need(self):
        self.assertTrue(self.spend(self.part(1, 600), self.part(2, 3000), self.part(1, 0)))
        self.assertEqual([900, 2000, 0], self.shares)
        self.assertEqual(["part0", "part1", "part2"], [line.split()[0] for line in self.said])

    def test_a_part_for_which_there_is_no_time_is_not_called_well(self):
        part = (lambda *_: run_nightly.Outcome(), 1)
        self.spend(part, self.part(1, 1))
        self.assertEqual(["no time", "ok"], [line[12:19].strip() for line in self.said])

    def test_a_failure_of_any_part_is_one_of_the_night_and_says_how_to_see_it_again(self):
        for failed in range(2):
            with self.subTest(failed=failed):
                self.said.clear()
                self.assertFalse(self.spend(*(self.part(1, 1, ["scripts/x"] * (n == failed)) for n in range(2))))
                self.assertEqual(1, sum("FAILED" in line for line in self.said))
                self.assertIn("    see it again: scripts/x", self.said)

    def outcome(self, name, night, until_s):
        return run_nightly.PARTS[name][0](night, name, until_s)

    def test_seeds_go_on_until_the_time_is_over(self):
        well = (0, "5 seeds, 300 simulated hours, 5 records\nall guarantees hold\n")
        bad = (1, "seed 7000006: lost\nreplay: scripts/simulate --seed 7000006 --steps 200 --forks\n"
                  "5 seeds, 200 simulated hours, 5 records\n1 failed: 7000006\n")
        night = Told(self.clock, 10, well, bad, (None, ""))
        outcome = self.outcome("forks", night, 25)
        self.assertEqual(["--seeds 7000000..7000004 --steps 200 --forks", "--seeds 7000005..7000009 --steps 200 --forks",
                          "--seeds 7000010..7000014 --steps 200 --forks"], night.commands)
        self.assertEqual({"seeds": 10, "simulated_hours": 500}, outcome.figures)
        self.assertEqual(["scripts/simulate --seed 7000006 --steps 200 --forks",
                          "scripts/simulate -- --seeds 7000010..7000014 --steps 200 --forks"], outcome.failures)

    def test_torment_does_as_many_rounds_as_there_is_time_for(self):
        rounds = "".join(f"round {n}: apart 1 s, equal after 1 s, {n * 10} acknowledged, {n} kills\n" for n in range(5))
        night = Told(self.clock, 50, (0, f"seed\n{rounds}ok\n"), (1, "FAILED\n"))
        outcome = self.outcome("torment3", night, 90)
        self.assertEqual(["tests/integration/torment.py --rounds 5 --seed 7000000 --nodes 3",
                          "tests/integration/torment.py --rounds 4 --seed 7000001 --nodes 3"], night.commands)
        self.assertEqual({"rounds": 5, "acknowledged_writes": 40, "kills": 4}, outcome.figures)
        self.assertEqual(["scripts/torment --rounds 4 --seed 7000001 --nodes 3"], outcome.failures)

    def test_fuzzers_run_together_in_what_is_left(self):
        line = "{:<16} {:7} s  processor {:7} s  {:>12} inputs  {:6} kept  {}\n"
        night = Told(self.clock, 60, (1, line.format("bundle", 60, 30, 1000, 5, "no finding")
                                      + line.format("head", 60, 30, 200, 5, "FOUND SOMETHING: see log")))
        outcome = self.outcome("fuzz", night, 60)
        self.assertEqual(["together 60"], night.commands)
        self.assertEqual({"targets": 2, "inputs": 1200}, outcome.figures)
        self.assertEqual(["build/fuzz/bin/fuzz_head build/fuzz/found/head/*"], outcome.failures)

    def test_long_suites_run_until_the_time_is_over(self):
        names = run_nightly.LONG_SUITES
        counts = "3 passed, 1 failed, 2 skipped"
        night = Told(self.clock, 100, (1, f"{names[0]}   {counts}   9.0 s\n{counts}\n"))
        outcome = self.outcome("suites", night, 50)
        self.assertEqual({"suites": 1, "cases": 3, "skipped": 2, "suites_not_run": len(names) - 1}, outcome.figures)
        self.assertEqual([f"MINGLU_LONG=1 scripts/test --filter '^{names[0]}$'"], outcome.failures)

    def test_every_suite_that_has_a_long_form_is_known(self):
        for file in (ROOT / "tests").glob("*/*_test.*"):
            if file.name != "nightly_test.py" and "MINGLU_LONG" in file.read_text(encoding="utf-8"):
                name = f"test_{file.parent.name}_{file.stem.removesuffix('_test')}"
                self.assertIn(name if file.suffix == ".cpp" else f"integration/{file.stem}", run_nightly.LONG_SUITES)

    def test_a_program_that_does_nothing_fails_rather_than_runs_for_ever(self):
        for name in ("simulation", "torment2"):
            with self.subTest(name):
                night = Told(self.clock, 0, *[(1, "")] * 100)
                self.assertEqual(run_nightly.FAILURES_MAX, len(self.outcome(name, night, self.clock.now_s + 5).failures))


if __name__ == "__main__":
    main()
