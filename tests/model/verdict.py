"""Executable reference of the rule of docs/EVIDENCE.md: from the ops of an entry to its state, and from its periods to the answer
for a day. Small and slow on purpose, as fold.py beside it, which says how ops merge.
"""
import datetime, json

import fold

GROUPS = {field: group for group, fields in {
    "name": "name name_en", "image": "mark_image alt_text", "type": "subtype",
    "number": "publication_number application_number registration_number announcement_number certificate_number "
              "national_standard",
    "status": "status status_on filed_on granted_on expires_on", "region": "region region_name",
    "listing": "listing listed_on removed_on ground listing_reason"}.items() for field in fields.split()}

DAY = datetime.timedelta(days=1)
NEVER = datetime.date(9999, 12, 31)


def canonical(value): return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def grouped(fields):
    """What an op writes, as the model takes it: a group is the canonical object of its fields, the home a node if it names one."""
    groups = {}
    for field, value in fields.items():
        group = groups.setdefault(GROUPS.get(field, field), {})
        if value is not None: group[field] = value
    return {name: text_of(group.get("home")) or canonical(group) for name, group in groups.items()}


fold.Effective.removes = lambda op: json.loads(op.set.get("listing", "{}")).get("listing") == "removed"


def folded(records, key, day=None):
    """The state that is hashed, and the view of a day."""
    records = [{**r, "ops": [{**op, "set": grouped(op["set"])} for op in r["ops"]]} for r in records]
    result = fold.fold(records, day).get(key)
    for name, group in (result or {"groups": {}})["groups"].items():
        is_node = name == "home" and not group["value"].startswith("{")
        group["value"] = {"home": group["value"]} if is_node else json.loads(group["value"])
    return result


def date_of(text):
    try:
        date = datetime.date.fromisoformat(text)
        return date if date.isoformat() == text and 1900 <= date.year <= 2999 else None
    except (TypeError, ValueError):
        return None


