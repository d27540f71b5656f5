"""Test what the edition of this book holds beyond that of any book."""

from __future__ import annotations

from citable.edition.archive import source_files
from citable.record.trace import source


def test_source_has_what_makes_the_book() -> None:
    names = {name for name, _ in source_files()}
    assert {
        *("Makefile", "data/published/findings.json", "data/tables/activation.csv"),
        *("src/citable/paths.py", "src/scomm/stats/proportions.py", "notebooks/01-claims.md"),
    } <= names


def test_trace_names_the_module_that_made_a_table() -> None:
    assert source("activation").module == "src/scomm/data/ingest/activation.py"
