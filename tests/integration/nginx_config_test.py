"""The shipped nginx configuration: nginx accepts it, and it lets through what it should and nothing else."""

import http.server
import re
import shutil
import socket
import ssl
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

from nginx import Nginx, skip_without_nginx

class Node(http.server.BaseHTTPRequestHandler):
    """Stands for the officer listener: answers everything, and notes what it was asked."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    asked = []

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.path, self.headers.get("X-Forwarded-For")))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET

    def log_message(self, *_):
        pass


class NginxConfiguration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="minglu-nginx-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.node = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Node)
        cls.addClassCleanup(cls.node.server_close)
        cls.addClassCleanup(cls.node.shutdown)
        threading.Thread(target=cls.node.serve_forever, daemon=True).start()
        nginx = Nginx(folder, cls.node.server_port)
        cls.checked, cls.port, cls.plain_port = nginx.checked, nginx.port, nginx.plain_port
        if cls.checked.returncode == 0:
            cls.addClassCleanup(nginx.stop)
            nginx.start()

    def setUp(self):
        if self.checked.returncode != 0 and not self._testMethodName.startswith("test_nginx_accepts"):
            self.skipTest("nginx does not accept the configuration")

    def status(self, path, body=None, headers=None):
        trust_all = ssl.create_default_context()
        trust_all.check_hostname = False
        trust_all.verify_mode = ssl.CERT_NONE
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", data=body, headers=headers or {})
        try:
            with urllib.request.urlopen(request, context=trust_all, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_nginx_accepts_it(self):
        self.assertEqual(0, self.checked.returncode, self.checked.stderr)
        self.assertNotRegex(self.checked.stderr, re.compile(r"\[(warn|emerg)\]"))

    def test_paths(self):
        rows = (("/v1/entries?q=%E6%B6%AA%E9%99%B5", 200), ("/healthz", 200), ("/readyz", 200), ("/openapi.json", 200),
                ("/metrics", 404), ("/sync/v1/node", 404), ("/", 404), ("/v1x", 404), ("/healthz/x", 404),
                ("/v1/../metrics", 404), ("/v1/%2e%2e/metrics", 404), ("//sync/v1/node", 404))
        for path, expected in rows:
            with self.subTest(path=path):
                before = len(Node.asked)
                self.assertEqual(expected, self.status(path))
                self.assertEqual(1 if expected == 200 else 0, len(Node.asked) - before, "requests seen by the node")

    def test_limits(self):
        mebibyte = 1024 * 1024
        self.assertEqual(200, self.status("/v1/batches", body=b"x" * mebibyte))
        self.assertEqual(413, self.status("/v1/batches", body=b"x" * (32 * mebibyte + 1)))
        self.assertEqual(200, self.status("/v1/entries", headers={"X-Some": "y" * 4000}))
        self.assertEqual(400, self.status("/v1/entries", headers={"X-Some": "y" * 9000}))
        self.assertEqual(414, self.status("/v1/entries?q=" + "y" * 9000))

    def test_a_client_cannot_claim_another_address(self):
        self.assertEqual(200, self.status("/v1/entries", headers={"X-Forwarded-For": "10.9.8.7"}))
        self.assertEqual("127.0.0.1", Node.asked[-1][1])

    def test_plain_http_is_sent_to_tls(self):
        with socket.create_connection(("127.0.0.1", self.plain_port), timeout=10) as plain:
            plain.sendall(b"GET /v1/entries HTTP/1.0\r\nHost: minglu.cq.example\r\n\r\n")
            answer = b"".join(iter(lambda: plain.recv(4096), b""))
        self.assertTrue(answer.startswith(b"HTTP/1.1 308"), answer)
        self.assertIn(b"https://minglu.cq.example/v1/entries", answer)

    def test_z_rate_limit(self):
        """Last by name: it uses up the burst of this address."""
        statuses = self.raw_burst(400)
        self.assertEqual({200, 429}, set(statuses))
        self.assertGreaterEqual(statuses.count(200), 40)

    def raw_burst(self, count):
        """Many requests over one connection, sent at once."""
        context = ssl._create_unverified_context()
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as raw:
            with context.wrap_socket(raw) as connection:
                one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                connection.sendall(one * (count - 1) + last)
                answer = b"".join(iter(lambda: connection.recv(65536), b""))
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


if __name__ == "__main__":
    skip_without_nginx()
    unittest.main()