def text_of(value): return value if isinstance(value, str) else ""
def end_of_day(day): return int((day - datetime.date(1970, 1, 1)).days + 1) * 86_400_000 - 8 * 3_600_000 - 1
def day_of(ms): return datetime.date(1970, 1, 1) + datetime.timedelta(days=(ms + 8 * 3_600_000) // 86_400_000)


def months_later(day, months):
    month = day.year * 12 + day.month - 1 + months
    if month // 12 > 2999: return NEVER
    try:
        return datetime.date(month // 12, month % 12 + 1, day.day)
    except ValueError:
        return datetime.date((month + 1) // 12, (month + 1) % 12 + 1, 1)


def status_row(law, code, on):
    rows = [row for row in law["statuses"] if row["code"] == code]
    begun = [row for row in rows if "valid_from" in row and date_of(row["valid_from"]) <= on]
    return max(begun, key=lambda row: row["valid_from"]) if begun else rows[0] if rows else {"right": "unknown"}


def source_on(row, day):
    """No article is cited outside of its time."""
    begun = "valid_from" not in row or date_of(row["valid_from"]) <= day
    return row.get("source", "") if begun and ("valid_until" not in row or day <= date_of(row["valid_until"])) else ""


def term_row(law, view):
    for row in law["terms"]:
        began = date_of(view.get(row["from"])) or date_of(view.get("expires_on"))
        if row["subtype"] in ("", text_of(view.get("subtype"))) and began and date_of(row["valid_from"]) <= began and (
                "valid_until" not in row or began <= date_of(row["valid_until"])):
            return row
    return None


def by_dates(facts, law, view, day):
    term, stated = term_row(law, view), date_of(view.get("expires_on"))
    last = grace = stated
    if stated and term:
        grace = months_later(stated + DAY, term["grace_months"]) - DAY
    elif not stated and term and not term["grace_months"] and date_of(view.get(term["from"])):
        last = grace = months_later(date_of(view[term["from"]]), 12 * term["years"]) - DAY
    if last: facts["expires_on"] = last.isoformat()
    if any(date_of(view.get(f)) and day < date_of(view[f]) for f in ("granted_on", "filed_on")):
        facts.update(state="pending", basis="dates", since=None)
    elif last and day > last:
        if term: facts["source"] = term["source"]
        if day <= grace:
            facts["grace_until"] = grace.isoformat()
        else:
            facts.update(state="ended", basis="dates" if stated else "law", since=(grace + DAY).isoformat())


def recorded_view(law, told, day):
    """Whose status counts: of the later periods the last that states a day for it which has come by then."""
    recorded = status_row(law, text_of(told[0][1].get("status")), day)["right"]
    for _, view in reversed(told[1:]):
        right, began = status_row(law, text_of(view.get("status")), day)["right"], date_of(view.get("status_on"))
        if right == "in_force" and recorded in ("unknown", "pending"): began = began or date_of(view.get("granted_on"))
        if right not in ("unknown", "never_existed") and began and began <= day: return view
    last = status_row(law, text_of(told[-1][1].get("status")), day)["right"]
    set_aside = recorded == "never_existed" and last not in ("unknown", "never_existed")
    return told[-1 if set_aside else 0][1]


def right_on(law, told, day):
    """`told`: the period of the day, and those after it that are known."""
    view, (void_from, latest) = recorded_view(law, told, day), told[-1]
    dated = told[0][1] if date_of(told[0][1].get("expires_on")) and not date_of(latest.get("expires_on")) else latest
    status, began = text_of(view.get("status")), date_of(view.get("status_on"))
    row = status_row(law, status, day)
    granted = date_of(dated.get("granted_on"))
    facts = {"status": status, "granted_on": text_of(dated.get("granted_on")), "source": source_on(row, day)}
    later = began and day < began
    since = (granted if row["right"] == "in_force" or (row["right"] == "ended" and later) else began)
    since = since.isoformat() if since else None
    if row["right"] == "unknown": facts.update(state="unknown", basis="none")
    elif row["right"] == "ended" and later: facts.update(state="in_force", basis="dates", since=since)
    elif row["right"] == "never_granted" and later: facts.update(state="pending", basis="dates")
    else: facts.update(state=row["right"], basis="status", since=since)
    if facts["state"] in ("unknown", "in_force"): by_dates(facts, law, dated, day)
    void = status_row(law, text_of(latest.get("status")), void_from)
    if facts["state"] != "never_existed" and void["right"] == "never_existed":
        facts.pop("grace_until", None)
        facts.update(state="never_existed", basis="invalidated", source=source_on(void, void_from),
                     since=(date_of(latest.get("status_on")) or void_from).isoformat())
    return {name: value for name, value in facts.items() if value}


def in_force_within(law, told, last):
    first = told[0][0]
    days = [first, last] + [date_of(view.get(f)) for _, view in told for f in ("granted_on", "filed_on", "status_on")]
    return any(d and first <= d <= last and right_on(law, told, d)["state"] == "in_force" for d in days)


def listing_of(view): return {"listed": "listed", "removed": "removed"}.get(text_of(view.get("listing")), "never")


def protection(law, periods, day, known_on):
    begun = [p for p in periods if p[0] <= day]
    ahead = [p for p in periods if p[0] > day]
    listing, right, verdict = {"state": "never"}, {"state": "unknown", "basis": "none"}, "never_listed"
    if begun:
        view = begun[-1][1]
        known = [p for p in periods if p[0] <= max(day, known_on)]
        listing = {"state": listing_of(view)}
        listing.update({f: view[f] for f in ("listed_on", "removed_on", "ground") if text_of(view.get(f))})
        run = len(begun) - 1
        while run > 0 and listing_of(begun[run - 1][1]) == listing["state"]: run -= 1
        if listing["state"] != "never": listing["since"] = begun[run][0].isoformat()
        right = right_on(law, known[len(begun) - 1:], day)
        if listing["state"] == "listed":
            verdicts = {"in_force": "protected", "unknown": "listed_right_unknown"}
            verdict = verdicts.get(right["state"], "listed_not_in_force")
        elif listing["state"] == "removed":
            ends = [p[0] - DAY for p in periods[1:]] + [NEVER]
            before = any(listing_of(view) == "listed" and in_force_within(law, known[i:], min(end, day))
                         for (i, (_, view)), end in zip(enumerate(begun), ends))
            verdict = "was_protected" if before else "was_listed"
    coming = [first for first, v in ahead if listing_of(v) != listing["state"]]
    if coming: listing["coming"] = coming[0].isoformat()
    return {"listing": listing, "right": right, "verdict": verdict}


def answer_of(e, records):
    day, known_on = date_of(e["as_of"]), day_of(e.get("known_at", e["made"]))

    def periods_by(moment):
        known = [r for r in records if moment is None or r["arrived"] <= moment]
        if not folded(known, e["key"]): return []
        days = sorted({op["effective_on"] for o in known if counts(known, o) for op in o["ops"]})
        views = [(date_of(d), folded(known, e["key"], d)["groups"]) for d in days]
        return [(d, {f: v for g in groups.values() for f, v in g["value"].items()}) for d, groups in views]

    periods = periods_by(e.get("known_at"))
    fields = [view for first, view in periods if first <= day]
    answer = {"fields": fields[-1] if fields else {}, **protection(e["law"], periods, day, known_on)}
    if day < known_on:
        then = periods_by(end_of_day(day))
        if then: answer["as_known_then"] = protection(e["law"], then, day, day)
    return answer


def counts(known, record):
    if record["kind"] == "change": return True
    dot = [record["log"], record["seq"]]
    approved = {r["node"] for r in known if r["kind"] == "batch.approve" and r["of"] == dot}
    return record["kind"] == "batch.propose" and set(record["needs"]) <= approved
