"""What happens to tormented nodes: kills, freezes, and acts of their operators in which a process dies."""

import collections
import re
import subprocess
import time

from audit import Failed, signing_key
from editor import settle
from ledger import Carried, KeyChange, Note, Write, faults_of_carried, faults_of_key_change, faults_of_notes
from node import COMMAND_TIME_MAX_S, eventually
from support import gi_rows

FIRST_GUESS_S = 0.1
LATE = 1.2  # a moment of death may lie so much behind the usual end: the answer may be on its way then
FILED_ROWS = (100, 1500)
FIRST_FILED, FILED = 91000, 6000
FIRST_SIGNED, SIGNED = 98000, 2000
RESTORES_KILLED_MAX = 3
BUSY = 6  # exit code while the service still does what a command asked for that is dead
REFUSED = 3  # exit code of a list with rows that do not fit what is there
CUT_SHORT = 3  # exit code of an import of records whose file is not whole
GONE_DATABASE = 4  # exit code where a restore was broken off between two renames
JOB_ID = re.compile("[0-9a-f]{16}")
VICTIMS = ("nobody", "service", "service", "command", "command alone")


class Attempt:
    """How a command ended in which somebody may have died. `victim`: "nobody" when it was through before."""

    def __init__(self, victim, status):
        self.victim, self.status, self.is_done = victim, status, status == 0


def keys_found(node):
    """The whole key files of a dead node."""
    return [file.read_bytes() for file in (node.data / "keys").glob("sign*.pem")]


