"""Change one thing in the code and see whether a test notices: mutation testing of a random sample.

    make -f maintenance.mk mutants
    python -m bench.mutants stats record --sample 250 --seed 7

Mutants are those of the last commit, by mutmut (its operators on every function); its own runner is not used, since it
calls every function through a switch, which makes simulations crawl. Here each mutant is one file
written into a copy of the project. Which tests reach the changed line is known from one run under
coverage; only those are run, the quickest first, in a process forked from one that has the libraries
loaded. A mutant is killed when a test fails or takes far longer than it did; one in a function that no
test reaches lives.

Writes bench/mutants.csv: every mutant of the sample that lived, with the reason where one is given, and
bench/mutants.json: how many were drawn and killed, with an interval. Not part of any build or test.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from xml.etree import ElementTree

import pytest

from citable import paths
from citable.files.atomic import write_atomically
from scomm.stats.proportions import wilson

HERE = Path(__file__).parent
TEMPORARY = HERE / "tmp" / "mutants"
SURVIVORS = HERE / "mutants.csv"
COUNTS = HERE / "mutants.json"
COLUMNS = ("part", "file", "line", "function", "before", "after", "reason")
# What tests each part. Commands killed on purpose and pages in a browser say nothing of one line.
TESTS = {
    "stats": ("tests/stats", "tests/data/test_simulated.py"),
    "record": (
        *("tests/citable", "tests/record", "tests/display", "tests/test_cli.py", "tests/book"),
    ),
}
LEFT_OUT = "not browser and not spark and not exhaustive"
WITHOUT = "--ignore=tests/citable/test_faults.py"
# A test may take this many times what it took under coverage, and so many seconds more: other work
# on the machine is not a killed mutant.
PATIENCE, GRACE = 8, 60
QUIET = {
    "PYTHONDONTWRITEBYTECODE": "1",  # a file changed twice in one second would be taken from its cache
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": "src",
}
# Commands that tests start are measured as well, in the name of the test that started them.
COVERAGE = """[run]
source_pkgs = scomm
parallel = true
context = ${PYTEST_CURRENT_TEST-}
patch = _exit
disable_warnings = module-not-imported, no-data-collected, module-not-measured, couldnt-parse
[paths]
source =
    src/scomm
    */src/scomm
    */site-packages/scomm
