#!/usr/bin/python3
"""A second checker of evidence, written from docs/EVIDENCE.md and docs/PROTOCOL.md. Needs no file but this, and python3-botan.

usage: check_evidence.py EVIDENCE CARD...     prints what is proved and ends with 0, or says why it refuses and ends with 1
Checks every signature and proof, and that the answer says nothing that nobody wrote. check_answer.py adds what merge and law say.
"""
import base64, botan2, hashlib, json, sys
from pathlib import Path

class Refused(Exception): pass
def need(holds, reason):
    if not holds: raise Refused(reason)

def is_sm2(key): return len(key) == 65                              # a point, uncompressed; keys of Ed25519 have 32 octets
def canonical(value): return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def sm3(*parts): return hashlib.new("sm3", b"".join(parts)).digest()
def unb64(text): return base64.b64decode(text, validate=True)
def unhash(text):
    digest = unb64(text)
    need(len(digest) == 32, "a hash has 32 octets")
    return digest
def hashes(texts): return [unhash(text) for text in texts]
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
    need(is_sm2(key) == (card["suite"] == "sm2-sm3") and signed(key, b"minglu/card/1\n" + message, signature),
         f"{path} is no sound card")
    return card

# Trees of RFC 9162 2.1, by the hash of the suite of the log's key; over op lines always SHA-256.
def hash_of(key): return sm3 if is_sm2(key) else sha
def leaf_of(hashed, line): return hashed(b"\0", line.encode())

def root_over(hashed, leaf, index, size, path):                     # 2.1.3: from a leaf up
    need(index < size and (size == 1) == (not path), "a path is of another tree")
    if size == 1: return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half: return hashed(b"\1", root_over(hashed, leaf, index, half, path[:-1]), path[-1])
    return hashed(b"\1", path[-1], root_over(hashed, leaf, index - half, size - half, path[:-1]))

def roots(hashed, old, new, path, whole=None):
    """2.1.4: of the trees of both sizes; `whole` is the old one's as long as all of it is below."""
    if old == new:
        need(len(path) == (whole is None), "a proof of growth is of other trees")
        return (path[0], path[0]) if whole is None else (whole, whole)
    need(0 < old < new and path, "a proof of growth is of other trees")
    half = 1 << (new - 1).bit_length() - 1
    if old <= half:
        first, second = roots(hashed, old, half, path[:-1], whole)
        return first, hashed(b"\1", second, path[-1])
    first, second = roots(hashed, old - half, new - half, path[:-1])
    return hashed(b"\1", path[-1], first), hashed(b"\1", path[-1], second)

def parse_note(note):
    text, lines = note.split("\n\n", 1)
    line = text.split("\n")
    vector = (item.rsplit(":", 1) for item in line[4].removeprefix("vector ").split(",") if item)
    return {"log": line[0].removeprefix("minglu/"), "size": int(line[1]), "root": unhash(line[2]), "text": text + "\n",
            "vector": {log: int(size) for log, size in vector}, "state": unhash(line[6].split(" ")[1]), "fold": line[5],
            "lines": [(s.split(" ")[1], unb64(s.split(" ")[2])) for s in lines.split("\n") if s]}

def signs(key, node, note):
    key_id = sha(node.encode(), b"\n\xffminglu/sm2-sm3" if is_sm2(key) else b"\n\1", key)[:4]
    mine = [blob[4:] for name, blob in note["lines"] if name == node and blob[:4] == key_id]
    return bool(mine) and all(signed(key, note["text"].encode(), blob) for blob in mine)

def read_change(change, cards):
    note, header = parse_note(change["head"]), json.loads(change["record"])
    node, old, new = node_of(header["log"]), unb64(change["from"]), unb64(header["signing_key"])
    if node not in cards: return None
    need(header["kind"] == "key" and (note["log"], note["size"]) == (header["log"], header["seq"])
         and signs(old, node, note) and signs(new, node, note) and note["root"] == root_over(
             hash_of(old), leaf_of(hash_of(old), change["record"]), note["size"] - 1, note["size"], hashes(change["path"])),
         f"a change of keys of {node} is not proved")
    return {"node": node, "from": old, "to": new, "upto": {**note["vector"], note["log"]: note["size"]}}