class Happenings:
    """Acts on the nodes, one after the other; `counts` takes how often each was met and how it ended.

    Everything that a command said was done goes to the ledger; what must hold at once is checked at once.
    """

    def __init__(self, folder, nodes, tokens, ledger, counts, random):
        self.folder, self.nodes, self.tokens = folder, nodes, tokens
        self.ledger, self.counts, self.random = ledger, counts, random
        self.children = collections.defaultdict(list)
        self.backups = {}  # by node: the file, and how many notes the ledger had before it
        self.usual_s = collections.defaultdict(lambda: FIRST_GUESS_S)
        self.number = 0
        self.deck = [self.kill, self.freeze, self.back_up, self.maintain, self.rotate, self.carry, self.acknowledge,
                     self.bring_in, self.rebuild]
        self.weights = (6, 2, 2, 1, 2, 2, 1, 2, 1)
        self.kinds = tuple(self.deck)
        random.shuffle(self.deck)

    def next(self):
        """The next happening: each once, then by their weights."""
        if self.deck:
            return self.deck.pop()
        return self.random.choices(self.kinds, self.weights)[0]

    def close(self):
        for children in self.children.values():
            for child in children:
                child.kill()
                child.wait()

    def pause(self, s_max):
        time.sleep(self.random.uniform(0, s_max))

    def one_more(self):
        self.number += 1
        return self.number

    def other_than(self, node):
        return self.random.choice([other for other in self.nodes if other is not node])

    def wait_for_commands(self, name):
        for child in self.children.pop(name, []):
            child.wait(COMMAND_TIME_MAX_S)

    # -- processes

    def kill(self, node):
        self.end(node)
        if self.random.random() < 0.2:  # again, while it starts
            node.start(wait=False)
            self.pause(0.06)
            self.end(node)
        self.pause(0.2)
        node.start()

    def end(self, node):
        node.kill()
        self.counts["kill"] += 1
        # A command that found no server has opened the directory itself: nobody else may until it ends.
        self.wait_for_commands(node.name)

    def freeze(self, node):
        node.freeze()
        self.counts["freeze"] += 1
        self.pause(1.0)
        node.thaw()

    def attempt(self, node, act, *words, at_death=lambda: None, refusals=()):
        """Runs a command in which the service, the command, or a command without service dies at a random moment.

        `at_death` is called when it has ended and, where the service is dead, before that is started again. `refusals`
        are exit codes that say that nothing was done.
        """
        victim = self.random.choice(VICTIMS)
        self.counts[act] += 1
        if victim == "command alone":
            self.end(node)
        log = self.folder / "command.log"
        with log.open("wb") as output:
            child = node.background(*words, output=output)
        is_over = self.wait_for_death(child, act, victim)
        if not is_over:
            self.counts[f"{act}: {victim} killed"] += 1
            if victim == "service":
                self.children[node.name].append(child)
                self.end(node)
            else:
                child.kill()
                self.counts["kill"] += 1
        status = child.wait(COMMAND_TIME_MAX_S)
        at_death()
        if not node.is_running():
            node.start()
        if is_over and status not in (0, BUSY, *refusals):
            raise Failed(f"{node.name}: {' '.join(map(str, words))} ended with {status}, though nobody died in it "
                         f"({victim}): {log.read_text(errors='replace')}")
        return Attempt("nobody" if is_over else victim, status)

    def wait_for_death(self, child, act, victim):
        """Whether the command was through before its moment came."""
        started = time.monotonic()
        patience_s = COMMAND_TIME_MAX_S
        if victim != "nobody":
            patience_s = self.random.uniform(0, LATE * self.usual_s[act])
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            if victim == "nobody":
                raise
            return False
        self.usual_s[act] = (self.usual_s[act] + time.monotonic() - started) / 2
        return True

    def complete(self, node, *words, refusals=()):
        """Does what an attempt did not bring to its end."""
        def is_through():
            outcome = node.run(*words)
            if outcome.status not in (0, BUSY, *refusals):
                raise Failed(f"{outcome}")
            return Attempt("nobody", outcome.status) if outcome.status != BUSY else None

        return eventually(f"{node.name} does {words[0]}", is_through)

    def claim(self, faults):
        if faults:
            raise Failed("\n".join(faults))

    # -- acts of operators

    def back_up(self, node):
        """A copy while the editors work; sometimes the process dies in the middle of it."""
        path, noted = self.backup_file(node), len(self.ledger.notes)
        if not self.attempt(node, "backup", "backup", path).is_done:
            path = self.backup_file(node)
            self.complete(node, "backup", path)
        if not path.exists():
            raise Failed(f"{node.name}: backup said it was done, and there is no {path}")
        if node.name in self.backups:
            self.backups[node.name][0].unlink()
        self.backups[node.name] = path, noted

    def backup_file(self, node):
        return self.folder / f"backup-{node.name}-{self.one_more()}.db"

    def maintain(self, node):
        """An exchange by hand or a check, with a process that may die in it."""
        self.children[node.name].append(node.background(*self.random.choice((["sync", "now"], ["verify"]))))
        self.counts["maintenance"] += 1
        if self.random.random() < 0.5:
            self.pause(0.1)
            self.kill(node)

    def rebuild(self, node):
        """Views made anew; broken off, made anew again. What they then are, the state roots tell."""
        if not self.attempt(node, "rebuild", "rebuild").is_done:
            self.complete(node, "rebuild")

    def rotate(self, node):
        """Another signing key; then something that only a partner who accepts the key will hold."""
        self.settle_keys()
        change = self.ledger.add_key_change(KeyChange(node.name, signing_key(node)))
        found = []
        attempt = self.attempt(node, "key rotation", "key", "rotate", "--reason", "更换",
                               at_death=lambda: found.extend(keys_found(node)))
        change.is_acknowledged = attempt.is_done
        left = list((node.data / "keys").glob("*.new-*"))
        if left and attempt.victim != "command":
            raise Failed(f"{node.name}: a key file that was half written stays: {left}")
        if attempt.victim != "command":  # else the service goes on with it
            change.after = signing_key(node)
            self.claim(faults_of_key_change(change, found))
            self.counts["key rotation: done"] += change.after != change.before
        number = self.one_more()
        key = f"gi/AGI{FIRST_SIGNED + number % SIGNED:05d}"
        reason = f"signed.{number}"
        fields = {"name": f"产品{reason}", "subtype": "agricultural_gi"}
        write = Write(node.name, reason, "PUT", f"/v1/entries/{key}", {"fields": fields, "reason": reason}, {}, [key])
        write.sent = fields
        settle(node, self.tokens[node.name], self.ledger.add(write))

    def settle_keys(self):
        """Looks at the changes whose command died while the service went on."""
        for change in self.ledger.key_changes:
            if change.after is None:
                change.after = next(signing_key(node) for node in self.nodes if node.name == change.node)

    def carry(self, source):
        """Records in a file from one node to another, broken off and repeated on both sides."""
        target, path = self.other_than(source), self.folder / f"carried-{self.one_more()}"
        carried = Carried(target.name, source.sync()["vector"])
        words = ("sync", "export", path, *self.random.choice((("--all",), ("--for", target.name))))
        attempt = self.attempt(source, "carried export", *words)
        if not attempt.is_done and not path.exists():
            self.complete(source, *words)
        if path.exists():  # else the target lacks nothing
            if not self.attempt(target, "carried import", "sync", "import", path).is_done:
                self.complete(target, "sync", "import", path)
            path.unlink()
        self.ledger.carried.append(carried)
        self.claim(faults_of_carried(carried, target.sync()["vector"]))

    def acknowledge(self, node):
        """A file that is cut short makes an incident, and somebody writes down that he has looked at it."""
        path = self.folder / "cut"
        self.other_than(node).ok("sync", "export", path, "--all", "--force")
        whole = path.read_bytes()
        path.write_bytes(whole[:self.random.randrange(1, len(whole))])
        self.ledger.spoilt.add(node.name)
        outcome = node.run("sync", "import", path)
        if outcome.status != CUT_SHORT:
            raise Failed(f"a file cut short at {path.stat().st_size} of {len(whole)}: {outcome}")
        incident = node.items("incident", "list", "--all")[0]
        note = self.ledger.add_note(Note(node.name, f"note {self.one_more()}"))
        attempt = self.attempt(node, "acknowledgement", "incident", "acknowledge", incident["no"], "--note", note.text)
        note.state = "acknowledged" if attempt.is_done else "doubtful"
        self.claim(faults_of_notes([note], node.items("incident", "list", "--all")))

    def bring_in(self, node):
        """A list by the command line. Broken off by the end of the service it is there whole or not at all."""
        rows = self.random.randrange(*FILED_ROWS)
        first = FIRST_FILED + self.random.randrange(FILED - rows)
        write, file = self.filed(node, first, rows)
        spooled = set()
        attempt = self.attempt(node, "file import", *import_words(write, file), refusals=(REFUSED,),
                               at_death=lambda: spooled.update((node.data / "spool").iterdir()))
        write.state = state_of_import(attempt)
        if write.state != "abandoned" or attempt.victim == "command":  # then the service goes on with it
            return
        self.claim_forgotten(node, spooled)
        if not self.is_there_whole(node, write):
            write, file = self.filed(node, first, rows)
            write.state = state_of_import(self.complete(node, *import_words(write, file), refusals=(REFUSED,)))

    def claim_forgotten(self, node, spooled):
        """Of jobs at work when the node ended nothing is left, and nobody is told to wait for them."""
        left = spooled & set((node.data / "spool").iterdir())
        jobs = [path.name for path in spooled if JOB_ID.fullmatch(path.name)]
        answers = [node.http("GET", f"/v1/imports/{name}", None, self.tokens[node.name]) for name in jobs]
        self.counts["file import: jobs forgotten"] += len(jobs)
        if left or any(answer.status != 404 for answer in answers):
            raise Failed(f"{node.name}: of imports that are gone there is still {left} {answers}")

    def filed(self, node, first, rows):
        """A list of which every row says something new, in the ledger and as a file."""
        reason = f"file.{self.one_more()}"
        keys = [f"gi/AGI{number:05d}" for number in range(first, first + rows)]
        write = Write(node.name, reason, "import", "/v1/imports", None, {}, keys)
        write.sent = {"category": reason}
        file = self.folder / "list.csv"
        file.write_text(gi_rows(first, rows, category=reason), encoding="utf-8")
        return self.ledger.add(write), file

    def is_there_whole(self, node, write):
        there = [key for key in write.keys if write.reason in self.reasons(node, key)]
        if there and there != write.keys:
            raise Failed(f"{node.name}: {len(there)} of {len(write.keys)} rows right after the end of {write}")
        self.counts[f"file import: {'whole' if there else 'absent'} after a kill"] += 1
        return bool(there)

    def reasons(self, node, key):
        answer = node.http("GET", f"/v1/entries/{key}/history", None, self.tokens[node.name])
        if answer.status == 404:
            return []
        return [item["reason"] for item in answer.json()["items"]]

    # -- back to a backup

    def go_back(self):
        """One node gets an old backup in place of its data, maybe after restores that were killed.

        It opens a new log and has its own records back from the others. Its notes behind the backup are gone.
        """
        name = self.random.choice(sorted(self.backups))
        node = next(node for node in self.nodes if node.name == name)
        path, noted = self.backups.pop(name)
        node.stop()
        for _ in range(self.random.randrange(RESTORES_KILLED_MAX + 1) if self.counts["restore"] else 1):
            self.kill_restore(node, path)
        node.ok("restore", path)
        self.ledger.forget_notes(name, noted)
        node.start()
        self.counts["restore"] += 1

    def kill_restore(self, node, path):
        child = node.background("restore", path)
        if not self.wait_for_death(child, "restore", "command"):
            child.kill()
            child.wait()
            self.counts["restore: killed"] += 1
        if self.random.random() < 0.5:
            outcome = node.run("sync", "status")
            if outcome.status not in (0, GONE_DATABASE):
                raise Failed(f"after a killed restore: {outcome}")
            self.counts[f"restore: {'database there' if outcome.status == 0 else 'database aside'} after a kill"] += 1


def state_of_import(attempt):
    return {0: "acknowledged", REFUSED: "refused"}.get(attempt.status, "abandoned")


def import_words(write, file):
    return "import", file, "--title", f"名录 {write.reason}", "--reason", write.reason
