#!/usr/bin/python3
"""A second checker of evidence, written from docs/EVIDENCE.md and docs/PROTOCOL.md.

usage: check_evidence.py EVIDENCE CARD...     prints the verdict and ends with 0, or says why it refuses and ends with 1
Proofs and signatures are checked here; what follows from the ops that they prove say the references of the rules in tests/model.
Needs python3-botan, which has both suites of signatures.
"""
import base64, hashlib, json, sys
from pathlib import Path
import botan2

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "model"))
from verdict import answer_of, canonical, fold, folded  # noqa: E402

class Refused(Exception): pass
def need(holds, reason):
    if not holds: raise Refused(reason)

def is_sm2(key): return len(key) == 65                              # a point, uncompressed; keys of Ed25519 have 32 octets
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def sm3(*parts): return hashlib.new("sm3", b"".join(parts)).digest()
def unb64(text): return base64.b64decode(text, validate=True)
def hashes(texts): return [unb64(text) for text in texts]
def node_of(log): return log.rsplit("-", 1)[0]
def place(r, leaf): return len(r["log"]).to_bytes(4, "big") + r["log"].encode() + r["seq"].to_bytes(8, "big") + leaf
def trie_leaf(key, ops_hash, state_hash): return sha(b"\0", key.encode(), ops_hash, state_hash)
def without(item, name): return canonical({n: v for n, v in item.items() if n != name}).encode()

def signed(key, message, signature):
    if is_sm2(key):                                                 # GB/T 32918.2, distinguishing id of GB/T 35276
        public = botan2.PublicKey.load_sm2("sm2p256v1", *(int.from_bytes(half, "big") for half in (key[1:33], key[33:])))
    else:                                                           # RFC 8410
        public = botan2.PublicKey.load(bytes.fromhex("302a300506032b6570032100") + key)
    verification = botan2.PKVerify(public, "1234567812345678,SM3" if is_sm2(key) else "Pure")
    verification.update(message)
    return verification.check_signature(signature)

def read_card(path):
    card = json.loads(Path(path).read_text(encoding="utf-8"))
    key, message, signature = unb64(card["signing_key"]), without(card, "signature"), unb64(card["signature"])
    need(is_sm2(key) == (card["suite"] == "sm2-sm3"), f"the key in {path} is not of its suite")
    need(signed(key, b"minglu/card/1\n" + message, signature), f"{path} is no sound card")
    return card

class Tree:
    """RFC 9162 2.1 over lines, with the hash of the suite of a log's key; over ops always SHA-256."""
    def __init__(self, key): self.hash = sm3 if is_sm2(key) else sha
    def leaf(self, line): return self.hash(b"\0", line.encode())
    def node(self, left, right): return self.hash(b"\1", left, right)

    def root(self, leaf, index, size, path):                        # 2.1.3: from a leaf up
        need(index < size and (size == 1) == (not path), "a path is of another tree")
        if size == 1: return leaf
        half = 1 << (size - 1).bit_length() - 1
        if index < half: return self.node(self.root(leaf, index, half, path[:-1]), path[-1])
        return self.node(path[-1], self.root(leaf, index - half, size - half, path[:-1]))

    def roots(self, old, new, path, whole=None):
        """2.1.4: of the trees of both sizes; `whole` is the old one's as long as all of it is below."""
        if old == new:
            need(len(path) == (whole is None), "a proof of growth is of other trees")
            return (path[0], path[0]) if whole is None else (whole, whole)
        need(0 < old < new and path, "a proof of growth is of other trees")
        half = 1 << (new - 1).bit_length() - 1
        if old <= half:
            first, second = self.roots(old, half, path[:-1], whole)
            return first, self.node(second, path[-1])
        first, second = self.roots(old - half, new - half, path[:-1])
        return self.node(path[-1], first), self.node(path[-1], second)
OPS = Tree(b"")

