"""The interfaces for programs over real sockets: who may what, retries, paging, preconditions, problems, health."""

import json
import re
from urllib.parse import urlencode

from support import NodeCase, ask_peer_listener, eventually, gi_rows, main, tls_of, waits_for_news

KEY = "gi/AGI90001"
ENTRY = f"/v1/entries/{KEY}"


class OfficerListener(NodeCase):
    def setUp(self):
        super().setUp()
        self.cq = self.node("cq")
        self.cq.bring_in(self.file("list.csv", gi_rows(90001, 25)))

    def token(self, role):
        return self.cq.token(role)

    def assert_problem(self, answer, status, code=None):
        self.assertEqual(status, answer.status, answer)
        self.assertEqual("application/problem+json", answer.headers["Content-Type"])
        problem = answer.json()
        self.assertEqual(status, problem["status"])
        for member in ("type", "title", "code", "detail", "cure"):
            self.assertTrue(problem.get(member), (member, problem))
        if code:
            self.assertEqual(code, problem["code"], problem)
        return problem

    def put(self, fields, token, headers=None, **more):
        return self.cq.http("PUT", ENTRY, {"fields": fields, "reason": "更正", **more}, token, headers)


class Access(OfficerListener):
    def test_without_a_token_or_with_a_wrong_one_nothing_is_told(self):
        for token in (None, "mlg_" + "A" * 43, "x"):
            for method, path in (("GET", "/v1/entries"), ("GET", ENTRY), ("GET", "/v1/sync"), ("POST", "/v1/sync/now")):
                body = {} if method == "POST" else None
                answer = self.cq.http(method, path, body, token)
                self.assert_problem(answer, 401, "unauthenticated")
                self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Bearer"))

    def test_each_role_may_what_it_is_for_and_no_more(self):
        editor_may, admin_may = {"editor", "approver", "admin"}, {"admin"}
        rules = (
            ("GET", "/v1/entries", None, {"reader", "editor", "approver", "auditor", "admin"}),
            ("GET", "/v1/incidents", None, {"auditor", "admin"}),
            ("GET", "/v1/tokens", None, {"auditor", "admin"}),
            ("PUT", ENTRY, {"fields": {"category": "蔬菜"}, "reason": "更正"}, editor_may),
            ("POST", ENTRY + "/removal", {"ground": "expired", "reason": "到期"}, editor_may),
            ("POST", "/v1/tokens", {"name": "x", "role": "reader"}, admin_may),
            ("DELETE", "/v1/peers/none", None, admin_may),
            ("POST", "/v1/maintenance/rebuild", {}, admin_may),
        )
        for role in ("reader", "editor", "approver", "auditor", "admin"):
            token = self.token(role)
            for method, path, body, allowed in rules:
                with self.subTest(role=role, method=method, path=path):
                    answer = self.cq.http(method, path, body, token)
                    if role in allowed:
                        self.assertNotIn(answer.status, (401, 403), answer)
                    else:
                        self.assert_problem(answer, 403, "not_allowed")

    def test_a_revoked_token_ends_at_once(self):
        made = self.cq.json("token", "create", "--role", "reader", "--name", "program")
        self.assertEqual(200, self.cq.http("GET", "/v1/entries", token=made["secret"]).status)
        self.cq.ok("token", "revoke", made["no"])
        self.assert_problem(self.cq.http("GET", "/v1/entries", token=made["secret"]), 401)

    def test_the_secret_is_stored_nowhere(self):
        secret = self.token("admin")
        self.cq.http("GET", "/v1/entries", token=secret)
        self.cq.stop()
        for file in self.cq.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(secret.encode(), file.read_bytes(), file)
        self.assertNotIn(secret, self.cq.log_text())

    def test_open_reads_let_everybody_read_and_nobody_write(self):
        node = self.node("sc", options=["--open-reads"])
        self.assertEqual(200, node.http("GET", "/v1/entries").status)
        for method, path, body in (("PUT", ENTRY, {"fields": {"name": "x"}, "reason": "x"}),
                                   ("GET", "/v1/tokens", None),
                                   ("POST", "/v1/tokens", {"name": "x", "role": "admin"})):
            self.assertIn(node.http(method, path, body).status, (401, 403))

    def test_the_actor_of_a_token_cannot_be_chosen_by_its_bearer(self):
        token = self.cq.json("token", "create", "--role", "editor", "--name", "zhao.lei")["secret"]
        etag = self.cq.http("GET", ENTRY, token=token).headers["ETag"]
        self.assertEqual(200, self.put({"category": "蔬菜"}, token, {"If-Match": etag, "Minglu-Actor": "li.wei"}).status)
        self.assertEqual("zhao.lei", self.cq.history(KEY)[-1]["actor"])


