"""HTTP/2 by hand, for frames and header blocks that no honest client sends (RFC 9113, RFC 7541).

Header fields are written as literals without index and without Huffman code. Of answers only the status is read: nginx
writes it first, from the static table or as a literal.
"""

import struct

from hostile import connect, send_all
from support import tls_context

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY = 0x1, 0x4, 0x8, 0x20
STATIC_STATUS = {8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500}


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def string(text):
    """A string literal; its length is an integer with a prefix of 7 bits."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    if len(data) < 127:
        return bytes([len(data)]) + data
    rest, length = len(data) - 127, bytearray([127])
    while rest >= 128:
        length.append(rest % 128 + 128)
        rest //= 128
    return bytes(length) + bytes([rest]) + data


def field(name, value):
    return b"\0" + string(name) + string(value)


def block(fields):
    return b"".join(field(name, value) for name, value in fields)


def request_fields(path, method="GET", *more):
    return [(":method", method), (":scheme", "https"), (":authority", "x"), (":path", path), *more]


def headers(stream, fields, ends_stream=True):
    """A header block in one frame."""
    return frame(HEADERS, END_HEADERS | (END_STREAM if ends_stream else 0), stream, block(fields))


def request(stream, path, method="GET", *more, body=None):
    """A whole request; `body` in one frame."""
    head = headers(stream, request_fields(path, method, *more), body is None)
    return head if body is None else head + frame(DATA, END_STREAM, stream, body)


def settings(**values):
    """SETTINGS by number, as s4=0 for no window of new streams."""
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", int(name[1:]), value) for name, value in values.items()))


def status_of(payload):
    """The status that a header block begins with, behind updates of the size of the table."""
    at = 0
    while payload[at] & 0xe0 == 0x20:
        at += 1
    if payload[at] & 0x80:
        return STATIC_STATUS[payload[at] & 0x7f]
    assert payload[at] & 0x0f == 8 and payload[at + 1] == 3, f"no status: {payload[:20]!r}"
    return int(payload[at + 2:at + 5])


class Connection:
    """A connection over TLS that agreed on HTTP/2 and has sent the preface and its settings."""

    def __init__(self, port, source="127.0.0.1", opening=PREFACE + settings(), receive_bytes=None):
        context = tls_context()
        context.set_alpn_protocols(["h2"])
        self.socket = connect(port, context, receive_bytes, source)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.heard, self.statuses, self.resets = b"", {}, {}
        self.goaway, self.is_closed = None, False
        self.ended = set()
        self.send(opening)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        return send_all(self.socket, data)

    def listen(self, *streams):
        """Reads until these streams have ended or the connection has."""
        while not self.is_closed and not set(streams) <= self.ended:
            self.hear()
        return self

    def listen_to_end(self):
        while not self.is_closed:
            self.hear()
        return self

    def hear(self):
        try:
            piece = self.socket.recv(65536)
        except TimeoutError:
            raise AssertionError(f"neither answered nor closed: {self.outcome()}") from None
        except OSError:
            piece = b""
        self.is_closed = not piece
        self.heard += piece
        while len(self.heard) >= 9 and len(self.heard) >= 9 + int.from_bytes(self.heard[:3], "big"):
            size = int.from_bytes(self.heard[:3], "big")
            self.take(self.heard[3], self.heard[4], int.from_bytes(self.heard[5:9], "big"), self.heard[9:9 + size])
            self.heard = self.heard[9 + size:]

    def take(self, kind, flags, stream, payload):
        if kind == HEADERS:
            self.statuses[stream] = status_of(payload)
        if kind == RST_STREAM:
            self.resets[stream] = int.from_bytes(payload, "big")
            self.ended.add(stream)
        if kind == GOAWAY:
            self.goaway = int.from_bytes(payload[4:8], "big")
        if kind in (HEADERS, DATA) and flags & END_STREAM:
            self.ended.add(stream)

    def outcome(self):
        """In words: what became of each stream, and of the connection."""
        streams = [f"{stream}: {' '.join(self.parts(stream))}" for stream in sorted({*self.statuses, *self.resets})]
        return ", ".join(streams + ([f"goaway {self.goaway}"] if self.goaway is not None else [])
                         + (["closed"] if self.is_closed and self.goaway is None else []))

    def parts(self, stream):
        return ([str(self.statuses[stream])] if stream in self.statuses else []) + (
            [f"reset {self.resets[stream]}"] if stream in self.resets else [])