def parse_note(note):
    text, lines = note.split("\n\n", 1)
    line = text.split("\n")
    vector = (item.rsplit(":", 1) for item in line[4].removeprefix("vector ").split(",") if item)
    need(line[5] == "fold 1", f"the head of {line[0]} is of another merge rule")
    return {"log": line[0].removeprefix("minglu/"), "size": int(line[1]), "root": unb64(line[2]), "text": text + "\n",
            "vector": {log: int(size) for log, size in vector}, "state": unb64(line[6].split(" ")[1]),
            "lines": [(s.split(" ")[1], unb64(s.split(" ")[2])) for s in lines.splitlines()]}

def signs(key, node, note):
    key_id = sha(node.encode(), b"\n\xffminglu/sm2-sm3" if is_sm2(key) else b"\n\1", key)[:4]
    mine = [blob[4:] for name, blob in note["lines"] if name == node and blob[:4] == key_id]
    return bool(mine) and all(signed(key, note["text"].encode(), blob) for blob in mine)

def read_change(change, cards):
    note, header = parse_note(change["head"]), json.loads(change["record"])
    node, old, new = node_of(header["log"]), unb64(change["from"]), unb64(header["signing_key"])
    if node not in cards: return None
    need(header["kind"] == "key" and (note["log"], note["size"]) == (header["log"], header["seq"])
         and signs(old, node, note) and signs(new, node, note) and note["root"] == Tree(old).root(
             Tree(old).leaf(change["record"]), note["size"] - 1, note["size"], hashes(change["path"])),
         f"a change of keys of {node} is not proved")
    return {"node": node, "from": old, "to": new, "upto": {**note["vector"], note["log"]: note["size"]}}

def trusted_keys(cards, changes):
    """node -> key -> what it signs of each log, if it was given up, or None. First forward from the card."""
    keys = {node: {unb64(card["signing_key"]): None for card in of_node} for node, of_node in cards.items()}
    for known, other in (("from", "to"), ("to", "from")):
        for _ in changes:
            for c in changes:
                if c[known] in keys[c["node"]]: keys[c["node"]].setdefault(c[other], None)
    for c in changes * len(changes):                                # until no bound moves any more
        mine = keys[c["node"]]
        if c["from"] in mine and c["to"] in mine:
            later = mine[c["to"]] or c["upto"]
            mine[c["from"]] = {log: min(size, later.get(log, 0)) for log, size in c["upto"].items()}
    return keys

def read_head(text, log, keys):
    note = parse_note(text)
    node = node_of(note["log"])
    need(log in (None, note["log"]), f"the head of {log} is of another log")
    need(node in keys, f"no trusted card of {node}")
    may = [key for key, upto in keys[node].items() if upto is None or note["size"] <= upto.get(note["log"], 0)]
    signing = [key for key in may if signs(key, node, note)]
    need(signing, f"the head of {note['log']} is not signed by {node}")
    return {**note, "tree": Tree(signing[0])}

def proved(log, head):                                              # the tree of a log, its size in the file, its root
    steps = [*((s["size"], unb64(s["root"]), hashes(s["path"])) for s in log["steps"]), (head["size"], head["root"], [])]
    hold = (head["tree"].roots(old, new, path, root) == (root, to) for (old, root, path), (new, to, _) in zip(steps, steps[1:]))
    need(steps[0][0] == log["size"] and all(hold), f"{log['log']} does not lead to its head")
    return head["tree"], log["size"], steps[0][1]

def check_record(r, logs):
    header = json.loads(r["header"])
    need(header["log"] in logs and header["seq"] > 0, "a record is of no log of the file")
    tree, size, root = logs[header["log"]]
    leaf = tree.leaf(r["header"])
    need(tree.root(leaf, header["seq"] - 1, size, hashes(r["path"])) == root, f"record {header['seq']} is not in {header['log']}")
    return {**header, "node": node_of(header["log"]), "arrived": r["arrived"], "leaf": leaf, "ops": [], "count": header["ops"]}

