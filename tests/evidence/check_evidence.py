#!/usr/bin/env python3
"""A second checker of evidence, written from docs/EVIDENCE.md and docs/PROTOCOL.md; the merge rule is that of tests/model/fold.py.

usage: check_evidence.py EVIDENCE CARD...     prints the verdict and ends with 0, or says why it refuses and ends with 1
Needs python3-cryptography. That library has no SM2: logs and cards of the suite sm2-sm3 are refused, by name.
"""
import base64, hashlib, json, sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "model"))
import fold  # noqa: E402

GROUPS = {field: group for group, fields in {
    "name": "name name_en", "image": "mark_image alt_text", "type": "subtype",
    "number": "publication_number application_number registration_number announcement_number certificate_number national_standard",
    "status": "status status_on filed_on granted_on expires_on", "region": "region region_name",
    "listing": "listing listed_on removed_on ground listing_reason"}.items() for field in fields.split()}


class Refused(Exception):
    pass


def need(holds, reason):
    if not holds:
        raise Refused(reason)


def canonical(value): return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def unb64(text): return base64.b64decode(text, validate=True)
def node_of(log): return log.rsplit("-", 1)[0]
def leaf_hash(line): return sha(b"\0", line.encode())


def signed(card, message, signature):
    need(card["suite"] == "ed25519-sha256", f"{card['node']} signs with {card['suite']}, which this checker cannot check")
    try:
        Ed25519PublicKey.from_public_bytes(unb64(card["signing_key"])).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def read_card(path):
    card = json.loads(Path(path).read_text(encoding="utf-8"))
    body = canonical({name: value for name, value in card.items() if name != "signature"})
    need(signed(card, b"minglu/card/1\n" + body.encode(), unb64(card["signature"])), f"{path} is no sound card")
    return card


