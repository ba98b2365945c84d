"""Runs the long versions of all that looks for faults, within a time that they share. Called by scripts/nightly.

A part repeats its program with other seeds until its share of the time is over. What ran shorter leaves its time to
those behind it. Nothing is broken off in its middle, so that every failure is one of the program; a night may end some
minutes late.
"""

import argparse
import datetime
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
SEEDS_PER_NIGHT = 1_000_000  # a night's seeds begin at its number times this
SEEDS_PER_RUN = 5
SIMULATION_STEPS = 200
ROUNDS_FIRST, ROUNDS_MAX = 5, 50
FAILURES_MAX = 5  # a part that fails so often has told enough
# The suites that MINGLU_LONG=1 makes longer, as scripts/run_suites.py names them; the shortest first.
LONG_SUITES = ("integration/hostile_http2_test", "integration/hostile_nginx_test", "integration/hostile_crowds_test",
               "test_simulation_disk")
HANGS_AFTER_S = 3600  # no single run of a part takes so long
FUZZ_LEAST_S = 10


class Outcome:
    """What a part did: figures by name, and how to see each failure again."""

    def __init__(self):
        self.figures, self.failures = {}, []

    def add(self, **figures):
        for name, count in figures.items():
            self.figures[name] = self.figures.get(name, 0) + count

    def fail(self, replay):
        self.failures.append(replay)

    def is_enough(self):
        return len(self.failures) >= FAILURES_MAX

    def word(self):
        return "FAILED" if self.failures else "ok" if self.figures else "no time"

    def __str__(self):
        return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in self.figures.items())


class Night:
    """The folder of a night, its first seed and its clock."""

    def __init__(self, folder, number):
        self.folder, self.seed = folder, number * SEEDS_PER_NIGHT
        self.data = folder / "data"
        self.data.mkdir(parents=True)

    def run(self, part, command, environment=None):
        """Runs a command; returns its status, None where it hung, and what it printed, which the part's log has too."""
        with (self.folder / f"{part}.log").open("a+", encoding="utf-8", errors="replace") as log:
            log.write(f"$ {' '.join(map(str, command))}\n")
            log.flush()
            begin = log.tell()
            # Data that a failed run leaves belong to the night.
            environment = {**os.environ, "TMPDIR": str(self.data), **(environment or {})}
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=environment,
                                       stdin=subprocess.DEVNULL, start_new_session=True)
            try:
                status = process.wait(HANGS_AFTER_S)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                end_group(process)
            log.seek(begin)
            return status, log.read()


