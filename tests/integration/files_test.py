"""Records in files: nodes that have no line to each other and hold the same all the same."""

from support import NodeCase, are_equal, gi_rows, introduce, main, seeded

BAD_FILE, UNSOUND, STALE, NOT_FOUND = 3, 7, 5, 4
CUTS = 8


class Carried(NodeCase):
    """What files are made of and brought in with."""

    def two(self):
        """cq and sc know each other's cards; neither knows an address."""
        cq, sc = self.node("cq", sync_url=""), self.node("sc", sync_url="")
        introduce(cq, sc)
        introduce(sc, cq)
        return cq, sc

    def export(self, node, name, *words):
        """Exports to a new file; returns its path and what was said of it."""
        path = self.folder / name
        return path, node.json("sync", "export", path, *words)

    def take(self, node, *files):
        """Imports files that must all be fine."""
        return node.ok("--json", "sync", "import", *files).pages()

    def take_badly(self, node, status, *files):
        outcome = node.run("--json", "sync", "import", *files)
        self.assertEqual(status, outcome.status, outcome)
        return outcome.pages()

    def incidents(self, node):
        return sorted(item["kind"] for item in node.items("incident", "list", "--all"))

    def carry(self, source, target, name, *words):
        path, said = self.export(source, name, "--for", target.name, *words)
        self.take(target, path)
        return said


class BothWays(Carried):
    def test_lists_and_concurrent_edits_converge_by_files_alone(self):
        cq, sc = self.two()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        first = self.carry(cq, sc, "cq1")
        self.assertEqual(("", False), (first["from"], first["more"]))
        self.carry(sc, cq, "sc1")
        self.assertTrue(are_equal(cq, sc))
        self.assertEqual(3, len(sc.keys()))

        # From here on each knows from the other's last file what it holds: only what is new goes over.
        cq.edit("gi/AGI90001", "category=蔬菜")
        sc.edit("gi/AGI90001", "category=粮食")
        sc.edit("gi/AGI90002", "category=茶叶")
        self.assertEqual(1, self.carry(cq, sc, "cq2")["records"])
        self.assertEqual(2, self.carry(sc, cq, "sc2")["records"])
        self.assertTrue(are_equal(cq, sc))
        ids = [[conflict["id"] for conflict in node.conflicts()] for node in (cq, sc)]
        self.assertEqual(1, len(ids[0]))
        self.assertEqual(ids[0], ids[1])
        sc.ok("conflict", "resolve", ids[0][0], "--take", "theirs", "--reason", "电话确认")
        self.carry(sc, cq, "sc3")
        self.assertEqual(([], []), (cq.conflicts(), sc.conflicts()))
        self.assertTrue(are_equal(cq, sc))
        self.assertEqual("蔬菜", sc.entry("gi/AGI90001")["fields"]["category"])
        self.assertEqual(([], []), (self.incidents(cq), self.incidents(sc)))
        self.assert_sound(cq, sc)

    def test_it_works_without_the_service_too(self):
        cq, sc = self.two()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        cq.stop()
        sc.stop()
        self.carry(cq, sc, "cq1")
        self.carry(sc, cq, "sc1")
        self.assertTrue(are_equal(cq, sc))
        self.assertTrue(sc.holds("gi/AGI90003"))

    def test_a_file_taken_again_changes_nothing(self):
        cq, sc = self.two()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        path, _ = self.export(cq, "cq1")
        self.assertEqual(2, self.take(sc, path)[0]["records"])
        before = sc.sync()
        for answer in self.take(sc, path, path):
            self.assertEqual(0, answer["records"])
        after = sc.sync()
        self.assertEqual((before["vector"], before["head"]), (after["vector"], after["head"]))
        self.assertEqual([], self.incidents(sc))

    def test_a_log_whose_card_is_not_here_waits_for_it_and_holds_nothing_back(self):
        cq, sc = self.two()
        gz = self.node("gz", sync_url="")
        gz.bring_in(self.file("gz.csv", gi_rows(80001, 1)))
        introduce(cq, gz)
        self.take(cq, self.export(gz, "gz1")[0])
        cq.bring_in(self.file("cq.csv", gi_rows(90001, 1)))
        path, _ = self.export(cq, "cq1")
        [answer] = self.take_badly(sc, BAD_FILE, path)
        self.assertEqual([gz.sync()["own_log"]], answer["unknown"])
        self.assertEqual(["gi/AGI90001"], sc.keys())
        introduce(sc, gz)
        self.take(sc, path)
        self.assertEqual(["gi/AGI80001", "gi/AGI90001"], sc.keys())


