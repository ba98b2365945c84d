"""Power cuts, bad lines, strangers: what was acknowledged stays, what is wrong changes nothing, and all heals."""

import contextlib
import csv
import fcntl
import io
import shutil
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

from support import (NodeCase, ask_peer_listener, eventually, gi_rows, introduce, main, seeded, tls_context, tls_of,
                     waits_for_news)

KILL_ROUNDS = 6
LINE_ROUNDS = 6
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


class BadLines(NodeCase):
    def test_truncated_and_corrupted_exchanges_change_nothing_and_heal(self):
        random = seeded(20263)
        cq, sc, to_cq, to_sc = self.pair(with_lines=True)
        for round_no in range(LINE_ROUNDS):
            how = ("truncate", "corrupt")[round_no % 2]
            at = random.randrange(0, 12000)
            to_cq.damage(how, at)
            damaged = to_cq.damaged
            cq.bring_in(self.file(f"list{round_no}.csv", gi_rows(10000 + round_no * 1500, 1500)))
            sc.edit(f"gi/AGI{70000 + round_no}", "name=新增", "subtype=agricultural_gi", more=("--seen", ""))
            for _ in range(2):
                sc.run("sync", "now")
            print(f"round {round_no}: {how} after {at} B, {to_cq.damaged - damaged} connections damaged", flush=True)
            self.assert_sound(sc)
            to_cq.heal()
            eventually("the link is back", lambda: sc.run("sync", "now").status == 0)
            self.until_equal(cq, sc)
        self.assertGreater(to_cq.damaged, 0)
        self.assert_sound(cq, sc)

    def test_a_line_that_stalls_holds_nobody_up(self):
        """Connections stay open and nothing moves: both nodes answer, write and stop; then all arrives."""
        cq, sc, to_cq, to_sc = self.pair(with_lines=True)
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        self.until_equal(cq, sc)
        eventually("both wait for news", lambda: waits_for_news(cq, sc))
        for line in (to_cq, to_sc):
            line.pause()
        cq.edit("gi/AGI90001", "category=蔬菜")
        sc.edit("gi/AGI90002", "category=粮食")
        for node in (cq, sc):
            self.assertEqual(200, node.http("GET", "/readyz").status)
            self.assertEqual(3, len(node.keys()))
        self.assertEqual("果品", sc.entry("gi/AGI90001")["fields"]["category"])
        self.assertEqual(0, sc.stop(STOP_TIME_MAX_S), sc.log_text())
        sc.start()
        for line in (to_cq, to_sc):
            line.resume()
        self.until_equal(cq, sc)
        self.assertEqual("蔬菜", sc.entry("gi/AGI90001")["fields"]["category"])
        self.assertEqual("粮食", cq.entry("gi/AGI90002")["fields"]["category"])
        self.assert_sound(cq, sc)

    def test_a_line_down_for_long_catches_up(self):
        cq, sc, to_cq, to_sc = self.pair(with_lines=True)
        to_cq.cut()
        to_sc.cut()
        cq.bring_in(self.file("cq.csv", gi_rows(10000, 3000)))
        sc.bring_in(self.file("sc.csv", gi_rows(20000, 3000)))
        self.assertEqual(6, sc.run("sync", "now").status)
        error = next(peer for peer in sc.sync()["peers"])["last_error"]
        for part in ("what", "cure"):
            self.assertTrue(error[part], error)
        to_cq.heal()
        to_sc.heal()
        # By itself, without anybody asking.
        self.until_equal(cq, sc)
        self.assertEqual(6000, len(sc.keys()))


