"""Test that an ingest that is killed, or whose disk is full, leaves every table or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from citable import paths

from ..book.conftest import checkout
from ..books import tree
from ..faults import SCOMM, can_mount, kill_at_moments, on_a_small_disk, run

pytestmark = pytest.mark.check
ORIGINALS = paths.originals()


@pytest.mark.originals
@pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here")
def test_a_killed_ingest_writes_every_table_or_none(tmp_path: Path, moments: int) -> None:
    book = checkout(tmp_path / "book")
    tables = book.folder / "data" / "tables"
    whole = tree(tables)
    schemas = {name: digest for name, digest in whole.items() if name.endswith(".schema.yaml")}
    ingest = (*SCOMM, "ingest", "--from", str(ORIGINALS))
    for moment in kill_at_moments(book, *ingest, moments=moments):
        assert {name: digest for name, digest in tree(tables).items() if name[0] != "."} in (
            schemas,
            whole,
        ), f"killed after {moment:.2f} s"
        for file in tables.iterdir():
            if file.name not in schemas:
                file.unlink()
    run(book, *ingest)
    assert tree(tables) == whole


@can_mount
@pytest.mark.originals
@pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here")
def test_full_disk_keeps_the_previous_tables(tmp_path: Path) -> None:
    book = checkout(tmp_path / "book")
    tables = book.folder / "data" / "tables"
    old = tables / "activation.csv"
    old.write_text(old.read_text(encoding="utf-8")[:-10], encoding="utf-8")
    before = tree(tables)
    status, said, left = on_a_small_disk(
        book, tables, 1_000_000, *SCOMM, "ingest", "--from", str(ORIGINALS)
    )
    assert status == 2, said
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert tree(left) == before
