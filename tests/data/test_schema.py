"""Schema files: valid for the library of the standard, and refused with their place where wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from frictionless import Resource, Schema, validate

from citable import paths
from citable.errors import TableError
from citable.tables.schema import TABLES, enum_of, read_schema
from scomm.data import detention
from scomm.data.simulated import TABLE
from scomm.stats.simulation import STUDIES

FILES = [paths.SIMULATED / "error_rates.schema.yaml"]
FILES += sorted(paths.TABLES.glob("*.schema.yaml"))
# Tables that have, together, every type, limit and kind of empty cell, and not too many rows.
CHECKED = ("activation", "area_population", "detainers_reasons", "facilities", "seattle_agreement")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.split(".")[0])
def test_frictionless_reads_each_schema_identically(file: Path) -> None:
    schema = Schema.from_descriptor(str(file))
    table = read_schema(file)
    assert [(each.name, each.type) for each in schema.fields] == [
        (column.name, column.type) for column in table.columns
    ]
    assert schema.primary_key == table.primaryKey
    for each, column in zip(schema.fields, table.columns, strict=True):
        assert each.constraints == column.constraints
        words = (each.true_values, each.false_values) if each.type == "boolean" else ()
        assert not words or words == (["True"], ["False"])


def test_every_table_of_the_folder_has_a_schema_and_every_schema_a_table() -> None:
    kept = {file.name for file in paths.TABLES.iterdir() if file.suffix in (".csv", ".parquet")}
    assert kept == {table.filename for table in TABLES.values()}


def _report(table: Path, schema: Path) -> tuple[bool, list[str]]:
    content = yaml.safe_load(schema.read_text(encoding="utf-8"))
    described = Resource(path=str(table), schema=Schema.from_descriptor(content))
    report = validate(described)
    return report.valid, [error.note for task in report.tasks for error in task.errors]


@pytest.mark.parametrize("name", CHECKED)
def test_frictionless_finds_a_table_valid_by_its_schema(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(paths.TABLES)  # it takes no path that is not below
    assert _report(Path(f"{name}.csv"), paths.TABLES / f"{name}.schema.yaml") == (True, [])


def test_frictionless_finds_cells_that_do_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (paths.TABLES / "detainers_reasons.csv").read_text()
    Path("wrong.csv").write_text(text.replace("2007,", "2006,", 1).replace(",Lifted,", ",Left,", 1))
    valid, notes = _report(Path("wrong.csv"), paths.TABLES / "detainers_reasons.schema.yaml")
    assert not valid
    assert [note.split('"')[1] for note in notes] == ["minimum", "enum"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("title: ", "titel: ", "found the property 'titel', expected one of title, grain"),
        ("grain: county\n", "", "found no grain"),
        ("format: csv", "format: xlsx", "found xlsx, expected the format csv or parquet"),
        ("primaryKey: [fips]", "primaryKey: [code]", r"found \['code'\], expected names of fields"),
        ("- name: aor", "- name: fips", r"found \['fips', 'fips'\], expected each name once"),
        ("missingValues: ['']", "missingValues: [NA]", r"found \['NA'\]"),
        ("name: fips\n    type: string", "name: fips\n    type: text", "field fips: found text"),
        ("required: true", "required: yes please", "field fips: found required 'yes please'"),
        ("required: true", "required: false", "field fips: found required: False"),
        ("required: true", "required: true\n      least: 1", "field fips: .* 'least'"),
        ("'[A-Z]{2,3}'", "'[A-Z'", "field aor: .*unterminated character set"),
        ("'[A-Z]{2,3}'", "5", "field aor: found pattern 5"),
        ("    type: string", "    type: string\n    type: string", "line .*the key 'type' twice"),
        ("fields:", "fields: [x]\nmore:", "expected"),
        ("title: ", "title: [", "line "),
        ("title: ", "title: &a ", "line 1: found the anchor 'a'"),
        pytest.param("title: ", "title: " + 100_000 * "[", "nested too deeply", id="deep"),
    ],
)
def test_a_malformed_schema_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    file = tmp_path / "county_areas.schema.yaml"
    text = (paths.TABLES / file.name).read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TableError, match=words) as caught:
        read_schema(file)
    assert str(caught.value).startswith("county_areas.schema.yaml")
    assert "Correct the file" in str(caught.value)


def test_a_schema_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.schema.yaml"
    for text in ("", "- a\n", "text\n"):
        file.write_text(text)
        read_schema.cache_clear()
        with pytest.raises(TableError, match=r"a\.schema\.yaml: found .*properties such as title"):
            read_schema(file)


def test_values_that_code_names_are_those_of_the_schemas() -> None:
    table = "detention_national"
    assert enum_of(table, "measure") == list(detention.UNITS)
    assert enum_of(table, "unit") == list(dict.fromkeys(detention.UNITS.values()))
    assert set(enum_of(table, "criminality")) == {
        *(detention.CONVICTED, detention.PENDING, detention.OTHER),
        *(detention.NON_CRIMINAL, detention.ALL),
    }
    assert enum_of("detention_facilities", "note") == [detention.NOT_AVAILABLE, detention.BLANK]
    assert TABLE.columns[0].constraints["enum"] == list(STUDIES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.split(".")[0])
def test_texts_are_of_one_line(file: Path) -> None:
    table = read_schema(file)
    texts = [table.title, table.grain, table.coarsened, *table.notes]
    texts += [text for column in table.columns for text in (column.description, column.missing)]
    assert not [text for text in texts if "\n" in text or "  " in text]
