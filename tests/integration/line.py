"""A line between two nodes that can be cut, paused and damaged."""

import socket
import threading


class Line:
    """A TCP line on an own port to `target_port`, for connections in both directions of a byte stream.

    heal()      passes everything on
    cut()       breaks what runs and takes no new connection
    pause()     keeps connections open and passes nothing on, until resume()
    damage(how, n)  spoils every connection after n bytes towards the caller: "truncate" closes it, "corrupt" flips a
                    bit of the next byte
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
