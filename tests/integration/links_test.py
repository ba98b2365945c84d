"""Bad lines and strangers: what is wrong changes nothing, what is right heals, who is not known is not heard."""

import socket
import ssl
import subprocess

from support import (NodeCase, ask_peer_listener, eventually, gi_rows, introduce, main, seeded, tls_context, tls_of,
                     waits_for_news)

LINE_ROUNDS = 6
STOP_TIME_MAX_S = 10


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
