"""What the integration tests share: nodes as real processes, the command line, HTTP, a line that can be disturbed.

A test case takes nodes from `NodeCase.node`; whatever it started is ended after it, and the logs of the nodes are shown
when it failed. Nothing here waits a fixed time: `eventually` polls until a condition holds or its deadline is over.
"""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config" / "sample"
SKIP_STATUS = 77
WAIT_MAX_S = 60
COMMAND_TIME_MAX_S = 120
POLL_S = 0.03

GI_HEADER = "名称,类型,编号,类别,申请人,地区,产品类别\n"


def program():
    """The program under test; without one the whole script is skipped."""
    named = os.environ.get("MINGLU") or str(ROOT / "build" / "release" / "bin" / "minglu")
    if not os.access(named, os.X_OK):
        print(f"skipped: no program at {named}; build it, or name another with MINGLU")
        sys.exit(SKIP_STATUS)
    return named


MINGLU = program()


def free_ports(count):
    """Ports that nobody listens on; held together while they are chosen, so that they differ."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def eventually(what, condition, time_max_s=WAIT_MAX_S):
    """Polls `condition` until it is true and returns its value; fails with `what` and the last value otherwise."""
    give_up = time.monotonic() + time_max_s
    value = None
    while time.monotonic() < give_up:
        value = condition()
        if value:
            return value
        time.sleep(POLL_S)
    raise AssertionError(f"waited {time_max_s} s in vain: {what}; last seen: {value!r}")


class Outcome:
    """How a command ended: exit code, both streams, and its standard output read as JSON."""

    def __init__(self, command, status, out, err):
        self.command, self.status, self.out, self.err = command, status, out, err

    def json(self):
        return json.loads(self.out)

    def pages(self):
        return [json.loads(line) for line in self.out.splitlines() if line]

    def problem(self):
        """The problem document of a command that failed with --json."""
        lines = [line for line in self.err.splitlines() if line.startswith("{")]
        return json.loads(lines[-1])

    def __str__(self):
        return f"{' '.join(self.command)}\nexit {self.status}\n{self.out}{self.err}"


class Answer:
    """One HTTP answer, read whole."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status} {dict(self.headers)}\n{self.body[:2000].decode(errors='replace')}"


class Node:
    """One node: its data directory, its ports, its process while it runs.

    `sync_url` is where others are told to reach it; "" for a node whose card names no address.
    """

    def __init__(self, folder, name, sync_url=None, *, init=True, options=()):
        self.name = name
        self.data = Path(folder) / name
        self.log = Path(folder) / f"{name}.log"
        self.http_port, self.peer_port = free_ports(2)
        self.peer_url = f"https://127.0.0.1:{self.peer_port}"
        self.sync_url = self.peer_url if sync_url is None else sync_url
        self.process = None
        if init:
            url = ["--sync-url", self.sync_url] if self.sync_url else []
            self.ok("init", "--node", name, "--name", f"机构 {name}", *url, "--http-listen",
                    f"127.0.0.1:{self.http_port}", "--peer-listen", f"127.0.0.1:{self.peer_port}", *options)

    # -- process

    def start(self, wait=True):
        log = open(self.log, "ab")
        with log:
            self.process = subprocess.Popen([MINGLU, "--data", str(self.data), "serve"], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)
        if wait:
            self.until_ready()
        return self

    def until_ready(self):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n{self.log_text()}")
            try:
                return self.http("GET", "/readyz").status == 200
            except OSError:
                return False

        eventually(f"{self.name} is ready", ready)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, time_max_s=WAIT_MAX_S):
        """SIGTERM; returns the exit status."""
        return self._end(signal.SIGTERM, time_max_s)

    def kill(self):
        """As a power cut would."""
        return self._end(signal.SIGKILL, WAIT_MAX_S)

    def _end(self, number, time_max_s):
        process, self.process = self.process, None
        if process is None:
            return None
        process.send_signal(number)
        try:
            return process.wait(time_max_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{self.name} did not end within {time_max_s} s after signal {number}") from None

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    # -- command line

    def command(self, *words):
        return [MINGLU, "--data", str(self.data), *(str(word) for word in words)]

    def run(self, *words):
        command = self.command(*words)
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                              timeout=COMMAND_TIME_MAX_S)
        return Outcome(command, done.returncode, done.stdout, done.stderr)

    def background(self, *words):
        return subprocess.Popen(self.command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                stdin=subprocess.DEVNULL)

    def ok(self, *words):
        outcome = self.run(*words)
        if outcome.status != 0:
            raise AssertionError(f"{outcome}\n{self.log_text()[-4000:]}")
        return outcome

    def refused(self, status, *words):
        """Runs a command that must end with `status`; returns its problem document."""
        outcome = self.run("--json", *words)
        if outcome.status != status:
            raise AssertionError(f"expected exit {status}: {outcome}")
        return outcome.problem()

    def json(self, *words):
        return self.ok("--json", *words).json()

    def items(self, *words):
        return [item for page in self.ok("--json", *words).pages() for item in page["items"]]

    # -- what tests often ask

    def entry(self, key, *words):
        return self.json("entry", "show", key, *words)

    def holds(self, key):
        return self.run("--json", "entry", "show", key).status == 0

    def history(self, key):
        return self.json("entry", "history", key)["items"]

    def keys(self, *words):
        return sorted(item["key"] for item in self.items("query", "--all", "--limit", "200", *words))

    def conflicts(self, state="open"):
        return self.items("conflict", "list", "--state", state, "--all", "--limit", "200")

    def sync(self):
        return self.json("sync", "status")

    def edit(self, key, *fields, actor="li.wei", reason="按公告更正", more=()):
        words = [word for field in fields for word in ("--set", field)]
        return self.json("entry", "edit", key, *words, "--reason", reason, "--actor", actor, *more)

    def bring_in(self, file, *words):
        """Imports a file and returns the outcome of the job."""
        return self.json("import", file, *words)

    def verified(self):
        """The findings of `verify`: none when all is well."""
        outcome = self.run("--json", "verify")
        result = outcome.pages()[-1]["result"]
        if (outcome.status == 0) != result["ok"]:
            raise AssertionError(f"exit code and result disagree: {outcome}")
        return result["findings"]

    # -- HTTP

    def token(self, role, name="test"):
        return self.json("token", "create", "--role", role, "--name", name)["secret"]

    def http(self, method, path, body=None, token=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=WAIT_MAX_S)
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