def trusted_keys(cards, changes):
    """node -> key -> what it signs of each log, if it was given up, or None. First forward from the card."""
    keys = {node: {unb64(card["signing_key"]): None for card in of_node} for node, of_node in cards.items()}
    for known, other in (("from", "to"), ("to", "from")):
        for c in changes * len(changes):                            # until nothing leads further
            if c[known] in keys[c["node"]]: keys[c["node"]].setdefault(c[other], None)
    for c in changes * len(changes):                                # until no bound moves any more
        mine = keys[c["node"]]
        if c["from"] in mine and c["to"] in mine:
            later = mine[c["to"]] or c["upto"]
            mine[c["from"]] = {log: min(size, later.get(log, 0)) for log, size in c["upto"].items()}
    return keys

def read_head(text, keys):
    note = parse_note(text)
    node = node_of(note["log"])
    need(node in keys, f"no trusted card of {node}")
    may = [key for key, upto in keys[node].items() if upto is None or note["size"] <= upto.get(note["log"], 0)]
    signing = [key for key in may if signs(key, node, note)]
    need(signing, f"the head of {note['log']} is not signed by {node}")
    return {**note, "hash": hash_of(signing[0])}

def proved(log, head):                                              # the hash of a log, its size in the file, its root
    steps = [*((s["size"], unhash(s["root"]), hashes(s["path"])) for s in log["steps"]), (head["size"], head["root"], [])]
    hold = (roots(head["hash"], old, new, path, root) == (root, to) for (old, root, path), (new, to, _) in zip(steps, steps[1:]))
    need(head["log"] == log["log"] and steps[0][0] == log["size"] and all(hold), f"{log['log']} does not lead to its head")
    return head["hash"], log["size"], steps[0][1]

def check_record(r, logs):
    header = json.loads(r["header"])
    need(header["log"] in logs and header["seq"] > 0, "a record is of no log of the file")
    hashed, size, root = logs[header["log"]]
    leaf, at = leaf_of(hashed, r["header"]), header["seq"]
    need(root_over(hashed, leaf, at - 1, size, hashes(r["path"])) == root, f"record {at} is not in {header['log']}")
    return {**header, "node": node_of(header["log"]), "arrived": r["arrived"], "leaf": leaf, "ops": [], "count": header["ops"]}

def check_ops(e, logs):
    records, covered = [], []
    for op in e["ops"]:
        record, line, leaf = check_record(op["record"], logs), json.loads(op["line"]), leaf_of(sha, op["line"])
        root = root_over(sha, leaf, op["index"], record["count"], hashes(op["path"]))
        need(line["key"] == e["key"] and root == unhash(record["ops_root"]), "an op is not in its record")
        record["ops"] = [line]
        approvals = [check_record(a, logs) for a in op["approvals"]]
        need(record["kind"] == ("batch.propose" if approvals else "change"), "an op stands in a record of another kind")
        approved, dots = ("batch.approve", [record["log"], record["seq"]], record["leaf"]), [(a["log"], a["seq"]) for a in approvals]
        need(all((a["kind"], a["of"], unhash(a["of_leaf"])) == approved for a in approvals) and dots == sorted(set(dots))
             and {a["node"] for a in approvals} == set(record["needs"] if approvals else []), "it lacks approvals, or has others")
        records += [record] + approvals
        covered.append(((record["log"], record["seq"]), place(record, leaf)
                        + len(approvals).to_bytes(4, "big") + b"".join(place(a, a["leaf"]) for a in approvals)))
    need(all(a[0] < b[0] for a, b in zip(covered, covered[1:])), "the ops are not in order")
    return records, sha(b"".join(bytes_of_op for _, bytes_of_op in covered))

