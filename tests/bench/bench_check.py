#!/usr/bin/env python3
"""Measures the check of a market's list on a real node: rows a second without and with look-alikes, and peak memory.

usage: bench_check.py --minglu build/release/bin/minglu [--entries 1000000] [--rows 10000] [--seed 1] [--data FOLDER] [--json FILE]

One `minglu serve` process over the sample catalogue and as many generated trademarks: two to four of the common characters, or a
few letters. The list goes through `minglu check` as GB 18030, UTF-8 and .xlsx, whose results must be equal. --data keeps the
catalogue for the next time: importing a million entries takes minutes.
"""
import argparse
import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_exchange import THINGS, Node

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config" / "sample"
IMITATIONS = ROOT / "tests" / "bench" / "data" / "imitations.tsv"
SIZES = (2,) * 7 + (3,) * 7 + (4,) * 4


def common_characters(rng):
    """The 3,755 characters of GB 2312 level 1, in an order of chance: the first are to be the commonest."""
    codes = [bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFA if row == 0xD7 else 0xFF)]
    characters = [code.decode("gb2312") for code in codes]
    rng.shuffle(characters)
    return characters


def marks(rng, count):
    characters = common_characters(rng)
    for _ in range(count):
        if rng.random() < 0.1:
            yield "".join(rng.choice("bcdfghklmnprstvwz") + rng.choice("aeiou") for _ in range(rng.randint(2, 4)))
        else:
            yield "".join(characters[int(len(characters) * rng.random() ** 2)] for _ in range(rng.choice(SIZES)))


def write_marks(path, count, seed):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["商标", "商标注册号", "类别", "权利人", "地区"])
        for i, mark in enumerate(marks(random.Random(seed), count)):
            out.writerow([mark, 20_000_000 + i, 1 + i % 45, f"{mark}{THINGS[i % len(THINGS)]}有限公司",
                          "重庆市涪陵区" if i % 2 else "四川省成都市"])


def goods_list(source, count, seed):
    """Rows of a market: half by number and name, a fifth by name, a tenth with words around a name, a tenth imitations, a tenth
    names of nobody. A tenth of all repeat the brand of an earlier row."""
    rng = random.Random(seed + 1)
    with open(source, encoding="utf-8", newline="") as file:
        entries = rng.sample(list(csv.DictReader(file)), count)
    imitations = [line.split("\t")[0] for line in IMITATIONS.read_text(encoding="utf-8").splitlines()
                  if line and not line.startswith("#")]
    strangers = marks(rng, count)
    rows = [["品牌", "注册号", "类别"]]
    for i, entry in enumerate(entries):
        name, what = entry["商标"], i % 10
        if what < 5:
            rows.append([name, entry["商标注册号"], entry["类别"]])
        elif what < 7:
            rows.append([name, "", ""])
        elif what == 7:
            rows.append([f"正宗{name}礼盒装", "", ""])
        elif what == 8:
            rows.append([imitations[i // 10 % len(imitations)], "", ""])
        else:
            rows.append([next(strangers), str(rng.randrange(10**5)), ""] if i % 20 == 9 else rows[rng.randrange(1, len(rows))])
    return rows


def column(number):
    return chr(ord("A") + number)


def write_workbook(path, rows):
    """The least that is a workbook: no library is needed for that."""
    import xml.sax.saxutils
    import zipfile

    def cell(at, number, text):
        return f'<c r="{column(number)}{at}" t="inlineStr"><is><t>{xml.sax.saxutils.escape(text)}</t></is></c>'

    lines = "".join(f'<row r="{at}">{"".join(cell(at, n, text) for n, text in enumerate(row) if text)}</row>'
                    for at, row in enumerate(rows, 1))
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
                                         '<sheet name="清单" sheetId="1" r:id="r1"/></sheets></workbook>')
        book.writestr("xl/_rels/workbook.xml.rels",
                      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                      f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
        book.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>')


def write_lists(folder, rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    lists = {form: folder / f"list-{form}" for form in ("gb18030.csv", "utf8.csv", "book.xlsx")}
    lists["gb18030.csv"].write_bytes(text.getvalue().encode("gb18030"))
    lists["utf8.csv"].write_bytes(text.getvalue().encode("utf-8-sig"))
    write_workbook(lists["book.xlsx"], rows)
    return lists


def catalogue(program, folder, options):
    """A running node with the sample catalogue and the generated marks; makes it unless it is there."""
    is_there = (folder / "marks.csv").exists()
    node = Node(program, str(folder), "cq")
    node.start()
    if not is_there:
        for kind in ("gi", "patents", "trademarks"):
            for province in ("cq", "sc"):
                node.run("import", str(SAMPLE / f"{kind}_{province}.csv"), "--kind", kind.rstrip("s"), "--actor", "bench")
        write_marks(folder / "new.csv", options.entries, options.seed)
        node.import_file(str(folder / "new.csv"))
        (folder / "new.csv").rename(folder / "marks.csv")
        node.stop()
        node.start()  # the memory of the import is not that of a check
    node.wait_until_merged()
    return node


def processor_s(node):
    """Of the node: other programs on the machine distort it less than the time of day."""
    with open(f"/proc/{node.process.pid}/stat", encoding="ascii") as stat:
        ticks = stat.read().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def check(node, list_file, result, *options):
    begin, processor = time.monotonic(), processor_s(node)
    done = node.run("--json", "check", str(list_file), "-o", str(result), "--force", *options)
    return time.monotonic() - begin, processor_s(node) - processor, json.loads(done.splitlines()[-1])["done"]


def measure(node, folder, count, *options):
    lists = {form: folder / f"list-{form}" for form in ("gb18030.csv", "utf8.csv", "book.xlsx")}
    figures, results = {}, []
    for form, file in lists.items():
        result = folder / f"result-{form}.csv"
        seconds, processor, done = check(node, file, result, *options)
        figures[form] = {"seconds": round(seconds, 2), "rows_per_s": round(count / seconds),
                         "processor_s": round(processor, 2), **done}
        results.append(result.read_bytes())
    if len(set(results)) != 1:
        raise RuntimeError("the same list gave other results in another form")
    return {**figures, "peak_mib": round(node.peak_mib())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minglu", default="build/release/bin/minglu")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", help="keep the catalogue in this folder, and use the one that is there")
    parser.add_argument("--json", help="write the figures to this file too")
    options = parser.parse_args()
    folder = Path(options.data or tempfile.mkdtemp(prefix="minglu-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    node = catalogue(os.path.abspath(options.minglu), folder, options)
    try:
        write_lists(folder, goods_list(folder / "marks.csv", options.rows, options.seed))
        results = {"entries": options.entries, "rows": options.rows}
        list_of_one = folder / "one.csv"
        list_of_one.write_text("品牌\n涪陵榨菜\n", encoding="utf-8")
        results["first_question"] = dict(zip(("seconds", "processor_s"), check(node, list_of_one, folder / "one-result.csv")))
        print("first question", json.dumps(results["first_question"]), flush=True)
        for name, choice in (("plain", ("--no-lookalikes",)), ("lookalikes", ())):
            results[name] = measure(node, folder, options.rows, *choice)
            print(name, json.dumps(results[name]), flush=True)
    finally:
        node.stop()
        if not options.data:
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