class Restoring(NodeCase):
    def test_a_restored_node_opens_a_new_log_and_gets_its_old_records_back(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
        backup = self.folder / "cq.db"
        cq.ok("backup", backup)
        cq.edit("gi/AGI90001", "category=蔬菜", reason="备份之后")
        eventually("sc holds the edit", lambda: sc.holds("gi/AGI90001")
                   and sc.entry("gi/AGI90001")["fields"]["category"] == "蔬菜")
        old_log = cq.sync()["own_log"]
        cq.stop()
        cq.ok("restore", backup)
        cq.start()
        self.until_equal(cq, sc)
        self.assertNotEqual(old_log, cq.sync()["own_log"])
        self.assertEqual("蔬菜", cq.entry("gi/AGI90001")["fields"]["category"], "the partner gave the edit back")
        cq.edit("gi/AGI90002", "category=粮食", reason="恢复之后")
        eventually("sc holds an edit of the new log", lambda: sc.entry("gi/AGI90002")["fields"]["category"] == "粮食")
        self.until_equal(cq, sc)
        self.assertEqual([], cq.conflicts("all"))
        self.assert_sound(cq, sc)

    def test_a_restored_node_writes_at_once_though_its_partner_is_away(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        backup = self.folder / "cq.db"
        cq.ok("backup", backup)
        cq.edit("gi/AGI90001", "category=蔬菜")
        self.until_equal(cq, sc)
        sc.stop()
        cq.stop()
        cq.ok("restore", backup)
        cq.start()
        # Its editor cannot have seen the edit that the backup lacks: with the partner's copy it is a conflict.
        cq.edit("gi/AGI90001", "category=粮食", actor="zhao.lei")
        sc.start()
        self.until_equal(cq, sc)
        self.assertEqual([1, 1], [len(node.conflicts()) for node in (cq, sc)])
        self.assertEqual({"蔬菜", "粮食"}, {side["set"]["category"] for side in sc.conflicts()[0]["sides"]})
        self.assert_sound(cq, sc)

    def test_views_made_anew_are_the_same(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 30)))
        self.until_equal(cq, sc)
        seen = cq.entry("gi/AGI90001")["etag"]
        for category in ("蔬菜", "粮食"):  # neither saw the other: a conflict
            cq.edit("gi/AGI90001", f"category={category}", more=("--seen", seen))
        sc.json("entry", "remove", "gi/AGI90003", "--ground", "expired", "--reason", "到期")
        self.until_equal(cq, sc)
        before = [self.views(node) for node in (cq, sc)]
        for node in (cq, sc):
            node.ok("rebuild")
        self.assertEqual(before, [self.views(node) for node in (cq, sc)])
        self.assertEqual(1, len(cq.conflicts()))
        self.assert_sound(cq, sc)

    @staticmethod
    def views(node):
        return (node.sync()["state_root"], node.ok("export").out, node.items("query", "产品", "--all"),
                node.conflicts("all"), node.items("batch", "list", "--all"))

    def test_what_is_no_backup_replaces_nothing(self):
        node = self.node("cq", start=False)
        node.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        before = node.sync()["state_root"]
        outcome = node.run("restore", self.file("not.db", "this is no database\n" * 100))
        self.assertNotEqual(0, outcome.status, outcome)
        self.assertEqual(before, node.sync()["state_root"])
        self.assert_sound(node)


class Tampering(NodeCase):
    """Somebody with access to the file changes what a node has stored."""

    def setUp(self):
        super().setUp()
        self.cq = self.node("cq", start=False)
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))

    def change(self, statement):
        with contextlib.closing(sqlite3.connect(self.cq.data / "minglu.db")) as database, database:
            self.assertGreater(database.execute(statement).rowcount, 0)

    def test_verify_finds_a_changed_value(self):
        self.assert_sound(self.cq)
        changes = {"op": "update op set line = replace(line, '果品', '粮食') where op_no = (select max(op_no) from op)",
                   "header": "update record set header = replace(header, '\"local\"', '\"other\"') where is_batch = 1",
                   "deletion": "delete from op where op_no = (select max(op_no) from op)"}
        original = self.folder / "original.db"
        self.cq.ok("backup", original)
        for what, statement in changes.items():
            with self.subTest(what=what):
                self.change(statement)
                outcome = self.cq.run("--json", "verify")
                self.assertEqual(7, outcome.status, outcome)
                self.assertTrue(outcome.pages()[-1]["result"]["findings"])
                for file in self.cq.data.glob("minglu.db*"):
                    file.unlink()
                shutil.copy(original, self.cq.data / "minglu.db")
                self.assert_sound(self.cq)

    def test_a_partner_takes_nothing_that_was_changed_after_signing(self):
        self.change("update op set line = replace(line, '果品', '粮食')")
        self.cq.start()
        sc = self.node("sc")
        introduce(self.cq, sc)
        introduce(sc, self.cq)
        incidents = eventually("sc notes an incident", lambda: sc.items("incident", "list"))
        self.assertIn("cq", str(incidents[0]))
        self.assertEqual([], sc.keys())
        self.assert_sound(sc)
        # It goes on working, and its own records still leave.
        sc.bring_in(self.file("own.csv", gi_rows(90010, 1)))
        eventually("cq takes what sc wrote", lambda: self.cq.holds("gi/AGI90010"))


