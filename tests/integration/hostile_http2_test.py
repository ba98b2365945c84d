"""Hostile clients that speak HTTP/2 to nginx in front of a node, where its shipped configuration was given `http2`: what
becomes of every stream, what reaches the node, and that neither grows.

The crowd of slow clients is as large as that of HTTP/1: MINGLU_LONG=1 in the environment makes it one of four thousand.
"""

import re

from behind_nginx import CROWD, PATHS, BehindNginx, allow_descriptors, crowd_address
from hostile import memory_mb
from http2 import (CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PADDED, PING, PREFACE, PRIORITY,
                   PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE, WITH_PRIORITY, Connection, block, field, frame,
                   headers, request, request_fields, settings)
from nginx import skip_without_nginx
from support import eventually, main

PROBE = 101  # the stream of a request that is fine, behind an attack on stream 1
PROBED = f", {PROBE}: 200"
PSEUDO = (":method", ":scheme", ":authority", ":path")
ENTRIES = "/v1/entries"
REMOVAL = "/v1/entries/gi/AGI90001/removal"
ASKED = re.compile(r'^minglu_http_requests_total\{method="([^"]*)",route="([^"]*)",status="[^"]*"\} (\d+)', re.MULTILINE)
OF_OTHERS = {"/v1/entries/{key...}", "/healthz", "/metrics", "/v1/sync"}  # the honest client, the probe, the suite
HIDDEN = "GET /v1/tokens HTTP/1.1\r\nHost: x\r\n\r\n"
NGINX_GROWTH_MAX_MB, NGINX_CONNECTION_MB = 32, 0.1
FRAMES, PIECES_AT_ONCE = 20_000, 50
CUT_OFF = ("closed",)  # what was said of the cause is lost where the client had not done with sending
RESETS, ADDRESSES = 4000, 5
CANCEL = bytes([0, 0, 0, 8])
BURST = 41  # requests of one address that nginx lets through at once


