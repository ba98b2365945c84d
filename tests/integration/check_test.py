"""A market's list through the command and over HTTP, on a running node and without one."""

import csv
import io
import zipfile

from support import SAMPLE, NodeCase, eventually, main

LIST = "商品名称,编号,厂家\n涪陵榨菜,,某厂\n没有这种东西,9999999,\n"


class Checks(NodeCase):
    def market(self, start=True):
        node = self.node("cq", start=start)
        node.bring_in(SAMPLE / "gi_cq.csv", "--kind", "gi")
        return node

    def known(self, node):
        """An entry of the sample: its key and its name."""
        item = node.items("query", "涪陵", "--kind", "gi")[0]
        return item["key"], item["fields"]["name"]

    def test_a_list_is_checked_by_the_command_into_the_screen_csv_and_a_workbook(self):
        node = self.market()
        key, name = self.known(node)
        file = self.file("清单.csv", f"商品名称,价格\n{name},=1+1\n没有这种东西,2\n")
        self.assertIn(key, node.ok("check", file).out)
        lines = node.ok("--json", "check", file).pages()
        self.assertEqual([2, 3], [line["row"] for line in lines if "row" in line])
        self.assertEqual({"rows": 2, "found": 1, "lookalikes": 0, "complete": True}, lines[-1]["done"])

        node.ok("check", file, "-o", self.folder / "out.csv")
        rows = list(csv.DictReader(io.StringIO((self.folder / "out.csv").read_text("utf-8-sig"))))
        self.assertEqual([key, ""], [row["名录条目"] for row in rows])
        self.assertEqual("'=1+1", rows[0]["价格"])
        self.assertEqual(5, node.run("check", file, "-o", self.folder / "out.csv").status)

        node.ok("check", file, "-o", self.folder / "out.xlsx", "--case", "案1")
        with zipfile.ZipFile(self.folder / "out.xlsx") as book:
            text = "".join(book.read(part).decode() for part in book.namelist() if part.endswith(".xml"))
        self.assertIn(key, text)
        # What was written is read again, as the list it was, with the answers as further columns.
        again = node.ok("--json", "check", self.folder / "out.xlsx").pages()
        self.assertEqual((2, 1), (again[-1]["done"]["rows"], again[-1]["done"]["found"]))
        # The row of how an answer ended is written once all of it was sent.
        (row,) = eventually("the check has ended", lambda: [
            item["row"] for item in node.items("audit", "list", "--of-case", "案1") if "end" in item["row"]])
        self.assertEqual(("check", 1, "whole"), (row["kind"], row["hits"], row["end"]))

    def test_rows_are_told_what_they_could_be_meant_to_imitate(self):
        node = self.market()
        file = self.file("清单.csv", "品牌\n涪凌榨菜\n涪陵榨菜\n没有这种东西\n涪陵榨菜80g\n")
        self.assertIn("有近似名称 1 行", node.ok("check", file).out)
        lines = node.ok("--json", "check", file).pages()
        (mark,) = lines[1]["lookalikes"]
        self.assertEqual("涪陵榨菜", mark["name"])
        self.assertIn("凌≈陵", mark["text"])
        self.assertEqual([[], [], []], [line["lookalikes"] for line in lines[2:5]])
        self.assertEqual(1, lines[-1]["done"]["lookalikes"])
        for form in ("csv", "xlsx"):
            node.ok("check", file, "-o", self.folder / f"out.{form}")
            node.ok("check", file, "-o", self.folder / f"without.{form}", "--no-lookalikes")
        rows = list(csv.DictReader(io.StringIO((self.folder / "out.csv").read_text("utf-8-sig"))))
        self.assertEqual(["涪陵榨菜", "", "", ""], [row["近似名称"] for row in rows])
        self.assertEqual(str(mark["score"]), rows[0]["近似度"])
        self.assertNotIn("近似", (self.folder / "without.csv").read_text("utf-8-sig").splitlines()[0])
        with zipfile.ZipFile(self.folder / "out.xlsx") as book:
            self.assertIn(mark["text"], "".join(book.read(part).decode() for part in book.namelist() if part.endswith(".xml")))

    def test_over_http_and_without_a_server_the_answers_are_the_same(self):
        node = self.market()
        token = node.token("reader")
        body = LIST.encode("gb18030")
        answer = node.http("POST", "/v1/checks?format=csv", body, token)
        self.assertEqual(200, answer.status, answer)
        book = node.http("POST", "/v1/checks?format=xlsx", body, token)
        self.assertTrue(book.body.startswith(b"PK"))
        self.assertEqual(401, node.http("POST", "/v1/checks", body).status)
        self.assertEqual(400, node.http("POST", "/v1/checks", "价格\n1\n".encode(), token).status)
        self.assertEqual(413, node.http("POST", "/v1/checks", b"x" * (33 << 20), token).status)
        self.assertEqual([], list((node.data / "spool").glob("*.xlsx")))
        file = self.folder / "清单.csv"
        file.write_bytes(body)
        node.ok("check", file, "-o", self.folder / "served.csv")
        node.stop()
        node.ok("check", file, "-o", self.folder / "alone.csv")
        self.assertEqual((self.folder / "served.csv").read_bytes(), (self.folder / "alone.csv").read_bytes())
        self.assertEqual(answer.body, (self.folder / "alone.csv").read_bytes())

    def test_a_list_that_nobody_understands_is_refused_with_its_headers(self):
        node = self.market()
        problem = node.refused(3, "check", self.file("list.csv", "价格,库存\n1,2\n"))
        self.assertEqual("row 1: 价格, 库存", problem["where"])
        self.assertEqual(4, node.run("check", self.folder / "nothing.csv").status)
        bomb = self.folder / "bomb.xlsx"
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r"/></sheets></workbook>')
            book.writestr("xl/_rels/workbook.xml.rels",
                          '<Relationships><Relationship Id="r" Target="worksheets/a.xml"/></Relationships>')
            with book.open("xl/worksheets/a.xml", "w") as sheet:
                for _ in range(300):
                    sheet.write(b" " * (1 << 20))
        self.assertEqual("too_large", node.refused(3, "check", bomb)["code"])
        self.assertTrue(node.is_running())


if __name__ == "__main__":
    main()