class Strangers(NodeCase):
    def self_made(self):
        """A certificate that nobody knows."""
        certificate, key = self.folder / "stranger.crt", self.folder / "stranger.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=sc", "-days", "2",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        return tls_context(certificate, key)

    def bytes_from(self, node, context):
        """What the listener for other nodes sends to this client inside TLS, whatever it is."""
        received = b""
        try:
            with socket.create_connection(("127.0.0.1", node.peer_port), timeout=20) as raw:
                with context.wrap_socket(raw) as line:
                    line.sendall(b"GET /sync/v1/node HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                    while part := line.recv(4096):
                        received += part
        except (ssl.SSLError, ConnectionError):
            pass  # refused in or after the handshake: both are a refusal
        return received

    def test_nobody_but_a_pinned_node_gets_a_byte_of_http(self):
        cq, sc = self.pair()
        for who, context in (("a self-made certificate", self.self_made()), ("no certificate", tls_context()),
                             ("the node's own certificate", tls_of(cq))):
            self.assertEqual(b"", self.bytes_from(cq, context), who)
        self.assertTrue(self.bytes_from(cq, tls_of(sc)).startswith(b"HTTP/1.1 200"), "the mirror: a pinned node")
        # Neither does one that speaks no TLS at all.
        with socket.create_connection(("127.0.0.1", cq.peer_port), timeout=20) as raw:
            raw.sendall(b"GET /sync/v1/node HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                self.assertNotIn(b"HTTP/1.1", raw.recv(4096))
            except ConnectionError:
                pass

    def test_a_removed_peer_is_cut_off_at_once(self):
        cq, sc = self.pair()
        cq.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        self.until_equal(cq, sc)
        eventually("sc waits for news", lambda: waits_for_news(sc))
        cq.ok("peer", "remove", "sc")
        cq.edit("gi/AGI90001", "category=蔬菜", reason="移除之后")
        self.assertEqual(6, sc.run("sync", "now").status)
        self.assertEqual(b"", self.bytes_from(cq, tls_of(sc)))
        self.assertEqual("果品", sc.entry("gi/AGI90001")["fields"]["category"], "nothing came through the open request")
        # The mirror: taken in again, it catches up.
        introduce(cq, sc)
        eventually("sc is heard again", lambda: sc.run("sync", "now").status == 0)
        self.until_equal(cq, sc)
        self.assertEqual("蔬菜", sc.entry("gi/AGI90001")["fields"]["category"])

    def test_an_answer_from_a_stranger_in_the_peers_place_is_refused(self):
        """sc's address leads to another node: its certificate is not the pinned one."""
        cq, sc, gz = self.node("cq"), self.node("sc"), self.node("gz")
        gz.bring_in(self.file("list.csv", gi_rows(90001, 1)))
        introduce(gz, cq)
        introduce(cq, sc, gz.peer_url)
        self.assertEqual(6, cq.run("sync", "now").status)
        self.assertEqual([], cq.keys())
        self.assertEqual(200, ask_peer_listener(gz, tls_of(cq), "/sync/v1/node").status, "gz would have answered")


if __name__ == "__main__":
    main()
