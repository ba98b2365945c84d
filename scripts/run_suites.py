"""Runs the suites of one build directory and counts their test cases. Called by scripts/test.

A suite is a ctest test (a doctest program or a Python script) or a tests/integration/*_test.py. Its cases are read
from what it prints; a suite that fails without saying which case, crashes or outlives its time limit counts as one
failed case, so that nothing can vanish from the sum. Exit status 77 means: skipped as a whole.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNIT_TIME_MAX_S = 1800
INTEGRATION_TIME_MAX_S = 900
SKIP_STATUS = 77
DOCTEST = re.compile(r"^\[doctest\] test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed\s*\|\s*(\d+) skipped",
                     re.MULTILINE)
UNITTEST = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
UNITTEST_RESULT = re.compile(r"^(?:OK|FAILED)(?: \((.*)\))?\s*$", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Counts:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Suite:
    """`build`: where the program comes from; what sanitizers find in it and in what it starts is kept there meanwhile."""

    def __init__(self, name, command, cwd, environment, time_max_s, build):
        self.name, self.command, self.cwd, self.environment = name, command, cwd, environment
        self.time_max_s = time_max_s
        self.reports = build.resolve() / "sanitizer" / name.replace("/", "-")
        for options in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            named = [os.environ.get(options), f"log_path={self.reports}"]
            if options == "TSAN_OPTIONS":
                named.append(f"suppressions={ROOT / 'tests' / 'tsan.supp'}")
            environment[options] = ":".join(filter(None, named))

    def take_reports(self):
        """What sanitizers found. A test does not see it in a node that it started and that ended as it should."""
        text = ""
        for file in sorted(self.reports.parent.glob(f"{self.reports.name}.*")):
            text += file.read_text(errors="replace")
            file.unlink()
        return text


def count(output, status):
    """The cases in a suite's output; `status` is its exit status, None when it was stopped for time."""
    output = COLOUR.sub("", output)
    if status == SKIP_STATUS:
        return Counts(skipped=1)
    counts = Counts()
    for match in DOCTEST.finditer(output):
        counts += Counts(*(int(match.group(group)) for group in (2, 3, 4)))
    ran = UNITTEST.findall(output)
    if ran:
        details = " ".join(match.group(1) or "" for match in UNITTEST_RESULT.finditer(output))
        number = lambda word: sum(int(n) for n in re.findall(rf"\b{word}=(\d+)", details))
        bad = number("failures") + number("errors") + number("unexpected successes")
        skipped = number("skipped")
        total = sum(int(n) for n in ran)
        counts += Counts(max(total - bad - skipped, 0), bad, skipped)
    if status != 0 and counts.failed == 0:
        counts.failed = 1
    if status == 0 and counts.passed + counts.failed + counts.skipped == 0:
        counts.passed = 1  # a script that is one case
    return counts


def run(suite):
    """Runs one suite in a process group of its own, so that a stop for time leaves nothing behind."""
    started = time.monotonic()
    suite.reports.parent.mkdir(exist_ok=True)
    suite.take_reports()  # of a run that was broken off
    try:
        process = subprocess.Popen(suite.command, cwd=suite.cwd, env=suite.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
    except OSError as error:
        return f"cannot be started: {error}\n", 1, 0.0
    try:
        output, _ = process.communicate(timeout=suite.time_max_s)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        output += f"\nstopped after {suite.time_max_s} s\n"
        status = None
    if found := suite.take_reports():
        output += f"\n{found}"
        status = 1 if status == 0 else status
    return output, status, time.monotonic() - started


def environment_for(build):
    environment = dict(os.environ)
    environment["MINGLU"] = str(build / "bin" / "minglu")
    environment["MINGLU_BUILD_DIR"] = str(build)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return environment


def unit_suites(build):
    listing = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True, capture_output=True, text=True)
    for test in json.loads(listing.stdout)["tests"]:
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        # A test whose program was not built has no command: run it anyway, so that it fails.
        command = test.get("command", ["/bin/sh", "-c", f"echo the program of {test['name']} is not built; exit 1"])
        environment = environment_for(build)
        environment.update(item.split("=", 1) for item in properties.get("ENVIRONMENT", []))
        yield Suite(test["name"], command, properties.get("WORKING_DIRECTORY", str(build)), environment,
                    float(properties.get("TIMEOUT", UNIT_TIME_MAX_S)), build)


def integration_suites(build):
    for script in sorted((ROOT / "tests" / "integration").glob("*_test.py")):
        yield Suite(f"integration/{script.stem}", [sys.executable, str(script)], str(ROOT), environment_for(build),
                    INTEGRATION_TIME_MAX_S, build)


def report(suite, output, status, took_s):
    counts = count(output, status)
    print(f"{suite.name:<40} {str(counts):<40} {took_s:7.1f} s", flush=True)
    if counts.failed:
        tail = output.splitlines()[-200:]
        print("\n".join("    " + line for line in tail))
        died = "stopped for time" if status is None else f"signal {-status}" if status < 0 else f"exit status {status}"
        print(f"    {suite.name}: {died}", flush=True)
    return counts


def run_all(suites, jobs):
    total = Counts()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for suite, done in [(suite, pool.submit(run, suite)) for suite in suites]:
            total += report(suite, *done.result())
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="build directory of the preset")
    parser.add_argument("--jobs", type=int, default=1, help="unit suites at once; integration suites run one by one")
    parser.add_argument("--unit", action="store_true", help="leave out tests/integration")
    parser.add_argument("--filter", default="", help="only suites whose name matches this regular expression")
    arguments = parser.parse_args()

    wanted = lambda suites: [suite for suite in suites if re.search(arguments.filter, suite.name)]
    total = run_all(wanted(unit_suites(arguments.build)), arguments.jobs)
    if not arguments.unit:
        total += run_all(wanted(integration_suites(arguments.build)), 1)
    if os.environ.get("MINGLU_RESULTS"):
        Path(os.environ["MINGLU_RESULTS"]).write_text(f"{total.passed} {total.failed} {total.skipped}\n")
    print(total, flush=True)
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
