"""Editors of a node: random work over HTTP, every answer noted in a ledger."""

import http.client
import threading
import time
from urllib.parse import urlencode

from ledger import Write
from node import POLL_S
from support import gi_rows

HOT_KEYS = 12
IMPORT_ROWS_MAX = 150
FIRST_IMPORTED, IMPORTED = 10000, 80000
JOB_POLL_S = 0.02
# A refusal says that nothing was written; anything else but success would be a fault of the node.
REFUSALS = (400, 404, 409, 412, 429, 503)
GONE = (OSError, http.client.HTTPException)


class UnexpectedAnswer(AssertionError):
    pass


class Editor(threading.Thread):
    """Does `count` pieces of work at one node, one after the other, as long as the round lasts.

    A piece that gets no answer stays doubtful in the ledger: the node may have done it or not.
    """

    def __init__(self, ledger, node, token, random, name, window, count):
        super().__init__(daemon=True)
        self.ledger, self.node, self.token, self.random = ledger, node, token, random
        self.label, self.window, self.count = name, window, count
        self.fault = None
        self.shown = {}
        self.over = threading.Event()
        self.start()

    def run(self):
        for piece in range(self.count):
            if self.over.is_set():
                return
            work, = self.random.choices((self.write, self.bring_in, self.resolve, self.look), (12, 2, 4, 2))
            try:
                work(f"{self.label}.{piece}")
            except GONE:
                time.sleep(POLL_S)  # killed or frozen: what was asked stays doubtful
            except Exception as fault:
                self.fault = fault
                return

    def end(self):
        self.over.set()
        self.join()
        if self.fault:
            raise self.fault

    # -- work

    def some_key(self):
        if self.random.random() < 0.15:
            return self.random.choice(self.ledger.keys() or ["gi/AGI00001"])
        return f"gi/AGI{self.window + self.random.randrange(HOT_KEYS):05d}"

    def write(self, reason):
        key = self.some_key()
        answer = self.get(f"/v1/entries/{key}")
        if answer.status == 404:
            self.put(key, reason, {"name": f"产品{reason}", "subtype": "agricultural_gi"}, {"If-None-Match": "*"})
            return
        entry = answer.json()
        # Now and then an editor saves what he was shown some time ago.
        stale = self.shown.get(key) if self.random.random() < 0.3 else None
        if not stale or self.random.random() < 0.5:
            self.shown[key] = entry["etag"]
        headers = {"If-Match": f'"{stale or entry["etag"]}"'}
        how = self.random.choice(("category", "category", "name", "notes", "listing"))
        if how != "listing":
            value = self.random.choice(("果品", "蔬菜", f"{how} {reason}"))
            self.put(key, reason, {how: value}, headers)
        elif entry["listed"]:
            self.ask(Write(self.node.name, reason, "POST", f"/v1/entries/{key}/removal",
                           {"ground": "expired", "reason": reason}, headers, [key]), {"listing": "removed"})
        else:
            self.ask(Write(self.node.name, reason, "POST", f"/v1/entries/{key}/restoration", {"reason": reason},
                           headers, [key]), {"listing": "listed"})

    def put(self, key, reason, fields, headers):
        self.ask(Write(self.node.name, reason, "PUT", f"/v1/entries/{key}", {"fields": fields, "reason": reason},
                       headers, [key]), fields)

    def resolve(self, reason):
        answer = self.get("/v1/conflicts?state=open&limit=50")
        if answer.status != 200 or not answer.json()["items"]:
            return
        conflict = self.random.choice(answer.json()["items"])
        write = Write(self.node.name, reason, "POST", f"/v1/conflicts/{conflict['id']}/resolution",
                      {"take": self.random.choice(("ours", "theirs")), "reason": reason}, {}, [conflict["key"]])
        write.conflict = conflict["id"]
        self.ask(write, {})

    def bring_in(self, reason):
        """Imports a list and follows the job; acknowledged is what is done. Every row says something new."""
        rows = self.random.randrange(1, IMPORT_ROWS_MAX)
        first = FIRST_IMPORTED + self.random.randrange(IMPORTED)
        if self.random.random() < 0.3:  # the other province has the same list, or nearly
            first = FIRST_IMPORTED + self.window * IMPORT_ROWS_MAX % IMPORTED
        keys = [f"gi/AGI{number:05d}" for number in range(first, first + rows)]
        question = urlencode({"title": f"名录 {reason}", "reason": reason, "file_name": f"{reason}.csv"})
        write = Write(self.node.name, reason, "POST", f"/v1/imports?{question}", gi_rows(first, rows, category=reason).encode(),
                      {"Content-Type": "text/csv"}, keys)
        write.sent = {"category": reason}
        self.ledger.add(write)
        answer = send(self.node, self.token, write)
        if answer.status != 202:
            refuse(write, answer)
            return
        job = f"/v1/imports/{answer.json()['id']}"
        while True:
            status = self.get(job)
            if status.status == 404:
                return  # a new process does not know it: doubtful
            state = status.json()["state"]
            if state == "failed":
                raise UnexpectedAnswer(f"{write}: {status}")
            if state in ("done", "refused"):
                write.state = "acknowledged" if state == "done" else "refused"
                return
            time.sleep(JOB_POLL_S)

    def look(self, reason):
        """What this editor was told a moment ago is there: reads follow writes."""
        mine = [write for write in self.ledger.writes[-20:] if write.node == self.node.name and write.dot
                and write.state == "acknowledged"]
        if not mine:
            return
        write = self.random.choice(mine)
        answer = self.get(f"/v1/entries/{write.keys[0]}/history")
        if answer.status != 200 or write.dot not in [item["dot"] for item in answer.json()["items"]]:
            raise UnexpectedAnswer(f"not there right after the acknowledgement: {write}: {answer}")

    # -- asking

    def get(self, path):
        return self.node.http("GET", path, None, self.token)

    def ask(self, write, fields):
        write.sent = fields
        self.ledger.add(write)
        settle(self.node, self.token, write)


def send(node, token, write):
    return node.http(write.method, write.path, write.body, token, {**write.headers, "Idempotency-Key": write.reason})


def settle(node, token, write):
    """Asks (again) and notes the answer. Asked twice with one Idempotency-Key, a write happens once."""
    answer = send(node, token, write)
    if answer.status not in (200, 201):
        refuse(write, answer)
        return
    done = answer.json()
    write.dot, write.leaf = done["dot"], done["leaf"]
    write.state = "acknowledged"


def refuse(write, answer):
    if answer.status not in REFUSALS:
        raise UnexpectedAnswer(f"{write}: {answer}")
    write.state = "refused"
