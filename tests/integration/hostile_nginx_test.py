"""Hostile clients of the shipped nginx in front of a node: what nginx refuses, and that nothing gets past it.

The crowd of slow clients is of a few hundred connections; with MINGLU_LONG=1 in the environment, of four thousand.
"""

import gzip

from behind_nginx import CROWD, PATHS, BehindNginx, allow_descriptors, crowd_address
from hostile import chunked, connect, read_to_end, request, send_all, told
from nginx import skip_without_nginx
from support import main, tls_context

MEBIBYTE = 1024 * 1024


class Http1(BehindNginx):
    def test_requests_that_two_parsers_could_read_differently(self):
        """Refused by nginx, or passed on in a form of its own; the request inside is never answered."""
        hidden = request("GET", "/v1/tokens")
        inside = b"0\r\n\r\n" + hidden
        authorized = f"Authorization: Bearer {self.editor}"
        rows = (
            ([400], ["Content-Length: 5", "Transfer-Encoding: chunked"], inside),
            ([400], ["Transfer-Encoding: chunked", "Content-Length: 5"], inside),
            ([400], ["Content-Length: 5", "Content-Length: 5"], inside),
            ([400], ["Content-Length: 5", "Content-Length: 6"], inside),
            ([400], ["Content-Length: 5, 5"], inside),
            ([400], ["Content-Length: +5"], inside),
            ([400], ["Content-Length: -5"], inside),
            ([400], ["Content-Length: " + "9" * 30], inside),
            ([400], ["Content-Length : 5"], inside),
            ([400], ["Transfer-Encoding : chunked"], inside),
            ([501], ["Transfer-Encoding: gzip, chunked"], inside),
            ([501], ["Transfer-Encoding: chunked, chunked"], inside),
            ([501], ["Transfer-Encoding: xchunked"], inside),
            ([400], ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], inside),
            ([400], ["X-Zero: a\0b"], inside),
            ([400], ["Transfer-Encoding: chunked"], b"x\r\n" + hidden),
            ([400], ["Transfer-Encoding: chunked"], b"1\r\nab\r\n" + inside),
            ([400], ["Transfer-Encoding: chunked"], b"1" + b"0" * 30 + b"\r\na\r\n" + inside),
            ([422], ["Transfer-Encoding: chunked"], b"2;x=y\r\n{}\r\n" + inside),
        )
        for expected, headers, body in rows:
            with self.subTest(headers=headers, body=body[:30]):
                data = request("POST", "/v1/entries/gi/AGI90001/removal", authorized, *headers, body=body)
                self.assertEqual(expected, self.statuses(data))
        self.assertNotIn("/v1/tokens", self.routes_read())

    def test_folded_lines_and_bare_line_feeds_hide_nothing(self):
        """nginx takes some of these; what reaches the node is one plain request, or none."""
        for headers in (["X-Folded: a", " Transfer-Encoding: chunked"], ["X: a\nTransfer-Encoding: chunked"],
                        ["X: a\r\n\tTransfer-Encoding: chunked"], ["X: a\rTransfer-Encoding: chunked"], ["Transfer_Encoding: chunked"]):
            with self.subTest(headers=headers):
                data = request("POST", "/v1/entries", *headers, "Content-Length: 5", body=b"0\r\n\r\n")
                statuses = self.statuses(data)
                self.assertTrue(set(statuses) <= {400, 405}, statuses)
        self.assertNotIn("/v1/tokens", self.routes_read())

    def test_request_lines_and_paths(self):
        authorized = f"Authorization: Bearer {self.editor}"
        rows = (
            (400, b"GET /healthz HTTP/1.1\r\n\r\n"), (400, b"\x16\x03\x01\x02\0\r\n\r\n"), (505, b"GET / HTTP/3.0\r\n\r\n"),
            (400, b"GET\0 / HTTP/1.1\r\nHost: x\r\n\r\n"), (400, b"GET /v1/\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
            *((status, request("GET", target, authorized)) for status, target in (
                *PATHS, (414, "/v1/" + "a" * 9000), (414, "/v1/entries?q=" + "a" * MEBIBYTE),
                (404, "http://x/metrics"), (200, "http://x/v1/entries"))),
        )
        for expected, data in rows:
            with self.subTest(data=data[:60]):
                self.assertEqual([expected], self.statuses(data))
        for method, expected in (("TRACE", 405), ("CONNECT", 405), ("FOO", 405), ("get", 400)):
            with self.subTest(method=method):
                self.assertEqual([expected], self.statuses(request(method, "/v1/entries", authorized)))

    def test_floods_of_headers_and_bodies(self):
        rows = (
            (400, request("GET", "/healthz", "X: " + "y" * 40_000)),
            (400, request("GET", "/healthz", *["X: " + "y" * 1000] * 40)),
            (431, request("GET", "/healthz", *[f"X-{n}: y" for n in range(200)])),
            (413, request("POST", "/v1/entries", f"Content-Length: {33 * MEBIBYTE}")),
            (413, request("POST", "/v1/entries", f"Content-Length: {2**62}")),
            (413, request("POST", "/v1/entries", "Transfer-Encoding: chunked", body=chunked(b" " * 33 * MEBIBYTE))),
            (413, request("POST", "/v1/entries/gi/AGI90001/removal", "Content-Encoding: gzip", "Transfer-Encoding: chunked",
                          body=chunked(gzip.compress(b" " * (64 * MEBIBYTE), 9)))),
        )
        for expected, data in rows:
            with self.subTest(data=data[:60]):
                self.assertEqual([expected], self.statuses(data))

    def test_http_0_9_and_2(self):
        with connect(self.nginx.port, self.client, source=next(self.addresses)) as connection:
            send_all(connection, b"GET /v1/tokens\r\n\r\n")  # no headers in HTTP/0.9, so no token either
            self.assertIn(b'"code":"unauthenticated"', read_to_end(connection))
        # HTTP/2 is not agreed on, and not spoken.
        self.assertIn(self.statuses(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ([400], [405], [505]))
        context = tls_context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with connect(self.nginx.port, context, source=next(self.addresses)) as connection:
            self.assertEqual("http/1.1", connection.selected_alpn_protocol())

    def test_a_crowd_of_slow_clients(self):
        """The node does not even see them: nginx reads heads and bodies whole before it asks, and takes answers at once."""
        data = (b"", b"GET /v1/entries HTTP/1.1\r\nHost: x\r\nX-Slow: ", request("GET", "/healthz", keep=True),
                request("POST", "/v1/entries", "Content-Length: 1000000", keep=True) + b" " * 1000,
                request("GET", "/openapi.json", keep=True) * 10)
        allow_descriptors(3 * CROWD)
        crowd = []
        self.addCleanup(lambda: [connection.close() for connection in crowd])
        for n in range(CROWD):
            connection = connect(self.nginx.port, self.client, receive_bytes=4096, source=crowd_address(n))
            crowd.append(connection)
            send_all(connection, data[n % len(data)])
        half_open = [connect(self.nginx.port, source=crowd_address(CROWD + n)) for n in range(CROWD)]
        crowd += half_open
        self.honest.until_answered(10)
        in_process = self.ask_node()
        self.assertEqual(200, in_process.status)

    def test_one_address_is_limited(self):
        source = next(self.addresses)
        flood = request("GET", "/healthz", keep=True) * 300 + request("GET", "/healthz")
        statuses = [answer.status for answer in told(self.nginx.port, flood, self.client, source=source)]
        self.assertEqual({200, 429}, set(statuses))
        self.honest.until_answered()


if __name__ == "__main__":
    skip_without_nginx()
    main()
