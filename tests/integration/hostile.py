"""What the hostile tests share: raw bytes on sockets, an honest client that asks meanwhile, and what must not change.

An attack is told by its exact outcome: the statuses and problem codes of the answers, and how the connection ended.
`HostileCase` watches one node from start to end of every test: it still answers somebody else, its memory stays below
`memory_growth_max_mb`, nothing was written, and it ends cleanly on SIGTERM.
"""

import http.client
import json
import re
import socket
import statistics
import subprocess
import threading
import time
from pathlib import Path

from node import MINGLU
from support import NodeCase, eventually, gi_rows

ATTACK_TIME_MAX_S = 60
HONEST_TIME_MAX_S = 30
HONEST_PAUSE_S = 0.02
KEY = "gi/AGI90001"
ENTRY = f"/v1/entries/{KEY}"
INCIDENTS_MAX = 10
COUNTED = ("minglu_records", "minglu_ops", "minglu_entries", "minglu_conflicts", "minglu_incidents")


class RawAnswer:
    """One answer as it came over the wire."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def code(self):
        """The stable code of a problem document; None of anything else."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        problem = json.loads(self.body)
        assert problem["status"] == self.status, problem
        return problem["code"]

    def __repr__(self):
        return f"{self.status} {self.headers}\n{self.body[:1000]!r}"


def one_answer(data, to_head=False):
    """(answer, rest) of the first complete answer in `data`; (None, data) while it is incomplete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None, data
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    status, rest = int(first.split(" ")[1]), data[end + 4:]
    if status < 200 or status in (204, 304) or to_head:
        return RawAnswer(status, headers, b""), rest
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while True:
            line, found, after = rest.partition(b"\r\n")
            if not found or len(after) < int(line, 16) + 2:
                return None, data
            size = int(line, 16)
            body, rest = body + after[:size], after[size + 2:]
            if size == 0:
                return RawAnswer(status, headers, body), rest
    size = int(headers.get("content-length", 0))
    return (RawAnswer(status, headers, rest[:size]), rest[size:]) if len(rest) >= size else (None, data)


def answers_in(data, to_head=False):
    """All answers in `data`; fails on anything that is not an answer."""
    answers = []
    while data:
        answer, rest = one_answer(data, to_head)
        assert answer is not None, f"not an answer: {data[:300]!r}"
        answers.append(answer)
        data = rest
    return answers


def connect(port, context=None, receive_bytes=None, source="127.0.0.1"):
    """A connection to this machine; `source` is the loopback address that it comes from."""
    raw = socket.socket()
    raw.settimeout(ATTACK_TIME_MAX_S)
    raw.bind((source, 0))
    if receive_bytes:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    try:
        raw.connect(("127.0.0.1", port))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(raw, server_hostname="localhost") if context else raw
    except BaseException:
        raw.close()
        raise


def send_all(connection, data):
    """Sends until the server has heard enough; whether it took everything."""
    try:
        connection.sendall(data)
        return True
    except OSError:
        return False


def read_to_end(connection):
    """Everything until the server closes. A reset counts as the end; silence for too long is a failure."""
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except TimeoutError:
        raise AssertionError(f"neither answered nor closed: {data[:300]!r}") from None
    except OSError:
        pass
    return data


def answers_to(connection):
    """The answers up to one that says it is the last; what the server does with the connection then is its own."""
    data, answers = b"", []
    while not answers or answers[-1].headers.get("connection") != "close":
        answer, data = one_answer(data)
        if answer:
            answers.append(answer)
            continue
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    assert not data, f"not an answer: {data[:300]!r}"
    return answers


def told(port, data, context=None, to_head=False, source="127.0.0.1"):
    """All answers to `data` until the server closes the connection; every attack here ends in that."""
    with connect(port, context, source=source) as connection:
        send_all(connection, data)
        return answers_in(read_to_end(connection), to_head)


def request(method, target, *headers, body=b"", version="HTTP/1.1", keep=False):
    """The bytes of a request; it asks to close afterwards unless `keep`."""
    lines = [f"{method} {target} {version}", "Host: x", *([] if keep else ["Connection: close"]), *headers]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def chunked(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


class Honest:
    """Another client, which behaves: asks for an entry over and over, each time over a new connection."""

    def __init__(self, ask):
        self.ask, self.took_s, self.wrong = ask, [], []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._is_over.is_set():
            started = time.monotonic()
            try:
                answer = self.ask()
                if answer.status != 200:
                    self.wrong.append(repr(answer))
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{time.monotonic() - started:.1f} s: {error!r}")
            self.took_s.append(time.monotonic() - started)
            self._is_over.wait(HONEST_PAUSE_S)

    def stop(self):
        self._is_over.set()
        self._thread.join()

    def forgive(self):
        """Forgets what went wrong so far: the node was stopped on purpose."""
        self.until_answered()
        self.wrong.clear()

    def until_answered(self, times=3):
        """Waits for answers to questions that were asked after this was called."""
        until = len(self.took_s) + times + 1
        eventually("the honest client is answered", lambda: len(self.took_s) >= until)


def memory_mb(process):
    """(resident now, most ever) of a process, in MiB."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return tuple(int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE).group(1)) // 1024
                 for name in ("VmRSS", "VmHWM"))


