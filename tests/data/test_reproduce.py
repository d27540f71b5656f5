"""With the originals present, ingest reproduces the committed tables byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from citable import paths
from citable.tables.dictionary import render
from citable.tables.manifest import manifest
from scomm.data.ingest import ingest

ORIGINALS = paths.originals()


@pytest.mark.check
@pytest.mark.originals
@pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here")
def test_ingest_reproduces_every_table_byte_for_byte(tmp_path: Path) -> None:
    assert ORIGINALS is not None
    ingest(ORIGINALS, tmp_path)
    committed = sorted(
        file.name for file in paths.TABLES.iterdir() if not file.name.endswith(".schema.yaml")
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == committed
    for name in committed:
        assert (tmp_path / name).read_bytes() == (paths.TABLES / name).read_bytes(), name


def test_data_dictionary_is_the_generated_one() -> None:
    assert paths.DATA_README.read_text(encoding="utf-8") == render()


def test_no_table_is_over_two_megabytes_as_csv() -> None:
    for entry in manifest().values():
        file = paths.TABLES / entry.file
        if file.suffix == ".csv":
            assert file.stat().st_size < 2_000_000, entry.file
