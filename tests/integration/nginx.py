"""nginx with the shipped configuration in front of a port of this machine; only addresses and paths are replaced."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
SKIP_STATUS = 77
START_TIME_MAX_S = 20
STOP_TIME_MAX_S = 20
WORKER_CONNECTIONS, WORKER_DESCRIPTORS = 8192, 16384  ## as the head of config/nginx/minglu.conf asks for


def skip_without_nginx():
    if not os.access(PROGRAM, os.X_OK):
        print("skipped: nginx is not installed (scripts/install-deps --for test)")
        sys.exit(SKIP_STATUS)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Worker(NamedTuple):
    """A process that nginx has started."""

    pid: int


class Nginx:
    """`checked` is how the test of the configuration ended; `start` begins to serve at `port` and `plain_port`."""

    def __init__(self, folder, node_port, http2=False):
        self.folder = Path(folder)
        os.chmod(self.folder, 0o755)  # started by root, nginx works as another user
        self.port, self.plain_port = free_port(), free_port()
        self.process = None
        self._write_configuration(node_port, http2)
        self._command = [PROGRAM, "-p", folder, "-c", self.folder / "nginx.conf", "-e", self.folder / "error.log"]
        self.checked = subprocess.run([*self._command, "-t"], capture_output=True, text=True)

    def _write_configuration(self, node_port, http2):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-keyout", self.folder / "server.key", "-out",
                        self.folder / "server.pem"], check=True, capture_output=True)
        site = (ROOT / "config/nginx/minglu.conf").read_text(encoding="utf-8")
        for old, new in (("/etc/minglu/tls/", f"{self.folder}/"),
                         ("server 127.0.0.1:8080;", f"server 127.0.0.1:{node_port};"),
                         ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
                         ("listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl{' http2' if http2 else ''};")):
            assert old in site, f"config/nginx/minglu.conf has no '{old}'"
            site = site.replace(old, new)
        (self.folder / "minglu.conf").write_text(site, encoding="utf-8")
        temporary = "\n".join(f"    {kind}_temp_path {self.folder}/{kind};"
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"pid {self.folder}/nginx.pid;\nerror_log {self.folder}/error.log;\ndaemon off;\nworker_processes 1;\n"
            f"worker_rlimit_nofile {WORKER_DESCRIPTORS};\n"
            f"events {{ worker_connections {WORKER_CONNECTIONS}; }}\nhttp {{\n    access_log off;\n{temporary}\n"
            f"    include {self.folder}/minglu.conf;\n}}\n", encoding="utf-8")

    def start(self):
        self.process = subprocess.Popen(self._command)
        give_up = time.monotonic() + START_TIME_MAX_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > give_up or self.process.poll() is not None:
                    raise RuntimeError("nginx did not start: " + (self.folder / "error.log").read_text()) from None
            time.sleep(0.05)

    def workers(self):
        """Its worker processes, by their numbers."""
        master = self.process.pid
        return [Worker(int(pid)) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(STOP_TIME_MAX_S)
