"""Files that are wrong in one way each, as `bad_inputs.csv` says beforehand: refused with the place
and what to do, or read to the same table as the good file.

Each parser meets every kind of damage once, on one of its sources; each reader only what is wrong in
its own columns. Cells marked exhaustive take another value through the same lines of code, or
gigabytes: `pytest -m exhaustive`.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from citable import paths
from citable.tables import passports as sources
from scomm.data import ledger, mappings

from ..processes import HANGS
from .bad_inputs import CASES, PARSERS, catalog, outcome

MOST_MEMORY = 1_500_000_000
# These write or unfold gigabytes: each in a process of its own, whose memory is measured.
HEAVY = ("line of 2 GB", "2 GB of one line", "unfolds to 2 GB")
REMEDY = ("etch", "estore", "Run", "Mend", "Use", "take the edition", "Build", "decision", "unmerge",
          "add a row", "delimiter changed", "ompare", "use the posting", "add the", "add it")  # fmt: skip
# What lies beside a damaged file: the passports, and what the populations of areas need.
BESIDE = ("sources.toml", "county_aor.csv", "census_pop_county_2010_2019.csv")
with CASES.open(encoding="utf-8", newline="") as stream:
    CELLS = list(csv.DictReader(stream))


def _cases(heavy: bool) -> pytest.MarkDecorator:
    names = ("source", "mutation", "expected", "words")
    chosen = [
        pytest.param(
            *(cell[name] for name in names),
            id=f"{cell['source']}: {cell['mutation']}",
            marks=[getattr(pytest.mark, cell["tier"])] if cell["tier"] else [],
        )
        for cell in CELLS
        if (cell["mutation"] in HEAVY) == heavy
    ]
    return pytest.mark.parametrize(names, chosen)


@pytest.fixture(autouse=True)
def _fresh():
    """Leave no damaged ledger behind in what the loaders keep."""
    yield
    for module in (ledger, mappings, sources):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


@cache
def _baseline(source: str, folder: Path) -> tuple[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        return outcome(catalog()[source], "", folder / source.replace(" ", "_"), patch.setattr)


def complaint(source: str, expected: str, words: str, kind: str, text: str, good: str) -> str:
    """Return what was expected of a case and what came instead; nothing if they agree."""
    got = kind if kind == "table" else f"{kind}: {text[:600]}"
    if expected == "as read":
        return "" if kind == "table" else f"expected a table, got {got}"
    if expected == "table":
        same = kind == "table" and text == good
        got = "another table" if kind == "table" else got
        return "" if same else f"expected the table of the good file, got {got}"
    if kind != expected:
        naming = f" naming {words.replace(';', ', ')!r}" if words else ""
        return f"expected {expected}{naming}, got {got}"
    # What only the schema of the finished table finds is named by table, row and column.
    schema = kind == "TableError" and source != "manifest.json"
    place = "table " if schema else catalog()[source].path.rsplit("/", 1)[-1]
    for word in (place, *filter(None, words.split(";"))):
        if word not in text:
            return f"expected {expected} naming {word!r}, got {got}"
    if kind != "LedgerError" and not any(word in text for word in REMEDY):
        return f"expected {expected} saying what to do, got {got}"
    return ""


def _check(source: str, mutation: str, problem: str) -> None:
    if problem:
        pytest.fail(f"{source}, {mutation!r}: {problem}", pytrace=False)


def test_every_parser_meets_every_kind_of_damage() -> None:
    made = {(name, change) for name, source in catalog().items() for change in source.mutations}
    tried = [(cell["source"], cell["mutation"]) for cell in CELLS]
    assert len(tried) == len(set(tried))
    assert set(tried) <= made
    assert {cell["tier"] for cell in CELLS} == {"", "exhaustive"}
    assert all(cell["tier"] for cell in CELLS if cell["mutation"] in HEAVY)
    assert sorted(name for names in PARSERS.values() for name in names) == sorted(catalog())
    for parser, names in PARSERS.items():
        untried = {change for name, change in made if name in names} - {
            change for name, change in tried if name in names
        }
        assert not untried, f"no source of the parser {parser!r} is tried with {sorted(untried)}"


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (("SourceError", "", "table", "", ""), "expected SourceError, got table"),
        (("SourceError", "line 7", "table", "", ""), "SourceError naming 'line 7', got table"),
        (("SourceError", "line 7", "SourceError", "a.csv: found x.", ""), "naming 'aor.csv'"),
        (("SourceError", "line 7", "SourceError", "aor.csv: found x.", ""), "naming 'line 7'"),
        (("SourceError", "", "SourceError", "aor.csv: found x.", ""), "saying what to do"),
        (("table", "", "table", "a", "b"), "got another table"),
        (("as read", "", "SourceError", "aor.csv", ""), "expected a table, got SourceError: aor.csv"),
    ],
)  # fmt: skip
def test_a_failing_case_says_what_was_expected(got: tuple[str, ...], words: str) -> None:
    assert words in complaint("aor.csv", *got)


def test_good_files_are_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "good"
    read = {source: _baseline(source, folder) for source in catalog()}
    assert {source: text for source, (kind, text) in read.items() if kind != "table"} == {}


@_cases(heavy=False)
def test_outcome(
    source: str,
    mutation: str,
    expected: str,
    words: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, good = _baseline(source, tmp_path_factory.getbasetemp() / "good")
    kind, text = outcome(catalog()[source], mutation, tmp_path, monkeypatch.setattr)
    _check(source, mutation, complaint(source, expected, words, kind, text, good))
    written = {file.name for file in tmp_path.rglob("*") if file.is_file()}
    assert written <= {Path(catalog()[source].path).name, *BESIDE}


@_cases(heavy=True)
def test_memory_stays_in_bounds(
    source: str, mutation: str, expected: str, words: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.data.bad_inputs", source, mutation, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(paths.SRC), str(paths.ROOT)])}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=HANGS, env=environment, cwd=paths.ROOT,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    _check(source, mutation, complaint(source, expected, words, found["kind"], found["words"], ""))
    assert found["peak"] < MOST_MEMORY, f"{found['peak']:,} bytes"
