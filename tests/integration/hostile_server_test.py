"""A partner whose server has its own keys and lies: whatever it answers, nothing is written and nobody else waits."""

import gzip
import json
import socket
import ssl
import threading
import time

from hostile import HostileCase, chunked
from support import are_equal, eventually, gi_rows, introduce, main

MEBIBYTE = 1024 * 1024
BUNDLE = "Content-Type: application/vnd.minglu.bundle; v=1"
HELLO, RECORDS = "/sync/v1/node", "/sync/v1/records"
REFUSED = (3, 6, 7)  # exit codes: by the rules, no answer, not proved
REFUSED_TIME_MAX_S = 30
STOP_TIME_MAX_S = 20


def answer(status, *headers, body=b"", length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def in_chunks(body, *headers):
    lines = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", BUNDLE, *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def hello(**more):
    told = {"node": "sc", "protocol": [1], "bundle": [1], "fold": 1, "vector": {}, "heads": [], **more}
    return answer("200 OK", "Content-Type: application/json", body=json.dumps(told).encode())


class LyingServer:
    """Speaks TLS with the keys of `node`, which does not run. Says `script` to every request for `path`, bytes or a
    maker of pieces that may never end; to any other an honest hello."""

    def __init__(self, node):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(node.data / "keys" / "tls.crt", node.data / "keys" / "tls.pem")
        self.script, self.path, self.asked, self.is_over = b"", RECORDS, [], False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.is_over = True
        self._listener.close()

    def _accept(self):
        while not self.is_over:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw):
        try:
            with raw, self.context.wrap_socket(raw, server_side=True) as connection:
                connection.settimeout(60)
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    head += piece
                target = head.split(b" ", 2)[1].decode("latin-1")
                self.asked.append(target)
                script = self.script if target.startswith(self.path) else hello()
                for piece in script() if callable(script) else [script]:
                    connection.sendall(piece)
        except OSError:
            pass  # the node has heard enough


def without_end(piece, before=b"", pause_s=0.0):
    """An answer that goes on for ever, begun anew for each who asks."""
    def pieces():
        yield before
        while True:
            yield piece
            time.sleep(pause_s)

    return pieces


