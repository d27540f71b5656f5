"""The data dictionary says all that schemas, manifest and passports say, and is current."""

from __future__ import annotations

import dataclasses

import pytest

from citable import paths
from citable.errors import TableError
from citable.tables import dictionary
from citable.tables.manifest import manifest
from citable.tables.passports import passports
from citable.tables.schema import TABLES, Column
from scomm.data.ingest import modules


def test_committed_page_is_current():
    assert paths.DATA_README.read_text(encoding="utf-8") == dictionary.render()


def test_every_column_has_a_line_under_its_table():
    text = dictionary.render()
    for table in TABLES.values():
        section = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        for column in table.columns:
            assert f"| `{column.name}` |" in section
            assert column.description.replace("|", "\\|") in section
        assert f"{manifest()[table.name].rows:,} rows" in section


def test_every_original_feeds_a_table_and_a_module():
    fed = {path for table in TABLES.values() for path in table.original_paths}
    read = {path for module in modules() for path in module.ORIGINALS}
    assert fed == read == set(passports())


def test_modules_make_each_table_once():
    made = [name for module in modules() for name in module.TABLES]
    assert sorted(made) == sorted(TABLES)


def test_passports_are_whole():
    for passport in passports().values():
        for field in ("title", "publisher", "what", "route"):
            assert getattr(passport, field), f"{passport.path}: {field}"
        assert passport.traps, passport.path
        assert passport.definitions, passport.path
        assert len(passport.sha256) == 64


@pytest.mark.parametrize(
    ("constraints", "words"),
    [
        ({"enum": ["x", "y"]}, "`x`, `y`"),
        ({"minimum": 1, "maximum": 9}, "1 to 9"),
        ({"minimum": 1}, "at least 1"),
        ({"pattern": "[A-Z]"}, "matches `[A-Z]`"),
        ({}, "any"),
    ],
)
def test_allowed_values_in_words(constraints: dict[str, object], words: str):
    column = Column(name="a", type="string", description="A", constraints=constraints)
    assert dictionary.allowed_values(column) == words


def test_table_without_an_entry(monkeypatch: pytest.MonkeyPatch):
    other = dataclasses.replace(TABLES["activation"], name="unmade")
    monkeypatch.setattr(dictionary, "TABLES", {**TABLES, "unmade": other})
    with pytest.raises(TableError, match="no unmade"):
        dictionary.render()
