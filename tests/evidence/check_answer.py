#!/usr/bin/python3
"""The second checker, and beyond it the answer: what merge and law say of the ops that are proved, by the references of both rules
in tests/model.

usage: check_answer.py EVIDENCE CARD...       prints what is proved and ends with 0, or says why it refuses and ends with 1
"""
import sys
from pathlib import Path

from check_evidence import canonical, check, main, need

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "model"))
from verdict import answer_of, folded  # noqa: E402


def check_arrivals(e, records):
    """By the issuer's own statement: of each log in its order, and not after the file was made."""
    places = sorted({(r["log"], r["seq"], r["arrived"]) for r in records})
    need(all(a[0] != b[0] or (a[1] < b[1] and a[2] <= b[2]) for a, b in zip(places, places[1:]))
         and all(r["arrived"] <= e["made"] for r in records), "records cannot have arrived in this order")


def check_all(file, cards):
    e, records = check(file, cards)
    check_arrivals(e, records)
    need(not e["ops"] or canonical(folded(records, e["key"])) == e["state"]["entry"],
         "the ops do not fold to this state of the entry")
    need(answer_of(e, records) == e["answer"], "the answer does not follow from the ops")
    return e, records


if __name__ == "__main__":
    main(check_all)
