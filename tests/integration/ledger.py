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


class Ledger:
    """All writes of a run, found by entry."""

    def __init__(self):
        self._lock = threading.Lock()
        self.by_key = {}
        self.writes = []

    def add(self, write):
        with self._lock:
            self.writes.append(write)
            for key in write.keys:
                self.by_key.setdefault(key, {})[write.reason] = write
        return write

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
