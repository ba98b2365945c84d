"""Crowds of slow, silent and greedy clients at both listeners: they cost little, and others are answered meanwhile.

A crowd is a few hundred connections; with MINGLU_LONG=1 in the environment, two thousand: more than a listener holds.
"""

import os
import re
import resource
import signal
import socket
import statistics
import time
from pathlib import Path

from hostile import ENTRY, HostileCase, answers_in, connect, read_to_end, request, send_all
from support import eventually, gi_rows, introduce, main, tls_context, tls_of

IS_LONG = os.environ.get("MINGLU_LONG") == "1"
CROWD = 2000 if IS_LONG else 300
MORE_THAN_HELD = 2000 if IS_LONG else 1200  ## a listener holds 1,024 connections
HOLD_S = 20 if IS_LONG else 0.3


def raise_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def kernel_memory_mb():
    """What all TCP connections of this machine hold in the kernel, in MiB."""
    pages, = re.findall(r"^TCP: .* mem (\d+)$", Path("/proc/net/sockstat").read_text(), re.MULTILINE)
    return int(pages) * resource.getpagesize() / 2**20


class Crowd(HostileCase):
    memory_growth_max_mb = 256

    def setUp(self):
        raise_descriptors(3 * MORE_THAN_HELD)
        super().setUp()
        self.crowd = []
        self.addCleanup(self.disperse)

    def disperse(self):
        for connection in self.crowd:
            connection.close()
        self.crowd.clear()

    def gather(self, count, data=b"", port=None, receive_bytes=None):
        """`count` connections that said `data` and then nothing more."""
        for _ in range(count):
            connection = connect(port or self.cq.http_port, receive_bytes=receive_bytes)
            self.crowd.append(connection)
            if data:
                send_all(connection, data)

    def hold(self, trickle=None):
        """The crowd stays for a while; each second every member sends `trickle`. Honest clients are answered."""
        until = time.monotonic() + HOLD_S
        while True:
            for connection in self.crowd if trickle else ():
                send_all(connection, trickle)
            self.honest.until_answered()
            if time.monotonic() > until:
                return
            time.sleep(0.2)

    def closed_by_the_server(self):
        """How many of the crowd the server has let go; what it still sends is taken."""
        count = 0
        for connection in self.crowd:
            connection.setblocking(False)
            try:
                while connection.recv(65536):
                    pass
                count += 1
            except BlockingIOError:
                pass
            except OSError:
                count += 1
        return count


