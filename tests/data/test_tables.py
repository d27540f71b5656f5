"""Test that tables load only if they match the manifest, and that errors name a remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from citable import paths
from citable.errors import TableError
from citable.files import atomic as files
from citable.tables import manifest, reader as tables
from citable.tables.schema import TABLES


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The committed tables, in a folder that a test may spoil."""
    folder = tmp_path / "tables"
    shutil.copytree(paths.TABLES, folder)
    monkeypatch.setattr(paths, "TABLES", folder)
    monkeypatch.setattr(paths, "MANIFEST", folder / "manifest.json")
    return folder


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_loads_and_writes_the_same_content(name: str):
    frame = tables.load(name)
    entry = manifest.manifest()[name]
    assert len(frame) == entry.rows
    again, content, digest = tables.to_bytes(frame, TABLES[name])
    assert digest == entry.content_sha256
    if TABLES[name].format == "csv":
        assert len(content) < 2_000_000
        assert content == (paths.TABLES / entry.file).read_bytes()
    pd.testing.assert_frame_equal(again, frame)


@pytest.mark.parametrize("width", [1, 6])
def test_csv_is_what_pandas_writes_of_awkward_cells(width: int):
    texts = ["plain", 'a "quoted" one', "comma, and", "two\nlines", "", "NA", " blank ", None]
    frame = pd.DataFrame(
        {
            "text": texts,
            "category": pd.Categorical(texts),
            "number": [0.1, 1.0, 1e-7, 1e22, None, -0.0, 123456789.125, 2 / 3],
            "whole": pd.array([1, None, 3, 4, 5, 6, 7, -8], dtype="Int64"),
            "yes": pd.array([True, False, None, True, True, True, True, True], dtype="boolean"),
            "day": pd.to_datetime(["2016-01-31", None, *["2019-08-31"] * 6]),
        }
    ).iloc[:, :width]
    expected = frame.to_csv(index=False, lineterminator="\n").encode()
    assert tables.canonical_csv(frame) == expected


def test_changed_file_is_refused(copy: Path):
    file = copy / "activation.csv"
    file.write_bytes(file.read_bytes().replace(b"2008-10-27", b"2008-10-28"))
    with pytest.raises(TableError) as caught:
        tables.load("activation")
    expected = manifest.manifest()["activation"].sha256
    for words in ("table activation", "activation.csv", expected, "scomm ingest", "git checkout"):
        assert words in str(caught.value)


def test_missing_file_and_missing_manifest(copy: Path):
    (copy / "activation.csv").unlink()
    with pytest.raises(TableError, match=r"activation\.csv or its manifest entry is missing"):
        tables.load("activation")
    (copy / "manifest.json").write_text("{}")
    with pytest.raises(TableError, match=r"manifest\.json: cannot be read"):
        tables.load("county_areas")


def test_unknown_table():
    with pytest.raises(TableError, match="no table 'removal'; there are: activation"):
        tables.load("removal")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("fips", "123", "column 'fips': found '123'"),
        ("state", "Texas", "column 'state': found 'Texas'"),
        ("month_second", "2011-13", "column 'month_second': found '2011-13'"),
        ("county", None, "column 'county'"),
    ],
)
def test_a_cell_that_does_not_fit(column: str, value: object, words: str):
    frame = tables.load("activation")
    frame.loc[4, column] = value
    with pytest.raises(TableError, match=f"table activation, row 5, {words}"):
        tables.to_bytes(frame, TABLES["activation"])


def test_a_row_that_stands_twice():
    frame = tables.load("county_areas")
    with pytest.raises(TableError, match="county_areas"):
        tables.to_bytes(pd.concat([frame, frame.head(1)]), TABLES["county_areas"])


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "a.csv"
    files.write_atomically(file, b"old")

    def full(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        files.write_atomically(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_loaded_table_is_the_callers_own():
    first = tables.load("county_areas")
    first.loc[0, "aor"] = "changed"
    assert tables.load("county_areas").loc[0, "aor"] != "changed"


def test_a_table_that_changed_after_it_was_loaded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    name = "county_areas"
    file = tmp_path / TABLES[name].filename
    file.write_bytes((paths.TABLES / file.name).read_bytes())
    monkeypatch.setattr(paths, "TABLES", tmp_path)
    assert len(tables.load(name))
    file.write_bytes(file.read_bytes() + b"99999,XXX\n")
    with pytest.raises(TableError, match="changed after ingest"):
        tables.load(name)
