"""A node as a real process: started, stopped, killed; asked over the command line, over HTTP, over mutual TLS."""

import http.client
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIP_STATUS = 77
WAIT_MAX_S = 60
COMMAND_TIME_MAX_S = 120
POLL_S = 0.03


def program():
    """The program under test; without one the whole script is skipped."""
    named = os.path.abspath(os.environ.get("MINGLU") or ROOT / "build" / "release" / "bin" / "minglu")
    if not os.access(named, os.X_OK):
        print(f"skipped: no program at {named}; build it, or name another with MINGLU")
        sys.exit(SKIP_STATUS)
    return named


MINGLU = program()


def free_ports(count):
    """Ports that nobody listens on; held together while they are chosen, so that they differ.

    They lie below those that the system gives to outgoing connections: one of these could take the port of a node
    between its end and its next start.
    """
    first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    probes = []
    try:
        while len(probes) < count:
            probe = socket.socket()
            try:
                probe.bind(("127.0.0.1", random.randrange(min(10000, first_outgoing // 2), first_outgoing)))
            except OSError:
                probe.close()
                continue
            probes.append(probe)
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
        return [json.loads(line) for line in self.out.split("\n") if line]  # splitlines parts at U+2028, too

    def problem(self):
        """The problem document of a command that failed with --json."""
        lines = [line for line in self.err.splitlines() if line.startswith("{")]
        return json.loads(lines[-1])

    def __str__(self):
        return f"{' '.join(self.command)}\nexit {self.status}\n{self.out}{self.err}"

    __repr__ = __str__


class Answer:
    """One HTTP answer, read whole."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status} {dict(self.headers)}\n{self.body[:2000].decode(errors='replace')}"

    __repr__ = __str__


class Node:
    """One node: its data directory, its ports, its process while it runs.

    `sync_url` is where others are told to reach it; "" for a node whose card names no address. One that does not listen
    for other nodes can only call out. `environment` is added to that of this process for all that runs on the node's
    machine.
    """

    def __init__(self, folder, name, sync_url=None, *, init=True, options=(), listens=True, environment=None):
        self.name = name
        self.data = Path(folder) / name
        self.log = Path(folder) / f"{name}.log"
        self.http_port, self.peer_port = free_ports(2)
        self.peer_url = f"https://127.0.0.1:{self.peer_port}"
        self.sync_url = self.peer_url if sync_url is None else sync_url
        self.process = None
        self.environment = {**os.environ, **(environment or {})}
        if init:
            url = ["--sync-url", self.sync_url] if self.sync_url else []
            peer_listen = f"127.0.0.1:{self.peer_port}" if listens else ""
            self.ok("init", "--node", name, "--name", f"机构 {name}", *url, "--http-listen",
                    f"127.0.0.1:{self.http_port}", "--peer-listen", peer_listen, *options)

    # -- process

    def start(self, wait=True, descriptors_max=None):
        """`descriptors_max`: how many files and sockets the process may open, if not as many as this one."""
        bound = ["prlimit", f"--nofile={descriptors_max}"] if descriptors_max else []
        log = open(self.log, "ab")
        with log:
            self.process = subprocess.Popen([*bound, MINGLU, "--data", str(self.data), "serve"], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env=self.environment)
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

    def freeze(self):
        """Stops the process where it is; its connections stay open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

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
                              timeout=COMMAND_TIME_MAX_S, env=self.environment)
        return Outcome(command, done.returncode, done.stdout, done.stderr)

    def background(self, *words, output=subprocess.DEVNULL):
        return subprocess.Popen(self.command(*words), stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                env=self.environment)

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
        [result] = outcome.pages()
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
            connection.connect()  # a node that takes no connection any more gives no answer either
            try:
                connection.request(method, path, body, sent)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent; the answer is there all the same
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


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
