"""A line between two nodes that can be cut, paused and damaged."""

import socket
import threading
import time

CHUNK_BYTES = 64 * 1024
SLOW_CHUNK_BYTES = 4 * 1024


class Line:
    """A TCP line on an own port to `target_port`, for connections in both directions of a byte stream.

    heal()      passes everything on
    cut()       breaks what runs and takes no new connection
    pause()     keeps connections open and passes nothing on, until resume()
    damage(how, n, towards)  spoils every connection after n bytes towards the "caller" or the "target": "truncate"
                             closes it, "corrupt" flips a bit of the next byte
    slow(delay_s, bytes_per_s)  holds every piece back for delay_s and passes no more than bytes_per_s (0: no limit)
    """

    def __init__(self, target_port):
        self.target_port = target_port
        self.mode, self.after_bytes, self.towards = "healthy", 0, "caller"
        self.delay_s, self.bytes_per_s = 0.0, 0
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
        self.delay_s, self.bytes_per_s = 0.0, 0
        self._drop()

    def pause(self):
        self._flows.clear()

    def resume(self):
        self._flows.set()

    def damage(self, how, after_bytes, towards="caller"):
        self.mode, self.after_bytes, self.towards = how, after_bytes, towards
        self._drop()

    def slow(self, delay_s, bytes_per_s=0):
        self.delay_s, self.bytes_per_s = delay_s, bytes_per_s

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
            for towards, source, sink in (("target", near, far), ("caller", far, near)):
                how = mode if towards == self.towards else "healthy"
                threading.Thread(target=self._pump, args=(source, sink, how, after_bytes), daemon=True).start()

    def _pump(self, source, sink, mode, after_bytes):
        seen = 0
        try:
            while chunk := source.recv(SLOW_CHUNK_BYTES if self.bytes_per_s else CHUNK_BYTES):
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
                self._hold_back(len(chunk))
                self.passed_bytes += len(chunk)
                sink.sendall(chunk)
        except OSError:
            pass  # one side went away: hanging up on the other is the answer
        finally:
            _hang_up(source)
            _hang_up(sink)
            with self._lock:
                self._open -= {source, sink}

    def _hold_back(self, size):
        hold_s = self.delay_s + (size / self.bytes_per_s if self.bytes_per_s else 0)
        if hold_s > 0:
            time.sleep(hold_s)


def _hang_up(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()
