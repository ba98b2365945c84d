"""The audit of tormented nodes: what they hold against what editors were told."""

import collections

from ledger import faults_of_carried, faults_of_entry, faults_of_incidents, faults_of_known_keys, faults_of_notes

FAULTS_SHOWN_MAX = 20


def signing_key(node):
    """The file of a node's own key."""
    return (node.data / "keys" / "sign.pem").read_bytes()


class Failed(AssertionError):
    """A guarantee did not hold; the message says which and where."""


class Audit:
    """Asks nodes that hold the same; `tokens` by node name, `counts` takes how many writes were checked."""

    def __init__(self, nodes, tokens, ledger, counts):
        self.nodes, self.tokens, self.ledger, self.counts = nodes, tokens, ledger, counts

    def check(self, keys):
        for node in self.nodes:
            findings = node.verified()
            if findings:
                raise Failed(f"verify of {node.name}: {findings}")
            self.check_node(node)
        for key in keys:
            self.check_key(key)

    def check_node(self, node):
        """What operators did: notes, carried files and keys are as they were told, and nobody complains."""
        incidents, vector = node.items("incident", "list", "--all"), node.sync()["vector"]
        known = {other.name: peer["key_changes"] for other in self.nodes
                 for peer in other.json("peer", "list")["items"] if peer["node"] == node.name}
        mine = lambda items: [item for item in items if item.node == node.name]
        faults = (faults_of_incidents(self.ledger, node.name, incidents)
                  + faults_of_notes(mine(self.ledger.notes), incidents)
                  + faults_of_known_keys(self.ledger, node.name, signing_key(node), known))
        for carried in mine(self.ledger.carried):
            faults += faults_of_carried(carried, vector)
        if faults:
            raise Failed("\n".join(faults[:FAULTS_SHOWN_MAX]))

    def check_key(self, key):
        views = [self.view(node, key) for node in self.nodes]
        for node, view in zip(self.nodes[1:], views[1:]):
            if view != views[0]:
                raise Failed(f"{key} differs: {self.nodes[0].name} {views[0]}\n{node.name} {view}")
        self.check_view(key, *views[0])

    def check_view(self, key, entry, history, conflicts):
        faults = faults_of_entry(self.ledger, key, entry, history, conflicts)
        if faults:
            raise Failed(f"{key}:\n" + "\n".join(faults[:FAULTS_SHOWN_MAX]) + f"\nentry {entry}\nhistory {history}\n"
                         f"conflicts {conflicts}")
        self.counts["checks of acknowledged writes"] += sum(
            write.state == "acknowledged" for write in self.ledger.by_key[key].values())

    def view(self, node, key):
        """The entry, its history and its conflicts at one node, without what is each node's own."""
        token = self.tokens[node.name]
        entry, history, conflicts = (node.http("GET", path, None, token) for path in (
            f"/v1/entries/{key}", f"/v1/entries/{key}/history", f"/v1/conflicts?state=all&limit=200&key={key}"))
        if entry.status == 404:
            return None, [], []
        for answer in (entry, history, conflicts):
            if answer.status != 200:
                raise Failed(f"{node.name} {key}: {answer}")
        return (without(entry.json(), "freshness"),
                sorted((without(item, "arrived", "lacks") for item in history.json()["items"]),
                       key=lambda item: item["dot"]),
                sorted((without(item, "found_at", "claimed_by") for item in conflicts.json()["items"]),
                       key=lambda item: item["id"]))

    def check_all(self):
        """Every entry that was ever written, whole lists included.

        The nodes have one state root, so that each entry is asked for at one of them, in turn.
        """
        self.check([])
        rows = collections.Counter()
        for number, key in enumerate(self.ledger.keys()):
            view = self.view(self.nodes[number % len(self.nodes)], key)
            self.check_view(key, *view)
            rows.update(item["reason"] for item in view[1])
        for write in self.ledger.writes:
            if rows[write.reason] not in (0, len(write.keys)):
                raise Failed(f"{rows[write.reason]} of {len(write.keys)} rows: {write}")


def without(members, *names):
    return {name: value for name, value in members.items() if name not in names}