def check_state(e, at, ops_hash):
    position, path, other = sha(e["key"].encode()).hex(), e["state"]["path"], e["state"].get("occupant")
    for nibble, node in zip(position, path):
        children = {n: unhash(node[n]) if n in node else bytes(32) for n in "0123456789abcdef"}
        need(sha(b"\1", *children.values()) == at, "the path in the state does not hang together")
        at = children[nibble]
    leaf = bytes(32)                                                # nothing counts for the key, and none stands in its place
    if e["ops"]:
        leaf = trie_leaf(e["key"], ops_hash, sha(e["state"]["entry"].encode()))
    elif other:
        leaf = trie_leaf(other["key"], unhash(other["ops_hash"]), unhash(other["state_hash"]))
        need(other["key"] != e["key"] and sha(other["key"].encode()).hex()[:len(path)] == position[:len(path)], "no neighbour")
    need(leaf == at and not (e["ops"] and other) and bool(e["ops"]) == ("entry" in e["state"]), "these are not all the ops that count")

def check_answer(e, ops):
    """What can be seen without the rules of merge and law: it says nothing that nobody wrote, and nothing against itself."""
    answer, fields, by_then = e["answer"], e["answer"]["fields"], [op["set"] for op in ops if op["effective_on"] <= e["as_of"]]
    need(all(any(field in written.items() for written in by_then) for field in fields.items()), "it has a field that nobody wrote")
    if len(by_then) == len(ops) and "known_at" not in e:            # the day's state is that of all ops
        groups = json.loads(e["state"].get("entry", '{"groups":{}}'))["groups"].values()
        need(fields == {f: v for group in groups for f, v in group["value"].items()}, "its fields are not those of the state")
    said = fields.get("listing") if fields.get("listing") in ("listed", "removed") else "never"
    listed = {"in_force": "protected", "unknown": "listed_right_unknown"}.get(answer["right"]["state"], "listed_not_in_force")
    verdicts = {"listed": [listed], "removed": ["was_protected", "was_listed"], "never": ["never_listed"]}
    need(answer["listing"]["state"] == said and answer["verdict"] in verdicts[said], "it contradicts itself")

def check(file, cards):
    e = json.loads(file.decode("utf-8"))
    need(file == without(e, None) + b"\n" and e["minglu_evidence"] == 1, "not the bytes in which evidence is issued")
    keys = trusted_keys(cards, [c for c in (read_change(c, cards) for c in e.get("key_changes", [])) if c])
    logs = {log["log"]: proved(log, read_head(log["head"], keys)) for log in e["logs"]}
    for note in e["heads"]:
        if node_of(parse_note(note)["log"]) in cards: read_head(note, keys)
    state = read_head(e["state"]["head"], keys)
    need(node_of(state["log"]) == e["node"] and state["fold"] == "fold 1", "the state is not the issuer's, or of another merge rule")
    records, ops_hash = check_ops(e, logs)
    check_state(e, state["state"], ops_hash)
    check_answer(e, [op for record in records for op in record["ops"]])
    body, by_issuer = b"minglu/evidence/1\n" + without(e, "signature"), unb64(e["signature"])
    need(any(upto is None and signed(key, body, by_issuer) for key, upto in keys[e["node"]].items()), "not signed by the issuer")
    return e, records

def main(check):
    try:
        cards = {}
        for card in map(read_card, sys.argv[2:]): cards.setdefault(card["node"], []).append(card)
        e, records = check(Path(sys.argv[1]).read_bytes(), cards)
    except Exception as fault:                                      # any but Refused: not of the form that the file or a card has
        sys.exit(f"refused: {'' if isinstance(fault, Refused) else f'malformed: {type(fault).__name__}: '}{str(fault)[:200]}")
    sys.stdout.reconfigure(errors="backslashreplace")
    for r in records: print(r["log"], r["seq"], r["kind"], *(f'from {op["effective_on"]}: {canonical(op["set"])}' for op in r["ops"]))
    print(*map(canonical, (e["key"], e["as_of"], e["answer"]["verdict"])))

if __name__ == "__main__": main(check)
