"""The listener for other nodes: a stranger gets no HTTP byte, and a pinned peer that turns hostile changes nothing."""

import gzip
import json
import ssl
import warnings

from hostile import HostileCase, answers_in, chunked, connect, read_to_end, request, send_all, told
from support import introduce, main, tls_context, tls_of

MEBIBYTE = 1024 * 1024
BAD = (400, "bad_request")
BAD_BUNDLE = (400, "malformed")
LOGS_MAX = 4096  # that a bundle names
MEMORY_OF_NAMES_MB = 100  # that a thread keeps of having read a first line of 60,000 logs
KEPT_SINGLY = 100  # incidents of one kind about one peer on one day
NODE = request("GET", "/sync/v1/node")
BUNDLE = "Content-Type: application/vnd.minglu.bundle; v=1"


class Strangers(HostileCase):
    def heard(self, context, data=NODE):
        """What a client hears; an end of the handshake is an end."""
        try:
            with connect(self.cq.peer_port, context) as connection:
                send_all(connection, data)
                return read_to_end(connection)
        except OSError:
            return b""

    def test_no_byte_of_http_without_a_pinned_certificate(self):
        stranger = self.node("sc", start=False)
        own = self.cq
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for name, context in (("none", tls_context()), ("a stranger's", tls_of(stranger)),
                                  ("the server's own", tls_of(own))):
                context.minimum_version = context.maximum_version = version
                with self.subTest(certificate=name, version=version.name):
                    self.assertEqual(b"", self.heard(context))
                    self.assertEqual(b"", self.heard(context, NODE * 100))

    def test_old_versions_of_tls_are_not_spoken(self):
        peer = self.node("sc", start=False)
        introduce(self.cq, peer, "")
        self.before = self.standing()
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            context = tls_of(peer)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
            self.assertEqual(b"", self.heard(context))
        self.assertIn(b"200 OK", self.heard(tls_of(peer)))

    def test_plain_bytes(self):
        for data in (NODE, b"\0" * 100_000, b"\x16\x03\x01\xff\xff" + b"\1" * 70_000, b"SSH-2.0-x\r\n", b"\x80\x2e\1\0\2" * 50,
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x15\x03\x01\0\2\2\x28"):
            with self.subTest(data=data[:20]), connect(self.cq.peer_port) as connection:
                send_all(connection, data)
                heard = read_to_end(connection)
                self.assertNotIn(b"HTTP", heard)
                self.assertLessEqual(len(heard), 7, "at most one alert")

    def test_a_peer_that_was_removed_is_a_stranger_at_once(self):
        peer = self.node("sc", start=False)
        introduce(self.cq, peer, "")
        with connect(self.cq.peer_port, tls_of(peer)) as connection:
            connection.sendall(request("GET", "/sync/v1/node", keep=True))
            self.assertIn(b"200 OK", connection.recv(1000))
            self.cq.ok("peer", "remove", "sc")
            self.before = self.standing()
            send_all(connection, NODE)
            self.assertNotIn(b"HTTP", read_to_end(connection)[-20:])
        self.assertEqual(b"", self.heard(tls_of(peer)))


class PinnedPeer(HostileCase):
    memory_growth_max_mb = 192  # a bundle of 33 MiB is looked at whole

    def setUp(self):
        super().setUp()
        self.sc = self.node("sc", start=False)
        introduce(self.cq, self.sc, "")
        self.peer = tls_of(self.sc)
        self.before = self.standing()

    def asked(self, *words, **more):
        return self.outcomes(told(self.cq.peer_port, request(*words, **more), self.peer))

    def test_framing(self):
        inside = b"0\r\n\r\n" + NODE
        for headers in (["Content-Length: 5", "Transfer-Encoding: chunked"], ["Content-Length: 5", "Content-Length: 5"],
                        ["Content-Length : 5"], ["X: a", " Transfer-Encoding: chunked"], ["Transfer-Encoding: gzip"],
                        ["X: a\nTransfer-Encoding: chunked"]):
            with self.subTest(headers=headers):
                self.assertEqual([BAD], self.asked("POST", "/sync/v1/records", BUNDLE, *headers, body=inside))
        self.assertEqual([(431, "too_large")], self.asked("GET", "/sync/v1/node", *[f"X-{n}: y" for n in range(200)]))
        self.assertEqual([(505, "unsupported_version")],
                         self.outcomes(told(self.cq.peer_port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", self.peer)))
        answers = told(self.cq.peer_port, request("GET", "/sync/v1/node", keep=True) * 20 + NODE, self.peer)
        self.assertEqual([(200, None)] * 21, self.outcomes(answers))

    def test_paths_and_parameters(self):
        records, proof, trie = "/sync/v1/records?", "/sync/v1/proof?", "/sync/v1/trie?"
        log = self.cq.sync()["own_log"]
        rows = [(BAD, path) for path in (
            "/sync/v1/../../v1/tokens", "/sync/v1/%2e%2e/node", "//sync/v1/node", "/sync/v1/%00", "http://x/sync/v1/node",
            records + "have=x", records + "have=" + "cq-0:1," * 500, records + f"have={log}:-1", records + f"have={log}:{10**30}",
            records + f"have={log}:1,{log}:2", records + "heads=x", records + "skip=x", records + "wait_s=-1",
            records + "wait_s=" + "9" * 30, records + "limit_bytes=0", records + "limit_bytes=-1",
            records + "limit_bytes=" + "9" * 30, records + "limit_bytes=1&limit_bytes=2", proof + "log=x", proof, proof + "log=%00",
            proof + f"log={log}&from=-1", proof + f"log={log}&from=0&to={10**30}", proof + f"log={log}&to=9007199254740993",
            records + "have=%ff")]
        rows += [((404, "not_found"), path) for path in ("/v1/tokens", "/metrics", "/healthz", "/sync/v2/node", "/sync/v1/node/")]
        rows += [((414, "too_large"), "/sync/v1/" + "a" * 10_000)]
        for expected, target in rows:
            with self.subTest(target=target[:70]):
                self.assertEqual([expected], self.asked("GET", target))
        for target in (proof + f"log={log}&from=5&to=3", proof + f"log={log}&from=0&to=9007199254740991", trie + "prefix=x",
                       trie + "prefix=" + "f" * 5000, trie + "prefix=0&prefix=1", proof + "log=xx-0000000000000001&from=0&to=1"):
            with self.subTest(target=target[:70]):
                [(status, code)] = self.asked("GET", target)
                self.assertIn(status, (400, 404, 422))
                self.assertIsNotNone(code)
        for method in ("PUT", "DELETE", "FOO", "OPTIONS"):
            self.assertEqual([(405, "bad_request")], self.asked(method, "/sync/v1/node"))

    def push(self, body, *headers):
        return self.asked("POST", "/sync/v1/records", BUNDLE, f"Content-Length: {len(body)}", *headers, body=body)

    def test_bundles_that_are_none(self):
        deep = b"[" * 100_000
        for body in (b"", b"{}", b"x" * 1000, b"\0" * MEBIBYTE, b"\xff\xfe", deep, b'{"a":' * 100_000, b"\n" * MEBIBYTE,
                     b'{"minglu":1,"minglu":1}\n', b'{"v":9007199254740993}\n', b"x" * (20 * MEBIBYTE)):
            with self.subTest(body=body[:20], bytes=len(body)):
                [(status, code)] = self.push(body)
                self.assertIn(status, (400, 422), code)
                self.assertIsNotNone(code)
        self.leave_out_incidents()

    def test_bundles_that_are_too_much(self):
        bomb = gzip.compress(b" " * (64 * MEBIBYTE), 9)
        gzipped = "Content-Encoding: gzip"
        self.assertEqual([(413, "too_large")], self.push(bomb, gzipped))
        self.assertEqual([(413, "too_large")], self.asked("POST", "/sync/v1/records", BUNDLE, gzipped,
                                                          "Transfer-Encoding: chunked", body=chunked(bomb)))
        self.assertEqual([(413, "too_large")], self.asked("POST", "/sync/v1/records", BUNDLE,
                                                          f"Content-Length: {2**40}"))
        self.assertEqual([(400, "bad_encoding")], self.push(bomb[:1000], gzipped))
        self.assertEqual([(415, "unsupported_version")], self.push(b"x", "Content-Encoding: br"))
        self.assertEqual([(415, "unsupported_version")],
                         self.asked("POST", "/sync/v1/records", "Content-Type: text/plain", "Content-Length: 1", body=b"x"))

    @staticmethod
    def naming(logs):
        """A bundle of sc that brings nothing but the names of these logs."""
        segments = [{"log": log, "from": 1, "to": 0, "head": ""} for log in logs]
        return json.dumps({"minglu_bundle": 1, "node": "sc", "vector": {}, "logs": segments},
                          separators=(",", ":")).encode() + b"\n"

    def kinds(self, peer):
        found = {}
        for item in self.cq.items("incident", "list", "--all", "--peer", peer):
            found.setdefault(item["kind"], []).append(item)
        return found

    def test_incidents_without_end(self):
        """Neither names nor faults can be made up so fast that what is kept of them fills the disk."""
        self.memory_growth_max_mb = 3 * MEMORY_OF_NAMES_MB  # one after the other, but each in a thread of its own
        too_many = self.naming([f"gz-{number:016x}" for number in range(60_000)])
        self.assertGreater(len(too_many), 3 * MEBIBYTE)
        self.assertEqual([[BAD_BUNDLE]] * 3, [self.push(too_many) for _ in range(3)])
        self.leave_out_incidents()
        self.assertEqual({"malformed"}, set(self.kinds("sc")))
        for turn in "abc":
            [(status, _)] = self.push(self.naming([f"gz-{turn}{number:015x}" for number in range(LOGS_MAX)]))
            self.assertEqual(200, status)
        [stranger] = self.kinds("sc")["unknown_log"]
        self.assertEqual(("gz", 3), (stranger["subject"], stranger["count"]))
        self.assertIn(f"{LOGS_MAX - 1} more", stranger["received"])
        for turn in "abc":  # a node for each log; heads that are none; logs that are said to be damaged
            self.push(self.naming([f"{turn}{number:06d}-{number:016x}" for number in range(LOGS_MAX)]))
            self.push(self.naming([f"sc-{turn}{number:015x}" for number in range(LOGS_MAX)]))
            damaged = {f"sc-{turn}{number:015x}": 1 for number in range(LOGS_MAX)}
            self.push(json.dumps({"minglu_bundle": 1, "node": "sc", "vector": {}, "logs": [],
                                  "damaged": damaged}).encode() + b"\n")
        days = 2  # midnight may have been passed
        for kind, items in self.kinds("sc").items():
            print(kind, len(items), sum(item["count"] for item in items), flush=True)
            self.assertLessEqual(len(items), days * (KEPT_SINGLY + 1), kind)
        beyond = [item for item in self.kinds("sc")["damaged_log"] if item["subject"].startswith("further ones on ")]
        self.assertEqual(3 * LOGS_MAX - KEPT_SINGLY * len(beyond), sum(item["count"] for item in beyond))
        self.assertIn("sc-c", beyond[0]["received"])
        self.leave_out_incidents(at_most=days * (KEPT_SINGLY + 1) * len(self.kinds("sc")))
        self.are_acknowledged_together()
        self.is_another_heard()

    def are_acknowledged_together(self):
        damaged = len(self.kinds("sc")["damaged_log"])
        open_of_kind = f'minglu_incidents_open_of_kind{{kind="damaged_log"}} {damaged}\n'
        self.assertIn(open_of_kind, self.cq.http("GET", "/metrics").body.decode())
        words = ("incident", "acknowledge", "--kind", "damaged_log", "--peer", "sc", "--note", "对方程序有误")
        self.assertEqual(damaged, self.cq.json(*words, "--dry-run")["incidents"])
        self.assertIn(open_of_kind, self.cq.http("GET", "/metrics").body.decode())
        self.assertEqual(damaged, self.cq.json(*words, "--actor", "li.wei")["incidents"])
        self.assertNotIn('kind="damaged_log"', self.cq.http("GET", "/metrics").body.decode())
        for item in self.kinds("sc")["damaged_log"]:
            self.assertEqual(["li.wei"], [one["by"] for one in item["acknowledgements"]])
        rows = [item["row"] for item in self.cq.items("audit", "list", "--kind", "write")]
        self.assertIn(("/v1/peers/sc/incidents/damaged_log/acknowledgement", damaged),
                      [(row["path"], row.get("hits")) for row in rows])

    def is_another_heard(self):
        """What another peer does wrong meanwhile is kept for itself."""
        honest = self.node("yn", start=False)
        introduce(self.cq, honest, "")
        body = self.naming([f"yn-{number:016x}" for number in range(3)])
        self.before = self.standing()
        told(self.cq.peer_port, request("POST", "/sync/v1/records", BUNDLE, f"Content-Length: {len(body)}", body=body),
             tls_of(honest))
        [items] = self.kinds("yn").values()
        self.assertEqual([f"yn-{number:016x}" for number in (2, 1, 0)], [item["subject"] for item in items])
        self.before = self.standing()


if __name__ == "__main__":
    main()
