"""Test the results of verification for given published and computed numbers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from citable.edition import verify
from citable.edition.verify import (
    FAIL,
    PASS,
    Row,
    check_originals,
    compare_exhibits,
    compare_findings,
    compare_prose,
    difference,
)
from citable.execute.execution import Executed, Notebooks, Store, merge_outputs_into, text_key
from citable.record import published
from citable.tables.passports import passports

PAGE = "notebooks/05-nation"


def left(**values: object) -> nbformat.NotebookNode:
    """A notebook whose one cell left these values, as ``say`` and ``table`` leave them."""
    cell = nbformat.v4.new_code_cell("say(...)")
    for name, value in values.items():
        name = name.replace("__", "/").replace("_dot_", ".")
        prefix = "application/papermill.record/"
        cell.outputs.append(
            nbformat.v4.new_output(
                "display_data",
                data={prefix + "text/plain": json.dumps(value)},
                metadata={"scrapbook": {"name": name, "mime_prefix": prefix}},
            )
        )
    return nbformat.v4.new_notebook(cells=[cell])


def test_numbers_of_a_failed_page_fail() -> None:
    numbers = published.load_numbers()[PAGE]
    rows = {row.id: row for row in compare_prose({}, {PAGE: "NameError: x"})}
    assert rows[PAGE].status == FAIL
    assert rows[PAGE].published == f"{len(numbers)} numbers"
    assert rows[PAGE].why.endswith("did not run: NameError: x")


def test_changed_prose_number_fails_verification() -> None:
    numbers = dict(published.load_numbers()[PAGE])
    whole = next(name for name, value in numbers.items() if type(value) is int)
    rows = {row.id: row for row in compare_prose({PAGE: left(**numbers)}, {})}
    assert {rows[f"{PAGE} {name}"].status for name in numbers} == {PASS}
    moved = left(**{**numbers, whole: numbers[whole] + 1})
    row = {row.id: row for row in compare_prose({PAGE: moved}, {})}[f"{PAGE} {whole}"]
    assert (row.status, row.published, row.recomputed) == (
        FAIL,
        str(numbers[whole]),
        str(numbers[whole] + 1),
    )


def test_finding_of_a_failed_page_fails_with_its_error() -> None:
    rows = {row.id: row for row in compare_findings([], {PAGE: "ValueError: y"}, {"5.1", "6.3"})}
    assert set(rows) == {"5.1", "6.3"}
    assert {row.status for row in rows.values()} == {FAIL}
    assert rows["5.1"].why == f"{PAGE} did not run: ValueError: y"


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("a,n\nx,1.0000000001\n", ""),
        ("a,n\nx,1.01\n", "row 2, column 'n': '1' published, '1.01' recomputed"),
        ("a,n\ny,1\n", "row 2, column 'a': 'x' published, 'y' recomputed"),
        ("a,n\nx,1\nz,2\n", "1 rows published, 2 recomputed"),
        ("a,n\nx\n", "row 2: 2 columns published, 1 recomputed"),
    ],
)
def test_first_difference_of_two_tables(new: str, says: str) -> None:
    assert difference("a,n\nx,1\n", new) == says


def test_an_exhibit_is_compared_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "site" / "exhibits" / "table-5-1.csv"
    file.parent.mkdir(parents=True)
    done = {PAGE: left(table__5_dot_1={"id": "5.1", "csv": "a\n1\n"})}
    assert [row.why for row in compare_exhibits(tmp_path, done)] == ["table-5-1.csv is not there"]
    file.write_text("a\n1\n")
    assert [row.status for row in compare_exhibits(tmp_path, done)] == [PASS]
    file.write_text("a\n2\n")
    assert [row.status for row in compare_exhibits(tmp_path, done)] == [FAIL]


def test_merged_result_has_new_prose_and_old_outputs(tmp_path: Path) -> None:
    ran = left(x=1)
    ran.cells.insert(0, nbformat.v4.new_markdown_cell("As it was."))
    ran.metadata["language_info"] = {"name": "python"}
    now = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("As it is."), nbformat.v4.new_code_cell("say(...)")]
    )
    result = merge_outputs_into(Executed(ran, "key", {}, None), now, "text")
    assert [cell.source for cell in result.notebook.cells] == ["As it is.", "say(...)"]
    assert result.notebook.cells[1].outputs == ran.cells[1].outputs
    assert result.notebook.metadata.language_info.name == "python"
    assert result.text == "text"
    assert [cell.id for cell in result.notebook.cells] == ["cell-0", "cell-1"]


def test_unchanged_notebook_texts_are_not_parsed(tmp_path: Path) -> None:
    read: list[str] = []

    def make(name: str, text: str) -> nbformat.NotebookNode:
        read.append(name)
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text)])

    store = Store(tmp_path)
    texts = {"a": "1 + 1", "b": "2 + 2", "c": ":load: other.py"}
    first = store.codes(Notebooks(texts, make))
    assert sorted(read) == ["a", "b", "c"]
    read.clear()
    assert store.codes(Notebooks(texts, make)) == first
    assert read == ["c"], "a cell that loads a file may have changed with it"
    read.clear()
    changed = store.codes(Notebooks({**texts, "b": "3 + 3"}, make))
    assert sorted(read) == ["b", "c"]
    assert (changed["a"], changed["b"] == first["b"]) == (first["a"], False)
    (tmp_path / "codes.json").write_text("{")
    assert store.codes(Notebooks(texts, make)) == first


def test_the_key_of_a_text_covers_prose_and_code() -> None:
    one = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("One.")])
    two = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Two.")])
    keys = {text_key({"page": one}, "page"), text_key({"page": two}, "page")}
    assert len(keys) == 2


def test_unpublished_finding_fails_verification() -> None:
    entries = published.load()
    stranger = {**entries["6.3"], "id": "6.99", "value": 5}
    rows = [row for row in compare_findings([stranger], {}, {"6.99"}) if row.id == "6.99"]
    assert [(row.kind, row.published, row.recomputed, row.status) for row in rows] == [
        ("finding", "", "5", FAIL)
    ]
    assert rows[0].why == "finding 6.99 is not in the published record"


def test_missing_originals_do_not_fail_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, passport = next(iter(passports().items()))
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(b"another file")
    actual = hashlib.sha256(b"another file").hexdigest()
    assert check_originals(None) == []
    assert check_originals(tmp_path) == [
        Row(
            *("original", path, passport.sha256[:12], actual[:12], FAIL),
            "not the original that this edition was made from",
        )
    ]
    monkeypatch.setattr(verify, "passports", lambda: {path: replace(passport, sha256=actual)})
    assert check_originals(tmp_path) == [Row("original", path, actual[:12], actual[:12], PASS, "")]
