"""Requests that no honest client sends, to the officer listener: each is refused exactly, and changes nothing."""

import gzip
import shutil
import subprocess

from hostile import (ENTRY, HostileCase, answers_in, chunked, connect, read_to_end, request, send_all, told)
from support import main

MEBIBYTE = 1024 * 1024
BAD = (400, "bad_request")
HEAD_TOO_LARGE = (431, "too_large")
HEALTH = "/healthz"


class Framing(HostileCase):
    def assert_refused(self, expected, data):
        """One answer, and the connection is closed whatever stands behind the request."""
        answers = told(self.cq.http_port, data)
        self.assertEqual([expected], self.outcomes(answers), data[:200])
        self.assertEqual("close", answers[0].headers.get("connection"), data[:200])

    def test_heads_that_two_parsers_could_read_differently(self):
        smuggled = b"0\r\n\r\n" + request("GET", "/v1/tokens")
        rows = (
            (BAD, "Content-Length: 5", "Transfer-Encoding: chunked"),
            (BAD, "Transfer-Encoding: chunked", "Content-Length: 0"),
            (BAD, "Content-Length: 5", "Content-Length: 5"),
            (BAD, "Content-Length: 5", "Content-Length: 6"),
            (BAD, "Content-Length: 5, 5"),
            (BAD, "Content-Length: +5"),
            (BAD, "Content-Length: -5"),
            (BAD, "Content-Length: 0x5"),
            (BAD, "Content-Length: 5 5"),
            (BAD, "Content-Length:"),
            (BAD, "Content-Length: " + "9" * 30),
            (BAD, "Content-Length : 5"),
            (BAD, "Content-Length\t: 5"),
            (BAD, "Transfer-Encoding: chunked, chunked"),
            (BAD, "Transfer-Encoding: gzip, chunked"),
            (BAD, "Transfer-Encoding: identity"),
            (BAD, "Transfer-Encoding: xchunked"),
            (BAD, "Transfer-Encoding:"),
            (BAD, "Transfer-Encoding : chunked"),
            (BAD, "Transfer-Encoding: \x0bchunked"),
            (BAD, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
            (BAD, "X-Folded: a", " Transfer-Encoding: chunked"),
            (BAD, "X-Folded: a\r\n\tb"),
            (BAD, "X-Line: a\nTransfer-Encoding: chunked"),
            (BAD, "X-Return: a\rTransfer-Encoding: chunked"),
            (BAD, "X-Zero: a\0b"),
            (BAD, "No-Colon"),
            (BAD, ": no name"),
            (BAD, "Sp ace: x"),
            (BAD, "Host: y"),
            (BAD, "Authorization: Bearer a", "Authorization: Bearer b"),
            ((417, "bad_request"), "Expect: 200-ok"),
        )
        for expected, *headers in rows:
            with self.subTest(headers=headers):
                self.assert_refused(expected, request("POST", "/v1/batches", *headers, body=smuggled))

    def test_request_lines(self):
        rows = (
            (BAD, b"GET /healthz\r\n\r\n"),  # HTTP/0.9 with an empty line
            (BAD, b"\r\n\r\n"),
            (BAD, b"GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
            (BAD, b"GET /healthz  HTTP/1.1\r\nHost: x\r\n\r\n"),
            (BAD, b"GET /health z HTTP/1.1\r\nHost: x\r\n\r\n"),
            (BAD, b" GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
            (BAD, b"G@T /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
            (BAD, b"GET /healthz HTTP/1.1\r\n\r\n"),  # no host
            (BAD, b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n"),
            (BAD, b"GET /healthz HTTP/1.1\nHost: x\n\r\n\r\n"),
            ((505, "unsupported_version"), b"GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n"),
            ((505, "unsupported_version"), b"GET /healthz http/1.1\r\nHost: x\r\n\r\n"),
            (BAD, b"GET /healthz HTTP/1.1 X\r\nHost: x\r\n\r\n"),
            ((505, "unsupported_version"), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"),
            (BAD, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + b"x" * 40 + b"\r\n\r\n"),  # a TLS greeting
            (BAD, b"\0" * 100 + b"\r\n\r\n"),
        )
        for expected, data in rows:
            with self.subTest(data=data[:60]):
                self.assert_refused(expected, data)

    def test_floods_of_headers(self):
        rows = (
            (HEAD_TOO_LARGE, [f"X-{n}: y" for n in range(101)]),
            (HEAD_TOO_LARGE, ["X: y"] * 2000),
            (HEAD_TOO_LARGE, ["X: " + "y" * 40_000]),
            (HEAD_TOO_LARGE, ["y" * 40_000]),
            (HEAD_TOO_LARGE, ["Accept-Encoding: " + "gzip," * 20_000]),
            (HEAD_TOO_LARGE, ["Cookie: " + "y" * (8 * MEBIBYTE)]),
        )
        for expected, headers in rows:
            with self.subTest(header=headers[0][:30], count=len(headers)):
                self.assert_refused(expected, request("GET", HEALTH, *headers))
        self.assert_refused(HEAD_TOO_LARGE, b"GET /" + b"y" * (8 * MEBIBYTE))
        allowed = told(self.cq.http_port, request("GET", HEALTH, *[f"X-{n}: {'y' * 200}" for n in range(97)]))
        self.assertEqual([(200, None)], self.outcomes(allowed))

    def test_a_head_without_end_is_cut(self):
        with connect(self.cq.http_port) as connection:
            send_all(connection, b"GET /healthz HTTP/1.1\r\n")
            sent = 0
            while sent < 64 * MEBIBYTE and send_all(connection, b"X-Endless: yyyyyyyyyyyyyyy\r\n" * 2000):
                sent += 56_000
            self.assertLess(sent, 16 * MEBIBYTE)

    def test_chunks(self):
        rows = (
            (BAD, b"x\r\n"),
            (BAD, b"-1\r\n"),
            (BAD, b"+1\r\na\r\n0\r\n\r\n"),
            (BAD, b"0x1\r\na\r\n0\r\n\r\n"),
            (BAD, b"\r\n"),
            (BAD, b" 1\r\na\r\n0\r\n\r\n"),
            (BAD, b"1 \r\na\r\n0\r\n\r\n"),
            (BAD, b"1 ;x\r\na\r\n0\r\n\r\n"),
            (BAD, b"1\na\r\n0\r\n\r\n"),
            (BAD, b"2;x\nab\r\n0\r\n\r\n"),  # some read a bare line feed as the end of the line
            (BAD, b"2;x\rab\r\n0\r\n\r\n"),
            (BAD, b"3;x\nab\r\n{ }\r\n0\r\n\r\n"),  # to those an empty body of another length
            (BAD, b"2;\0\r\nab\r\n0\r\n\r\n"),
            (BAD, b"1\r\nab\r\n0\r\n\r\n"),  # size too small
            (BAD, b"1\r\na" + b"b" * 300 + b"\r\n0\r\n\r\n"),
            (BAD, b"3\r\na\r\n0\r\n\r\n0\r\n\r\n"),  # size too large
            (BAD, b"1\r\na\n0\r\n\r\n"),
            (BAD, b"10000000000000000\r\na\r\n0\r\n\r\n"),
            (BAD, b"1" + b"0" * 400 + b"\r\n"),
            (BAD, b"1;" + b"x" * 10_000 + b"\r\na\r\n0\r\n\r\n"),
            (BAD, b"0\r\nX-Trailer: y\r\n\r\n"),
            (BAD, b"0\r\nContent-Length: 50\r\n\r\n"),
            (BAD, b"1;x=y\r\na\r\n" * 5_000 + b"0\r\n\r\n"),  # busy work: one byte a chunk
        )
        for expected, body in rows:
            with self.subTest(body=body[:40]):
                self.assert_refused(expected, self.post("Transfer-Encoding: chunked", body=body))
        self.assert_refused((413, "too_large"), self.post("Transfer-Encoding: chunked", body=b"fffffffffffffff\r\n" +
                                                          b" " * (33 * MEBIBYTE)))
        whole = told(self.cq.http_port, self.post("Transfer-Encoding: chunked", body=b"1;x=\"y\"\r\n{\r\n" +
                                                  chunked(b"}")))
        self.assertEqual([(422, "missing_value")], self.outcomes(whole), "honest chunks are read")

    def post(self, *headers, body=b"", target=ENTRY + "/removal"):
        return request("POST", target, f"Authorization: Bearer {self.editor}", *headers, body=body)

    def test_bodies_that_are_cut_short(self):
        for headers, body in (("Content-Length: 10", b"{}"), ("Transfer-Encoding: chunked", b"5\r\n{}"),
                              ("Transfer-Encoding: chunked", b"2\r\n{}\r\n"), ("Transfer-Encoding: chunked", b"2")):
            with self.subTest(headers=headers, body=body), connect(self.cq.http_port) as connection:
                connection.sendall(self.post(headers, body=body))
                connection.shutdown(1)
                self.assertEqual([(408, "bad_request")], self.outcomes(answers_in(read_to_end(connection))))

    def test_bodies_that_are_too_large(self):
        """Told from the head alone where it says so, and never held in memory."""
        for length in (33 * MEBIBYTE, 2**40, 2**64 - 1):
            with self.subTest(length=length):
                self.assert_refused((413, "too_large"), self.post(f"Content-Length: {length}"))
                self.assert_refused((413, "too_large"), self.post(f"Content-Length: {length}",
                                                                  "Expect: 100-continue"))
        self.assert_refused((413, "too_large"), self.post(f"Content-Length: {33 * MEBIBYTE}",
                                                          body=b" " * (33 * MEBIBYTE)))

    def test_large_bodies_of_strangers_are_not_taken(self):
        """Refused by the head, without an invitation to send the rest."""
        for length in ("Content-Length: 200000000", "Transfer-Encoding: chunked"):
            for headers, expected in (([], (401, "unauthenticated")), (["Authorization: Bearer x"], (401, "unauthenticated")),
                                      ([f"Authorization: Bearer {self.reader}"], (403, "not_allowed"))):
                with self.subTest(length=length, headers=headers):
                    self.assert_refused(expected, request("POST", "/v1/imports?kind=gi", length, "Expect: 100-continue",
                                                          *headers))
                    self.assert_refused(expected, request("POST", "/v1/imports?kind=gi", length, *headers, keep=True,
                                                          body=b"9" * (4 * MEBIBYTE)))
        bearer = f"Authorization: Bearer {self.editor}"
        for expected, target in (((404, "not_found"), "/v1/nothing"), ((405, "bad_request"), "/v1/entries"),
                                 (BAD, "/v1/imports?colour=red")):
            with self.subTest(target=target):
                self.assert_refused(expected, request("POST", target, bearer, "Content-Length: 5000000", keep=True))

    def test_compressed_bombs(self):
        zeros = b" " * MEBIBYTE
        bomb = b"".join(self.gzip_pieces(zeros, 100))
        rows = [("gzip", bomb, (413, "too_large")), ("x-gzip", bomb, (413, "too_large")),
                ("gzip", gzip.compress(bomb), BAD), ("gzip", b"x" * 100, (400, "bad_encoding")),
                ("gzip", bomb[:1000], (400, "bad_encoding")), ("gzip", b"", (400, "bad_encoding")),
                ("gzip", gzip.compress(b"{}") * 2, (400, "bad_encoding")),
                ("gzip", gzip.compress(b"{}") + b"\0" * 1000, (400, "bad_encoding")),
                ("gzip, gzip", gzip.compress(bomb), (415, "unsupported_version")),
                ("br", b"x", (415, "unsupported_version")), ("deflate", b"x", (415, "unsupported_version")),
                ("identity, gzip", b"x", (415, "unsupported_version"))]
        if shutil.which("zstd"):
            large = subprocess.run(["zstd", "-q", "-c", "-9"], input=b" " * (32 * MEBIBYTE), capture_output=True)
            window = subprocess.run(["zstd", "-q", "-c", "--ultra", "-22", "--long=31"], input=b" " * MEBIBYTE * 9,
                                    capture_output=True)
            rows += [("zstd", large.stdout * 4, (413, "too_large")), ("zstd", window.stdout[:-4], (400, "bad_encoding"))]
        for coding, body, expected in rows:
            if not body:
                continue  # no body is no coded body
            for framing, framed in ((f"Content-Length: {len(body)}", body),
                                    ("Transfer-Encoding: chunked", chunked(body))):
                with self.subTest(coding=coding, bytes=len(body), framing=framing):
                    self.assert_refused(expected, self.post(f"Content-Encoding: {coding}", framing, body=framed))

    @staticmethod
    def gzip_pieces(piece, times):
        import zlib
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        for _ in range(times):
            yield packer.compress(piece)
        yield packer.flush()

    def test_pipelined_requests_are_answered_in_order_until_one_is_refused(self):
        good = request("GET", HEALTH, keep=True)
        mixed = good * 50 + request("GET", "/nothing", keep=True) + good + b"bad\r\n\r\n" + good * 50
        answers = told(self.cq.http_port, mixed)
        self.assertEqual([(200, None)] * 50 + [(404, "not_found"), (200, None), BAD], self.outcomes(answers))
        # What stands in a body is never a request.
        inner = request("GET", "/v1/tokens", keep=True)
        carrying = request("POST", "/v1/batches", f"Content-Length: {len(inner)}", body=inner, keep=True)
        answers = told(self.cq.http_port, carrying + request("GET", HEALTH))
        self.assertEqual([(405, "bad_request"), (200, None)], self.outcomes(answers))

    def test_expect_continue(self):
        with connect(self.cq.http_port) as connection:
            connection.sendall(self.post("Content-Length: 2", "Expect: 100-continue"))
            self.assertEqual(b"HTTP/1.1 100 Continue\r\n\r\n", connection.recv(1000))
            connection.sendall(b"{}")
            self.assertEqual([(422, "missing_value")], self.outcomes(answers_in(read_to_end(connection))))

    def test_ranges_are_not_served(self):
        whole = self.officer("GET", "/openapi.json")[0]
        for wanted in ("bytes=0-0", "bytes=-1", "bytes=0-,0-,0-,0-", "bytes=" + "0-1," * 1000 + "2-3", "bytes=5-2", "x"):
            with self.subTest(wanted=wanted[:30]):
                ranged = self.officer("GET", "/openapi.json", f"Range: {wanted}")[0]
                self.assertEqual((200, whole.body), (ranged.status, ranged.body))

    def test_methods(self):
        rows = (("FOO", 405), ("get", 405), ("OPTIONS", 405), ("TRACE", 405), ("CONNECT", 405), ("PATCH", 405),
                ("PROPFIND", 405), ("M" * 10_000, 405))
        for method, status in rows:
            with self.subTest(method=method[:20]):
                answers = self.officer(method, ENTRY)
                self.assertEqual([(status, "bad_request")], self.outcomes(answers))
                self.assertIn("GET", answers[0].headers["allow"])
        with self.subTest(method="HEAD"):
            answers = told(self.cq.http_port, request("HEAD", HEALTH), to_head=True)
            self.assertEqual([200], [answer.status for answer in answers])
        with self.subTest(method="HEAD with a body"):
            self.assert_refused(BAD, request("HEAD", HEALTH, "Content-Length: 5", body=b"12345"))


class Targets(HostileCase):
    def test_paths(self):
        rows = (
            (BAD, "/v1/../v1/entries"), (BAD, "/v1/%2e%2e/v1/entries"), (BAD, "/v1/%2E%2E/metrics"),
            (BAD, "/v1/.%2e/entries"), (BAD, "/v1/./entries"), (BAD, "/.."), (BAD, "//v1/entries"),
            (BAD, "/v1//entries"), (BAD, "/v1%2f%2fentries"), (BAD, "/v1/entries%00"), (BAD, "/v1/%0d%0aentries"),
            (BAD, "/v1/\\..\\entries"), (BAD, "/v1/%5c..%5centries"), (BAD, "/v1/%"), (BAD, "/v1/%2"),
            (BAD, "/v1/%zz"), (BAD, "/v1/%+1"), (BAD, "/v1/%ff"), (BAD, "/v1/%c0%ae%c0%ae/entries"),
            (BAD, "/v1/%e0%80%ae"), (BAD, "/v1/%ed%a0%80"), (BAD, "/v1/%f4%90%80%80"), (BAD, "/v1/\udcff"),
            (BAD, "*"), (BAD, "v1/entries"), (BAD, "http://x/v1/entries"), (BAD, "https://other:99/v1/entries"),
            (BAD, "x:443"), (BAD, "?"),
            ((414, "too_large"), "/v1/" + "a" * 8200), ((414, "too_large"), "/v1/" + "a/" * 8200),
            ((431, "too_large"), "/v1/" + "a" * MEBIBYTE),
            ((404, "not_found"), "/v1/" + "a/" * 4000), ((404, "not_found"), "/v1/entries/" + "a" * 8000),
            ((400, "bad_request"), "/v1/entries/gi/" + "%e6%a6%a8" * 800), ((404, "not_found"), "/V1/entries"),
            ((404, "not_found"), "/v1/entries/"), ((404, "not_found"), "/v1/entries;x"), ((404, "not_found"), "/v1#x"),
            ((400, "bad_request"), "/v1/entries/gi/%252e%252e"), ((404, "not_found"), "/v1/..%252fmetrics"),
            ((404, "not_found"), "/sync/v1/node"), ((404, "not_found"), "/etc/passwd"),
        )
        bearer = f"Authorization: Bearer {self.editor}"
        for expected, target in rows:
            with self.subTest(target=target[:60]):
                self.assertEqual([expected], self.outcomes(self.officer("GET", target, bearer)))

    def test_parameters(self):
        entries, changes, conflicts = "/v1/entries?", "/v1/changes?", "/v1/conflicts?"
        bad = [entries + f"limit={n}" for n in ("-1", "0", "201", "1" + "0" * 30, "1e2", "0x10", "1.0", "+1", "%201", "",
                                                "%ef%bc%91", "NaN", "9223372036854775808", "-9223372036854775809")]
        bad += [entries + f"cursor={c}" for c in ("nonsense", "s", "s1", "s1-", "s-1-2-3", "s1-2", "s1-2-3-4", "s01-2-3", "s1-2-3x",
                                                  "s" + "9" * 30 + "-1", "c1", "%00", "a" * 5000, "s1-2-3%20")]
        bad += [entries + f"as_of={d}" for d in ("0", "2024-02-30", "2024-13-01", "99999-01-01", "-2024-01-01",
                                                 "2024-1-1", "2024-01-01T00:00:00", "today", "%00", "9" * 5000)]
        bad += [entries + p for p in ("colour=red", "limit=1&limit=1", "q=%ff", "q=%c0%af", "q=%ed%a0%80", "q=%00",
                                      "q=%", "q=" + "a" * 1001, "kind=x", "listing=x", "region=5x", "region=5000000",
                                      "home=%3C", "batch=x", "conflict=x", "=x", "LIMIT=1", "limit%00=1",
                                      "&".join(f"p{n}=1" for n in range(900)))]
        bad += [changes + p for p in ("after=-1", "after=1e9", "after=" + "9" * 30, "after=x", "wait_s=-1", "wait_s=x",
                                      "wait_s=" + "9" * 30, "limit=0", "limit=" + "9" * 19)]
        bad += [conflicts + p for p in ("state=x", "limit=-1", "cursor=x", "key=x&key=y")]
        bearer = f"Authorization: Bearer {self.editor}"
        for target in bad:
            with self.subTest(target=target[:70]):
                self.assertEqual([BAD], self.outcomes(self.officer("GET", target, bearer)))
        self.assertEqual([(414, "too_large")],
                         self.outcomes(self.officer("GET", entries + "q=" + "a" * 10_000, bearer)))
        self.assertEqual([HEAD_TOO_LARGE],
                         self.outcomes(self.officer("GET", entries + "q=" + "a" * MEBIBYTE, bearer)))
        for query in ("q=%22", "q=%27%27", "q=" + "%e6%a6%a8" * 333, "q=*%3F%25_", "q=" + "a%20" * 250, "q=%F0%9F%98%80",
                      "q=a%09b%0ac", "q=%23" * 300, "q=NEAR(a%20OR%20b)", "q=%27;DROP%20TABLE%20entry;--", "&&&"):
            with self.subTest(query=query[:50]):
                self.assertIn(self.officer("GET", entries + query, bearer)[0].status, (200, 400))


class Json(HostileCase):
    def put(self, body):
        etag = self.cq.http("GET", ENTRY, token=self.reader).headers["ETag"]
        return self.outcomes(self.officer("PUT", ENTRY, f"Authorization: Bearer {self.editor}", f"If-Match: {etag}",
                                          "Content-Type: application/json", f"Content-Length: {len(body)}", body=body))

    def test_bodies_that_are_not_json_or_too_much_of_it(self):
        field = b'{"reason":"x","fields":{"name":%s}}'
        deep = lambda n: b"[" * n + b"]" * n
        rows = [
            b"{", b"null", b"[]", b'"x"', b"{}}", b"{} {}", b"{'a':1}", b'{"reason":"x",}', 
            b"\xff\xfe{\0}\0", b"\0", field % b"NaN", field % b"Infinity", field % b"01", field % b"+1",
            field % b'"\xff"', field % b'"\xc0\xaf"', field % b'"\xe0\x80\xaf"', field % b'"\xed\xa0\x80"',
            field % b'"\xf4\x90\x80\x80"', field % b'"\\ud800"', field % b'"\\udc00\\ud800"', field % b'"\\x41"',
            field % b'"a\nb"', field % b'"a\0b"',
            b'{"reason":"x","fields":{"name":"a","name":"b"}}', b'{"reason":"x","reason":"y","fields":{}}',
            b'{"reason":"x","fields":{"name":"a","na\\u006de":"b"}}', b'{"reason":"x","fields":{},"extra":1}',
            field % b"9007199254740992", field % b"-9007199254740992", field % b"1e400", field % b"1.5", field % b"1e2",
            field % (b"9" * 5000), field % b'{"a":1,"a":2}', field % b'[{"b":{"a":1,"a":2}}]',
            field % deep(64), field % deep(1000), field % deep(100_000), deep(100_000), b"[" * 100_000,
            b'{"a":' * 100_000, field % (b'{"a":' * 100_000), b'"' * 100_001, b"\\" * 100_000,
            field % (b"[" + b"{}," * MEBIBYTE + b"{}]"), field % (b"[" + b"0," * (2 * MEBIBYTE) + b"0]"),
            field % (b"{" + b",".join(b'"%d":0' % n for n in range(300_000)) + b"}"),
        ]
        for body in rows:
            with self.subTest(body=body[:60], bytes=len(body)):
                [(status, code)] = self.put(body)
                self.assertEqual((400, "bad_request"), (status, code))

    def test_a_body_that_fits_no_memory_is_refused_and_not_taken_for_an_empty_one(self):
        admin = self.cq.token("admin")
        for target in ("/v1/sync/now", "/v1/maintenance/rebuild"):
            body = b'{"unknown":"' + b"x" * (9 * MEBIBYTE) + b'"}'
            for framing, framed in ((f"Content-Length: {len(body)}", body),
                                    ("Transfer-Encoding: chunked", chunked(body))):
                with self.subTest(target=target, framing=framing):
                    answers = self.officer("POST", target, f"Authorization: Bearer {admin}", framing, body=framed)
                    self.assertEqual([(413, "too_large")], self.outcomes(answers))


if __name__ == "__main__":
    main()
