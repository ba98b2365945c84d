"""What an officer sees on a terminal of a common width: nothing that decides is cut."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import unicodedata

from support import SAMPLE, NodeCase, main

ROWS = 24
VERDICTS = {"registered": "在册，权利有效", "invalidated": "在册，权利未生效或已失效", None: "在册，权利状态未载明"}


def width_of(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


class Terminal(NodeCase):
    def shown(self, node, columns, *words):
        """The lines that a command prints on a terminal of that many columns."""
        master, terminal = pty.openpty()
        try:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
            process = subprocess.Popen(node.command(*words), stdin=subprocess.DEVNULL, stdout=terminal,
                                       stderr=subprocess.DEVNULL, env={**node.environment, "NO_COLOR": "1"})
            os.close(terminal)
            out = b""
            # Reading fails once nobody holds the other end any more.
            while True:
                try:
                    out += os.read(master, 65536)
                except OSError:
                    break
            self.assertEqual(0, process.wait())
        finally:
            os.close(master)
        return out.decode("utf-8").splitlines()

    def test_verdicts_and_keys_stay_whole_and_lines_fit(self):
        node = self.node("cq")
        node.bring_in(SAMPLE / "trademarks_cq.csv")
        keys = node.keys("--kind", "trademark")
        self.assertEqual(len(VERDICTS), len(keys))
        for key, status in zip(keys, VERDICTS):
            if status:
                node.edit(key, f"status={status}")
        for columns in (80, 100):
            lines = self.shown(node, columns, "query", "--kind", "trademark")
            self.assertEqual([], [line for line in lines if width_of(line) > columns])
            for key, verdict in zip(keys, VERDICTS.values()):
                (row,) = [line for line in lines if f" {key} " in line]
                self.assertTrue(row.startswith(verdict + " "), row)
            self.assertNotIn("未决冲突", lines[1])
        self.assertEqual(1, sum("终端太窄，未显示" in line for line in self.shown(node, 70, "query", "--kind", "trademark")))


if __name__ == "__main__":
    main()