class Line:
    """A TCP line on an own port to `target_port`, for connections in both directions of a byte stream.

    heal()      passes everything on
    cut()       breaks what runs and takes no new connection
    pause()     keeps connections open and passes nothing on, until resume()
    damage(n, how)  breaks every connection after n bytes towards the caller: "truncate" closes it, "corrupt" flips a bit
    """

    def __init__(self, target_port):
        self.target_port = target_port
        self.mode, self.after_bytes = "healthy", 0
        self.passed_bytes = 0
        self.damaged = 0
        self._flows = threading.Event()
        self._flows.set()
        self._open = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self.mode = "cut"
        self._drop()

    def heal(self):
        self.mode = "healthy"
        self._drop()

    def pause(self):
        self._flows.clear()

    def resume(self):
        self._flows.set()

    def damage(self, how, after_bytes):
        self.mode, self.after_bytes = how, after_bytes
        self._drop()

    def close(self):
        self.mode = "cut"
        self._flows.set()
        self._listener.close()
        self._drop()

    def _drop(self):
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            _hang_up(end)

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self.mode == "cut":
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target_port), timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {near, far}
            mode, after_bytes = self.mode, self.after_bytes
            threading.Thread(target=self._pump, args=(near, far, "healthy", 0), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, mode, after_bytes), daemon=True).start()

    def _pump(self, source, sink, mode, after_bytes):
        seen = 0
        try:
            while chunk := source.recv(64 * 1024):
                if mode != "healthy" and seen + len(chunk) > after_bytes:
                    at = max(after_bytes - seen, 0)
                    self.damaged += 1
                    if mode == "truncate":
                        sink.sendall(chunk[:at])
                        break
                    chunk = chunk[:at] + bytes([chunk[at] ^ 0x10]) + chunk[at + 1:]
                    after_bytes = float("inf")
                seen += len(chunk)
                self._flows.wait()
                self.passed_bytes += len(chunk)
                sink.sendall(chunk)
        except OSError:
            pass  # one side went away: hanging up on the other is the answer
        finally:
            _hang_up(source)
            _hang_up(sink)
            with self._lock:
                self._open -= {source, sink}


