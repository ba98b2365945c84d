"""A disk that is full: an exact refusal, nothing half done, reads go on, and all works again once there is room."""

import os
import resource
import subprocess

from support import NodeCase, eventually, gi_rows, introduce, main, reconnect

LIST_ROWS = 500
LISTS_MAX = 200
SMALL_DISK = "6m"
GROWN_DISK = "96m"
FILE_BYTES_MAX = 3 * 2**20
NOTE = "满" * 300


class FullDisk(NodeCase):
    """What holds whatever it is that leaves no room. Subclasses say how the room ends and how it comes back."""

    def start_small(self, name="cq"):
        """A started node with little room."""
        raise NotImplementedError

    def make_room(self, node):
        raise NotImplementedError

    def fill(self, node):
        """Imports lists until one is refused; returns its rows as a file, and how many lists went in."""
        for number in range(LISTS_MAX):
            file = self.file("list.csv", gi_rows(10000 + number * LIST_ROWS, LIST_ROWS))
            outcome = node.run("--json", "import", file)
            if outcome.status != 0:
                self.assert_refused_for_room(outcome)
                self.assertEqual([], list((node.data / "spool").iterdir()), "a failed import keeps no room")
                return file, number
            self.assertEqual([], list((node.data / "spool").iterdir()), "nor does one that is done")
        self.fail("the disk never filled")

    def assert_refused_for_room(self, outcome):
        self.assertEqual(1, outcome.status, outcome.err)
        # Before the file is taken in it is a problem, later the job failed.
        documents = outcome.pages() or [outcome.problem()]
        error = documents[-1].get("error", documents[-1])
        self.assertEqual("disk_full", error["code"], outcome.err[-2000:])
        self.assertTrue(error["cure"])

    def fill_the_rest(self, node, token, first):
        """Adds single entries until one is refused; returns the keys that were acknowledged and the refused one."""
        acknowledged = []
        for number in range(first, first + 5000):
            answer = self.add(node, token, f"gi/AGI{number:05d}")
            if answer.status != 201:
                self.assertEqual((507, "disk_full"), (answer.status, answer.json()["code"]), answer)
                return acknowledged, f"gi/AGI{number:05d}"
            acknowledged.append(f"gi/AGI{number:05d}")
        self.fail("the disk never filled")

    @staticmethod
    def add(node, token, key):
        return node.http("PUT", f"/v1/entries/{key}", {"fields": {"name": NOTE, "subtype": "agricultural_gi"},
                                                       "reason": NOTE}, token, {"If-None-Match": "*"})

    def assert_whole(self, node, keys):
        """Reads are answered, and there is exactly what was acknowledged."""
        self.assertTrue(node.is_running(), node.log_text()[-3000:])
        self.assertEqual(200, node.http("GET", "/readyz").status)
        self.assertEqual(sorted(keys), node.keys())
        self.assert_sound(node)

    def check_full_and_back(self):
        node = self.start_small()
        token = node.token("approver")
        file, lists = self.fill(node)
        keys = [f"gi/AGI{number:05d}" for number in range(10000, 10000 + lists * LIST_ROWS)]
        self.assert_whole(node, keys)
        acknowledged, refused = self.fill_the_rest(node, token, 1000)
        keys += acknowledged
        self.assert_whole(node, keys)
        print(f"{lists} lists and {len(acknowledged)} single entries went in", flush=True)

        self.make_room(node)
        self.assertEqual(201, self.add(node, token, refused).status)
        done = node.bring_in(file)
        self.assertEqual((LIST_ROWS, 0), (done["added"], done["refused"]))
        keys += [refused, *(f"gi/AGI{10000 + lists * LIST_ROWS + row:05d}" for row in range(LIST_ROWS))]
        self.assert_whole(node, keys)
        self.assertEqual(keys.count(refused), 1)
        node.kill()
        node.start()
        self.assert_whole(node, keys)

    def check_receiver(self):
        """What a partner sends does not fit: nothing of it half taken, the rest once there is room."""
        sc, cq = self.start_small("sc"), self.node("cq")
        introduce(cq, sc)
        introduce(sc, cq)
        for number in range(16):
            cq.bring_in(self.file("list.csv", gi_rows(10000 + number * LIST_ROWS, LIST_ROWS)))
        error = eventually("sc says that it has no room", lambda: self.last_error(sc))
        self.assertEqual("disk_full", error["code"], error)
        self.assertEqual(0, len(sc.keys()) % LIST_ROWS, "every list is there whole or not at all")
        self.assert_whole(sc, sc.keys())
        self.make_room(sc)
        reconnect(sc)
        self.until_equal(cq, sc, time_max_s=120)
        self.assert_whole(sc, cq.keys())
        self.assertEqual([], sc.items("incident", "list"), "no room is no fault of the partner")

    @staticmethod
    def last_error(node):
        error = node.sync()["peers"][0].get("last_error")
        return error if error and error["code"] not in ("unreachable", "timeout") else None


class SmallFileSystem(FullDisk):
    """The data directory is a file system of its own: needs the right to mount."""

    def start_small(self, name="cq"):
        place = self.folder / name
        place.mkdir()
        self.mount(place, "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs")
        self.addCleanup(subprocess.run, ["umount", "--lazy", place], check=False, capture_output=True)
        return self.node(name)

    def make_room(self, node):
        self.mount(node.data, "-o", f"remount,size={GROWN_DISK}")

    def mount(self, place, *words):
        if os.geteuid() != 0:
            self.skipTest("mounting a small file system needs root")
        done = subprocess.run(["mount", *words, place], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"mounting a small file system is not permitted here: {done.stderr.strip()}")

    def test_an_import_that_does_not_fit_is_refused_whole_and_goes_in_later(self):
        self.check_full_and_back()

    def test_records_of_a_partner_that_do_not_fit_come_later(self):
        self.check_receiver()

    def test_a_node_starts_and_answers_though_its_disk_is_full(self):
        node = self.start_small()
        token = node.token("approver")
        self.fill(node)
        self.fill_the_rest(node, token, 1000)
        before = node.keys()
        node.kill()
        node.start()  # which may tidy up, and so make a little room
        self.assert_whole(node, before)
        acknowledged, refused = self.fill_the_rest(node, token, 5000)
        self.assert_whole(node, before + acknowledged)
        self.make_room(node)
        self.assertEqual(201, self.add(node, token, refused).status)

    def test_a_backup_that_does_not_fit_leaves_nothing(self):
        node = self.start_small()
        self.fill(node)
        outcome = node.run("--json", "backup", node.data / "copy.db")
        self.assertNotEqual(0, outcome.status, outcome.out[-500:])
        self.assertIn("disk_full", outcome.out + outcome.err)
        self.assertFalse((node.data / "copy.db").exists())
        self.assert_whole(node, node.keys())


class FileSizeLimit(FullDisk):
    """No file may grow further: a limit of the process, as a service manager or a quota sets it. Needs no rights."""

    def start_small(self, name="cq"):
        node = self.node(name)
        self.limit(node, FILE_BYTES_MAX)
        return node

    def make_room(self, node):
        self.limit(node, resource.RLIM_INFINITY)

    @staticmethod
    def limit(node, size):
        _, most = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (size, most))

    def test_an_import_that_does_not_fit_is_refused_whole_and_goes_in_later(self):
        self.check_full_and_back()

    def test_records_of_a_partner_that_do_not_fit_come_later(self):
        self.check_receiver()


if __name__ == "__main__":
    main()