def end_group(process):
    """Nothing that a run started outlives it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def figure(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text, re.MULTILINE))


# -- parts: each takes the night, its own name and the moment at which it begins nothing more


def suites(night, part, until):
    outcome = Outcome()
    for name in LONG_SUITES:
        if time.monotonic() > until:
            outcome.add(suites_not_run=1)
            continue
        command = [sys.executable, "scripts/run_suites.py", "--build", BUILD, "--filter", f"^{name}$"]
        status, text = night.run(part, command, {"MINGLU_LONG": "1"})
        outcome.add(suites=1, cases=figure(r"^(\d+) passed", text), skipped=figure(r", (\d+) skipped$", text))
        if status != 0:
            outcome.fail(f"MINGLU_LONG=1 scripts/test --filter '^{name}$'")
    return outcome


def simulation(*options):
    def run(night, part, until):
        outcome = Outcome()
        for first in itertools.count(night.seed, SEEDS_PER_RUN):
            if time.monotonic() > until or outcome.is_enough():
                return outcome
            last = first + SEEDS_PER_RUN - 1
            words = ["--steps", str(SIMULATION_STEPS), *options]
            status, text = night.run(part, [BUILD / "bin" / "minglu_simulate", "--seeds", f"{first}..{last}", *words])
            outcome.add(seeds=figure(r"^(\d+) seeds,", text), simulated_hours=figure(r"(\d+) simulated hours", text))
            if status != 0:
                told = re.findall(r"^replay: (.*)$", text, re.MULTILINE)
                for replay in told or [f"scripts/simulate -- --seeds {first}..{last} {' '.join(words)}"]:
                    outcome.fail(replay)

    return run


def torment(nodes):
    def run(night, part, until):
        outcome, rounds, started = Outcome(), ROUNDS_FIRST, time.monotonic()
        for seed in itertools.count(night.seed):
            now = time.monotonic()
            if outcome.figures.get("rounds"):
                per_round_s = (now - started) / outcome.figures["rounds"]
                rounds = min(int((until - now) / per_round_s), ROUNDS_MAX)
            if now > until or rounds < 1 or outcome.is_enough():
                return outcome
            words = ["--rounds", str(rounds), "--seed", str(seed), "--nodes", str(nodes)]
            status, text = night.run(part, [sys.executable, "tests/integration/torment.py", *words],
                                     {"MINGLU": str(BUILD / "bin" / "minglu")})
            done = re.findall(r"^round \d+: .* (\d+) acknowledged, (\d+) kills$", text, re.MULTILINE)
            acknowledged, kills = done[-1] if done else (0, 0)
            outcome.add(rounds=len(done), acknowledged_writes=int(acknowledged), kills=int(kills))
            if status != 0:
                outcome.fail(f"scripts/torment {' '.join(words)}")

    return run


def fuzz(night, part, until):
    outcome = Outcome()
    seconds = max(int(until - time.monotonic()), FUZZ_LEAST_S)
    status, text = night.run(part, ["scripts/fuzz", "together", str(seconds)])
    outcome.add(targets=len(re.findall(r" inputs .* kept ", text)), inputs=figure(r"(\d+) inputs", text))
    found = re.findall(r"^(\S+) .*FOUND SOMETHING", text, re.MULTILINE)
    for target in found:
        outcome.fail(f"build/fuzz/bin/fuzz_{target} build/fuzz/found/{target}/*")
    if status != 0 and not found:
        outcome.fail(f"scripts/fuzz together {seconds}")
    return outcome


# By name: what runs, and how much of the time it gets beside the others.
PARTS = {
    "suites": (suites, 3),
    "simulation": (simulation(), 2),
    "forks": (simulation("--forks"), 2),
    "versions": (simulation("--versions"), 2),
    "hostile": (simulation("--hostile"), 2),
    "torment2": (torment(2), 3),
    "torment3": (torment(3), 3),
    "fuzz": (fuzz, 4),
}


def spend(parts, hours, night, say):
    """Runs the parts one after the other; whether nothing failed. `say` is told a line for each, and failures."""
    over = time.monotonic() + hours * 3600
    is_well = True
    for place, (name, (run, weight)) in enumerate(parts):
        started = time.monotonic()
        share = weight / sum(behind for _, (_, behind) in parts[place:])
        outcome = run(night, name, started + (over - started) * share)
        say(f"{name:<11} {outcome.word():<7} {time.monotonic() - started:7.0f} s  {outcome}")
        for replay in outcome.failures:
            say(f"    see it again: {replay}")
        is_well = is_well and not outcome.failures
    return is_well


def new_folder(date):
    """build/nightly/DATE; a second one of the day has a number behind it."""
    parent = ROOT / "build" / "nightly"
    names = itertools.chain([date], (f"{date}-{number}" for number in itertools.count(2)))
    return next(parent / name for name in names if not (parent / name).exists())


def build(parts):
    targets = ["minglu", "minglu_simulate"]
    targets += [name for name in LONG_SUITES if name.startswith("test_")] if "suites" in parts else []
    subprocess.run([ROOT / "scripts" / "build", "release", *targets], check=True, stdout=subprocess.DEVNULL)
    if "fuzz" in parts:
        subprocess.run([ROOT / "scripts" / "build", "fuzz", "fuzzers"], check=True, stdout=subprocess.DEVNULL)


def chosen(text):
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no part '{unknown[0]}'; there are: {', '.join(PARTS)}")
    return [name for name in PARTS if name in names]


def hours_of(text):
    hours = float(text)
    if not 0 < hours < 1000:
        raise argparse.ArgumentTypeError("a number of hours above 0")
    return hours


def main():
    parser = argparse.ArgumentParser(prog="scripts/nightly")
    parser.add_argument("--hours", type=hours_of, default=8.0)
    parser.add_argument("--parts", type=chosen, default=list(PARTS))
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of the end of what runs
    today = datetime.date.today()
    number = int(today.strftime("%Y%m%d")) if arguments.seed is None else arguments.seed
    build(arguments.parts)
    night = Night(new_folder(today.isoformat()), number)
    with (night.folder / "summary.txt").open("w", encoding="utf-8") as summary:
        def say(text):
            print(text, flush=True)
            print(text, file=summary, flush=True)

        commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True,
                                check=False).stdout.strip()
        say(f"night {number} of {commit or 'no commit'}: {arguments.hours:g} h for {', '.join(arguments.parts)}")
        is_well = spend([(name, PARTS[name]) for name in arguments.parts], arguments.hours, night, say)
        say(f"{'all is well' if is_well else 'FAILED'}; again: scripts/nightly --seed {number} --hours "
            f"{arguments.hours:g} --parts {','.join(arguments.parts)}")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