class BadFiles(Carried):
    def test_a_file_cut_anywhere_brings_what_is_whole_and_goes_on_from_there(self):
        random = seeded(20264)
        cq, sc = self.two()
        for number in range(4):
            cq.bring_in(self.file(f"list{number}.csv", gi_rows(10000 + number * 4000, 4000)))
        path, said = self.export(cq, "whole")
        self.assertGreaterEqual(said["bundles"], 3, said)
        whole = path.read_bytes()
        taken = 0
        for at in sorted(random.randrange(1, len(whole)) for _ in range(CUTS)):
            cut = self.folder / "cut"
            cut.write_bytes(whole[:at])
            outcome = sc.run("--json", "sync", "import", cut)
            [answer] = outcome.pages()
            taken += answer["records"]
            print(f"cut at {at} of {len(whole)}: {answer['bundles']} bundles, {taken} records", flush=True)
            self.assertLessEqual(answer["bytes"], at)
            self.assertEqual(BAD_FILE, outcome.status, outcome)
            self.assertEqual("malformed", answer["error"]["code"])
            self.assertEqual(0, sc.sync()["peers"][0]["failures"])
        self.assertGreater(taken, 0)
        self.assertIn("malformed", self.incidents(sc))
        self.assert_sound(sc)
        # It says where to go on; what is there is not carried again.
        vector = self.take_badly(sc, BAD_FILE, cut)[0]["vector"]
        rest, said = self.export(cq, "rest", "--have", vector)
        self.assertEqual(5 - taken, said["records"])
        self.take(sc, rest)
        self.assertEqual(16000, len(sc.keys()))
        self.take(sc, path)
        self.carry(sc, cq, "back")
        self.assertTrue(are_equal(cq, sc))

    def test_files_in_the_wrong_order_are_told_what_is_missing(self):
        cq, sc = self.two()
        files, have = [], ""
        for number in range(3):
            cq.bring_in(self.file(f"list{number}.csv", gi_rows(90001 + number, 1)))
            path, said = self.export(cq, f"part{number}", "--have", have)
            files.append(path)
            have = said["reached"]
        log = cq.sync()["own_log"]
        [answer] = self.take_badly(sc, BAD_FILE, files[2])
        self.assertEqual([{"log": log, "from": 1, "to": 3}], answer["missing"])
        self.assertEqual(("gap", 0), (answer["refused"][0]["code"], answer["records"]))
        self.assertEqual(["gap"], self.incidents(sc))
        self.take(sc, files[0])
        [answer] = self.take_badly(sc, BAD_FILE, files[2])
        self.assertEqual([{"log": log, "from": 3, "to": 3}], answer["missing"])
        said = sc.run("sync", "import", files[2]).err
        self.assertIn(f"--have {sc.sync()['vector']}", said)
        self.assertEqual(["gi/AGI90001"], sc.keys())
        # Named together they are taken in the order that fits.
        self.assertEqual([1, 1, 0], [answer["records"] for answer in self.take(sc, files[2], files[1], files[0])][0:3])
        self.assertEqual(3, len(sc.keys()))
        self.carry(sc, cq, "back")
        self.assertTrue(are_equal(cq, sc))

    def test_a_tampered_byte_is_refused_and_leaves_an_incident(self):
        cq, sc = self.two()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        path, _ = self.export(cq, "good")
        good = path.read_bytes()
        root = good.index("\\n2\\n".encode()) + 5
        cases = (("an op", good.index("试验产品90002".encode()) + 2, UNSOUND, "root_mismatch"),
                 ("a header", good.index(b'"ops_root"') + 14, UNSOUND, "root_mismatch"),
                 ("the head", root, UNSOUND, "bad_signature"),
                 ("the framing", good.index(b'"seq":2') + 6, BAD_FILE, "malformed"),
                 ("the first byte", 0, BAD_FILE, "malformed"))
        before = sc.sync()
        for what, at, status, kind in cases:
            with self.subTest(what):
                spoilt = bytearray(good)
                # Of base64 another letter of base64; of a Chinese character another one.
                spoilt[at] = good[at] ^ 1 if good[at] > 127 else ord("B") if good[at] == ord("A") else ord("A")
                bad = self.folder / "bad"
                bad.write_bytes(spoilt)
                seen = self.incidents(sc)
                self.take_badly(sc, status, bad)
                self.assertIn(kind, self.incidents(sc), seen)
                after = sc.sync()
                self.assertEqual((before["vector"], before["state_root"]), (after["vector"], after["state_root"]))
        for what, text in (("nothing", b""), ("no bundle", b"\x89PNG\r\n\x1a\n" * 1000)):
            (self.folder / "other").write_bytes(text)
            with self.subTest(what):
                self.take_badly(sc, BAD_FILE, self.folder / "other")
        sc.refused(NOT_FOUND, "sync", "import", self.folder / "not there")
        self.take(sc, path)
        self.assertEqual(3, len(sc.keys()))


