"""What editors were told was written, and whether the nodes still say so."""

import threading

# Fields that merge as one value; a field that is not named here is a group of its own.
GROUP_OF = {"name_en": "name", "subtype": "type", "region_name": "region", "listed_on": "listing",
            "removed_on": "listing", "ground": "listing", "listing_reason": "listing"}


class Write:
    """One change that an editor asked for. `reason` is its own, so that it is found again in a history.

    state: "doubtful" while no answer came, "acknowledged", "refused", or "abandoned" when nobody will ask again.
    """

    def __init__(self, node, reason, method, path, body, headers, keys):
        self.node, self.reason = node, reason
        self.method, self.path, self.body, self.headers = method, path, body, headers
        self.keys = keys
        self.state = "doubtful"
        self.dot, self.leaf, self.sent, self.conflict = None, None, {}, None

    def __str__(self):
        return f"{self.state} write {self.reason} at {self.node} ({self.method} {self.path}, dot {self.dot})"


class KeyChange:
    """A new signing key that somebody asked for. Keys are what stands in their files; `after` is None until looked at."""

    def __init__(self, node, before):
        self.node, self.before, self.after = node, before, None
        self.is_acknowledged = False


class Note:
    """What somebody wrote down about an incident, at that node alone. state: as of a write."""

    def __init__(self, node, text):
        self.node, self.text, self.state = node, text, "doubtful"


class Carried:
    """A file of records that a node said it had taken: it holds all that the sender did."""

    def __init__(self, node, vector):
        self.node, self.vector = node, vector


class Ledger:
    """All writes of a run, found by entry; and what operators did. `spoilt`: nodes that were given a file cut short."""

    def __init__(self):
        self._lock = threading.Lock()
        self.by_key = {}
        self.writes = []
        self.key_changes, self.notes, self.carried, self.spoilt = [], [], [], set()

    def add(self, write):
        with self._lock:
            self.writes.append(write)
            for key in write.keys:
                self.by_key.setdefault(key, {})[write.reason] = write
        return write

    def add_key_change(self, change):
        self.key_changes.append(change)
        return change

    def add_note(self, note):
        self.notes.append(note)
        return note

    def forget_notes(self, node, first):
        """The node went back to where the ledger had its first `first` notes."""
        for note in self.notes[first:]:
            if note.node == node:
                note.state = "abandoned"

    def keys(self):
        with self._lock:
            return sorted(self.by_key)

    def acknowledged(self):
        return sum(write.state == "acknowledged" for write in self.writes)


def covers(seen, dot):
    """Whether a vector in text form, `log:seq,log:seq`, holds a dot."""
    log, _, seq = dot.rpartition(":")
    return any(item.rpartition(":")[0] == log and int(item.rpartition(":")[2]) >= int(seq)
               for item in seen.split(",") if item)


def groups_of(fields):
    return {GROUP_OF.get(field, field) for field in fields}


def is_current(group, item, fields):
    return all(fields.get(field) == value for field, value in item["set"].items()
               if GROUP_OF.get(field, field) == group)


def is_superseded(group, item, history):
    return any(group in groups_of(later["set"]) and covers(later["seen"], item["dot"]) for later in history)


def is_contested(group, item, conflicts):
    return any(group in conflict["groups"] and item["dot"] in [side["dot"] for side in conflict["sides"]]
               for conflict in conflicts)


def lost_groups(item, entry, history, conflicts):
    """The field groups of an acknowledged write that are neither current, nor seen by a later write, nor listed."""
    return [group for group in sorted(groups_of(item["set"]))
            if not (is_current(group, item, entry["fields"]) or is_superseded(group, item, history)
                    or is_contested(group, item, conflicts))]


def faults_of_write(write, found, entry, history, conflicts):
    """What is wrong with one write of an entry; `found` are the history items that carry its reason."""
    if len(found) > 1:
        return [f"written {len(found)} times: {write}"]
    if write.state == "refused" and found:
        return [f"refused, yet there: {write}"]
    if write.state != "acknowledged":
        return []
    if not found:
        return [f"lost: {write}"]
    item, faults = found[0], []
    if not item["effective"]:
        faults.append(f"without effect: {write}")
    if write.dot and (item["dot"], item["leaf"]) != (write.dot, write.leaf):
        faults.append(f"acknowledged as {write.dot} {write.leaf}, is {item['dot']} {item['leaf']}: {write}")
    changed = {field: item["set"].get(field) for field, value in write.sent.items() if item["set"].get(field) != value}
    if changed:
        faults.append(f"holds other values {changed}: {write}")
    lost = lost_groups(item, entry, history, conflicts)
    if lost:
        faults.append(f"overwritten without a trace in {lost}: {write}")
    return faults


def faults_of_entry(ledger, key, entry, history, conflicts):
    """What is wrong with one entry of one node, in words; empty when every write is accounted for.

    entry: its state, or None when the node has none; history, conflicts: the items of the two lists.
    """
    asked = ledger.by_key[key]
    faults = [f"invented: {item}" for item in history if item["reason"] not in asked]
    for reason, write in asked.items():
        found = [item for item in history if item["reason"] == reason]
        faults += faults_of_write(write, found, entry or {"fields": {}}, history, conflicts)
        if write.state == "acknowledged" and write.conflict:
            states = [conflict["state"] for conflict in conflicts if conflict["id"] == write.conflict]
            if states != ["resolved"]:
                faults.append(f"the decided conflict {write.conflict} is {states}: {write}")
    return faults


def faults_of_key_change(change, found):
    """What is wrong right after a change; `found` are the key files that lay there when the node had ended."""
    if change.after == change.before:
        return [f"lost: acknowledged key change at {change.node}"] if change.is_acknowledged else []
    if change.after not in found:
        return [f"{change.node} has a key that is neither the old nor the new one"]
    return []


def faults_of_notes(notes, incidents):
    """What is wrong with notes of one node, whose list of incidents is given."""
    kept = [written["note"] for incident in incidents for written in incident.get("acknowledgements", [])]
    return ([f"lost: acknowledged note '{note.text}' at {note.node}" for note in notes
             if note.state == "acknowledged" and note.text not in kept]
            + [f"written {kept.count(note.text)} times: note '{note.text}' at {note.node}" for note in notes
               if kept.count(note.text) > 1])


def faults_of_carried(carried, vector):
    missing = [dot for dot in carried.vector.split(",") if dot and not covers(vector, dot)]
    return [f"lost: carried records up to {missing} at {carried.node}, which holds {vector}"] if missing else []


def faults_of_incidents(ledger, node, incidents):
    """Incidents for which there is no cause in what was done to the node."""
    return [f"incident at {node}, though nobody did wrong: {incident}" for incident in incidents
            if node not in ledger.spoilt or incident["kind"] != "malformed"]


def faults_of_known_keys(ledger, node, key, known):
    """`key`: the node's own now; `known`: by partner, how many changes of the node's key it has followed."""
    changes = [change for change in ledger.key_changes if change.node == node]
    faults = [f"{node} has not the key that it changed to"] if changes and changes[-1].after != key else []
    acknowledged = sum(change.is_acknowledged for change in changes)
    return faults + [f"{partner} followed {count} changes of the key of {node}, of {acknowledged} to {len(changes)}"
                     for partner, count in known.items() if not acknowledged <= count <= len(changes)]