class Http2(BehindNginx):
    http2 = True

    def setUp(self):
        super().setUp()
        self.token = ("authorization", f"Bearer {self.editor}")
        self.fields = request_fields(ENTRIES, "GET", self.token)
        self.workers = eventually("nginx has workers", self.nginx.workers)
        self.nginx_growth_max_mb = NGINX_GROWTH_MAX_MB
        self.nginx_mb = max(memory_mb(worker)[0] for worker in self.workers)

    def asked(self):
        return sum(int(count) for _, route, count in ASKED.findall(self.cq.http("GET", "/metrics").body.decode())
                   if route not in OF_OTHERS)

    def outcome(self, data):
        with Connection(self.nginx.port, next(self.addresses)) as connection:
            connection.send(data + request(PROBE, "/healthz"))
            return connection.listen(1, PROBE).outcome()

    def try_rows(self, rows):
        """Rows: what becomes of stream 1, how many requests reach the node, a name, what is sent.

        Only "goaway" ends the connection: else the probe behind the attack is answered. None: one request or none.
        """
        asked = self.asked()
        for expected, reaching, what, data in rows:
            with self.subTest(what):
                outcome = self.outcome(data)
                self.assertEqual(expected, outcome.removeprefix("1: ").removesuffix(PROBED))
                self.assertEqual("goaway" not in expected, outcome.endswith(PROBED), outcome)
                if reaching:
                    eventually("the request is counted", lambda: self.asked() >= asked + reaching)
                self.assertIn(self.asked() - asked, (0, 1) if reaching is None else (reaching,))
                asked = self.asked()
        self.assertNotIn("/v1/tokens", self.routes_read())

    def tearDown(self):
        self.assertEqual(self.workers, self.nginx.workers(), "a worker of nginx ended")
        most_mb = max(memory_mb(worker)[1] for worker in self.workers)
        print(f"\n  nginx {self.nginx_mb} -> at most {most_mb} MiB", end="")
        self.assertLess(most_mb - self.nginx_mb, self.nginx_growth_max_mb)
        super().tearDown()

    def get_with(self, name, value):
        """A request in which one of the fields has another value."""
        return headers(1, [(key, value if key == name else old) for key, old in self.fields])

    def get(self, *more):
        return headers(1, [*self.fields, *more])

    def post(self, *more, body=b"{}"):
        return request(1, REMOVAL, "POST", self.token, *more, body=body)

    def test_breaks_of_lines_in_header_fields(self):
        """HTTP/2 can carry what would end a line of HTTP/1, and nginx asks the node in HTTP/1."""
        rows = []
        for breaking in ("a\r\nx: y", "a\nb", "a\rb", "a\0b", f" HTTP/1.1\r\nHost: x\r\n\r\n{HIDDEN}"):
            rows.append(("reset 1", 0, breaking, self.get(("x-a", breaking))))
            rows += [("reset 1", 0, (name, breaking), self.get_with(name, dict(self.fields)[name] + breaking))
                     for name in PSEUDO]
        rows += [("reset 1", 0, name, self.get((name, "v"))) for name in ("X-A", "X", "x a", "x:a", "x\r\ny", "x\0y")]
        rows += [("reset 1", 0, "CONTENT-LENGTH", self.post(("CONTENT-LENGTH", "2"))),
                 ("goaway 1", 0, "no name", self.get(("", "v"))),
                 ("200", 1, "underscore", self.get(("content_length", "5"))),
                 ("200", 1, "not ASCII", self.get(("é", "v"))),
                 ("400", 0, "a space in the path", self.get_with(":path", "/v1/entries HTTP/1.1")),
                 ("400", 0, "a space in the method", self.get_with(":method", "GET /v1/tokens"))]
        self.try_rows(rows)

    def test_lengths_that_are_not_those_of_the_data(self):
        two = ("content-length", "2")
        rows = [("422", 1, "as it should be", self.post(two)), ("422", 1, "no length", self.post()),
                ("400", 0, "less data", self.post(("content-length", "5"))),
                ("400", 0, "more data", self.post(two, body=b"{}" + HIDDEN.encode())),
                ("400", 0, "no data", self.post(("content-length", "5"), body=None)),
                ("400", 0, "length 0", self.post(("content-length", "0"))),
                ("400 reset 0", 0, "twice the same", self.post(two, two)),
                ("400 reset 0", 0, "two lengths", self.post(two, ("content-length", "3")))]
        rows += [("400 reset 0", 0, value[:9], self.post(("content-length", value)))
                 for value in ("-2", "+2", "2, 2", "x", "", "0x2", "9" * 30)]
        self.try_rows(rows)

    def test_fields_of_the_connection(self):
        """HTTP/2 forbids them. nginx passes none on, and the length that the node is told is that of the data."""
        chunks = b"0\r\n\r\n" + HIDDEN.encode()
        rows = [("400", 1, "chunked", self.post(("transfer-encoding", "chunked"), body=chunks)),
                ("400 reset 0", 0, "with a length",
                 self.post(("transfer-encoding", "chunked"), ("content-length", "5"), body=chunks))]
        rows += [("501 reset 0", 0, value, self.post(("transfer-encoding", value), body=chunks))
                 for value in ("gzip, chunked", "chunked, chunked", "identity", "xchunked")]
        rows += [("200", 1, name, self.get((name, value))) for name, value in (
            ("connection", "close"), ("connection", "transfer-encoding"), ("keep-alive", "timeout=5"), ("te", "gzip"),
            ("upgrade", "websocket"), ("proxy-connection", "close"), ("http2-settings", "AAMAAABkAAQAAP__"))]
        self.try_rows(rows)

    def test_pseudo_fields(self):
        rows = []
        for name in PSEUDO:
            others = [item for item in self.fields if item[0] != name]
            own = [item for item in self.fields if item[0] == name]
            rows += [("400", 0, f"{name} twice", headers(1, own + self.fields)),
                     ("400", 0, f"no {name}", headers(1, others)),
                     ("400, goaway 1", 0, f"{name} is empty", self.get_with(name, "")),
                     ("200", 1, f"{name} behind the others", headers(1, others + own))]
        rows += [("400", 0, name, self.get((name, "x"))) for name in (":", ":foo", ":status", ":protocol")]
        rows += [("reset 1", 0, ":PATH", self.get((":PATH", "/v1/tokens"))),
                 ("400", 0, "no scheme", self.get_with(":scheme", "ht tp"))]
        rows += [(expected, reaching, method, self.get_with(":method", method)) for expected, reaching, method in (
            ("405", 0, "CONNECT"), ("405", 0, "TRACE"), ("405", 1, "FOO"), ("400", 0, "get"), ("400", 0, "G T"))]
        self.try_rows(rows)

    def test_hosts(self):
        without = [item for item in self.fields if item[0] != ":authority"]
        rows = [("400", 0, "two hosts", headers(1, [*without, ("host", "x"), ("host", "y")])),
                ("200", 1, "a host alone", headers(1, [*without, ("host", "x")])),
                ("400", 0, "another host beside it", self.get(("host", "y"))),
                ("400", 0, "the same host beside it", self.get(("host", "x"))),
                ("goaway 11", 0, "a long one", self.get_with(":authority", "x" * 9000))]
        rows += [("400", 0, value, self.get_with(":authority", value)) for value in ("x y", "x/y", "..", "x\t")]
        self.try_rows(rows)

    def test_paths(self):
        rows = [(str(status), 1 if path.startswith("/v1/entries?") else 0, path, path) for status, path in PATHS]
        rows += [
            ("goaway 11", 0, "a long path", "/v1/" + "a" * 9000),
            ("goaway 11", 0, "a long query", "/v1/?" + "a" * 16000),
            *(("400", 0, path, path) for path in ("http://x/metrics", "http://x/v1/entries", "*", "v1/entries")),
            *(("404", 0, path, path) for path in ("/sync/v1/node", "/healthz/../metrics", "/v1/entries/../../metrics")),
            *(("404", 1, path, path) for path in ("/v1/entries;x", "/v1/\xff", "/v1/entries#x")),
            ("200", 1, "escaped breaks", "/v1/entries?q=%0d%0a%0d%0aGET%20/v1/tokens")]
        self.try_rows([(expected, reaching, what, request(1, path, "GET", self.token))
                       for expected, reaching, what, path in rows])

    def test_broken_frames(self):
        whole = block(self.fields)
        open_block = frame(HEADERS, END_STREAM, 1, whole)
        with_body = headers(1, request_fields(REMOVAL, "POST", self.token), ends_stream=False) + frame(DATA, 0, 1, b"{}")
        ends = END_STREAM | END_HEADERS
        self.try_rows((
            ("goaway 1", 0, "stream 0", headers(0, self.fields)),
            ("goaway 1", 0, "stream of servers", headers(2, self.fields)),
            ("goaway 1", 0, "stream twice", self.get() + self.get()),
            ("reset 5", None, "data behind the end", self.get() + frame(DATA, END_STREAM, 1, b"x")),
            ("goaway 1", 0, "data of stream 0", frame(DATA, END_STREAM, 0, b"x")),
            ("goaway 1", 0, "all padding", frame(HEADERS, ends | PADDED, 1, b"\xff" + whole)),
            ("goaway 1", 0, "depends on itself", frame(HEADERS, ends | WITH_PRIORITY, 1, b"\0\0\0\1\0" + whole)),
            ("goaway 1", 0, "window of 0", frame(WINDOW_UPDATE, 0, 0, bytes(4))),
            ("goaway 3", 0, "window overflows", frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff")),
            ("goaway 6", 0, "half a setting", frame(SETTINGS, 0, 0, bytes(5))),
            ("goaway 1", 0, "settings of a stream", frame(SETTINGS, 0, 1)),
            ("goaway 3", 0, "too large a window", settings(s4=2**31)),
            ("goaway 1", 0, "frames of 1 byte", settings(s5=1)),
            ("goaway 1", 0, "continues nothing", frame(CONTINUATION, END_HEADERS, 1, whole)),
            ("goaway 1", 0, "continues another stream", open_block + frame(CONTINUATION, END_HEADERS, 3)),
            ("goaway 1", 0, "ping in a block", open_block + frame(PING, 0, 0, bytes(8))),
            ("goaway 1", 0, "too large a frame", frame(HEADERS, ends, 1, bytes(16385))),
            ("goaway 6", 0, "short ping", frame(PING, 0, 0, b"x")),
            ("goaway 1", 0, "promise of a client", frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\2" + whole)),
            ("goaway 1", 0, "trailers", with_body + headers(1, [("x", "y")])),
            ("goaway 1", 0, "pseudo fields in trailers", with_body + headers(1, self.fields)),
            ("goaway 6", 0, "empty block", frame(HEADERS, ends, 1)),
            ("goaway 9", 0, "index 0", frame(HEADERS, ends, 1, b"\x80")),
            ("goaway 9", 0, "index of nothing", frame(HEADERS, ends, 1, b"\xff\xff\x03")),
            ("goaway 9", 0, "endless integer", frame(HEADERS, ends, 1, b"\xff" * 20)),
            ("goaway 9", 0, "table of gigabytes", frame(HEADERS, ends, 1, b"\x3f\xe1\xff\x7f" + whole)),
            ("goaway 9", 0, "broken Huffman code", frame(HEADERS, ends, 1, whole + b"\0\x01x\x84" + b"\xff" * 4)),
            ("goaway 6", 0, "cut off in a field", frame(HEADERS, ends, 1, whole + b"\0\x05x")),
        ))

    def flood(self, first, piece, pieces_max):
        """Sends `piece` over and over until nginx has heard enough; the connection."""
        connection = Connection(self.nginx.port, next(self.addresses))
        self.addCleanup(connection.close)
        is_open, sent = connection.send(first), 0
        while is_open and sent < pieces_max:
            is_open = connection.send(piece * PIECES_AT_ONCE)
            sent += PIECES_AT_ONCE
        return connection

    def test_header_blocks_and_bodies_that_never_end(self):
        """Those that grow are refused at a bound, those that do not after the time that a pause may take."""
        asked = self.asked()
        begun = frame(HEADERS, END_STREAM, 1, block(self.fields))
        posted = headers(1, request_fields(REMOVAL, "POST", self.token), ends_stream=False)
        self.flood(begun, frame(CONTINUATION, 0, 1), FRAMES)  # stays: nginx 1.22 has no timer for it
        idle = [self.flood(begun + frame(CONTINUATION, 0, 1, b"x")[:5], b"", 0),
                self.flood(posted, frame(DATA, 0, 1), FRAMES)]
        fields = self.flood(begun, frame(CONTINUATION, 0, 1, field("x", "y") * 100), FRAMES)
        self.assertIn(fields.listen_to_end().outcome(), ("1: 400, goaway 11", *CUT_OFF))
        length = b"\0\x01x\x7f\xff\xff\xff\x07"  # of a value that would be 2 GiB
        value = self.flood(frame(HEADERS, END_STREAM, 1, block(self.fields) + length),
                           frame(CONTINUATION, 0, 1, b"a" * 16000), FRAMES)
        self.assertIn(value.listen_to_end().outcome(), ("goaway 9", *CUT_OFF))
        for connection in idle:
            self.assertEqual("1: reset 1", connection.listen(1).outcome())
        self.assertEqual(asked, self.asked())

    def test_floods_of_small_frames(self):
        """nginx gives up a connection on which hardly anything is said."""
        for what, piece in (("ping", frame(PING, 0, 0, bytes(8))), ("settings", settings()),
                            ("priority", frame(PRIORITY, 0, 1, b"\0\0\0\3\0")), ("unknown", frame(0x42, 0, 0))):
            with self.subTest(what):
                outcome = self.flood(b"", piece, 100 * FRAMES).listen_to_end().outcome()
                self.assertIn(outcome, ("goaway 0", "goaway 11", *CUT_OFF))

    def test_rapid_reset(self):
        """Requests that are taken back at once: beyond the burst of an address none reaches the node."""
        asked = self.asked()
        taken_back = b"".join(headers(stream, self.fields) + frame(RST_STREAM, 0, stream, CANCEL)
                              for stream in range(1, 2 * RESETS, 2))
        for _ in range(ADDRESSES):
            with Connection(self.nginx.port, next(self.addresses)) as connection:
                connection.send(taken_back)
                connection.listen_to_end()  # nginx ends it where streams are opened beyond 128
                self.assertLessEqual(set(connection.statuses.values()), {200, 429})
        self.honest.until_answered()
        self.assertLessEqual(self.asked() - asked, ADDRESSES * BURST)

    def test_a_crowd_of_slow_clients(self):
        """As with HTTP/1 the node does not even see them, but for the requests that are whole."""
        opening = PREFACE + settings()
        openings = (
            b"", opening[:-3], opening + frame(HEADERS, END_STREAM, 1, block(self.fields)),
            opening + headers(1, request_fields(REMOVAL, "POST", self.token, ("content-length", "1000000")), False)
            + frame(DATA, 0, 1, b" " * 1000),
            PREFACE + settings(s4=0) + request(1, "/openapi.json"))  # no byte of an answer may be sent
        allow_descriptors(3 * CROWD)
        self.nginx_growth_max_mb += 2 * CROWD * NGINX_CONNECTION_MB
        asked = self.asked()
        for number in range(2 * CROWD):
            connection = Connection(self.nginx.port, crowd_address(number), openings[number % len(openings)], 4096)
            self.addCleanup(connection.close)
        self.honest.until_answered(10)
        self.assertEqual(200, self.ask_node().status)
        self.assertLessEqual(self.asked() - asked, 2 * CROWD // len(openings))


if __name__ == "__main__":
    skip_without_nginx()
    main()
