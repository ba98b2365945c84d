"""Lists as provinces published them, where they lie beside this folder (../shared/data): good rows are taken, every
other row is named with file, row, column, value and cure. Skipped where they are missing; they are not part of this
project."""

import csv
import sys

from support import ROOT, SKIP_STATUS, NodeCase, main

DATA = ROOT.parent / "shared" / "data"

# file, kind, column of the number
LISTS = (
    ("gi_cq_sc.csv", "gi", "number"),
    ("patent_cq_sc.csv", "patent", "patent_number"),
    ("trademark_cq_sc.csv", "trademark", "registration_number"),
)


def rows_of(file):
    with open(file, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


class PublishedLists(NodeCase):
    def setUp(self):
        super().setUp()
        self.cq = self.node("cq", start=False)

    def bring_in(self, name, kind):
        """Imports with the wrong rows set aside; returns the job and those rows."""
        refused = self.folder / f"refused-{name}"
        done = self.cq.bring_in(DATA / name, "--kind", kind, "--skip-invalid", refused)
        self.assertEqual("done", done["state"], done)
        return done, rows_of(refused) if done["refused"] else []

    def assert_named(self, done, name, rows):
        """Each refusal points at a cell of the file, says what is wrong there and what to do."""
        header = list(rows[0])
        for error in done["errors"]:
            with self.subTest(file=name, row=error["row"]):
                self.assertTrue(2 <= error["row"] <= len(rows) + 1, error)
                self.assertIn(error["column"], header)
                self.assertIn(error["value"], rows[error["row"] - 2][error["column"]] or "")
                for member in ("code", "what", "cure"):
                    self.assertTrue(error[member], error)
                self.assertIn(name, error["where"])

    def test_rows_with_a_number_are_taken_and_rows_without_are_named(self):
        for name, kind, column in LISTS:
            rows = rows_of(DATA / name)
            done, refused = self.bring_in(name, kind)
            with self.subTest(file=name):
                self.assertEqual(len(rows), done["rows_read"])
                self.assertEqual(done["refused"], len(refused))
                self.assertEqual(done["added"] + done["changed"], done["published_ops"])
                self.assertEqual(done["added"], len(self.cq.keys("--kind", kind)))
                # No row vanishes: without the same number twice, taken and refused are all.
                numbers = [row[column] for row in rows if row[column]]
                if len(numbers) == len(set(numbers)):
                    self.assertEqual(len(rows), done["added"] + done["unchanged"] + done["refused"])
                if kind != "gi":  # whose products are known by name and announcement
                    self.assertGreaterEqual(done["refused"], len(rows) - len(numbers))
                self.assert_named(done, name, rows)
                # What was set aside is the rows as they were, with why.
                self.assertTrue(all(row.get("错误") for row in refused))
                original = {tuple(row.values()) for row in rows}
                for row in refused:
                    self.assertIn(tuple(value for key, value in row.items() if key != "错误"), original)

    def test_the_whole_list_is_refused_without_leave_to_skip(self):
        name, kind, _ = LISTS[0]
        outcome = self.cq.run("import", DATA / name, "--kind", kind)
        self.assertEqual(3, outcome.status, outcome)
        self.assertEqual([], self.cq.keys())
        self.assertIn(name, outcome.err)

    def test_counts_of_each_list(self):
        """What the lists hold today; to be looked at when the rules of numbers change."""
        expected = {"gi_cq_sc.csv": (354, 335, 19), "patent_cq_sc.csv": (124, 116, 8),
                    "trademark_cq_sc.csv": (102, 3, 99), "messy_cells.csv": (25, 32, 2)}
        kinds = {**{name: kind for name, kind, _ in LISTS}, "messy_cells.csv": "trademark"}
        for name, counts in expected.items():
            with self.subTest(file=name):
                done, _ = self.bring_in(name, kinds[name])
                self.assertEqual(counts, (done["rows_read"], done["added"], done["refused"]))

    def test_cells_as_people_fill_them(self):
        """Several numbers in one cell, letters, five digits, two languages."""
        name = "messy_cells.csv"
        done, _ = self.bring_in(name, "trademark")
        self.assert_named(done, name, rows_of(DATA / name))
        keys = self.cq.keys()
        for key in ("trademark/40237560/13", "trademark/26529741A/9", "trademark/G1630145A/39", "trademark/29270/7",
                    "trademark/19460253/1", "trademark/19461985/17"):
            self.assertIn(key, keys)
        again = self.cq.bring_in(DATA / name, "--kind", "trademark", "--skip-invalid", self.folder / "again.csv")
        self.assertEqual((0, 0), (again["added"], again["changed"]), "the same list twice changes nothing")


if __name__ == "__main__":
    if not all((DATA / name).is_file() for name, _, _ in (*LISTS, ("messy_cells.csv", "", ""))):
        print(f"skipped: the published lists are not at {DATA}")
        sys.exit(SKIP_STATUS)
    main()