class OfficerCrowd(Crowd):
    def test_silent_connections(self):
        self.gather(CROWD)
        self.hold()

    def test_slow_heads(self):
        self.gather(CROWD, b"GET /v1/entries HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        self.hold(trickle=b"y")

    def test_idle_kept_connections(self):
        self.gather(CROWD, request("GET", "/healthz", keep=True))
        self.hold()

    def test_more_connections_than_are_held(self):
        """The longest silent ones make room for new ones."""
        self.gather(MORE_THAN_HELD, b"GET /slow")
        self.hold()
        self.assertGreaterEqual(self.closed_by_the_server(), MORE_THAN_HELD - 1024)

    def test_slow_bodies(self):
        for body in (b"", b" " * 100_000):
            self.gather(CROWD // 2, self.upload() + body)
        chunks = request("POST", "/v1/imports?kind=gi", f"Authorization: Bearer {self.editor}",
                         "Transfer-Encoding: chunked", keep=True)
        self.gather(CROWD // 2, chunks + b"5\r\n")
        self.hold(trickle=b"y")

    def test_slow_bodies_of_strangers(self):
        """Who may not write is told so before the body is waited for."""
        self.gather(CROWD, request("POST", "/v1/imports?kind=gi", "Content-Length: 1000000", keep=True))
        self.honest.until_answered()
        eventually("all are let go", lambda: self.closed_by_the_server() == CROWD)

    def test_more_connections_than_the_process_may_open(self):
        """A node that may open few files still has some for its store, and for others."""
        self.cq.stop()
        self.cq.start(descriptors_max=300)
        self.honest.forgive()
        self.gather(400, port=self.cq.peer_port)
        self.gather(400)
        self.hold()
        self.assertEqual([], self.cq.bring_in(self.file("again.csv", gi_rows(90001, 25)))["batches"])

    def test_a_crowd_that_comes_while_the_node_is_held_up(self):
        """It waits at the door, and nobody behind it is forgotten there."""
        self.cq.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.cq.process.send_signal, signal.SIGCONT)
        self.gather(CROWD)
        self.cq.process.send_signal(signal.SIGCONT)
        self.hold()

    def upload(self):
        return request("PUT", ENTRY, f"Authorization: Bearer {self.editor}", "Content-Length: 1000000", keep=True)

    def test_answers_that_nobody_takes(self):
        description = request("GET", "/openapi.json", keep=True)
        before_mb = kernel_memory_mb()
        self.gather(CROWD // 3, description * 100, receive_bytes=4096)
        most_mb = before_mb
        for _ in range(20):
            most_mb = max(most_mb, kernel_memory_mb())
            time.sleep(0.05)
        growth_mb = most_mb - before_mb
        self.hold()
        print(f"\n  of the kernel's memory {growth_mb:.0f} MiB", flush=True)
        self.assertLess(growth_mb, len(self.crowd) / 2, "MiB of the kernel's memory for what nobody takes")

    def test_answers_taken_byte_by_byte(self):
        """Progress alone does not keep a worker: an answer taken too slowly is cut."""
        description = request("GET", "/openapi.json", keep=True)
        self.gather(40, description * 100, receive_bytes=4096)
        until = time.monotonic() + 2 * HOLD_S
        while time.monotonic() < until:
            for connection in self.crowd:
                connection.setblocking(False)
                try:
                    connection.recv(1)
                except OSError:
                    pass
            self.honest.until_answered(1)
            time.sleep(0.1)

    def test_refused_clients_that_stay(self):
        """After an answer that closes, what the client still sends is taken for a moment: not at the cost of others."""
        self.gather(CROWD, b"bad\r\n\r\n")
        self.hold(trickle=b"y")

    def test_connections_that_come_and_go(self):
        for _ in range(CROWD):
            connect(self.cq.http_port).close()
            with connect(self.cq.http_port) as connection:
                send_all(connection, b"GET / HT")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
        self.hold()

    def test_long_polls_leave_room_for_others(self):
        poll = request("GET", "/v1/changes?after=1000000&wait_s=30", f"Authorization: Bearer {self.editor}")
        self.gather(CROWD // 3, poll)
        self.hold()

    def test_stopping_amid_a_crowd(self):
        """`tearDown` stops the node; the crowd is still there then."""
        self.gather(50, self.upload() + b" " * 100_000)
        self.gather(50, request("GET", "/openapi.json", keep=True) * 100, receive_bytes=4096)
        self.gather(50, b"GET /")
        self.gather(50, port=self.cq.peer_port)
        self.honest.until_answered()


class PeerCrowd(Crowd):
    """A pinned peer is answered while strangers crowd its listener."""

    def setUp(self):
        super().setUp()
        self.sc = self.node("sc", start=False)
        introduce(self.cq, self.sc, "")
        self.peer = tls_of(self.sc)
        self.before = self.standing()
        self.took_s = []

    def ask_as_peer(self):
        started = time.monotonic()
        with connect(self.cq.peer_port, self.peer) as connection:
            connection.sendall(request("GET", "/sync/v1/node"))
            answers = answers_in(read_to_end(connection))
        self.assertEqual([(200, None)], self.outcomes(answers))
        self.took_s.append(time.monotonic() - started)

    def hold(self, trickle=None):
        for _ in range(5):
            self.ask_as_peer()
        super().hold(trickle)
        for _ in range(5):
            self.ask_as_peer()
        self.assertLess(statistics.median(self.took_s), 1, "seconds of an answer to the peer")
        print(f"\n  slowest answer to the peer {1000 * max(self.took_s):.0f} ms", end="", flush=True)

    def test_handshakes_that_never_begin(self):
        self.gather(CROWD, port=self.cq.peer_port)
        self.hold()

    def test_handshakes_left_half_open(self):
        self.gather(CROWD, self.greeting(), port=self.cq.peer_port)
        self.hold()

    def test_handshakes_byte_by_byte(self):
        self.gather(CROWD, self.greeting()[:20], port=self.cq.peer_port)
        self.hold(trickle=b"\0")

    def test_more_strangers_than_are_held(self):
        self.gather(MORE_THAN_HELD, port=self.cq.peer_port)
        self.hold()
        self.assertGreaterEqual(self.closed_by_the_server(), MORE_THAN_HELD - 1024)

    def test_no_tls_at_all(self):
        self.gather(CROWD, request("GET", "/sync/v1/node"), port=self.cq.peer_port)
        self.hold()
        eventually("all are let go", lambda: self.closed_by_the_server() == CROWD)

    def test_a_pinned_peer_that_is_slow_with_everything(self):
        data = (b"GET /sync/v1/node HTTP/1.1\r\nX-Slow: ", request("GET", "/sync/v1/node", keep=True),
                request("POST", "/sync/v1/records", "Content-Type: application/vnd.minglu.bundle; v=1",
                        "Content-Length: 1000000", keep=True) + b" " * 70_000,
                request("GET", "/sync/v1/records?have=&wait_s=30", keep=True))
        for n in range(CROWD // 3):
            connection = connect(self.cq.peer_port, self.peer, receive_bytes=4096)
            self.crowd.append(connection)
            send_all(connection, data[n % len(data)])
        self.hold()

    @staticmethod
    def greeting():
        """A whole ClientHello."""
        import ssl
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = tls_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return outgoing.read()


if __name__ == "__main__":
    main()