def _hang_up(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()


def tls_context(certificate=None, key=None):
    """A client that takes any server certificate: what is tried here is whom the server takes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


def tls_of(node):
    """The client that shows the certificate of `node`."""
    return tls_context(node.data / "keys" / "tls.crt", node.data / "keys" / "tls.pem")


def ask_peer_listener(node, context, path, headers=None):
    """One request to the listener for other nodes."""
    connection = http.client.HTTPSConnection("127.0.0.1", node.peer_port, timeout=WAIT_MAX_S, context=context)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def introduce(node, other, url=None):
    """Pins the card of `other` at `node`; `url` "" when there is no way from here to there."""
    card = node.data.parent / f"card-{other.name}.json"
    card.write_text(other.ok("peer", "card").out)
    options = ["--url", url] if url else []
    node.ok("peer", "add", card, *options)


def waits_for_news(*nodes):
    """Whether each node has all that its partners have, and its next question to them is on its way."""
    return all(peer.get("last_success") and peer["failures"] == 0 and peer["lag_records"] == 0
               for node in nodes for peer in node.sync()["peers"])


def reconnect(*nodes):
    """Has the nodes exchange at once, where their patience after a failure is not what is tested."""
    for node in nodes:
        eventually(f"{node.name} reaches its partners", lambda n=node: n.run("sync", "now").status == 0)


def are_equal(*nodes):
    """Whether all nodes hold the same records and derived the same catalogue from them."""
    states = [node.sync() for node in nodes]
    return len({(state["vector"], state["state_root"]) for state in states}) == 1


def gi_rows(first, count, category="果品", place="重庆市涪陵区"):
    """The text of a list of made-up agricultural GIs AGI<first>…, valid for import."""
    rows = (f"试验产品{number},农产品地理标志,AGI{number:05d},,试验协会{number},{place},{category}\n"
            for number in range(first, first + count))
    return GI_HEADER + "".join(rows)


class NodeCase(unittest.TestCase):
    """A temporary folder, nodes and lines that are ended after each test."""

    maxDiff = None

    def setUp(self):
        started = time.monotonic()
        self.addCleanup(lambda: print(f"{time.monotonic() - started:.1f} s ", end="", flush=True))
        self.folder = Path(tempfile.mkdtemp(prefix="minglu-test-"))
        self.nodes, self.lines = [], []
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        failed = self._is_failed()
        for node in self.nodes:
            if node.is_running():
                node.kill()
            if failed:
                print(f"--- log of {node.name}\n{node.log_text()[-6000:]}", flush=True)
        for line in self.lines:
            line.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_failed(self):
        outcome = self._outcome
        errors = getattr(outcome, "errors", None) or getattr(outcome.result, "errors", [])
        failures = getattr(getattr(outcome, "result", None), "failures", [])
        return any(test is self and error for test, error in [*errors, *failures])

    def node(self, name, sync_url=None, start=True, options=()):
        node = Node(self.folder, name, sync_url, options=options)
        self.nodes.append(node)
        return node.start() if start else node

    def line_to(self, node):
        line = Line(node.peer_port)
        self.lines.append(line)
        return line

    def pair(self, with_lines=False):
        """Two running nodes that know each other: cq and sc. With lines: (cq, sc, line to cq, line to sc)."""
        cq, sc = self.node("cq"), self.node("sc")
        if not with_lines:
            introduce(cq, sc)
            introduce(sc, cq)
            return cq, sc
        to_cq, to_sc = self.line_to(cq), self.line_to(sc)
        introduce(cq, sc, to_sc.url)
        introduce(sc, cq, to_cq.url)
        return cq, sc, to_cq, to_sc

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def until_equal(self, *nodes, time_max_s=WAIT_MAX_S):
        def equal():
            if are_equal(*nodes):
                return True
            return False

        try:
            eventually("the nodes hold the same", equal, time_max_s)
        except AssertionError as late:
            states = "\n".join(json.dumps(node.sync(), ensure_ascii=False) for node in nodes)
            raise AssertionError(f"{late}\n{states}") from None

    def assert_sound(self, *nodes):
        for node in nodes:
            self.assertEqual([], node.verified(), f"verify of {node.name}")


def seeded(default):
    """A random source; the seed is printed and can be given with MINGLU_SEED to see the same again."""
    seed = int(os.environ.get("MINGLU_SEED", default))
    print(f"seed {seed}", flush=True)
    return random.Random(seed)


def main():
    unittest.main(verbosity=2)
