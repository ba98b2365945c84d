"""A node that begins anew: after its key was lost or stolen, or with the keys that its lost disk had; its past comes back.

The commands are those of docs/OPERATIONS.md, "Lost or stolen key" and "Begin anew".
"""

import shutil

from node import Node
from support import NodeCase, are_equal, eventually, gi_rows, introduce, main

REFUSED, NOT_VERIFIED, LOCKED, STALE = 3, 7, 9, 5


class Anew(NodeCase):
    def incidents(self, *nodes):
        return sorted(item["kind"] for node in nodes for item in node.items("incident", "list", "--all"))

    def move_aside(self, node):
        """What is left of the node's directory; the node begins anew under its name and addresses."""
        node.kill()
        aside = node.data.with_name(node.name + ".aside")
        node.data.rename(aside)
        return aside

    def init(self, node, *options):
        node.ok("init", "--node", node.name, "--name", "机构", "--sync-url", node.peer_url, "--http-listen",
                f"127.0.0.1:{node.http_port}", "--peer-listen", f"127.0.0.1:{node.peer_port}", *options)

    def printed(self, node, *words):
        path = self.folder / ("-".join(words) + f"-of-{node.name}.json")
        path.write_text(node.ok(*words).out)
        return path

    def revoke(self, log, size, at):
        at.ok("peer", "pause", "cq")
        at.ok("peer", "revoke", "cq", "--log", log, "--size", size, "--reason", "密钥被盗")
        return self.told(at)

    def told(self, at):
        """The file that a partner prints, and the fingerprint that it reads out, as options."""
        return ["--file", self.printed(at, "peer", "revocations", "cq"), "--fingerprint",
                at.json("peer", "revocations", "cq")["fingerprint"]]

    def begin_anew(self, cq, file, *partners):
        """On cq with a new key, as the page says."""
        aside = self.move_aside(cq)
        self.init(cq)
        taken = cq.json("peer", "revoke", "cq", *file)
        for partner in partners:
            cq.ok("peer", "add", self.printed(partner, "peer", "card"))
        card = self.printed(cq, "peer", "card")
        for partner in partners:
            partner.ok("peer", "add", card, "--replace")
            partner.ok("peer", "resume", "cq")
        cq.start()
        return aside, taken

    def thief(self, name, folder):
        """The program of somebody who has copied the directory, without a line to anybody."""
        thief = Node(self.folder, name, init=False)
        shutil.copytree(folder, thief.data, ignore=shutil.ignore_patterns("minglu.sock"))
        return thief

    def bring(self, thief, name, *nodes):
        """All that the thief has, in a file; nothing of it is taken."""
        file = self.folder / f"{name}.minglu"
        thief.ok("sync", "export", file, "--all")
        for node in nodes:
            before = node.sync()["vector"]
            self.assertNotEqual(0, node.run("sync", "import", file).status)
            self.assertEqual(before, node.sync()["vector"])

    def test_after_a_stolen_key_the_past_comes_back_and_a_thief_adds_nothing(self):
        cq, sc = self.pair()
        yn = self.node("yn")
        for one, other in ((cq, yn), (yn, cq)):
            introduce(one, other)
        cq.bring_in(self.file("first.csv", gi_rows(90001, 2)))
        cq.ok("key", "rotate", "--reason", "年度更换")
        cq.stop()
        early = self.folder / "early"
        shutil.copytree(cq.data, early)
        cq.start()
        cq.bring_in(self.file("list.csv", gi_rows(91001, 3)))
        cq.edit("gi/AGI91001", "category=蔬菜")
        sc.bring_in(self.file("sc.csv", gi_rows(92001, 3)))
        for node in (sc, yn):
            eventually(f"{node.name} has all of cq", lambda n=node: n.holds("gi/AGI91003") and
                       n.entry("gi/AGI91001")["fields"]["category"] == "蔬菜")
        log = cq.sync()["own_log"]
        size = dict(item.split(":") for item in sc.sync()["vector"].split(","))[log]

        file = self.revoke(log, size, sc)
        aside, taken = self.begin_anew(cq, file, sc)
        printed = sc.json("peer", "revocations", "cq")
        self.assertEqual(printed["fingerprint"], taken["fingerprint"])
        eventually("the past of cq is back", lambda: len(cq.keys()) == 8)
        self.until_equal(cq, sc)
        self.assertEqual("蔬菜", cq.entry("gi/AGI91001")["fields"]["category"])
        cq.edit("gi/AGI91002", "category=茶叶")
        eventually("sc takes the new log", lambda: sc.entry("gi/AGI91002")["fields"]["category"] == "茶叶")
        self.until_equal(cq, sc)
        self.assertNotEqual(log, cq.sync()["own_log"])

        # The other partner takes the file over, and the new card.
        yn.ok("peer", "revoke", "cq", *file)
        yn.ok("peer", "add", self.printed(cq, "peer", "card"), "--replace")
        cq.ok("peer", "add", self.printed(yn, "peer", "card"))
        introduce(yn, sc)
        introduce(sc, yn)
        self.until_equal(cq, sc, yn)
        self.assertEqual(printed["file"], yn.json("peer", "revocations", "cq")["file"])

        # Who joins later meets the thief first: one who goes on, and one who tells another history of what counts.
        gz = self.node("gz", start=False)
        gz.ok("peer", "revoke", "cq", *file)
        gz.ok("peer", "add", self.printed(cq, "peer", "card"))
        going_on, forking = self.thief("goingon", aside), self.thief("forking", early)
        going_on.edit("gi/AGI91003", "category=伪造")
        forking.edit("gi/AGI90001", "category=伪造")
        self.bring(going_on, "goingon", gz, cq, sc, yn)
        self.bring(forking, "forking", gz, cq, sc, yn)
        for node in (cq, sc, yn):
            self.assertEqual("果品", node.entry("gi/AGI91003")["fields"]["category"])
        self.assertEqual([], gz.keys())
        gz.start()
        for one, other in ((cq, gz), (gz, sc), (sc, gz), (gz, yn), (yn, gz)):
            introduce(one, other)
        self.until_equal(cq, sc, yn, gz)
        for node in (cq, sc, yn, gz):
            self.assertEqual("果品", node.entry("gi/AGI90001")["fields"]["category"])
        self.assertNotIn("fork", self.incidents(cq, sc, yn, gz))
        self.assertIn("old_key", self.incidents(sc))
        self.assert_sound(cq, sc, yn, gz)

    def test_without_what_was_agreed_a_node_is_told_what_it_lacks(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 2)))
        self.until_equal(cq, sc)
        log = cq.sync()["own_log"]
        sc.refused(4, "peer", "revocations", "cq")
        file = self.revoke(log, 2, sc)
        cq.refused(REFUSED, "peer", "revoke", "cq", *file)  # the key that it signs with
        cq.refused(REFUSED, "peer", "revoke", "sc", *file)
        sc.refused(REFUSED, "peer", "revoke", "cq", "--file", self.printed(sc, "peer", "card"),
                   "--fingerprint", file[-1])
        changed = self.file("changed.json", file[1].read_text().replace(": 2", ": 1"))
        sc.refused(REFUSED, "peer", "revoke", "cq", "--file", changed, "--fingerprint", file[-1])
        self.move_aside(cq)
        self.init(cq)
        cq.ok("peer", "add", self.printed(sc, "peer", "card"))
        sc.ok("peer", "add", self.printed(cq, "peer", "card"), "--replace")
        sc.ok("peer", "resume", "cq")
        cq.start()
        eventually("cq meets its own past", lambda: "bad_signature" in self.incidents(cq))
        [met] = [item for item in cq.items("incident", "list", "--all") if item["kind"] == "bad_signature"]
        self.assertIn("minglu peer revoke cq --file", met["advice"])
        cq.ok("peer", "revoke", "cq", *file)
        cq.stop()
        cq.start()  # at once, rather than after the wait that a refused log has
        self.until_equal(cq, sc)
        self.assertEqual(2, len(cq.keys()))
        self.assert_sound(cq, sc)

    def test_partners_that_do_not_hold_the_same_are_told(self):
        cq, sc = self.pair()
        yn = self.node("yn")
        introduce(yn, cq)
        introduce(cq, yn)
        cq.bring_in(self.file("list.csv", gi_rows(90001, 2)))
        for node in (sc, yn):
            eventually(f"{node.name} has the list", lambda n=node: n.holds("gi/AGI90001"))
        log = cq.sync()["own_log"]
        sc.ok("peer", "pause", "cq")
        cq.edit("gi/AGI90001", "category=蔬菜")
        eventually("yn has more", lambda: yn.entry("gi/AGI90001")["fields"]["category"] == "蔬菜")
        sc.ok("peer", "revoke", "cq", "--log", log, "--size", "3", "--reason", "密钥被盗")
        self.assertIn("not all is here", sc.refused(STALE, "peer", "revocations", "cq")["detail"])
        short = self.revoke(log, 2, sc)
        self.assertIn("are held here", yn.refused(REFUSED, "peer", "revoke", "cq", *short)["detail"])
        file = self.revoke(log, 3, yn)
        sc.ok("peer", "revoke", "cq", *file)
        self.assertEqual(yn.json("peer", "revocations", "cq"), sc.json("peer", "revocations", "cq"))

    def test_a_node_begins_anew_with_the_keys_that_are_left(self):
        for sealed in (False, True):
            with self.subTest(sealed=sealed):
                names = ("ca", "sa", "ga") if sealed else ("cq", "sc", "gz")
                secret = self.folder / "secret"
                secret.write_text("川渝 correct horse\n")
                secret.chmod(0o600)
                under = ["--passphrase-file", secret] if sealed else []
                cq = self.node(names[0], start=False, options=under)
                if sealed:
                    with open(cq.data / "minglu.toml", "a", encoding="utf-8") as config:
                        config.write(f'\n[keys]\npassphrase_file = "{secret}"\n')
                cq.start()
                sc = self.node(names[1])
                introduce(cq, sc)
                introduce(sc, cq)
                cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
                cq.ok("key", "rotate", "--reason", "年度更换")
                cq.edit("gi/AGI90001", "category=蔬菜")
                self.until_equal(cq, sc)
                log, fingerprint = cq.sync()["own_log"], cq.json("peer", "card")["fingerprint"]

                aside = self.move_aside(cq)
                keys = ["--keys", aside / "keys"]
                options = ["init", "--node", cq.name, "--name", "机构"]
                if sealed:
                    cq.refused(LOCKED, *options, *keys)
                    self.assertFalse((cq.data / "keys" / "sign.pem").exists())
                cq.refused(4, *options, "--keys", aside)
                cq.data.mkdir(exist_ok=True)
                shutil.copy(aside / "minglu.toml", cq.data)
                self.init(cq, *keys, *under)
                self.assertEqual(fingerprint, cq.json("peer", "card")["fingerprint"])
                cq.ok("peer", "add", self.printed(sc, "peer", "card"))
                cq.start()
                eventually("the past is back", lambda: are_equal(cq, sc) and len(cq.keys()) == 3)
                self.assertNotEqual(log, cq.sync()["own_log"])
                self.assertEqual("蔬菜", cq.entry("gi/AGI90001")["fields"]["category"])
                cq.edit("gi/AGI90001", "category=茶叶")
                eventually("sc takes the new log",
                           lambda: sc.entry("gi/AGI90001")["fields"]["category"] == "茶叶")
                self.until_equal(cq, sc)
                self.assertEqual([], cq.conflicts())
                gz = self.node(names[2])
                introduce(gz, cq)
                introduce(cq, gz)
                introduce(gz, sc)
                introduce(sc, gz)
                eventually("gz has all", lambda: are_equal(cq, sc, gz))
                self.assertEqual([], [kind for kind in self.incidents(cq, sc, gz) if kind != "unknown_log"])
                self.assert_sound(cq, sc, gz)

    def test_keys_that_do_not_tell_which_of_two_counts_are_not_taken(self):
        cq = self.node("cq", start=False)
        shutil.copy(cq.data / "keys" / "sign.pem", cq.data / "keys" / "sign.next.pem")
        other = Node(self.folder, "other", init=False)
        words = ["init", "--node", "cq", "--name", "机构", "--keys", cq.data / "keys"]
        self.assertIn("under way", other.refused(REFUSED, *words)["detail"])
        self.assertEqual(2, other.run(*words, "--suite", "sm2-sm3").status)
        self.assertIn("--keys", cq.refused(STALE, "init", "--node", "cq", "--name", "机构")["cure"])


if __name__ == "__main__":
    main()