class LyingPartner(HostileCase):
    memory_growth_max_mb = 192  # an answer of 33 MiB is looked at whole

    def setUp(self):
        super().setUp()
        self.sc = self.node("sc", start=False)
        self.server = LyingServer(self.sc)
        self.addCleanup(self.server.close)
        introduce(self.cq, self.sc, self.server.url)
        self.before = self.standing()

    def says(self, name, script, to=(HELLO, RECORDS)):
        """Whatever it says is refused, within a bounded time, and changes nothing but the log of incidents."""
        for self.server.path in to:
            self.is_refused(name, script)

    def is_refused(self, name, script):
        with self.subTest(says=name, to=self.server.path):
            self.server.script = script
            asked = len(self.server.asked)
            started = time.monotonic()
            outcome = self.cq.run("--json", "sync", "now", "sc")
            self.assertIn(outcome.status, REFUSED, outcome)
            self.assertLess(time.monotonic() - started, REFUSED_TIME_MAX_S)
            self.assertTrue(any(target.startswith(self.server.path) for target in self.server.asked[asked:]), "not asked")
            [peer] = self.cq.sync()["peers"]
            for part in ("what", "cure"):
                self.assertTrue(peer["last_error"].get(part), peer)
            self.leave_out_incidents()

    def test_answers_that_are_no_http(self):
        for name, script in (
                ("nothing", b""), ("noise", b"\0\xff" * 50_000), ("another protocol", b"SSH-2.0-x\r\n\r\n"),
                ("half a status line", b"HTTP/1.1 2"), ("a status of words", b"HTTP/1.1 fine\r\n\r\n"),
                ("a head without end", b"HTTP/1.1 200 OK\r\nX: y"), ("HTTP/9", b"HTTP/9.9 200 OK\r\n\r\n"),
                ("a length of words", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
                ("a length below nothing", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx"),
                ("two lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
                ("a length beyond 64 bits", b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n"),
                ("chunks of words", in_chunks(b"zz\r\nhello\r\n0\r\n\r\n")),
                ("chunks beyond 64 bits", in_chunks(b"f" * 40 + b"\r\nx"))):
            self.says(name, script)

    def test_answers_that_are_no_bundle(self):
        page = b"<html><body>Please log in</body></html>"
        deep = b"[" * 100_000
        for name, script in (
                ("another status", answer("299 Odd", BUNDLE, body=b"x")), ("a redirect", answer(
                    "302 Found", f"Location: {self.server.url}/elsewhere")),
                ("a login page", answer("200 OK", "Content-Type: text/html", body=page)),
                ("an error without a problem", answer("500 No", "Content-Type: text/html", body=page)),
                ("a problem that is none", answer("409 No", "Content-Type: application/problem+json", body=deep)),
                ("an empty bundle", answer("200 OK", BUNDLE)), ("an object", answer("200 OK", BUNDLE, body=b"{}\n")),
                ("noise", answer("200 OK", BUNDLE, body=b"\xff\xfe\0" * 100_000)),
                ("depth", answer("200 OK", BUNDLE, body=deep)),
                ("the same member twice", answer("200 OK", BUNDLE, body=b'{"minglu":1,"minglu":1}\n')),
                ("20 MiB of lines", answer("200 OK", BUNDLE, body=b"\n" * (20 * MEBIBYTE))),
                ("switched protocols", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n")):
            self.says(name, script)
        self.assertNotIn("/elsewhere", " ".join(self.server.asked), "it went where it was sent")

    def test_answers_that_end_too_early_or_never(self):
        bomb = gzip.compress(b" " * (128 * MEBIBYTE), 9)
        head = b"HTTP/1.1 200 OK\r\n" + BUNDLE.encode() + b"\r\n"
        for name, script in (
                ("less than announced", answer("200 OK", BUNDLE, body=b"x" * 100, length=100_000)),
                ("chunks cut short", in_chunks(b"5\r\nhel")), ("1 TiB announced", answer("200 OK", BUNDLE, length=2**40)),
                ("a compressed bomb", answer("200 OK", BUNDLE, "Content-Encoding: gzip", body=bomb)),
                ("the same in chunks", in_chunks(chunked(bomb), "Content-Encoding: gzip")),
                ("compressed, cut short", answer("200 OK", BUNDLE, "Content-Encoding: gzip", body=bomb[:500])),
                ("compressed, they say", answer("200 OK", BUNDLE, "Content-Encoding: zstd", body=b"x" * 500)),
                ("a body without end", without_end(b"x" * 65536, head + b"\r\n")),
                ("chunks without end", without_end(b"10000\r\n" + b"x" * 65536 + b"\r\n", in_chunks(b""))),
                ("headers without end", without_end(b"X-Again: " + b"y" * 1000 + b"\r\n", head)),
                ("one header without end", without_end(b"y" * 65536, head + b"X-Long: "))):
            self.says(name, script)

    def test_memory_for_what_it_says(self):
        """Little text can be much to keep: depth, empty lists, members."""
        for name, body in (("depth", b"[" * (15 * MEBIBYTE)), ("empty lists", b"[" + b"[]," * (5 * MEBIBYTE) + b"[]]"),
                           ("closed depth", b"[" * (7 * MEBIBYTE) + b"]" * (7 * MEBIBYTE)),
                           ("numbers", b"[" + b"0," * (7 * MEBIBYTE) + b"0]"),
                           ("members", b"{" + b",".join(b'"%x":0' % n for n in range(1_200_000)) + b"}"),
                           ("a vector", b'{"node":"sc","protocol":[1],"vector":{' + b",".join(
                               b'"sc-%016x":1' % n for n in range(500_000)) + b'},"heads":[]}')):
            self.says(name, answer("200 OK", BUNDLE, body=body + b"\n"))

    def test_what_it_says_of_itself(self):
        for name, script in (
                ("another name", hello(node="gz")), ("the name of the one who asks", hello(node="cq")),
                ("no name", hello(node=None)), ("no version", hello(protocol=[])), ("versions of words", hello(protocol="1")),
                ("a later version", hello(protocol=[2]))):
            self.says(name, script, to=(HELLO,))

    def are_others_served(self):
        """While it is being waited for, a third partner gets and brings everything."""
        asked = len(self.server.asked)
        waiting = self.cq.background("sync", "now", "sc")
        self.addCleanup(waiting.kill)
        eventually("it is asked", lambda: any(target.startswith(RECORDS) for target in self.server.asked[asked:]))
        gz = self.node("gz")
        introduce(gz, self.cq)
        introduce(self.cq, gz)
        gz.bring_in(self.file("gz.csv", gi_rows(40001, 20)))
        eventually("cq and gz are equal", lambda: are_equal(self.cq, gz))
        self.assertIsNone(waiting.poll(), "it is waited for no longer")
        self.before = self.standing()
        started = time.monotonic()
        self.assertEqual(0, self.cq.stop(), "exit status after SIGTERM")
        self.assertLess(time.monotonic() - started, STOP_TIME_MAX_S, "the node waits for it when it is to stop")
        self.cq.start()
        self.honest.forgive()

    def test_one_that_drips_keeps_nobody_waiting(self):
        self.server.script = without_end(b"1\r\nx\r\n", in_chunks(b""), pause_s=0.2)
        self.are_others_served()

    def test_one_that_is_silent_keeps_nobody_waiting(self):
        self.server.script = without_end(b"", pause_s=0.2)
        self.are_others_served()


if __name__ == "__main__":
    main()
