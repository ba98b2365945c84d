"""The shipped nginx configuration: nginx accepts it, and it lets through what it should and nothing else."""

import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
START_TIME_MAX_S = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
        cls.folder = tempfile.mkdtemp(prefix="minglu-nginx-")
        os.chmod(cls.folder, 0o755)  # started by root, nginx works as another user
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.node = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Node)
        cls.addClassCleanup(cls.node.server_close)
        cls.addClassCleanup(cls.node.shutdown)
        threading.Thread(target=cls.node.serve_forever, daemon=True).start()
        cls.port, cls.plain_port = free_port(), free_port()
        cls.write_configuration()
        cls.start()

    @classmethod
    def write_configuration(cls):
        folder = Path(cls.folder)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-keyout", folder / "server.key", "-out",
                        folder / "server.pem"], check=True, capture_output=True)
        site = (ROOT / "config/nginx/minglu.conf").read_text(encoding="utf-8")
        for old, new in (("/etc/minglu/tls/", f"{cls.folder}/"),
                         ("server 127.0.0.1:8080;", f"server 127.0.0.1:{cls.node.server_port};"),
                         ("listen 80;", f"listen 127.0.0.1:{cls.plain_port};"),
                         ("listen 443 ssl", f"listen 127.0.0.1:{cls.port} ssl")):
            assert old in site, f"config/nginx/minglu.conf has no '{old}'"
            site = site.replace(old, new)
        (folder / "minglu.conf").write_text(site, encoding="utf-8")
        temporary = "\n".join(f"    {kind}_temp_path {cls.folder}/{kind};"
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"pid {cls.folder}/nginx.pid;\nerror_log {cls.folder}/error.log;\ndaemon off;\nworker_processes 1;\n"
            f"events {{ worker_connections 256; }}\nhttp {{\n    access_log off;\n{temporary}\n"
            f"    include {cls.folder}/minglu.conf;\n}}\n", encoding="utf-8")
        cls.arguments = [NGINX, "-p", cls.folder, "-c", f"{cls.folder}/nginx.conf", "-e", f"{cls.folder}/error.log"]

    @classmethod
    def start(cls):
        cls.checked = subprocess.run([*cls.arguments, "-t"], capture_output=True, text=True)
        if cls.checked.returncode != 0:
            return
        cls.nginx = subprocess.Popen(cls.arguments)
        cls.addClassCleanup(cls.nginx.wait)
        cls.addClassCleanup(cls.nginx.terminate)
        deadline = time.monotonic() + START_TIME_MAX_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", cls.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or cls.nginx.poll() is not None:
                    raise RuntimeError("nginx did not start: " + Path(cls.folder, "error.log").read_text())

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
    if not os.access(NGINX, os.X_OK):
        print("skipped: nginx is not installed (scripts/install-deps --for test)")
        sys.exit(77)
    unittest.main()
