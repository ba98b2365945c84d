"""Power cuts, stops, two processes on one directory: what was acknowledged stays."""

import csv
import fcntl
import io
import threading
import time

from support import NodeCase, eventually, gi_rows, introduce, main, seeded, waits_for_news

KILL_ROUNDS = 6
LIST_ROWS = 4000
STOP_TIME_MAX_S = 10


class Writer(threading.Thread):
    """An editor who adds one entry after the other over HTTP and notes which the node acknowledged."""

    def __init__(self, node, token, first):
        super().__init__(daemon=True)
        self.node, self.token, self.next = node, token, first
        self.acknowledged = []
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.is_set():
            key = f"gi/AGI{self.next:05d}"
            fields = {"name": f"新增产品{self.next}", "subtype": "agricultural_gi"}
            try:
                answer = self.node.http("PUT", f"/v1/entries/{key}", {"fields": fields, "reason": "新增"}, self.token,
                                        {"If-None-Match": "*"})
            except OSError:
                return  # the node is gone; what it had not acknowledged may be there or not
            except Exception as broken:  # an answer that ends in its middle is none
                print(f"answer broken off: {broken!r}")
                return
            if answer.status != 201:
                raise AssertionError(f"{key}: {answer}")
            self.acknowledged.append(key)
            self.next += 1

    def end(self):
        self.over.set()
        self.join()


class PowerCuts(NodeCase):
    def test_kill_9_in_imports_and_exchanges_loses_nothing_acknowledged(self):
        random = seeded(20261)
        cq, sc = self.pair()
        tokens = {node.name: node.token("editor") for node in (cq, sc)}
        acknowledged, lists = [], []
        for round_no in range(KILL_ROUNDS):
            victim = (cq, sc)[round_no % 2]
            file = self.file(f"list{round_no}.csv", gi_rows(10000 + round_no * LIST_ROWS, LIST_ROWS))
            lists.append((file, round_no * LIST_ROWS + 10000))
            writers = [Writer(node, tokens[node.name], 60000 + round_no * 5000 + offset)
                       for node, offset in ((cq, 0), (sc, 2500))]
            job = cq.background("import", file, "--title", f"名录 {round_no}")
            pause_s = random.uniform(0.02, 0.5)
            time.sleep(pause_s)
            victim.kill()
            for writer in writers:
                writer.end()
                acknowledged += writer.acknowledged
            is_done = job.wait() == 0
            victim.start()
            self.assert_sound(victim)
            held = len(cq.json("batch", "list", "--limit", "200")["items"])
            print(f"round {round_no}: {victim.name} killed after {pause_s:.2f} s, import acknowledged: {is_done}, "
                  f"{sum(len(w.acknowledged) for w in writers)} edits acknowledged, {held} batches", flush=True)
            if is_done:
                self.assertTrue(cq.holds(f"gi/AGI{lists[-1][1]:05d}"), "an acknowledged import is there")
        self.assertGreater(len(acknowledged), KILL_ROUNDS, "edits were acknowledged at all")

        # A list is there whole or not at all; importing it again completes it.
        for file, _ in lists:
            done = cq.bring_in(file, "--title", "补导")
            self.assertIn(done["added"], (0, LIST_ROWS))
            self.assertEqual((LIST_ROWS, 0, 0), (done["added"] + done["unchanged"], done["changed"], done["refused"]))
        self.until_equal(cq, sc)
        self.assert_sound(cq, sc)
        for node in (cq, sc):
            rows = csv.DictReader(io.StringIO(node.ok("export").out.removeprefix("\ufeff")))
            held = {row["条目键"] for row in rows}
            self.assertEqual([], sorted(set(acknowledged) - held)[:10], f"{node.name} lost acknowledged edits")
        self.assertEqual([], cq.items("incident", "list"), "a power cut is no fault of a partner")

    def test_kill_9_of_the_receiver_in_a_first_copy(self):
        random = seeded(20262)
        cq, sc = self.node("cq"), self.node("sc")
        for part in range(4):
            cq.bring_in(self.file(f"part{part}.csv", gi_rows(10000 + part * 6000, 6000)))
        introduce(cq, sc)
        introduce(sc, cq)
        for _ in range(3):
            time.sleep(random.uniform(0.0, 0.3))
            sc.kill()
            sc.start()
            self.assert_sound(sc)
        self.until_equal(cq, sc)
        self.assertEqual(len(cq.keys()), len(sc.keys()))
        self.assert_sound(cq, sc)

    def test_a_log_survives_a_kill_right_after_the_acknowledgement(self):
        node = self.node("cq")
        token = node.token("editor")
        for number in range(90001, 90006):
            key = f"gi/AGI{number}"
            answer = node.http("PUT", f"/v1/entries/{key}", {"fields": {"name": "新增"}, "reason": "新增"}, token,
                               {"If-None-Match": "*"})
            node.kill()
            node.start()
            self.assertEqual(201, answer.status, answer)
            self.assertEqual("新增", node.entry(key)["fields"]["name"])
        self.assert_sound(node)