class Export(Carried):
    def test_a_file_is_never_replaced_unasked_and_never_half_there(self):
        cq, _ = self.two()
        path, _ = self.export(cq, "cq1")
        before = path.read_bytes()
        cq.edit("gi/AGI90001", "name=新增", "subtype=agricultural_gi", more=("--seen", ""))
        self.assertEqual("already_exists", cq.refused(STALE, "sync", "export", path)["code"])
        self.assertEqual(before, path.read_bytes())
        cq.ok("sync", "export", path, "--force")
        self.assertNotEqual(before, path.read_bytes())
        cq.refused(1, "sync", "export", self.folder / "no such folder" / "x")
        cq.refused(NOT_FOUND, "sync", "export", self.folder / "y", "--for", "gz")
        self.assertEqual(2, cq.run("sync", "export", self.folder / "y", "--for", "sc", "--all").status)
        self.assertEqual(2, cq.run("sync", "export", self.folder / "y", "--have", "cq").status)
        self.assertEqual([], [entry.name for entry in self.folder.iterdir() if entry.name.endswith(".part")])
        self.assertFalse((self.folder / "y").exists())

    def test_files_of_bounded_size_bring_everything_whatever_their_order(self):
        cq, sc = self.two()
        for number in range(12):
            cq.bring_in(self.file(f"list{number}.csv", gi_rows(10000 + number * 50, 50)))
        limit, files, have = 40_000, [], ""
        while True:
            path, said = self.export(cq, f"part{len(files)}", "--have", have, "--limit-bytes", str(limit))
            self.assertEqual(said["bytes"], path.stat().st_size)
            self.assertLessEqual(said["bytes"], limit)
            self.assertGreater(said["records"], 0)
            files.append(path)
            have = said["reached"]
            if not said["more"]:
                break
        self.assertGreater(len(files), 2)
        answers = self.take(sc, *reversed(files))
        self.assertEqual(13, sum(answer["records"] for answer in answers))
        self.assertEqual("", answers[-1]["beyond"])
        self.assertEqual(600, len(sc.keys()))
        self.assertEqual([], self.incidents(sc))
        # A record larger than the limit goes alone rather than never.
        path, said = self.export(cq, "tiny", "--limit-bytes", "1")
        self.assertEqual((1, True), (said["records"], said["more"]))

    def test_a_large_file_is_written_and_read_piece_by_piece(self):
        cq, sc = self.two()
        for number in range(5):
            cq.bring_in(self.file(f"list{number}.csv", gi_rows(10000 + number * 8000, 8000)))
        path, said = self.export(cq, "cq1")
        self.assertGreaterEqual(said["bundles"], 5)
        with path.open("rb") as stream:
            heads = sum(line.startswith(b'{"minglu_bundle":1') for line in stream)
        self.assertEqual(said["bundles"], heads)
        self.take(sc, path)
        self.assertEqual(40000, len(sc.keys()))


class OneWayGate(Carried):
    def test_files_from_one_side_alone_bring_everything(self):
        cq, sc = self.two()
        have = None
        for number in range(3):
            cq.bring_in(self.file(f"list{number}.csv", gi_rows(90001 + 10 * number, 5)))
            cq.edit("gi/AGI90001", f"category=第{number}类")
            if number == 1:
                sc.edit("gi/AGI90001", "category=蔬菜")  # nobody at cq will ever hear of it
            words = ["--for", "sc"] if have is None else ["--have", have]
            path, said = self.export(cq, f"gate{number}", *words)
            have = said["reached"]
            self.take(sc, path)
        theirs = dict(item.split(":") for item in cq.sync()["vector"].split(","))
        ours = dict(item.split(":") for item in sc.sync()["vector"].split(","))
        self.assertEqual(theirs, {log: ours[log] for log in theirs})
        self.assertEqual(15, len(sc.keys()))
        self.assertEqual(cq.keys(), sc.keys())
        self.assertEqual(1, len(sc.conflicts()))
        # cq knows nothing of sc's records: for it sc is at nothing, and it may always send everything again.
        self.assertEqual("", next(peer for peer in cq.sync()["peers"])["known_vector"])
        path, said = self.export(cq, "again", "--for", "sc")
        self.assertEqual("", said["from"])
        self.assertEqual(0, self.take(sc, path)[0]["records"])
        self.assertEqual([], self.incidents(sc))
        self.assert_sound(sc)


if __name__ == "__main__":
    main()