def check_ops(e, logs):
    records, covered = [], []
    for op in e["ops"]:
        record, line, leaf = check_record(op["record"], logs), json.loads(op["line"]), OPS.leaf(op["line"])
        root = OPS.root(leaf, op["index"], record["count"], hashes(op["path"]))
        need(line["key"] == e["key"] and root == unb64(record["ops_root"]), "an op is not in its record")
        record["ops"] = [line]
        approvals = [check_record(a, logs) for a in op["approvals"]]
        need(record["kind"] == ("batch.propose" if approvals else "change"), "an op stands in a record of another kind")
        for a in approvals:
            of = (a["of"], unb64(a["of_leaf"])) == ([record["log"], record["seq"]], record["leaf"])
            need(of and a["kind"] == "batch.approve" and a["node"] in record["needs"], "an approval is of another proposal")
        records += [record] + approvals
        covered.append(((record["log"], record["seq"]), place(record, leaf)
                        + len(approvals).to_bytes(4, "big") + b"".join(place(a, a["leaf"]) for a in approvals)))
    need(all(a[0] < b[0] for a, b in zip(covered, covered[1:])), "the ops are not in order")
    places = sorted({(r["log"], r["seq"], r["arrived"]) for r in records})
    need(all(a[0] != b[0] or (a[1] < b[1] and a[2] <= b[2]) for a, b in zip(places, places[1:]))
         and all(r["arrived"] <= e["made"] for r in records), "records cannot have arrived in this order")
    return records, sha(b"".join(bytes_of_op for _, bytes_of_op in covered))

def check_state(e, at, records, ops_hash):
    position, path, other = sha(e["key"].encode()).hex(), e["state"]["path"], e["state"].get("occupant")
    for nibble, node in zip(position, path):
        children = {n: unb64(node[n]) if n in node else bytes(32) for n in "0123456789abcdef"}
        need(sha(b"\1", *children.values()) == at, "the path in the state does not hang together")
        at = children[nibble]
    now = folded(records, e["key"])
    if e["ops"]:
        need(now and len(fold.effective_ops(records)[e["key"]]) == len(e["ops"]), "an op does not count")
        leaf = trie_leaf(e["key"], ops_hash, sha(canonical(now).encode()))
        need(other is None and leaf == at, "these are not all the ops that count")
    elif other is None:
        need(at == bytes(32), "the state does not say that nothing counts")
    else:
        leaf = trie_leaf(other["key"], unb64(other["ops_hash"]), unb64(other["state_hash"]))
        is_near = sha(other["key"].encode()).hex()[:len(path)] == position[:len(path)]
        need(other["key"] != e["key"] and is_near and leaf == at, "the state does not say that nothing counts")

def check(file, cards):
    e = json.loads(file.decode("utf-8"))
    need(file == without(e, None) + b"\n" and e["minglu_evidence"] == 1, "not the bytes in which evidence is issued")
    keys = trusted_keys(cards, [c for c in (read_change(c, cards) for c in e.get("key_changes", [])) if c])
    logs = {log["log"]: proved(log, read_head(log["head"], log["log"], keys)) for log in e["logs"]}
    for note in e["heads"]:
        if node_of(parse_note(note)["log"]) in cards: read_head(note, None, keys)
    state = read_head(e["state"]["head"], None, keys)
    need(node_of(state["log"]) == e["node"], "the state is not stated by the issuer")
    records, ops_hash = check_ops(e, logs)
    check_state(e, state["state"], records, ops_hash)
    need(answer_of(e, records) == e["answer"], "the answer does not follow from the ops")
    body = b"minglu/evidence/1\n" + without(e, "signature")
    need(any(upto is None and signed(key, body, unb64(e["signature"])) for key, upto in keys[e["node"]].items()),
         "not signed by the issuer, or changed since")
    return e

if __name__ == "__main__":
    try:
        trusted = {}
        for card in map(read_card, sys.argv[2:]): trusted.setdefault(card["node"], []).append(card)
        checked = check(Path(sys.argv[1]).read_bytes(), trusted)
    except Refused as refusal:
        sys.exit(f"refused: {refusal}")
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, botan2.BotanException) as fault:
        sys.exit(f"refused: malformed: {type(fault).__name__}: {str(fault)[:200]}")
    print(checked["key"], checked["as_of"], checked["answer"]["verdict"])
