"""The command line, run as a person runs it: messages, exit status, files left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from citable import paths
from citable.tables.passports import passports
from citable.tables.schema import TABLES

from .processes import HANGS

ORIGINALS = paths.originals()
needs_originals = pytest.mark.skipif(
    ORIGINALS is None, reason="the original source files are not here"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of data/, so that no command touches the checkout."""
    shutil.copytree(paths.DATA, tmp_path / "root/data")
    shutil.copyfile(paths.CONFIG, tmp_path / "root/_config.yml")
    return tmp_path / "root"


def scomm(root: Path, *words: str, originals: Path | None = None) -> subprocess.CompletedProcess:
    environment = {
        **os.environ,
        "CITABLE_ROOT": str(root),
        "PYTHONPATH": str(paths.SRC),
        "CITABLE_ORIGINALS": str(originals or root / "nowhere"),
        "COLUMNS": "100",
    }
    return subprocess.run(
        [sys.executable, "-m", "scomm", *words],
        capture_output=True,
        text=True,
        env=environment,
        timeout=HANGS,
        check=False,
    )


def refused(result: subprocess.CompletedProcess, *words: str) -> None:
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("scomm: ")
    for word in words:
        assert word in result.stderr


def test_help_names_every_command(root: Path):
    result = scomm(root, "--help")
    assert result.returncode == 0
    for command in ("ingest", "fetch", "dictionary", "tables", "check"):
        assert command in result.stdout


def test_tables(root: Path):
    result = scomm(root, "tables")
    assert result.returncode == 0
    assert all(name in result.stdout for name in TABLES)


def test_check_and_a_changed_table(root: Path):
    result = scomm(root, "check")
    assert result.returncode == 0, result.stderr
    assert "The originals are not here" in result.stdout
    with (root / "data/tables/county_areas.csv").open("a") as stream:
        stream.write("99999,NOL\n")
    refused(scomm(root, "check"), "county_areas.csv", "scomm ingest")


def test_dictionary_repairs_what_check_refuses(root: Path):
    (root / "data/README.md").write_text("typed by hand\n")
    refused(scomm(root, "check"), "README.md", "scomm dictionary")
    assert scomm(root, "dictionary").returncode == 0
    committed = paths.DATA_README.read_bytes()
    assert (root / "data/README.md").read_bytes() == committed


def test_ingest_without_originals(root: Path):
    refused(scomm(root, "ingest"), "scomm fetch", "CITABLE_ORIGINALS")
    refused(scomm(root, "ingest", "--from", str(root / "no")), "no such folder")


def test_unknown_module(root: Path):
    refused(scomm(root, "ingest", "--only", "removal"), "no module ['removal']", "removals")


def test_fetch_from_an_empty_folder(root: Path, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    result = scomm(root, "fetch", "--from", str(tmp_path / "empty"), "--to", str(tmp_path / "to"))
    refused(result, *passports())
    assert not list((tmp_path / "to").rglob("*.*"))


@pytest.mark.originals
@needs_originals
def test_fetch_from_a_folder_then_ingest_the_same_bytes(root: Path, tmp_path: Path):
    to = tmp_path / "to"
    result = scomm(root, "fetch", "--from", str(ORIGINALS), "--to", str(to))
    assert result.returncode == 0, result.stderr
    assert "38 of 38 originals fetched" in result.stdout
    before = {f.name: f.read_bytes() for f in (root / "data/tables").iterdir()}
    (root / "data/tables/county_areas.csv").unlink()
    result = scomm(root, "ingest", "--only", "crosswalk", "--only", "activation", originals=to)
    assert result.returncode == 0, result.stderr
    report = " ".join(result.stdout.split())
    assert "│ activation │ 50,352 │ 3,143 │ the dated compilation repeats" in report
    assert {f.name: f.read_bytes() for f in (root / "data/tables").iterdir()} == before


@pytest.mark.originals
@needs_originals
def test_check_compares_originals_too(root: Path, tmp_path: Path):
    result = scomm(root, "check", originals=ORIGINALS)
    assert result.returncode == 0, result.stderr
    assert "38 originals have the sha256" in result.stdout
    (tmp_path / "empty").mkdir()
    refused(scomm(root, "check", "--from", str(tmp_path / "empty")), "scomm fetch")


@pytest.mark.originals
@needs_originals
def test_a_target_that_cannot_be_written_is_a_message(root: Path, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    to = str(tmp_path / "file/to")
    refused(
        scomm(root, "fetch", "--from", str(ORIGINALS), "--to", to), "Not a directory", "file/to"
    )


@pytest.mark.originals
@needs_originals
def test_a_damaged_original_leaves_every_table_as_it_was(root: Path, tmp_path: Path):
    source = tmp_path / "source"
    for path in passports():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).symlink_to(ORIGINALS / path)
    damaged = source / "crosswalk/county_aor.csv"
    text = damaged.read_text()
    damaged.unlink()
    damaged.write_text(text.replace(",NOL\n", ",XXX\n", 1))
    before = {f.name: f.read_bytes() for f in (root / "data/tables").iterdir()}
    words = ("ingest", "--from", str(source), "--only", "activation", "--only", "crosswalk")
    expected = passports()["crosswalk/county_aor.csv"].sha256
    refused(scomm(root, *words), "county_aor.csv: found sha256", expected, "fetch it again")
    assert {f.name: f.read_bytes() for f in (root / "data/tables").iterdir()} == before
