"""The audit trail of a running node: what is asked over HTTP and by commands, kept over a kill, and found out when changed."""

import json
import os
import resource
import sqlite3

from support import SAMPLE, NodeCase, main

CASE = "渝知法〔2026〕12号"


class AuditTrail(NodeCase):
    def rows(self, node, *words):
        return [item["row"] for item in node.items("audit", "list", "--all", *words)]

    def asked(self, node, path, token, number=None):
        headers = {"Minglu-Case": number.encode()} if number else {}
        return node.http("GET", path, token=token, headers=headers)

    def test_queries_over_http_and_by_commands_stand_there(self):
        node = self.node("cq")
        node.bring_in(SAMPLE / "gi_cq.csv", "--kind", "gi")
        token = node.token("reader", "li.wei")
        self.assertEqual(200, self.asked(node, "/v1/entries?q=AGI03244", token, CASE).status)
        self.assertEqual(200, self.asked(node, "/v1/export", token, CASE).status)
        node.ok("query", "涪陵", "--case", CASE, "--actor", "wang.fang")
        self.assertEqual(401, node.http("GET", "/v1/entries", token="guess").status)

        found = self.rows(node, "--of-case", CASE)
        self.assertEqual(["search", "export", "export", "search"], [row["kind"] for row in found])
        by_command, end, begun, by_http = found
        self.assertEqual(("li.wei", "reader", "127.0.0.1"), (by_http["actor"], by_http["role"], by_http["remote"]))
        self.assertEqual(("whole", begun["no"]), (end["end"], end["of"]))
        self.assertEqual(("wang.fang", f"uid {os.getuid()}"), (by_command["actor"], by_command["remote"]))
        self.assertEqual(found[1:], self.rows(node, "--by", "li.wei", "--of-case", CASE))
        self.assertEqual(["this token is not known here"], [row["note"] for row in self.rows(node, "--kind", "refused")])
        mine = node.http("GET", "/v1/audit?mine", token=token).json()
        self.assertEqual({"li.wei"}, {item["row"]["actor"] for item in mine["items"]})
        self.assertEqual(403, node.http("GET", "/v1/audit", token=token).status)
        self.assertIn(CASE, node.ok("audit", "list", "--of-case", CASE).out)

    def test_what_was_answered_for_a_case_survives_a_kill(self):
        node = self.node("cq")
        token = node.token("reader", "li.wei")
        for number in range(20):
            self.assertEqual(200, self.asked(node, "/v1/entries", token, f"case-{number}").status)
        node.kill()
        node.start()
        cases = {row["case"] for row in self.rows(node, "--by", "li.wei")}
        self.assertEqual({f"case-{number}" for number in range(20)}, cases)
        self.assert_sound(node)

    def test_a_command_without_a_server_is_recorded_too(self):
        node = self.node("cq", start=False)
        node.ok("query", "涪陵", "--case", CASE)
        rows = self.rows(node, "--of-case", CASE)
        self.assertEqual([("search", "local", f"uid {os.getuid()}")],
                         [(row["kind"], row["actor"], row["remote"]) for row in rows])

    def test_what_is_changed_behind_the_node_is_found_and_named(self):
        node = self.node("cq", start=False)
        for number in range(6):
            node.ok("query", "涪陵", "--case", f"case-{number}")
        known = node.json("audit", "verify")["last"]
        node.ok("audit", "export", self.folder / "trail.ndjson")
        self.assertTrue(node.json("audit", "verify", self.folder / "trail.ndjson")["ok"])
        anchor = f"{known['no']}:{known['hash']}"
        self.assertEqual(0, node.run("audit", "verify", "--known", anchor).status)

        with sqlite3.connect(node.data / "minglu.db") as database:
            database.execute("DROP TRIGGER audit_is_not_changed")
            database.execute("DROP TRIGGER audit_is_not_trimmed")
            database.execute("UPDATE audit SET line = replace(line, 'case-2', 'case-9') WHERE audit_no = 3")
            database.execute("DELETE FROM audit WHERE audit_no = 5")
        database.close()
        findings = node.verified()
        self.assertIn("audit row 3: its hash does not follow; this row was changed, or the one before it", findings)
        self.assertIn("audit row 5: it is missing", findings)
        outcome = node.run("--json", "audit", "verify")
        self.assertNotEqual(0, outcome.status)
        self.assertIn("audit row 5: it is missing", outcome.json()["findings"])

    def test_the_end_of_the_trail_cannot_be_taken_away_and_written_over(self):
        node = self.node("cq", start=False)
        for number in range(3):
            node.ok("query", "涪陵", "--case", f"case-{number}")
        last = node.json("audit", "verify")["last"]["no"]
        with sqlite3.connect(node.data / "minglu.db") as database:
            database.execute("DROP TRIGGER audit_is_not_trimmed")
            database.execute("DELETE FROM audit WHERE audit_no = ?", (last,))
        database.close()
        node.ok("query", "涪陵", "--case", "case-3")
        self.assertEqual([f"audit row {last}: it is missing"], node.verified())

    def test_a_trail_that_is_written_anew_is_not_the_one_that_was_noted(self):
        node = self.node("cq", start=False)
        for number in range(3):
            node.ok("query", "涪陵", "--case", f"case-{number}")
        last = node.json("audit", "verify")["last"]
        lines = [json.loads(line) for line in self.exported(node, "before.ndjson").splitlines()]
        self.assertEqual(last["hash"], lines[last["no"]]["hash"])
        other = f"2:{lines[1]['hash']}"
        outcome = node.run("--json", "audit", "verify", "--known", other)
        self.assertEqual(["audit row 2: it is not the one that was known; the trail was written anew"],
                         outcome.json()["findings"])
        beyond = node.run("--json", "audit", "verify", "--known", f"9999:{last['hash']}")
        self.assertEqual(["audit row 9999: it is missing, and was known"], beyond.json()["findings"])
        damaged = self.folder / "damaged.ndjson"
        damaged.write_text(self.exported(node, "after.ndjson").replace("case-1", "case-7"))
        self.assertNotEqual(0, node.run("audit", "verify", damaged).status)

    def exported(self, node, name):
        node.ok("audit", "export", self.folder / name)
        return (self.folder / name).read_text()