"""


@dataclass(frozen=True)
class Mutant:
    """One change: where it is, and the file as it would be."""

    part: str
    file: str
    lines: range  # of the change
    body: range  # of the function around it
    function: str
    before: str
    after: str
    code: str

    @property
    def where(self) -> str:
        """File and first line."""
        return f"{self.file}:{self.lines.start}"

    def row(self) -> dict[str, str]:
        """What the table of survivors says of it, the reason still empty."""
        told = (self.part, self.file, str(self.lines.start), self.function, self.before, self.after)
        return dict(zip(COLUMNS, (*told, ""), strict=True))


@dataclass(frozen=True)
class Reach:
    """Which tests run which lines, and how long each test takes (seconds, under coverage)."""

    tests: dict[str, dict[int, set[str]]]
    seconds: dict[str, float]


def drawn(part: str, size: int, seed: int) -> tuple[int, list[Mutant]]:
    """Return how many mutants a package has, and a simple random sample of them."""
    root = copy_of_project(f"{part}-drawn")
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider
    from mutmut.mutation.file_mutation import create_mutations

    every = []
    for file in sorted((root / "src" / "scomm" / part).rglob("*.py")):
        code = file.read_text(encoding="utf-8")
        module, mutations, _, _ = create_mutations(str(file), code)
        where = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
        every += [
            (
                *(file.relative_to(root).as_posix(), code, module, mutation),
                *(where[mutation.original_node], where[mutation.contained_by_top_level_function]),
            )
            for mutation in mutations
            if isinstance(mutation.contained_by_top_level_function, cst.FunctionDef)
        ]
    sample = random.Random(seed).sample(every, min(size, len(every)))
    return len(every), [mutant(part, *one) for one in sample]


def mutant(
    part: str, file: str, code: str, module: Any, mutation: Any, at: Any, around: Any
) -> Mutant:
    """Return a mutant with the text of its file."""
    from mutmut.mutation.file_mutation import deep_replace

    changed = deep_replace(module, mutation.original_node, mutation.mutated_node).code  # type: ignore[union-attr]
    function = mutation.contained_by_top_level_function.name.value
    before, after = changed_lines(code, changed)
    lines = range(at.start.line, at.end.line + 1)
    body = range(around.start.line, around.end.line + 1)
    return Mutant(part, file, lines, body, function, before, after, changed)


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """Return the lines that differ, those of one text and those of the other."""
    lines = [
        line
        for line in difflib.ndiff(before.splitlines(), after.splitlines())
        if line[:2] in ("- ", "+ ")
    ]
    gone, come = (" ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return gone, come


def copy_of_project(name: str) -> Path:
    """Return a fresh clone of the last commit."""
    folder = TEMPORARY / name / paths.ROOT.name
    shutil.rmtree(folder.parent, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", str(paths.ROOT), str(folder)], check=True)
    return folder


def reach(part: str, processes: int) -> Reach:
    """Run a part's tests once under coverage, and return which test ran which line.

    Raises SystemExit if a test fails without any mutant.
    """
    folder = copy_of_project(f"{part}-reach")
    report, data = folder.parent / "tests.xml", folder.parent / "coverage"
    settings = folder.parent / "settings.ini"  # coverage.* would be taken for its data
    settings.write_text(COVERAGE, encoding="utf-8")
    told = {"COVERAGE_FILE": str(data), "COVERAGE_PROCESS_START": str(settings)}
    result = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", LEFT_OUT),
            *("--cov", f"--cov-config={settings}", "--cov-context=test", "--cov-report="),
            *("-n", str(processes), "--dist", "loadfile", WITHOUT),
            *(f"--junitxml={report}", *TESTS[part]),
        ],
        cwd=folder,
        env=os.environ | QUIET | told,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode or not data.is_file():
        raise SystemExit(
            f"{part}: a test fails before anything is changed\n{result.stdout[-3000:]}"
        )
    seconds = {}
    for case in ElementTree.parse(report).iter("testcase"):
        file = case.get("classname", "").replace(".", "/") + ".py"
        seconds[f"{file}::{case.get('name')}"] = float(case.get("time", "0"))
    return Reach(tests_by_line(data), seconds)


def tests_by_line(data: Path) -> dict[str, dict[int, set[str]]]:
    """Return the tests that ran each line of each file of the package, from what coverage wrote.

    What ran while a test was made ready stands for all tests of its file: they share what was made.
    """
    from coverage import CoverageData

    read = CoverageData(str(data))
    read.read()
    found: dict[str, dict[int, set[str]]] = {}
    for measured in read.measured_files():
        _, inside, rest = measured.rpartition("scomm/")
        if not inside:
            continue
        lines = found.setdefault(f"src/scomm/{rest}", {})
        for line, contexts in read.contexts_by_lineno(measured).items():
            for context in contexts:
                name, phase = re.split(r"\||(?= \(\w+\)$)", context + "|", maxsplit=1)
                if name:
                    ready = "setup" in phase
                    lines.setdefault(line, set()).add(name.split("::")[0] if ready else name)
    return found


def chosen(mutant: Mutant, known: Reach) -> list[str]:
    """Return the tests that run a mutant's lines, the quickest first.

    What is evaluated at import, such as a default, is run by no test: then those of the function.
    """
    reached = known.tests.get(mutant.file, {})
    for lines in (mutant.lines, mutant.body):
        names: set[str] = set().union(*(reached.get(line, ()) for line in lines))
        if names:
            break
    alone = {
        name for name in names if name.split("::")[0] == name or name.split("::")[0] not in names
    }
    return sorted(alone, key=lambda name: duration(name, known))


def duration(name: str, known: Reach) -> float:
    """Return the seconds a test took under coverage; of a file, those of all its tests."""
    if name in known.seconds:
        return known.seconds[name]
    return sum(took for test, took in known.seconds.items() if test.startswith(name)) or 1.0


def outcome(folder: Path, tests: Sequence[str], limit: float) -> str:
    """Run tests in a fork inside a copy that holds a mutant: "killed", "slow" or "lived"."""
    child = os.fork()
    if child == 0:
        for name in [name for name in sys.modules if name.split(".")[0] == "scomm"]:
            del sys.modules[name]  # those of this checkout, not of the copy
        os.setsid()
        os.chdir(folder)
        os.environ.update(QUIET)
        sys.dont_write_bytecode = True
        sys.path[:0] = [str(folder / "src"), str(folder)]
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-m", LEFT_OUT, "--hypothesis-seed=1"]
        os._exit(int(pytest.main([*options, *tests])))
    end = time.monotonic() + limit
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            return {0: "lived", 5: "no test"}.get(code, "killed")
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "slow"


def worker(jobs: Iterable[str]) -> None:
    """Serve one copy of the project: a line of JSON in for each mutant, a word out for each."""
    # What the tests load anyway, so that every fork has it. Nothing of the book: that is what changes.
    import hypothesis  # noqa: F401
    import nbformat  # noqa: F401
    import pandas  # noqa: F401
    import scipy.stats  # noqa: F401
    import statsmodels.api  # noqa: F401

    for line in jobs:
        job = json.loads(line)
        print(outcome(Path(job["folder"]), job["tests"], job["limit"]), flush=True)


def tried(part: str, sample: Sequence[Mutant], known: Reach, processes: int) -> list[str]:
    """Return what became of each mutant, in order."""
    free: SimpleQueue[tuple[Path, subprocess.Popen[str]]] = SimpleQueue()
    for number in range(processes):
        free.put(
            (
                copy_of_project(f"{part}-{number}"),
                subprocess.Popen(
                    [
                        sys.executable,
                        "-c",
                        "import sys; from bench.mutants import worker; worker(sys.stdin)",
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=os.environ | QUIET | {"PYTHONPATH": f"{paths.ROOT}{os.pathsep}{paths.SRC}"},
                    cwd=TEMPORARY,
                ),
            )
        )

    def one(mutant: Mutant) -> str:
        tests = chosen(mutant, known)
        if not tests:
            print(f"lived    no test  {mutant.where} {mutant.before}", flush=True)
            return "lived"
        folder, process = free.get()
        assert process.stdin
        assert process.stdout
        limit = GRACE + PATIENCE * sum(duration(name, known) for name in tests)
        file = folder / mutant.file
        original = file.read_text(encoding="utf-8")
        begun = time.monotonic()
        try:
            file.write_text(mutant.code, encoding="utf-8")
            process.stdin.write(
                json.dumps({"folder": str(folder), "tests": tests, "limit": limit}) + "\n"
            )
            process.stdin.flush()
            word = process.stdout.readline().strip()
        finally:
            file.write_text(original, encoding="utf-8")
            free.put((folder, process))
        if word not in ("killed", "slow", "lived"):
            raise SystemExit(f"{word or 'a worker ended'}: {mutant.where}")
        took = time.monotonic() - begun
        print(
            f"{word:7} {took:5.1f} s, {len(tests)} tests  {mutant.where} "
            f"{mutant.before} -> {mutant.after}",
            flush=True,
        )
        return word

    with ThreadPoolExecutor(processes) as pool:
        return list(pool.map(one, sample))


def survivors() -> list[dict[str, str]]:
    """Return the mutants that lived when last tried, each with the reason given for it."""
    if not SURVIVORS.is_file():
        return []
    with SURVIVORS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(row: dict[str, str]) -> tuple[str, ...]:
    """Return what tells a survivor from others while lines move."""
    return tuple(row[name] for name in ("file", "function", "before", "after"))


def main() -> None:
    """Draw, try and write what lived."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"which of {', '.join(TESTS)}; else all")
    parser.add_argument("--sample", type=int, default=250, help="how many of each part")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    parts = given.parts or list(TESTS)
    if unknown := set(parts) - set(TESTS):
        parser.error(f"no part {sorted(unknown)[0]!r}; there are {', '.join(TESTS)}")
    counts = json.loads(COUNTS.read_text(encoding="utf-8")) if COUNTS.is_file() else {}
    before = survivors()
    reasons = {key(row): row["reason"] for row in before}
    rows = [row for row in before if row["part"] not in parts]
    for part in parts:
        total, sample = drawn(part, given.sample, given.seed)
        words = tried(part, sample, reach(part, given.processes), given.processes)
        killed = len(words) - words.count("lived")
        interval = wilson(killed, len(words))
        counts[part] = {
            "mutants": total,
            "drawn": len(words),
            "seed": given.seed,
            "killed": killed,
            "of which by taking too long": words.count("slow"),
            "share": round(killed / len(words), 4),
            "interval": [round(float(interval.low), 4), round(float(interval.high), 4)],
        }
        lived = [one.row() for one, word in zip(sample, words, strict=True) if word == "lived"]
        rows += [row | {"reason": reasons.get(key(row), "")} for row in lived]
        print(part, json.dumps(counts[part]))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: (row["file"], int(row["line"]), row["after"])))
    write_atomically(SURVIVORS, text.getvalue().encode())
    write_atomically(COUNTS, (json.dumps(counts, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
