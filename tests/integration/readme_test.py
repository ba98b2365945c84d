"""The tour of the README, run as it stands there: every command, in order, in a folder of its own.

Only what must differ from one machine to the next is replaced: the path of the program, the folder of the tour, the
ports, and the building. What a reader would see is checked after each step that shows something.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import MINGLU, ROOT, free_ports, main

README = ROOT / "README.md"
TIME_MAX_S = 120
SHELL = """set -euo pipefail
step() { echo "=== $1"; }
"""


def tour():
    """[(heading, commands)] of the section "Five minutes by hand"."""
    text = README.read_text(encoding="utf-8")
    section = re.search(r"^## Five minutes by hand\n(.*?)^## ", text, re.MULTILINE | re.DOTALL).group(1)
    steps, heading = [], "Before"
    for part in re.split(r"(^\*\*\d+\. .*?\*\*|^```\n.*?^```$)", section, flags=re.MULTILINE | re.DOTALL):
        if part.startswith("**"):
            heading = part.strip("*").rstrip(".")
        elif part.startswith("```\n"):
            steps.append((heading, part[4:-3]))
    return steps


def named_commands():
    """The commands that the tour gives to its nodes."""
    return sorted(set(re.findall(r"^(?:cq|sc) ([a-z]+)", README.read_text(encoding="utf-8"), re.MULTILINE)))


class Tour(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="minglu-tour-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def here(self, commands):
        """The commands with what differs on this machine replaced."""
        commands = commands.replace("scripts/build\n", "")
        commands = commands.replace("build/release/bin/minglu", MINGLU)
        commands = commands.replace("/tmp/minglu-tour", str(self.folder / "tour"))
        for port, own in zip((18080, 18443, 28080, 28443), self.ports):
            commands = commands.replace(str(port), str(own))
        return commands

    def script(self):
        lines = [SHELL]
        for number, (heading, commands) in enumerate(tour()):
            lines.append(f"step '{number} {heading}'\n{self.here(commands)}")
            if "conflict list" in commands:
                # The number that a reader takes from the list, shortened as the text says.
                lines.append("ID=$(cq --json conflict list | python3 -c "
                             "'import json,sys; print(json.load(sys.stdin)[\"items\"][0][\"id\"][:8])')")
        return "\n".join(lines).replace(" conflict show ID", ' conflict show "$ID"').replace(
            " claim ID", ' claim "$ID"').replace(" resolve ID", ' resolve "$ID"')

    def run_tour(self):
        self.ports = free_ports(4)
        process = subprocess.Popen(["bash", "-c", self.script()], cwd=ROOT, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
                                   env={**os.environ, "NO_COLOR": "1"})
        try:
            output, _ = process.communicate(timeout=TIME_MAX_S)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)  # whatever the tour left behind
            except ProcessLookupError:
                pass
        return process.returncode, output

    def shown(self, output, number):
        """What step `number` (of its heading) printed, all its blocks together."""
        parts = re.split(r"^=== \d+ (.*)$", output, flags=re.MULTILINE)
        return "".join(text for heading, text in zip(parts[1::2], parts[2::2]) if heading.startswith(f"{number}."))

    def test_every_command_of_the_tour_works_and_shows_what_the_text_says(self):
        status, output = self.run_tour()
        self.assertEqual(0, status, output)
        self.assertIn("预览", self.shown(output, 2), "a dry run says so")
        self.assertIn("涪陵榨菜", self.shown(output, 5))
        self.assertIn("海底捞", self.shown(output, 5))
        self.assertIn('"key":"gi/AGI03244"', self.shown(output, 5), "the same over HTTP")
        self.assertIn("低≈底", self.shown(output, 5), "a look-alike with its reason")
        self.assertEqual(2, self.shown(output, 7).count("gi/AGI03244"), "both nodes list the conflict")
        self.assertIn("酱腌菜", self.shown(output, 8))
        self.assertIn("双方电话确认", self.shown(output, 8))
        self.assertFalse((self.folder / "tour").exists(), "the tour cleans up after itself")

    def test_the_tour_is_found_and_whole(self):
        steps = tour()
        self.assertEqual(list(range(1, 11)),
                         sorted({int(heading.split(".")[0]) for heading, _ in steps if heading[0].isdigit()}))
        for heading, commands in steps:
            self.assertTrue(commands.strip(), heading)

    def test_every_command_that_is_named_exists(self):
        listed = subprocess.run([MINGLU, "--help"], capture_output=True, text=True, check=True).stdout
        for command in named_commands():
            self.assertRegex(listed, rf"(?m)^  {command} ")

    def test_every_file_that_is_linked_exists(self):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", README.read_text(encoding="utf-8")):
            if "://" not in target:
                self.assertTrue((ROOT / target).exists(), target)


if __name__ == "__main__":
    main()