# Whether the program has a sanitizer in it, whose memory is not the node's.
SANITIZED = subprocess.run(["grep", "-qE", "__(asan|tsan)_init", MINGLU], check=False).returncode == 0


class HostileCase(NodeCase):
    """A node `cq` with some entries, an honest client beside every attack, and what must hold after it."""

    memory_growth_max_mb = 128
    options = ()

    def setUp(self):
        super().setUp()
        self.cq = self.node("cq", options=self.options)
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 25)))
        self.editor = self.cq.token("editor", "attacker")
        self.reader = self.cq.token("reader", "honest")
        self.before = self.standing()
        self.incidents_before = self.incidents()
        self.resident_mb = memory_mb(self.cq.process)[0]
        self.honest = Honest(self.ask_honestly)
        self.addCleanup(self.honest.stop)

    def ask_honestly(self):
        return self.cq.http("GET", ENTRY, token=self.reader)

    def standing(self):
        """What no attack may change: vector, state root, what the store counts."""
        state = self.cq.sync()
        metrics = self.cq.http("GET", "/metrics").body.decode()
        counts = {name: value for name, value in re.findall(r"^(\w+) (\S+)$", metrics, re.MULTILINE)
                  if name in COUNTED}
        assert len(counts) == len(COUNTED), metrics
        return state["vector"], state["state_root"], counts

    def incidents(self):
        return int(float(self.standing()[2]["minglu_incidents"]))

    def leave_out_incidents(self, at_most=INCIDENTS_MAX):
        """What a peer sent and was refused is written down as incidents: they alone may grow, by so many in a whole test."""
        vector, root, counts = self.standing()
        self.assertLessEqual(self.incidents() - self.incidents_before, at_most, "incidents that a peer has caused")
        counts["minglu_incidents"] = self.before[2]["minglu_incidents"]
        self.assertEqual(self.before, (vector, root, counts))
        self.before = self.standing()

    def tearDown(self):
        self.honest.until_answered()
        self.honest.stop()
        self.assertEqual([], self.honest.wrong, "what the honest client was told")
        slowest_s = max(self.honest.took_s)
        most_mb = memory_mb(self.cq.process)[1]
        print(f"\n  {self.id().split('.', 1)[-1]}: honest client {len(self.honest.took_s)} answers, slowest "
              f"{1000 * slowest_s:.0f} ms; memory {self.resident_mb} -> at most {most_mb} MiB ", flush=True)
        # Single answers may wait for a processor that others hold; that half of them do is the node's doing.
        self.assertLess(statistics.median(self.honest.took_s), 1, "seconds of an answer to the honest client")
        self.assertLess(slowest_s, HONEST_TIME_MAX_S)
        if not SANITIZED:
            self.assertLess(most_mb - self.resident_mb, self.memory_growth_max_mb, "MiB of memory beyond the start")
        self.assertEqual(self.before, self.standing(), "an attack wrote something")
        self.assertNotIn("failed inside the server", self.cq.log_text())
        self.assertEqual(0, self.cq.stop(), "exit status after SIGTERM")

    def officer(self, *words, **more):
        """The answers of the officer listener to one request."""
        return told(self.cq.http_port, request(*words, **more))

    def outcomes(self, answers):
        return [(answer.status, answer.code()) for answer in answers]
