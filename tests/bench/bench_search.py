#!/usr/bin/env python3
"""Measures the search box of a real node: in process and over HTTP, beside SQLite's FTS5 and PostgreSQL's pg_trgm.

usage: bench_search.py --minglu build/release/bin/minglu --bench build/release/bin/bench_search [--entries 1000000]
                       [--rounds 300] [--without fts5,postgres,http,filing] [--load-seconds 5] [--keep FOLDER]

Generated trademarks and real entries are imported into a node as any list is: those of ../shared/data where they lie
beside the project, else of config/sample. Questions of one kind are then put to one engine after the other. PostgreSQL
is a cluster in a temporary folder, reached over a socket there, and removed afterwards. With --keep the node stays in
FOLDER, and the next run takes it as it is.
"""
import argparse
import contextlib
import csv
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

import bench_exchange

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SHARED = os.path.join(ROOT, "..", "shared", "data")
POSTGRES = ("PostgreSQL: left out, since {} is missing; run scripts/install-deps --for bench, and scripts/bench search"
            " again")


def real_lists():
    """Files with their kinds, and where they come from."""
    published = [(os.path.join(SHARED, name), kind) for name, kind in
                 (("gi_cq_sc.csv", "gi"), ("patent_cq_sc.csv", "patent"), ("trademark_cq_sc.csv", "trademark"))]
    if all(os.path.exists(path) for path, _ in published):
        return published, "../shared/data"
    sample = glob.glob(os.path.join(ROOT, "config", "sample", "*.csv"))
    kinds = {"gi": "gi", "patents": "patent", "trademarks": "trademark"}
    return [(path, kinds[os.path.basename(path).split("_")[0]]) for path in sorted(sample)], "config/sample"


def names_of(lists):
    """The names of the real entries, as far as a column is called so."""
    names = set()
    for path, _ in lists:
        with open(path, encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                names.update(row[column] for column in ("name", "title", "商标", "名称") if row.get(column))
    return sorted(names)


def fill_node(node, options, folder):
    lists, origin = real_lists()
    for path, kind in lists:
        node.run("import", path, "--kind", kind, "--title", "bench", "--actor", "bench", "--effective-on", "2020-01-01",
                 "--skip-invalid", os.path.join(folder, "refused.csv"), "--force")
    node.start()
    generated = os.path.join(folder, "generated.csv")
    with open(generated, "wb") as out:
        subprocess.run([options.bench, "csv", "--entries", str(options.entries)], check=True, stdout=out)
    begin = time.monotonic()
    node.import_file(generated, "&effective_on=2020-01-01")
    took = time.monotonic() - begin
    os.remove(generated)
    print(f"{options.entries} generated entries imported in {took:.1f} s; beside them the real ones of {origin}", flush=True)
    node.wait_until_merged()


def run_as(user, command, **options):
    """As another user when this one is root, which PostgreSQL refuses to run as."""
    prefix = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    return subprocess.run(prefix + command, check=True, capture_output=True, text=True, cwd="/", **options)


@contextlib.contextmanager
def postgres():
    """A cluster of its own; what libpq needs to reach it, or None."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if not programs or not glob.glob("/usr/share/postgresql/*/extension/pg_trgm.control"):
        print(POSTGRES.format("postgresql" if not programs else "pg_trgm"))
        yield None
        return
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = tempfile.mkdtemp(prefix="minglu-bench-postgres-")
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    data, control = os.path.join(folder, "data"), [os.path.join(programs[-1], "pg_ctl"), "-w", "-D"]
    control.append(data)
    try:
        run_as(user, [os.path.join(programs[-1], "initdb"), "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8",
                      "--locale=C.UTF-8", "--no-sync"])
        settings = (f"-k {folder} -c listen_addresses= -c fsync=off -c jit=off -c shared_buffers=256MB"
                    " -c maintenance_work_mem=256MB -c max_wal_size=4GB")
        run_as(user, control + ["-l", os.path.join(folder, "log"), "-o", settings, "start"])
        try:
            yield f"host={folder} user=bench dbname=postgres"
        finally:
            run_as(user, control + ["-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minglu", default="build/release/bin/minglu")
    parser.add_argument("--bench", default="build/release/bin/bench_search")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--load-seconds", type=float, default=5)
    parser.add_argument("--without", default="", help="fts5, postgres, http, filing; parted by commas")
    parser.add_argument("--keep", help="keep the node in this folder, and take it from there next time")
    options = parser.parse_args()
    options.bench = os.path.abspath(options.bench)
    without = set(options.without.split(",")) - {""}
    unknown = without - {"fts5", "postgres", "http", "filing"}
    if unknown:
        parser.error("--without takes fts5, postgres, http and filing, not " + ", ".join(sorted(unknown)))

    folder = tempfile.mkdtemp(prefix="minglu-bench-")
    home = options.keep or folder
    kept = os.path.exists(os.path.join(home, "cq"))
    node = bench_exchange.Node(os.path.abspath(options.minglu), home, "cq")
    try:
        if "filing" not in without:
            subprocess.run([options.bench, "filing", "--entries", str(options.entries), "--folder", folder], check=True)
            for file in glob.glob(os.path.join(folder, "filing.db*")):
                os.remove(file)
        if kept:
            node.start()
            node.wait_until_merged()
        else:
            fill_node(node, options, folder)
        names = os.path.join(folder, "names")
        with open(names, "w", encoding="utf-8") as out:
            out.write("\n".join(names_of(real_lists()[0])))
        command = [options.bench, "queries", "--entries", str(options.entries), "--rounds", str(options.rounds),
                   "--store", os.path.join(node.data, "minglu.db"), "--names", names,
                   "--load-seconds", str(options.load_seconds)]
        if "http" not in without:
            command += ["--socket", os.path.join(node.data, "minglu.sock")]
        if "fts5" not in without:
            command += ["--fts5", os.path.join(folder, "fts5.db")]
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(postgres()) if "postgres" not in without else None
            if connection:
                command += ["--postgres", connection]
            subprocess.run(command, check=True)
        print(f"peak memory of the node: {node.peak_mib():.0f} MiB")
    finally:
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
