#!/usr/bin/env python3
"""Measures two real nodes on loopback: import, first copy, lag, concurrent updates after a cut, nothing to do, questions.

usage: bench_exchange.py --minglu build/release/bin/minglu [--entries 100000] [--seed 1] [--rows import,copy,lag,cut,idle,ask] [--json FILE]

Two `minglu serve` processes with SQLite files in a temporary directory, mutual TLS between them, and this driver on their local
sockets. Entries are trademarks of about 550 bytes as an op line, made from the seed. Medians where a row repeats.
"""
import argparse
import contextlib
import csv
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

PLACES = "重庆 涪陵 江津 合川 永川 万州 成都 泸州 宜宾 绵阳 南充 达州 乐山 眉山 自贡 德阳".split()
THINGS = "榨菜 花椒 白酒 柑橘 茶叶 豆瓣 火锅底料 腊肉 辣椒 竹荪 米粉 桃片 麻花 丝绸 夏布 酱油".split()
RUNS_MERGED = 40
TRADES = "食品 酒业 茶业 农业发展 生物科技 实业 商贸 调味品".split()


class Connection(http.client.HTTPConnection):
    """HTTP over a node's local socket, kept open."""

    def __init__(self, path):
        super().__init__("localhost", timeout=600)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Node:
    def __init__(self, program, folder, name):
        """Over the data directory of that name; a new one where there is none."""
        self.program, self.data, self.name = program, os.path.join(folder, name), name
        self.process = None
        if os.path.exists(self.data):
            return
        self.port = free_port()
        self.run("init", "--node", name, "--name", name, "--sync-url", f"https://127.0.0.1:{self.port}",
                 "--http-listen", "127.0.0.1:0", "--peer-listen", f"127.0.0.1:{self.port}")

    def run(self, *arguments):
        return subprocess.run([self.program, "--data", self.data, *arguments], check=True, capture_output=True, text=True).stdout

    def start(self):
        self.process = subprocess.Popen([self.program, "--data", self.data, "serve"],
                                        stdout=subprocess.DEVNULL, stderr=open(self.data + ".log", "a"))
        deadline = time.monotonic() + 30
        self.connection = Connection(os.path.join(self.data, "minglu.sock"))
        self.used = time.monotonic()
        while True:
            try:
                self.get("/readyz")
                return
            except (OSError, http.client.HTTPException, RuntimeError):
                self.connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def call(self, method, path, body=None, kind="application/json", headers=None):
        if time.monotonic() - self.used > 5:
            self.connection.close()  # the node ends idle connections; the next request opens a new one
        self.used = time.monotonic()
        data = json.dumps(body).encode() if kind == "application/json" and body is not None else body
        self.connection.request(method, path, body=data, headers={"Content-Type": kind} | (headers or {}))
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:400]!r}")
        return json.loads(text) if text and "json" in answer.getheader("Content-Type", "") else text

    def get(self, path):
        return self.call("GET", path)

    def has(self, key):
        self.connection.request("GET", "/v1/entries/" + key)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200

    def standing(self):
        sync = self.get("/v1/sync")
        return sync["vector"], sync["state_root"]

    def wait_until_merged(self):
        """Until the node has merged its search index, which it begins some time after the last commit."""
        def states():
            with contextlib.closing(sqlite3.connect(f"file:{self.data}/minglu.db?mode=ro", uri=True)) as database:
                return [state for state, in database.execute("SELECT state FROM search_run")]
        # Eight runs of about one size become one, so that with this many there is something to do.
        while len(runs := states()) >= RUNS_MERGED or any(state != "live" for state in runs):
            time.sleep(1)

    def peak_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024

    def processor_s(self):
        """Since it started; other programs on the machine distort it less than wall time."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def disk_bytes(self):
        return sum(os.path.getsize(os.path.join(self.data, f)) for f in os.listdir(self.data) if f.startswith("minglu.db"))

    def op_line_bytes(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/minglu.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT avg(length(CAST(line AS BLOB))) FROM op").fetchone()[0]

    def import_file(self, path, more=""):
        with open(path, "rb") as file:
            job = self.call("POST", "/v1/imports?kind=trademark&title=bench" + more, file.read(), "text/csv")
        while True:
            status = self.get("/v1/imports/" + job["id"])
            if status["state"] in ("done", "failed", "refused"):
                if status["state"] != "done":
                    raise RuntimeError(f"import: {status}")
                return
            time.sleep(0.01)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_entries(path, count, seed):
    rng = random.Random(seed)
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["商标", "商标注册号", "类别", "权利人", "地区", "核定商品", "备注"])
        for i in range(count):
            pick = rng.choice
            out.writerow([pick(PLACES) + pick(THINGS) + str(rng.randrange(10000)), 10_000_000 + i, 1 + i % 45,
                          f"{pick(PLACES)}市{pick(PLACES)}{pick(THINGS)}{pick(TRADES)}有限公司",
                          "重庆市涪陵区" if i % 2 else "四川省成都市", "；".join(rng.sample(THINGS, 5)),
                          f"外包装正面印有注册商标及防伪标识，{pick(PLACES)}产{pick(THINGS)}礼盒另有烫金字样与产地二维码，"
                          f"近似包装多见于{pick(PLACES)}批发市场，生产许可编号SC{rng.randrange(10**12):012d}"])


def wait_until(test, timeout_s=1800, every_s=0.002):
    start = time.monotonic()
    while not test():
        if time.monotonic() - start > timeout_s:
            raise RuntimeError("timed out")
        time.sleep(every_s)
    return time.monotonic() - start


def pair(a, b):
    cards = {}
    for node in (a, b):
        with open(os.path.join(node.data, "card.json"), encoding="utf-8") as file:
            cards[node.name] = file.read()
    a.call("POST", "/v1/peers", {"card": cards[b.name]})
    b.call("POST", "/v1/peers", {"card": cards[a.name]})


def key_of(i):
    return f"trademark/{10_000_000 + i}/{1 + i % 45}"


def bench_copy(a, b, entries):
    begin, processor = time.monotonic(), [node.processor_s() for node in (a, b)]
    pair(a, b)
    wait_until(lambda: a.standing() == b.standing(), every_s=0.05)
    took = time.monotonic() - begin
    peer = b.get("/v1/sync")["peers"][0]
    return {"seconds": took, "entries_per_s": entries / took, "bytes_moved_mb": peer["bytes_received"] / 1e6,
            "processor_us_per_entry": [(node.processor_s() - before) * 1e6 / entries for node, before in zip((a, b), processor)],
            "sender_peak_mib": a.peak_mib(), "receiver_peak_mib": b.peak_mib(),
            "disk_bytes_per_entry": b.disk_bytes() / entries}


def bench_lag(a, b, count=200):
    lags = []
    for i in range(count):
        key = f"trademark/{80_000_000 + i}/9"
        a.call("PUT", "/v1/entries/" + key, {"fields": {"name": f"新增{i}", "holders": [{"name": "某公司", "role": "holder"}]},
                                             "reason": "bench", "seen": ""})
        acknowledged = time.monotonic()
        while not b.has(key):
            pass
        lags.append((time.monotonic() - acknowledged) * 1000)
    if os.environ.get("LAGS"):
        print(sorted(((round(x, 1), i) for i, x in enumerate(lags)), reverse=True)[:8])
    lags.sort()
    return {"p50_ms": statistics.median(lags), "p99_ms": lags[int(len(lags) * 0.99) - 1]}


def pause(nodes, paused):
    for node in nodes:
        other = node.get("/v1/peers")["items"][0]["node"]
        node.call("PATCH", f"/v1/peers/{other}", {"paused": paused})


def bench_cut(a, b, count=1000):
    keys = [key_of(i) for i in range(count)]
    pause((a, b), True)
    for node in (a, b):
        for key in keys:
            seen = node.get("/v1/entries/" + key)["etag"]
            node.call("PUT", "/v1/entries/" + key, {"fields": {"goods": "由" + node.name + "改"}, "reason": "bench", "seen": seen})
    begin = time.monotonic()
    pause((a, b), False)
    wait_until(lambda: a.standing() == b.standing())
    took = time.monotonic() - begin
    return {"seconds": took, "conflicts": [sum(1 for _ in conflicts(node)) for node in (a, b)]}


def bench_ask(a, entries, count=300):
    """The same questions without and with a case number: with one, the answer waits until it is recorded."""
    figures = {}
    for name, more in (("plain", ""), ("case", "&case=bench")):
        times = []
        for i in range(count):
            begin = time.monotonic()
            a.get(f"/v1/entries?q={10_000_000 + i * 7 % entries}{more}")
            times.append((time.monotonic() - begin) * 1000)
        times.sort()
        figures[name] = {"p50_ms": statistics.median(times), "p99_ms": times[int(len(times) * 0.99) - 1]}
    with contextlib.closing(sqlite3.connect(f"file:{a.data}/minglu.db?mode=ro", uri=True)) as database:
        figures["audit_bytes_per_row"] = database.execute("SELECT avg(length(CAST(line AS BLOB))) + 40 FROM audit").fetchone()[0]
    return figures


def conflicts(node):
    path = "/v1/conflicts?limit=200"
    while path:
        page = node.get(path)
        yield from page["items"]
        path = page.get("next") and "/v1/conflicts?limit=200&cursor=" + urllib.parse.quote(page["next"])


class CountingRelay:
    """A port in front of another one; counts what passes, both ways, on one connection."""

    def __init__(self, port):
        self.bytes = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, args=(port,), daemon=True).start()

    def serve(self, port):
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=self.pump, args=(client, server), daemon=True).start()
        self.pump(server, client)

    def pump(self, source, target):
        while piece := source.recv(65536):
            self.bytes += len(piece)
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def peer_connection(node, port):
    """Mutual TLS as the peer's node, kept open."""
    context = ssl._create_unverified_context()
    context.load_cert_chain(os.path.join(node.other.data, "keys/tls.crt"), os.path.join(node.other.data, "keys/tls.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask_for_nothing(connection, path):
    connection.request("GET", path, headers={"Accept": "application/vnd.minglu.bundle; v=1"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 204:
        raise RuntimeError(f"expected 204, got {answer.status}")


def told_cosignatures(connection, path):
    """What a puller names that has been told of all of them."""
    connection.request("GET", path + "&cosigned=all", headers={"Accept": "application/vnd.minglu.bundle; v=1"})
    answer = connection.getresponse()
    first_line = answer.read().split(b"\n")[0]
    return json.loads(first_line)["cosigned_upto"] if answer.status == 200 else "all"


def bench_idle(a, b, rounds=200):
    heads = ",".join(f"{h['log']}:{h['size']}@{h['ms']}.{h['counter']}" for h in heads_of(a))
    path = f"/sync/v1/records?have={b.get('/v1/sync')['vector']}&heads={heads}&skip=&forks=&wait_s=0&limit_bytes=8388608"
    connection = peer_connection(a, a.port)
    path += "&cosigned=" + told_cosignatures(connection, path)
    times = []
    for _ in range(rounds):
        begin = time.monotonic()
        ask_for_nothing(connection, path)
        times.append((time.monotonic() - begin) * 1000)
    # Counted apart, so that the relay's time is not measured; the first request also carries the handshake.
    relay = CountingRelay(a.port)
    counted = peer_connection(a, relay.port)
    ask_for_nothing(counted, path)
    before = relay.bytes
    for _ in range(rounds):
        ask_for_nothing(counted, path)
    return {"p50_ms": statistics.median(times), "bytes_on_the_wire": (relay.bytes - before) / rounds, "requests": 1}


def heads_of(node):
    for note in json.loads(node_info(node))["heads"]:
        lines = note.split("\n")
        ms, counter = lines[3].split()[1:]
        yield {"log": lines[0].removeprefix("minglu/"), "size": lines[1], "ms": ms, "counter": counter}


def node_info(node):
    connection = peer_connection(node, node.port)
    connection.request("GET", "/sync/v1/node")
    return connection.getresponse().read()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minglu", default="build/release/bin/minglu")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", default="import,copy,lag,cut,idle,ask")
    parser.add_argument("--json", help="write the figures to this file too")
    options = parser.parse_args()
    rows = options.rows.split(",")
    folder = tempfile.mkdtemp(prefix="minglu-bench-")
    results = {"entries": options.entries, "seed": options.seed}
    program = os.path.abspath(options.minglu)
    a, b = Node(program, folder, "cq"), Node(program, folder, "sc")
    a.other, b.other = b, a
    try:
        a.start()
        b.start()
        file = os.path.join(folder, "entries.csv")
        write_entries(file, options.entries, options.seed)
        results["csv_bytes_per_entry"] = os.path.getsize(file) / options.entries
        begin, processor = time.monotonic(), a.processor_s()
        a.import_file(file)
        took = time.monotonic() - begin
        results["import"] = {"seconds": took, "entries_per_s": options.entries / took, "op_line_bytes": a.op_line_bytes(),
                             "processor_us_per_entry": (a.processor_s() - processor) * 1e6 / options.entries,
                             "peak_mib": a.peak_mib()}
        print("import", json.dumps(results["import"]), flush=True)
        for name, bench in (("copy", lambda: bench_copy(a, b, options.entries)), ("lag", lambda: bench_lag(a, b)),
                            ("cut", lambda: bench_cut(a, b)), ("idle", lambda: bench_idle(a, b)),
                            ("ask", lambda: bench_ask(a, options.entries))):
            if name in rows:
                results[name] = bench()
                print(name, json.dumps(results[name]), flush=True)
    finally:
        a.stop()
        b.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    sys.exit(main())