class NoRoom(NodeCase):
    """No file may grow further, as a quota sets it."""

    def test_answers_for_a_case_are_withheld_and_others_are_given_and_recorded_later(self):
        node = self.node("cq")
        token = node.token("reader", "li.wei")
        _, most = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (4096, most))
        answer = node.http("GET", "/v1/entries?case=case-1", token=token)
        self.assertEqual((507, "disk_full"), (answer.status, answer.json()["code"]), answer)
        self.assertEqual(200, node.http("GET", "/v1/entries?q=later", token=token).status)
        resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, most))
        self.assertEqual(200, node.http("GET", "/v1/entries?case=case-2", token=token).status)
        rows = node.http("GET", "/v1/audit?mine", token=token).json()["items"]
        self.assertEqual([["q=later"], None], [item["row"].get("parameters") for item in reversed(rows)])
        self.assert_sound(node)


class EveryAnswer(NodeCase):
    def test_audit_mode_all_withholds_every_answer_that_cannot_be_recorded(self):
        node = self.node("cq", start=False)
        with open(node.data / "minglu.toml", "a", encoding="utf-8") as config:
            config.write('\n[audit]\nmode = "all"\n')
        node.start()
        token = node.token("reader", "li.wei")
        self.assertEqual(200, node.http("GET", "/v1/entries", token=token).status)
        _, most = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (4096, most))
        self.assertEqual(507, node.http("GET", "/v1/entries", token=token).status)
        self.assertEqual(200, node.http("GET", "/healthz").status)


if __name__ == "__main__":
    main()