class Requests(OfficerListener):
    def test_an_edit_says_what_it_is_based_on(self):
        editor = self.token("editor")
        shown = self.cq.http("GET", ENTRY, token=editor)
        etag = shown.headers["ETag"]
        self.assertEqual(f'"{shown.json()["etag"]}"', etag)
        self.assert_problem(self.put({"category": "蔬菜"}, editor), 428)
        log = self.cq.sync()["own_log"]
        self.assert_problem(self.put({"category": "蔬菜"}, editor, {"If-Match": f'"{log}:99999"'}), 412, "stale")
        self.assert_problem(self.put({"category": "蔬菜"}, editor, {"If-None-Match": "*"}), 412, "stale")
        written = self.put({"category": "蔬菜"}, editor, {"If-Match": etag})
        self.assertEqual(200, written.status, written)
        self.assertEqual("蔬菜", written.json()["entry"]["fields"]["category"])
        self.assertEqual(written.headers["ETag"], self.cq.http("GET", ENTRY, token=editor).headers["ETag"])
        self.assertNotEqual(etag, written.headers["ETag"])
        # An older state that this node still knows: taken, and listed as a conflict.
        self.assertEqual(200, self.put({"category": "粮食"}, editor, {"If-Match": etag}).status)
        self.assertEqual(1, len(self.cq.conflicts()))

    def test_a_repeated_request_is_written_once(self):
        editor = self.token("editor")
        etag = self.cq.http("GET", ENTRY, token=editor).headers["ETag"]
        headers = {"If-Match": etag, "Idempotency-Key": "7f1c-once"}
        first = self.put({"category": "蔬菜"}, editor, headers)
        again = self.put({"category": "蔬菜"}, editor, headers)
        self.assertEqual((200, 200), (first.status, again.status))
        self.assertEqual(first.json()["dot"], again.json()["dot"])
        self.assertIsNone(first.headers["Idempotency-Replayed"])
        self.assertEqual("true", again.headers["Idempotency-Replayed"])
        self.assertEqual(2, len(self.cq.history(KEY)), "the import and one edit")
        self.assert_problem(self.put({"category": "粮食"}, editor, headers), 422)
        # It is remembered over a power cut too.
        self.cq.kill()
        self.cq.start()
        after = self.put({"category": "蔬菜"}, editor, headers)
        self.assertEqual((200, first.json()["dot"]), (after.status, after.json()["dot"]))
        self.assertEqual(2, len(self.cq.history(KEY)))
        self.assertEqual([], self.cq.conflicts("all"))

    def test_a_previewed_import_is_published_as_it_was_shown(self):
        approver = self.token("approver")
        text = gi_rows(90030, 2, category="蔬菜").encode()
        query = urlencode({"kind": "gi", "dry_run": "1", "title": "预览", "file_name": "a.csv"})
        accepted = self.cq.http("POST", "/v1/imports?" + query, text, approver, {"Content-Type": "text/csv"})
        self.assertEqual(202, accepted.status, accepted)
        path = f"/v1/imports/{accepted.json()['id']}"

        def state_is(*wanted):
            return lambda: self.cq.http("GET", path, token=approver).json()["state"] in wanted

        eventually("the plan stands", state_is("planned"))
        self.assertFalse(self.cq.holds("gi/AGI90030"))
        published = self.cq.http("POST", path + "/publication", {}, approver)
        self.assertIn(published.status, (200, 202), published)
        eventually("it is published", state_is("done"))
        self.assertEqual("蔬菜", self.cq.entry("gi/AGI90030")["fields"]["category"])
        self.assertEqual("预览", self.cq.items("batch", "list")[0]["title"])

    def test_pages_hold_every_entry_once(self):
        reader = self.token("reader")
        for limit in (1, 7, 25, 200):
            keys, cursor = [], ""
            while True:
                path = f"/v1/entries?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
                page = self.cq.http("GET", path, token=reader).json()
                self.assertLessEqual(len(page["items"]), limit)
                keys += [item["key"] for item in page["items"]]
                cursor = page.get("next")
                if not cursor:
                    break
            self.assertEqual(25, len(keys), limit)
            self.assertEqual(25, len(set(keys)), limit)
        self.assert_problem(self.cq.http("GET", "/v1/entries?cursor=nonsense", token=reader), 400)
        for limit in ("0", "201", "x", ""):
            self.assert_problem(self.cq.http("GET", f"/v1/entries?limit={limit}", token=reader), 400)

    def test_what_is_wrong_with_a_request_is_said(self):
        admin = self.token("admin")
        problem = self.assert_problem(self.cq.http("GET", "/v1/entries?colour=red", token=admin), 400, "bad_request")
        self.assertIn("colour", json.dumps(problem))
        self.assert_problem(self.cq.http("GET", "/v1/nothing", token=admin), 404, "not_found")
        self.assert_problem(self.cq.http("GET", "/v1/entries/gi/AGI99999", token=admin), 404, "not_found")
        wrong = self.cq.http("DELETE", "/v1/entries", token=admin)
        self.assert_problem(wrong, 405)
        self.assertIn("GET", wrong.headers["Allow"])
        etag = self.cq.http("GET", ENTRY, token=admin).headers["ETag"]
        for body in (b"{", b'{"fields":{},"fields":{}}', b"\xff\xfe", b"[" * 100000, b'{"fields":1.5,"reason":"x"}'):
            answer = self.cq.http("PUT", ENTRY, body, admin, {"Content-Type": "application/json", "If-Match": etag})
            self.assertEqual(400, answer.status, (body[:30], answer))
        self.assertEqual(1, len(self.cq.history(KEY)), "none of them wrote anything")

    def test_every_answer_says_how_fresh_it_is(self):
        admin = self.token("admin")
        batch = self.cq.items("batch", "list")[0]["dot"]
        for path in ("/v1/entries", ENTRY, ENTRY + "/history", "/v1/batches", f"/v1/batches/{batch}",
                     "/v1/changes?after=0", "/v1/conflicts", "/v1/sync"):
            answer = self.cq.http("GET", path, token=admin)
            self.assertEqual(200, answer.status, (path, answer))
            freshness = answer.json()["freshness"]
            self.assertEqual("cq", freshness["node"], path)
            self.assertIsInstance(freshness["partners"], list)
            vector = ",".join(f"{log}:{seq}" for log, seq in sorted(freshness["vector"].items()))
            self.assertEqual(answer.headers["Minglu-Vector"], vector, path)

    def test_the_feed_gives_each_change_once_and_waits_for_the_next(self):
        admin = self.token("admin")
        first = self.cq.http("GET", "/v1/changes?after=0", token=admin).json()
        self.assertTrue(first["items"])
        numbers = [item["no"] for item in first["items"]]
        self.assertEqual(sorted(set(numbers)), numbers)
        after = self.cq.http("GET", f"/v1/changes?after={first['next']}", token=admin).json()
        self.assertEqual([], after["items"])
        self.cq.edit(KEY, "category=蔬菜")
        news = self.cq.http("GET", f"/v1/changes?after={first['next']}&wait_s=30", token=admin).json()
        self.assertEqual([[KEY]], [item["keys"] for item in news["items"]])

    def test_health_metrics_and_description_are_open(self):
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
            self.assertEqual(200, self.cq.http("GET", path).status, path)
        self.assertEqual("cq", self.cq.http("GET", "/readyz").json()["node"])
        described = self.cq.http("GET", "/openapi.json").json()
        self.assertTrue(described["openapi"].startswith("3."))
        self.assertIn("/v1/entries", described["paths"])
        text = self.cq.http("GET", "/metrics").body.decode()
        for line in text.splitlines():
            if line and not line.startswith("#"):
                self.assertRegex(line, r'^[a-z_]+(\{.*\})? [-+0-9.eE]+(inf|nan)?$')
        numbers = dict(re.findall(r"^(minglu_[a-z_]+) ([0-9.e+]+)$", text, re.MULTILINE))
        self.assertEqual(25, float(numbers["minglu_entries"]), sorted(numbers))
        self.assertEqual(0, float(numbers["minglu_audit_rows_lost_total"]))
        self.assertIn("minglu_audit_rows_total", numbers)
        self.assertIn("minglu_audit_rows_waiting", numbers)

    def test_every_path_described_is_served(self):
        admin = self.token("admin")
        for path, methods in self.cq.http("GET", "/openapi.json").json()["paths"].items():
            if "get" not in methods:
                continue
            answer = self.cq.http("GET", re.sub(r"\{[^}]*\}", "1", path), token=admin)
            self.assertNotIn(answer.status, (405, 500), (path, answer))
            asks_for_more = any(one.get("required") for one in methods["get"].get("parameters", []))
            if "{" not in path and not asks_for_more:
                self.assertLess(answer.status, 400, (path, answer))


class PeerListener(NodeCase):
    def test_versions_that_are_not_spoken_are_named(self):
        cq, sc = self.pair()
        eventually("both exchange", lambda: waits_for_news(cq, sc))
        client = tls_of(sc)
        spoken = "application/vnd.minglu.bundle; v=1"
        good = ask_peer_listener(cq, client, "/sync/v1/records?have=", {"Accept": spoken})
        self.assertEqual(200, good.status, good)
        bad = ask_peer_listener(cq, client, "/sync/v1/records?have=", {"Accept": "application/vnd.minglu.bundle; v=99"})
        self.assertEqual(406, bad.status, bad)
        self.assertEqual("unsupported_version", bad.json()["code"])
        self.assertIn("v=1", " ".join(bad.json()["spoken"]))
        self.assertEqual(404, ask_peer_listener(cq, client, "/sync/v9/records").status)
        self.assertEqual(404, ask_peer_listener(cq, client, "/v1/entries").status, "no officers' paths here")
        self.assertEqual(404, cq.http("GET", "/sync/v1/node").status, "nor peers' paths there")


if __name__ == "__main__":
    main()
