"""Compares the line coverage that gcovr has summed up with the goals. Called by scripts/coverage."""

import json
import sys
from pathlib import Path

## What must be covered, by the folders at the root of the tree; lines in percent.
GOALS = ((("catalog", "sync"), 95), (("include", "src"), 85))
SHOWN_MAX = 15


def percent(covered, total):
    return 100 * covered / total if total else 100.0


def worst(files):
    """The files with most lines that no test runs."""
    missed = sorted(((file["line_total"] - file["line_covered"], file) for file in files),
                    key=lambda item: -item[0])[:SHOWN_MAX]
    for count, file in missed:
        if count:
            yield f"{count:6} of {file['line_total']:4} lines not run  {file['filename']}"


def main():
    files = json.loads(Path(sys.argv[1]).read_text())["files"]
    reached = True
    for line in worst(files):
        print(line)
    for folders, goal in GOALS:
        chosen = [file for file in files if file["filename"].split("/")[0] in folders]
        total = sum(file["line_total"] for file in chosen)
        share = percent(sum(file["line_covered"] for file in chosen), total)
        is_reached = bool(chosen) and share >= goal
        reached = reached and is_reached
        print(f"{' and '.join(folder + '/' for folder in folders):<20} {share:5.1f} % of {total:,} lines, goal {goal} %"
              f"{'' if is_reached else ': missed'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
