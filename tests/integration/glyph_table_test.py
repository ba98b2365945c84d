"""The table of characters that look alike is what scripts/glyph_table.py measures. Skipped where the font or the packages that it
draws with are missing; a build needs none of them."""

import subprocess
import sys
import unittest

from support import ROOT, SKIP_STATUS, main


class Table(unittest.TestCase):
    def test_is_what_is_measured(self):
        self.assertEqual(0, MEASURED.returncode, MEASURED.stdout)
        self.assertRegex(MEASURED.stdout, r"^\d{5} pairs, 0 different")


if __name__ == "__main__":
    MEASURED = subprocess.run([ROOT / "scripts/glyph_table.py", "--check"], capture_output=True, text=True, check=False)
    if MEASURED.returncode == SKIP_STATUS:
        print(MEASURED.stderr)
        sys.exit(SKIP_STATUS)
    main()