def included(leaf, index, size, path, root):                       # RFC 9162 2.1.3.2
    fn, sn, r = index, size - 1, leaf
    if index >= size: return False
    for p in path:
        if sn == 0: return False
        if fn & 1 or fn == sn:
            r = sha(b"\1", p, r)
            while not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
        else:
            r = sha(b"\1", r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistent(first, second, first_root, second_root, path):      # RFC 9162 2.1.4.2
    if first == second: return not path and first_root == second_root
    if not 0 < first < second or not path: return False
    path = ([first_root] if first & (first - 1) == 0 else []) + path
    fn, sn = first - 1, second - 1
    while fn & 1: fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0: return False
        if fn & 1 or fn == sn:
            fr, sr = sha(b"\1", c, fr), sha(b"\1", c, sr)
            while not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha(b"\1", sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def read_head(note, log, cards):
    text, signatures = note.split("\n\n", 1)
    lines = text.split("\n")
    named = lines[0].removeprefix("minglu/")
    need(log in (None, named), f"the head of {log} is of another log")
    need(node_of(named) in cards, f"no trusted card of {node_of(named)}")
    card = cards[node_of(named)]
    key_id = sha(card["node"].encode(), b"\n\1", unb64(card["signing_key"]))[:4]
    blobs = [unb64(s.split(" ")[2]) for s in signatures.splitlines() if s.split(" ")[1] == card["node"]]
    mine = [b[4:] for b in blobs if b[:4] == key_id]
    need(mine and all(signed(card, (text + "\n").encode(), b) for b in mine), f"the head of {named} is not signed by {card['node']}")
    need(lines[5] == "fold 1", f"the head of {named} is of another merge rule")
    return {"log": named, "size": int(lines[1]), "root": unb64(lines[2]), "state": unb64(lines[6].split(" ")[1])}


def proved_root(log, head):
    steps = [(s["size"], unb64(s["root"]), [unb64(h) for h in s["path"]]) for s in log["steps"]]
    if not steps:
        need(log["size"] == head["size"], f"{log['log']} does not lead to its head")
        return head["root"]
    ends = [(size, root) for size, root, _ in steps[1:]] + [(head["size"], head["root"])]
    need(steps[0][0] == log["size"] and all(consistent(s, e, r, f, p) for (s, r, p), (e, f) in zip(steps, ends)),
         f"{log['log']} does not lead to its head")
    return steps[0][1]


def group_values(fields):
    groups = {}
    for field, value in fields.items():
        group = groups.setdefault(GROUPS.get(field, field), {})
        if value is not None: group[field] = value
    return groups


# The model takes a removal as "removed" and a home as a node; here a group is the canonical object of its fields.
fold.Effective.removes = lambda op: json.loads(op.set.get("listing", "{}")).get("listing") == "removed"


def folded(records, key, day=None):
    result = fold.fold(records, day).get(key)
    for name, group in (result or {"groups": {}})["groups"].items():
        group["value"] = ({"home": group["value"]} if group["value"] else {}) if name == "home" else json.loads(group["value"])
    return result


def check_record(r, logs, roots):
    header = json.loads(r["header"])
    need(header["log"] in logs, "a record is of no log of the file")
    log = logs[header["log"]]
    need(header["seq"] > 0 and included(leaf_hash(r["header"]), header["seq"] - 1, log["size"], [unb64(h) for h in r["path"]],
         roots[header["log"]]), f"record {header['log']}:{header['seq']} is not in its log")
    return {**header, "node": node_of(header["log"]), "arrived": r["arrived"], "leaf": leaf_hash(r["header"]), "ops": []}, header


def check_ops(e, logs, roots):
    records, covered = [], []
    for op in e["ops"]:
        record, header = check_record(op["record"], logs, roots)
        line = json.loads(op["line"])
        need(line["key"] == e["key"] and included(leaf_hash(op["line"]), op["index"], header["ops"],
             [unb64(h) for h in op["path"]], unb64(header["ops_root"])), "an op is not in its record")
        values = {g: v.get("home", "") if g == "home" else canonical(v) for g, v in group_values(line["set"]).items()}
        record["ops"] = [{**line, "set": values}]
        approvals = [check_record(a, logs, roots)[0] for a in op["approvals"]]
        need(record["kind"] == ("batch.propose" if approvals else "change"), "an op stands in a record of another kind")
        for a in approvals:
            need(a["kind"] == "batch.approve" and a["of"] == [record["log"], record["seq"]] and a["node"] in record["needs"]
                 and unb64(a["of_leaf"]) == record["leaf"], "an approval is of another proposal")
        records += [record] + approvals
        position = lambda r, h: len(r["log"]).to_bytes(4, "big") + r["log"].encode() + r["seq"].to_bytes(8, "big") + h
        covered.append(((record["log"], record["seq"]), position(record, leaf_hash(op["line"])) + len(approvals).to_bytes(4, "big")
                        + b"".join(position(a, a["leaf"]) for a in approvals)))
    need(all(a[0] < b[0] for a, b in zip(covered, covered[1:])), "the ops are not in order")
    places = sorted({(r["log"], r["seq"], r["arrived"]) for r in records})
    need(all(a[0] != b[0] or (a[1] < b[1] and a[2] <= b[2]) for a, b in zip(places, places[1:])) and
         all(r["arrived"] <= e["made"] for r in records), "records cannot have arrived in this order")
    return records, sha(b"".join(c for _, c in covered))


def check_state(e, state, records, ops_hash):
    position, at = sha(e["key"].encode()).hex(), state
    for depth, children in enumerate(e["state"]["path"]):
        hashes = [unb64(children.get(n, "A" * 43 + "=")) for n in "0123456789abcdef"]
        need(sha(b"\1", *hashes) == at, "the path in the state does not hang together")
        at = hashes[int(position[depth], 16)]
    leaf = lambda key, ops, st: sha(b"\0", key.encode(), ops, st)
    now, other = folded(records, e["key"]), e["state"].get("occupant")
    if e["ops"]:
        need(now is not None and len(fold.effective_ops(records)[e["key"]]) == len(e["ops"]), "an op does not count")
        need(leaf(e["key"], ops_hash, sha(canonical(now).encode())) == at, "these are not all the ops that count")
    elif other is None:
        need(at == bytes(32), "the state does not say that nothing counts")
    else:
        depth = len(e["state"]["path"])
        need(other["key"] != e["key"] and sha(other["key"].encode()).hex()[:depth] == position[:depth] and
             leaf(other["key"], unb64(other["ops_hash"]), unb64(other["state_hash"])) == at, "the state does not say that nothing counts")


def check(bytes_of_file, cards):
    text = bytes_of_file.decode("utf-8")
    e = json.loads(text)
    need(text == canonical(e) + "\n" and e["minglu_evidence"] == 1, "not the bytes in which evidence is issued")
    logs = {log["log"]: log for log in e["logs"]}
    heads = {name: read_head(log["head"], name, cards) for name, log in logs.items()}
    for note in e["heads"]:
        if node_of(note.split("\n")[0].removeprefix("minglu/")) in cards: read_head(note, None, cards)
    state = read_head(e["state"]["head"], None, cards)
    records, ops_hash = check_ops(e, logs, {name: proved_root(logs[name], heads[name]) for name in logs})
    need(node_of(state["log"]) == e["node"], "the state is not stated by the issuer")
    check_state(e, state["state"], records, ops_hash)
    from verdict import answer_of                                   # beside this file: the rule of the law
    need(answer_of(e, records, folded) == e["answer"], "the answer does not follow from the ops")
    body = canonical({name: value for name, value in e.items() if name != "signature"}).encode()
    need(signed(cards[e["node"]], b"minglu/evidence/1\n" + body, unb64(e["signature"])), "not signed by the issuer, or changed since")
    return e


if __name__ == "__main__":
    try:
        trusted = {card["node"]: card for card in map(read_card, sys.argv[2:])}
        checked = check(Path(sys.argv[1]).read_bytes(), trusted)
    except (Refused, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as refusal:
        sys.exit(f"refused: {refusal if isinstance(refusal, Refused) else 'malformed: ' + repr(refusal)}")
    print(checked["key"], checked["as_of"], checked["answer"]["verdict"])