class Stopping(NodeCase):
    def test_sigterm_ends_a_node_in_an_import(self):
        node = self.node("cq")
        file = self.file("list.csv", gi_rows(10000, 60000))
        job = node.background("import", file)
        eventually("the import is on its way", lambda: list((node.data / "spool").iterdir()))
        self.assertEqual(0, node.stop(STOP_TIME_MAX_S), node.log_text())
        job.wait()
        node.start()
        self.assert_sound(node)
        done = node.bring_in(file)
        self.assertEqual(60000, done["added"] + done["unchanged"])

    def test_sigterm_ends_nodes_that_wait_for_each_other(self):
        cq, sc = self.pair()
        self.until_equal(cq, sc)
        eventually("both wait for news", lambda: waits_for_news(cq, sc))
        self.assertEqual(0, sc.stop(STOP_TIME_MAX_S), sc.log_text())
        self.assertEqual(0, cq.stop(STOP_TIME_MAX_S), cq.log_text())

    def test_sigterm_ends_a_node_that_answers_a_waiting_client(self):
        node = self.node("cq", options=["--open-reads"])
        ended = []
        waiting = threading.Thread(target=lambda: ended.append(self.wait_for_changes(node)), daemon=True)
        waiting.start()
        time.sleep(0.2)
        self.assertEqual(0, node.stop(STOP_TIME_MAX_S), node.log_text())
        waiting.join(STOP_TIME_MAX_S)
        self.assertEqual(1, len(ended))

    @staticmethod
    def wait_for_changes(node):
        try:
            return node.http("GET", "/v1/changes?after=1000&wait_s=30").status
        except Exception as gone:  # the node hung up, which is the other good answer
            return repr(gone)


class OneWriter(NodeCase):
    def test_a_second_process_on_the_same_directory_is_refused(self):
        node = self.node("cq")
        backup = self.folder / "copy.db"
        node.ok("backup", backup)
        for command in (["serve"], ["restore", backup]):
            outcome = node.run(*command)
            self.assertEqual(6, outcome.status, outcome)
            self.assertIn(str(node.process.pid), outcome.err, "says which process")
        self.assertEqual(200, node.http("GET", "/readyz").status, "the first one goes on")

    def test_a_command_is_refused_while_another_holds_the_directory(self):
        node = self.node("cq", start=False)
        with open(node.data / "lock", "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual("busy", node.refused(6, "query")["code"])
        self.assertEqual(0, node.run("query").status)

    def test_a_service_waits_for_the_command_that_came_first_after_a_crash(self):
        node = self.node("cq")
        node.kill()
        self.assertTrue((node.data / "minglu.sock").exists(), "nobody removed it")
        with open(node.data / "lock", "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # as a command holds it, which removes the socket
            (node.data / "minglu.sock").unlink()
            node.start(wait=False)
            eventually("it says that it waits", lambda: "waiting for it to end" in node.log_text())
            self.assertTrue(node.is_running())
        node.until_ready()

    def test_a_command_after_a_crash_leaves_no_dead_socket(self):
        node = self.node("cq")
        node.kill()
        node.ok("sync", "status")
        self.assertFalse((node.data / "minglu.sock").exists())

    def test_the_command_line_answers_the_same_with_and_without_a_server(self):
        node = self.node("cq", start=False)
        node.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        questions = (["query", "涪陵"], ["entry", "show", "gi/AGI90002"], ["entry", "history", "gi/AGI90002"],
                     ["batch", "list"], ["conflict", "list"], ["peer", "list"], ["token", "list"], ["export"])
        alone = [node.ok(*question).out for question in questions]
        node.start()
        self.assertEqual(alone, [node.ok(*question).out for question in questions])
        # What the one wrote, the other finds.
        node.edit("gi/AGI90002", "category=蔬菜")
        node.stop()
        self.assertEqual("蔬菜", node.entry("gi/AGI90002")["fields"]["category"])


if __name__ == "__main__":
    main()
