"""Every way in which a file can be wrong, as `bad_inputs.csv` says beforehand: refused with its
place and what to do, or read to the same table as the good file; nothing else, in bounds."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from scomm import paths
from scomm.data import ingest, ledger, mappings, sources
from scomm.errors import ScommError

from .bad_inputs import CASES, catalog, damage, outcome, point

MOST_MEMORY, MOST_SECONDS = 1_500_000_000, 60
# These write or unfold gigabytes: each in a process of its own, whose memory is measured.
HEAVY = ("line of 2 GB", "2 GB of one line", "unfolds to 2 GB", "six million rows", "cell far out",
         "billion laughs")  # fmt: skip
REMEDY = ("etch", "estore", "Run", "Mend", "Use", "take the edition", "Build", "decision", "unmerge",
          "add a row", "delimiter changed")  # fmt: skip
with CASES.open(encoding="utf-8", newline="") as stream:
    CELLS = [tuple(row.values()) for row in csv.DictReader(stream)]
LIGHT = [cell for cell in CELLS if cell[1] not in HEAVY]


def _names(cells: list[tuple[str, ...]]) -> list[str]:
    return [f"{source}: {mutation}" for source, mutation, _, _ in cells]


@pytest.fixture(autouse=True)
def _fresh():
    """Leave no damaged ledger behind in what the loaders keep."""
    yield
    for module in (ledger, mappings, sources):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


@cache
def _baseline(name: str, folder: Path) -> tuple[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        return outcome(catalog()[name], "", folder / name.replace(" ", "_"), patch.setattr)


def _judge(name: str, expected: str, words: str, kind: str, text: str, good: str) -> None:
    if expected in ("table", "as read"):
        assert kind == "table", text
        assert expected == "as read" or text == good
        return
    assert kind == expected, (kind, text[:400])
    source = catalog()[name]
    # What only the schema of the finished table finds is named by table, row and column.
    schema = kind == "TableError" and name != "manifest.json"
    place = "table " if schema else source.path.rsplit("/", 1)[-1]
    for word in (place, *filter(None, words.split(";"))):
        assert word in text, text[:600]
    if kind != "LedgerError":
        assert any(word in text for word in REMEDY), text[:600]


def test_there_is_a_case_for_every_mutation_and_none_twice() -> None:
    made = {(name, change) for name, source in catalog().items() for change in source.mutations}
    assert {cell[:2] for cell in CELLS} == made
    assert len(CELLS) == len(made) >= 200
    told = Counter("read" if cell[2] in ("table", "as read") else "refused" for cell in CELLS)
    print(f"{len(CELLS)} cells: {told['refused']} to be refused, {told['read']} to be read")


@pytest.mark.parametrize("name", list(catalog()))
def test_the_good_file_is_read(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    kind, text = _baseline(name, tmp_path_factory.getbasetemp() / "good")
    assert kind == "table", text


@pytest.mark.parametrize(("name", "mutation", "expected", "words"), LIGHT, ids=_names(LIGHT))
def test_outcome(
    name: str,
    mutation: str,
    expected: str,
    words: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, good = _baseline(name, tmp_path_factory.getbasetemp() / "good")
    began = time.perf_counter()
    kind, text = outcome(catalog()[name], mutation, tmp_path, monkeypatch.setattr)
    assert time.perf_counter() - began < MOST_SECONDS
    _judge(name, expected, words, kind, text, good)
    written = {file.name for file in tmp_path.rglob("*") if file.is_file()}
    assert written <= {Path(catalog()[name].path).name, "sources.toml", *_OTHERS}


_OTHERS = ("county_aor.csv", "census_pop_county_2010_2019.csv")  # what area populations need


@pytest.mark.check
@pytest.mark.parametrize(
    ("name", "mutation", "expected", "words"),
    [cell for cell in CELLS if cell[1] in HEAVY],
    ids=_names([cell for cell in CELLS if cell[1] in HEAVY]),
)
def test_memory_and_time_stay_in_bounds(
    name: str, mutation: str, expected: str, words: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.data.bad_inputs", name, mutation, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(paths.SRC), str(paths.ROOT)])}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=MOST_SECONDS + 30, env=environment,
        cwd=paths.ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["peak"] < MOST_MEMORY, f"{found['peak']:,} bytes"
    _judge(name, expected, words, found["kind"], found["words"], "")


@pytest.mark.parametrize("name", ["dashboard", "dispositions"])
def test_a_file_that_reads_well_is_refused_by_its_hash(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = {"dashboard": "dashboard", "dispositions": "crosswalk"}[name]
    for source in catalog().values():
        if source.path in ingest.import_module(f"scomm.data.ingest.{module}").ORIGINALS:
            file = damage(source, "", tmp_path)
            point(source, file, tmp_path, monkeypatch.setattr)
    with pytest.raises(ScommError, match="sha256"):
        ingest.ingest(tmp_path, tmp_path / "tables", only=[module])
    assert not (tmp_path / "tables").exists()
