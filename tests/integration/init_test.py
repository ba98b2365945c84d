"""Making a node is all or nothing: what a broken-off `init` left is no node, and the next one begins anew."""

import resource
import signal
import subprocess
import time

from support import MINGLU, Node, NodeCase, main

KILLS = 24


class Init(NodeCase):
    def setUp(self):
        super().setUp()
        self.cq = Node(self.folder, "cq", init=False)

    def init(self, **more):
        return subprocess.run(self.words(), capture_output=True, text=True, timeout=60, **more)

    def words(self, name="cq"):
        return [MINGLU, "--data", self.cq.data, "init", "--node", name, "--name", "重庆市知识产权局",
                "--http-listen", f"127.0.0.1:{self.cq.http_port}", "--peer-listen", f"127.0.0.1:{self.cq.peer_port}"]

    def break_off(self):
        """The keys are there, the database does not fit any more."""
        broken = self.init(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
        self.assertNotEqual(0, broken.returncode, broken)
        self.assertTrue((self.cq.data / "keys" / "sign.pem").exists(), "broken off too early to show anything")
        return broken

    def assert_whole(self):
        self.assertEqual([], self.cq.verified())
        self.assertIn("cq", self.cq.json("peer", "card")["card"])
        self.assertEqual(5, self.init().returncode, "a second init must be refused")

    def test_a_broken_off_init_says_so_and_is_repeated(self):
        self.assertIn("repeat minglu init", self.break_off().stderr)
        for command in (["query"], ["serve"], ["peer", "card"], ["verify"]):
            outcome = self.cq.run(*command)
            self.assertEqual(4, outcome.status, outcome)
            self.assertIn("broken off", outcome.err)
        self.assertEqual(0, self.init().returncode)
        self.assert_whole()

    def test_the_repeated_one_may_name_another_node(self):
        self.break_off()
        subprocess.run(self.words("gz"), check=True, capture_output=True)
        self.assertEqual("gz", self.cq.json("sync", "status")["node"])

    def test_a_configuration_that_was_there_before_is_kept(self):
        self.cq.data.mkdir()
        own = self.cq.data / "minglu.toml"
        own.write_text("[node]\nid = \"cq\"\nname = \"自备\"\n")
        self.break_off()
        self.assertEqual(0, self.init().returncode)
        self.assertIn("自备", own.read_text())

    def test_beside_a_configuration_of_another_node_none_is_made(self):
        self.cq.data.mkdir()
        own = self.cq.data / "minglu.toml"
        own.write_text("[node]\nid = \"zz\"\nname = \"自备\"\n")
        refused = self.init()
        self.assertEqual(3, refused.returncode, refused)
        self.assertIn("set node.id to cq", refused.stderr)
        self.assertEqual([own], list(self.cq.data.iterdir()))
        own.write_text(own.read_text().replace("zz", "cq"))
        self.assertEqual(0, self.init().returncode)
        self.assert_whole()

    def test_lost_databases_are_not_made_anew(self):
        self.assertEqual(0, self.init().returncode)
        for part in self.cq.data.glob("minglu.db*"):
            part.unlink()
        self.assertEqual(5, self.init().returncode)

    def test_a_configuration_of_another_node_is_refused(self):
        self.assertEqual(0, self.init().returncode)
        config = self.cq.data / "minglu.toml"
        for file, cure in (("minglu.db", "node.id to cq"), ("card.json", "put back the card of cq")):
            if file == "card.json":  # another node's card lies there
                other = Node(self.folder, "zz")
                (self.cq.data / file).write_text((other.data / file).read_text())
            else:
                config.write_text(config.read_text().replace('"cq"', '"zz"'))
            with self.subTest(file=file):
                for command in (["serve"], ["verify"], ["query"], ["token", "list"]):
                    problem = self.cq.refused(3, *command)
                    self.assertTrue(problem["where"].endswith(file), problem)
                    self.assertIn(cure, problem["cure"])
            config.write_text(config.read_text().replace('"zz"', '"cq"'))

    def test_killed_at_any_moment(self):
        began = time.monotonic()
        self.assertEqual(0, self.init().returncode)
        whole_s = time.monotonic() - began
        for number in range(KILLS):
            self.cq.data = self.folder / f"killed-{number}"
            child = subprocess.Popen(self.words(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(whole_s * number / KILLS)
            child.send_signal(signal.SIGKILL)
            child.wait()
            self.assertIn(self.init().returncode, (0, 5), "made now, or whole already")
            self.assert_whole()


if __name__ == "__main__":
    main()
